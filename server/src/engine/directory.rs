//! The directory: the rooms that can be found, sought and sorted in memory, so that its counts are
//! of now and ten thousand rooms cost a few milliseconds.

use super::Engine;
use app::protocol::{
    ids::{RoomId, UserId},
    limits::DIRECTORY_PAGE,
    room::RoomKind,
    snapshot::{Directory, DirectoryQuery, DirectorySort},
};
use std::{cmp::Reverse, sync::Arc};
use unicode_normalization::UnicodeNormalization as _;

/// Of what is sought more is not looked at.
const QUERY_CHARS_MAX: usize = 80;

/// What is sought of a room: kept with it, for folding ten thousand names takes too long.
#[derive(Debug, Default)]
pub(crate) struct Sought {
    name: String,
    topic: String,
    name_key: Arc<str>,
    text: Arc<str>,
}

/// A room as the directory looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) id: RoomId,
    pub(crate) kind: RoomKind,
    pub(crate) people: u32,
    /// By what it is sorted among names.
    pub(crate) name_key: Arc<str>,
    /// In what is searched.
    pub(crate) text: Arc<str>,
}

/// A place in one of the orders: what comes later is greater.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    People(Reverse<u32>, RoomId),
    Name(Arc<str>, RoomId),
    /// Ids are made in the order of time.
    New(Reverse<RoomId>),
}

impl Sought {
    /// What is sought of a room with that name and topic, folded anew where they are others.
    pub(crate) fn of(&mut self, name: &str, topic: &str) -> (Arc<str>, Arc<str>) {
        if self.name != name || self.topic != topic {
            let name_key: Arc<str> = folded(name).into();
            let text = format!("{name_key}\n{}", folded(topic)).into();
            *self = Self { name: name.into(), topic: topic.into(), name_key, text };
        }
        (self.name_key.clone(), self.text.clone())
    }
}

/// Without what does not matter to who seeks: case, width, how syllables are written.
fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

impl Place {
    fn of(listing: &Listing, sort: DirectorySort) -> Self {
        match sort {
            DirectorySort::People => Self::People(Reverse(listing.people), listing.id),
            DirectorySort::Name => Self::Name(listing.name_key.clone(), listing.id),
            DirectorySort::New => Self::New(Reverse(listing.id)),
        }
    }

    /// As the next page is asked for by it.
    fn cursor(&self) -> String {
        match self {
            Self::People(Reverse(people), id) => format!("{id}.{people}"),
            Self::Name(name, id) => format!("{id}.{name}"),
            Self::New(Reverse(id)) => id.to_string(),
        }
    }

    /// The place that a cursor names; none where it is no cursor of that order.
    fn parse(cursor: &str, sort: DirectorySort) -> Option<Self> {
        if sort == DirectorySort::New {
            return Some(Self::New(Reverse(cursor.parse().ok()?)));
        }
        let (id, key) = cursor.split_once('.')?;
        let id = id.parse().ok()?;
        Some(match sort {
            DirectorySort::People => Self::People(Reverse(key.parse().ok()?), id),
            DirectorySort::Name | DirectorySort::New => Self::Name(key.into(), id),
        })
    }
}

/// A page of what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Chosen {
    ids: Vec<RoomId>,
    total: usize,
    next: Option<String>,
}

/// Chooses a page. What follows a cursor is what comes later in the order as it is now.
fn choose(listings: impl Iterator<Item = Listing>, query: &DirectoryQuery) -> Chosen {
    let sought: String = query.q.chars().take(QUERY_CHARS_MAX).collect();
    let sought = folded(&sought);
    let words: Vec<&str> = sought.split_whitespace().collect();
    let fits = |it: &Listing| {
        query.kind.map_or(it.kind != RoomKind::Channel, |kind| it.kind == kind)
            && words.iter().all(|word| it.text.contains(word))
    };
    let limit = query.limit.unwrap_or(DIRECTORY_PAGE).clamp(1, DIRECTORY_PAGE);
    let after = query.after.as_deref().and_then(|it| Place::parse(it, query.sort));
    let mut total = 0;
    let mut later: Vec<(Place, RoomId)> = Vec::new();
    for listing in listings.filter(fits) {
        total += 1;
        let place = Place::of(&listing, query.sort);
        if after.as_ref().is_none_or(|it| place > *it) {
            later.push((place, listing.id));
        }
    }
    let is_last = later.len() <= limit;
    if !is_last {
        later.select_nth_unstable(limit);
        later.truncate(limit);
    }
    later.sort_unstable();
    let next = later.last().filter(|_| !is_last).map(|(place, _)| place.cursor());
    Chosen { ids: later.into_iter().map(|(_, id)| id).collect(), total, next }
}

impl Engine {
    /// A page of the rooms that can be found, as that user sees them.
    pub fn directory(&self, user: UserId, query: &DirectoryQuery) -> Directory {
        let rooms = self.hub().all();
        let chosen = choose(rooms.iter().filter_map(|it| it.listing()), query);
        let shown = chosen.ids.iter().filter_map(|it| self.hub().room(*it));
        Directory {
            rooms: shown.map(|it| it.summary_for(user)).collect(),
            total: u32::try_from(chosen.total).unwrap_or(u32::MAX),
            next: chosen.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ROOMS: [(&str, &str, u32); 6] = [
        ("late-night", "", 3),
        ("심야 영화방", "films after midnight", 9),
        ("Film Club", "영화 이야기", 3),
        ("여행", "", 0),
        ("Ｆｉｌｍ", "", 1),
        ("하늘", "", 7),
    ];

    fn listings() -> impl Iterator<Item = Listing> {
        (1_u128..).zip(ROOMS).map(|(id, (name, topic, people))| {
            let (name_key, text) = Sought::default().of(name, topic);
            let kind = if people > 5 { RoomKind::Private } else { RoomKind::Temporary };
            Listing { id: RoomId(Uuid::from_u128(id)), kind, people, name_key, text }
        })
    }

    fn names(chosen: &Chosen) -> Vec<&'static str> {
        let name = |it: &RoomId| ROOMS[usize::try_from(it.0.as_u128()).unwrap() - 1].0;
        chosen.ids.iter().map(name).collect()
    }

    fn seek(q: &str, sort: DirectorySort) -> DirectoryQuery {
        DirectoryQuery { q: q.into(), sort, ..DirectoryQuery::default() }
    }

    #[test]
    fn words_are_found_inside_names_and_topics_whatever_their_case_and_form() {
        let check = |q: &str, expected: &[&str]| {
            let chosen = choose(listings(), &seek(q, DirectorySort::New));
            assert_eq!(names(&chosen), expected, "{q:?}");
            assert_eq!(chosen.total, expected.len(), "{q:?}");
        };
        check("FILM", &["Ｆｉｌｍ", "Film Club", "심야 영화방"]);
        check("영화", &["Film Club", "심야 영화방"]);
        check("화방", &["심야 영화방"]);
        check("  영화 film ", &["Film Club", "심야 영화방"]);
        check("\u{1112}\u{1161}\u{1102}\u{1173}\u{11AF}", &["하늘"]);
        check("attic", &[]);
        check("%", &[]);
        check("_", &[]);
        assert_eq!(choose(listings(), &seek(" ", DirectorySort::New)).total, ROOMS.len());
    }

    #[test]
    fn each_order_is_read_to_its_end_page_by_page() {
        let check = |sort: DirectorySort, expected: [&str; 6]| {
            let mut query = DirectoryQuery { limit: Some(2), ..seek("", sort) };
            let mut read = Vec::new();
            for page in 1..=3 {
                let chosen = choose(listings(), &query);
                assert_eq!((chosen.ids.len(), chosen.total), (2, ROOMS.len()));
                assert_eq!(chosen.next.is_none(), page == 3);
                read.extend(names(&chosen));
                query.after = chosen.next;
            }
            assert_eq!(read, expected, "{sort:?}");
        };
        let by_people = ["심야 영화방", "하늘", "late-night", "Film Club", "Ｆｉｌｍ", "여행"];
        check(DirectorySort::People, by_people);
        let by_name = ["Ｆｉｌｍ", "Film Club", "late-night", "심야 영화방", "여행", "하늘"];
        check(DirectorySort::Name, by_name);
        let newest = ["하늘", "Ｆｉｌｍ", "여행", "Film Club", "심야 영화방", "late-night"];
        check(DirectorySort::New, newest);
    }

    #[test]
    fn what_is_no_cursor_begins_at_the_first_page_and_limits_are_kept() {
        for sort in [DirectorySort::People, DirectorySort::Name, DirectorySort::New] {
            let all = choose(listings(), &seek("", sort));
            for after in ["", "x", ".", "x.1", "00000000-0000-0000-0000-00000000000"] {
                let query = DirectoryQuery { after: Some(after.into()), ..seek("", sort) };
                assert_eq!(choose(listings(), &query), all, "{after:?}");
            }
            for (limit, expected) in [(0, 1), (usize::MAX, ROOMS.len())] {
                let query = DirectoryQuery { limit: Some(limit), ..seek("", sort) };
                assert_eq!(choose(listings(), &query).ids.len(), expected);
            }
        }
    }

    #[test]
    fn one_kind_is_asked_for_by_its_name() {
        let kind = Some(RoomKind::Private);
        let query = DirectoryQuery { kind, ..seek("", DirectorySort::People) };
        assert_eq!(names(&choose(listings(), &query)), ["심야 영화방", "하늘"]);
    }

    #[test]
    fn channels_are_listed_elsewhere_unless_asked_for() {
        let channels = || listings().map(|it| Listing { kind: RoomKind::Channel, ..it });
        let query = seek("", DirectorySort::New);
        assert_eq!(choose(channels(), &query).total, 0);
        let query = DirectoryQuery { kind: Some(RoomKind::Channel), ..query };
        assert_eq!(choose(channels(), &query).total, ROOMS.len());
    }

    #[test]
    fn what_is_sought_follows_a_new_name() {
        let mut sought = Sought::default();
        assert_eq!(&*sought.of("Old", "").0, "old");
        assert_eq!(&*sought.of("Old", "Topic").1, "old\ntopic");
        assert_eq!(&*sought.of("새 이름", "Topic").0, "새 이름");
    }
}
