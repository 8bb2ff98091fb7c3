//! What hides from people who were matched who the others are: pure. A reader sees themselves as
//! they are, and of each of the others a mask with a code-name, until all agree to names.

use app::protocol::{
    ids::UserId,
    message::{Entry, What},
    packets::{PeopleChanged, Seen, ServerPacket, Typed},
    people::{Person, Role},
    questions::Brought,
    snapshot::RoomSummary,
};
use uuid::Uuid;

/// The names of masks, in both scripts.
const NAMES: [&str; 32] = [
    "하늘 Haneul",
    "바다 Bada",
    "구름 Gureum",
    "나무 Namu",
    "별 Byeol",
    "노을 Noeul",
    "이슬 Iseul",
    "단비 Danbi",
    "솔잎 Sollip",
    "새벽 Saebyeok",
    "가람 Garam",
    "누리 Nuri",
    "다솜 Dasom",
    "라온 Raon",
    "마루 Maru",
    "보라 Bora",
    "샛별 Saetbyeol",
    "아라 Ara",
    "여울 Yeoul",
    "온새 Onsae",
    "윤슬 Yunseul",
    "잔디 Jandi",
    "진달래 Jindallae",
    "초롱 Chorong",
    "파랑 Parang",
    "풀잎 Pullip",
    "한별 Hanbyeol",
    "해솔 Haesol",
    "호수 Hosu",
    "도토리 Dotori",
    "달빛 Dalbit",
    "은하 Eunha",
];

/// The id under which somebody is known to the others of a match room. What it is called stands in
/// its last byte, so that it stays the same whoever comes and goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mask(pub Uuid);

impl Mask {
    /// Masks for so many, each with another name.
    pub fn some(people: usize) -> impl Iterator<Item = Self> {
        let begin = usize::from(Uuid::new_v4().as_bytes()[15]);
        (0..people).map(move |place| {
            let mut bytes = *Uuid::new_v4().as_bytes();
            bytes[15] = u8::try_from((begin + place) % NAMES.len()).unwrap_or_default();
            Self(Uuid::from_bytes(bytes))
        })
    }

    /// As which user the others know them.
    pub const fn id(self) -> UserId {
        UserId(self.0)
    }

    /// What the others call them.
    pub fn name(self) -> &'static str {
        let place = usize::from(self.0.as_bytes()[15]) % NAMES.len();
        NAMES.get(place).copied().unwrap_or_default()
    }
}

/// Who of a room is known to the others by a mask only: nobody, in nearly all rooms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Veil(Vec<(UserId, Mask)>);

impl Veil {
    /// Over these.
    pub const fn new(masks: Vec<(UserId, Mask)>) -> Self {
        Self(masks)
    }

    /// Whether it hides nobody.
    pub const fn is_lifted(&self) -> bool {
        self.0.is_empty()
    }

    /// From here on these are known; whoever left before stays hidden.
    pub fn lift(&mut self, known: impl Fn(UserId) -> bool) {
        self.0.retain(|(user, _)| !known(*user));
    }

    /// The mask of somebody, where that reader does not know them.
    pub fn mask(&self, reader: UserId, user: UserId) -> Option<Mask> {
        let hides = |(hidden, _): &&(UserId, Mask)| *hidden == user && user != reader;
        self.0.iter().find(hides).map(|(_, mask)| *mask)
    }

    /// Who is behind a mask; whoever is known by none is behind their own id. Nobody, where a
    /// reader names somebody whom they do not know otherwise than by the mask.
    pub fn behind(&self, reader: UserId, id: UserId) -> Option<UserId> {
        let masked = self.0.iter().find(|(user, mask)| mask.id() == id && *user != reader);
        match masked {
            Some((user, _)) => Some(*user),
            None => self.mask(reader, id).is_none().then_some(id),
        }
    }

    /// Puts it on an id and what it is called.
    fn put_on(&self, reader: UserId, id: &mut UserId, name: Option<&mut String>) {
        if let Some(mask) = self.mask(reader, *id) {
            *id = mask.id();
            if let Some(name) = name {
                mask.name().clone_into(name);
            }
        }
    }

    /// An entry as that reader may see it.
    pub fn entry(&self, reader: UserId, entry: &mut Entry) {
        if self.is_lifted() {
            return;
        }
        self.put_on(reader, &mut entry.author, Some(&mut entry.name));
        match &mut entry.what {
            What::Did(did) => {
                if let Some(subject) = &mut did.subject {
                    self.put_on(reader, &mut subject.id, Some(&mut subject.name));
                }
            }
            What::Asked(asked) => self.brought(reader, &mut asked.brought),
            What::Message { .. }
            | What::Joined
            | What::Left
            | What::Announced { .. }
            | What::Unknown => {}
        }
    }

    /// What brought a question up, as that reader may see it.
    pub fn brought(&self, reader: UserId, brought: &mut Brought) {
        if let Brought::Hand { user } = brought {
            self.put_on(reader, user, None);
        }
    }

    /// Somebody as that reader may see them: of who is masked nothing but whether they are at
    /// hand.
    pub fn person(&self, reader: UserId, person: Person) -> Person {
        match self.mask(reader, person.id) {
            Some(mask) => {
                Person::new(mask.id(), mask.name().to_owned(), Role::Member, person.presence)
            }
            None => person,
        }
    }

    /// The room's line in a list as that reader may see it.
    pub fn summary(&self, reader: UserId, room: &mut RoomSummary) {
        if let Some(peer) = &mut room.peer {
            self.put_on(reader, peer, Some(&mut room.name));
        }
    }

    /// A packet about the room as that reader may see it.
    pub fn packet(&self, reader: UserId, packet: &mut ServerPacket) {
        match packet {
            ServerPacket::Appended(it) => {
                for entry in &mut it.entries {
                    self.entry(reader, entry);
                }
            }
            ServerPacket::Typed(Typed { user, name, .. }) => {
                self.put_on(reader, user, Some(name));
            }
            ServerPacket::PeopleChanged(PeopleChanged { people, gone, .. }) => {
                for person in people.iter_mut() {
                    *person = self.person(reader, person.clone());
                }
                for user in gone {
                    self.put_on(reader, user, None);
                }
            }
            ServerPacket::Seen(Seen { user, .. }) => self.put_on(reader, user, None),
            ServerPacket::Gained(room) => self.summary(reader, room),
            ServerPacket::Entered(it) => self.summary(reader, &mut it.room),
            // Nobody is named there but the reader.
            ServerPacket::Welcomed(_)
            | ServerPacket::Left(_)
            | ServerPacket::Acked(_)
            | ServerPacket::Refused(_)
            | ServerPacket::RoomsChanged(_)
            | ServerPacket::Lost(_)
            | ServerPacket::Reminded(_)
            | ServerPacket::Noticed(_)
            | ServerPacket::Matching(_)
            | ServerPacket::Beat(_)
            | ServerPacket::Unknown => {}
        }
    }
}

#[cfg(test)]
mod tests;
