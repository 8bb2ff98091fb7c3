//! What the pages without a script show, beside the [`Snapshot`](super::snapshot::Snapshot).

use super::{
    admin::Admin,
    ids::{AskedId, InviteId, JobId, Millis, RoomId, Seq, UserId},
    matching::{AboutRoom, Conduct, Wishes},
    order::Notice,
    people::{ByHand, Person, Presence, Role},
    questions::{
        AskedQuestion, Bilingual, PackSummary, PairSettings,
        book::{AnswerBook, BookFilter},
    },
    refusal::Refusal,
    room::Standing,
    snapshot::RoomSummary,
    speed::SpeedView,
};
use serde::{Deserialize, Serialize};

/// What one of the pages without a script shows. It never travels to the browser's half.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Plain {
    /// Nothing more than the snapshot has.
    #[default]
    Nothing,
    /// `/sign-in`, where the account is banned: what was told of the reason, if anything was.
    Banned(String),
    /// `/forgot`.
    Forgot {
        /// Links can be mailed.
        mails: bool,
    },
    /// `/settings`.
    Settings(Box<Own>),
    /// `/inbox`: the direct rooms, those with the newest words first.
    Inbox(Vec<Talk>),
    /// `/people/{user}`.
    Person(Box<Profile>),
    /// `/blocks`: whom the reader has blocked, the last one first.
    Blocks(Vec<Blocked>),
    /// `/rooms/{room}/settings`.
    Room(Box<RoomSettings>),
    /// `/notices`: what one was told, the newest first.
    Notices(Vec<Notice>),
    /// `/admin` and what stands below it.
    Admin(Box<Admin>),
    /// `/match/wishes`: whom the reader would like to meet.
    Wishes(Box<WishForm>),
    /// `/rooms/{room}/speed`.
    Speed(Box<SpeedPage>),
    /// `/rooms/{room}/book`: what two have answered.
    Book(Box<BookPage>),
    /// `/rooms/{room}/questions`: how questions come up between two.
    Questions(Box<QuestionsPage>),
    /// `/match/standing`: what counts for or against the reader when people are matched.
    Conduct(Box<Conduct>),
    /// `/later`: what is to come, the next one first, and what failed.
    Later(Vec<Planned>),
}

/// What the page of a room's speed rounds shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpeedPage {
    /// The room.
    pub room: RoomSummary,
    /// How the reader stands there.
    pub standing: Standing,
    /// The rounds.
    pub view: SpeedView,
    /// The reader's year of birth is stated.
    pub born: bool,
}

/// What the answer book shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookPage {
    /// The room of the two; its name is the other's.
    pub room: RoomSummary,
    /// What was found in the book.
    pub book: AnswerBook,
    /// What was sought.
    pub filter: BookFilter,
    /// The packs that there are.
    pub packs: Vec<PackSummary>,
    /// How many more the reader may skip today.
    pub skips_left: u32,
    /// The question of the form that led here, where it was refused.
    pub answering: Option<AskedId>,
}

/// What the page of two's questions shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionsPage {
    /// The room of the two; its name is the other's.
    pub room: RoomSummary,
    /// What they have chosen.
    pub settings: PairSettings,
    /// The packs that there are.
    pub packs: Vec<PackSummary>,
    /// The open questions, the oldest first.
    pub open: Vec<AskedQuestion>,
    /// How many more the reader may skip today.
    pub skips_left: u32,
    /// The question of the form that led here, where it was refused.
    pub answering: Option<AskedId>,
}

/// What the page of wishes shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WishForm {
    /// The wishes of the open ticket, else those of the last one, else what one tells of oneself.
    pub wishes: Wishes,
    /// What they are about, where the reader may read that.
    pub about: Option<AboutRoom>,
    /// A ticket is open.
    pub searching: bool,
    /// The year of birth is stated.
    pub born: bool,
    /// The reader may not look for anybody before then.
    pub pause: Option<Millis>,
    /// The packs of questions, by their ids, with their titles.
    pub packs: Vec<(String, Bilingual)>,
}

/// What the settings show of oneself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    /// What one wrote about oneself.
    pub about: String,
    /// The tags of one's languages.
    pub languages: Vec<String>,
    /// What one likes.
    pub interests: Vec<String>,
    /// Presence by hand.
    pub presence: ByHand,
    /// The e-mail address; nobody else sees it.
    pub email: Option<String>,
    /// A new login ends the others.
    pub one_login: bool,
    /// It is so for everybody here.
    pub one_login_for_all: bool,
}

/// A direct room in the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Talk {
    /// The room; its name and peer are the other's, its `request` says whether they agreed.
    pub room: RoomSummary,
    /// Whether the other is at hand.
    pub presence: Presence,
    /// The version of the other's picture, if they have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// What was said last, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<LastWords>,
    /// The reader has not seen the last of it.
    pub unread: bool,
}

/// What was said last in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastWords {
    /// When.
    pub at: Millis,
    /// By whom.
    pub author: UserId,
    /// What.
    pub text: String,
}

/// A user as their own page shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Who it is.
    pub id: UserId,
    /// What they are called.
    pub name: String,
    /// What they may do on this server.
    pub role: Role,
    /// Whether they are at hand; offline where one of the two has blocked the other.
    pub presence: Presence,
    /// The version of their picture, if they have one: `/api/v1/people/{id}/picture?v={version}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// What they wrote about themselves; may be empty.
    pub about: String,
    /// The tags of the languages that they speak.
    pub languages: Vec<String>,
    /// What they like.
    pub interests: Vec<String>,
    /// When they first came.
    pub since: Millis,
    /// The rooms that both are in.
    pub rooms: Vec<RoomSummary>,
    /// The reader has blocked them.
    pub blocked: bool,
}

/// Somebody whom the reader has blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocked {
    /// Who it is.
    pub id: UserId,
    /// What they are called.
    pub name: String,
    /// Since when.
    pub at: Millis,
    /// They are known by a mask only, and not to be matched with again.
    #[serde(default, skip_serializing_if = "is_usual")]
    pub masked: bool,
}

/// Left out on the wire.
fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What a [`Planned`] is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plan {
    /// To say something.
    Say,
    /// To be reminded of something that was said.
    Remind,
}

/// Something to be done at a time, or that failed when it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Its id.
    pub id: JobId,
    /// What it is for.
    pub plan: Plan,
    /// The room.
    pub room: RoomId,
    /// What the room is called.
    pub room_name: String,
    /// Of a reminder: the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    /// What is to be said, or what was.
    pub text: String,
    /// When it is due.
    pub due_at: Millis,
    /// When it was done, where it is still shown: a reminder that came, a message that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Millis>,
    /// Why the message could not be sent when it was due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Refusal>,
}

/// Somebody who may not come into a room, or not speak in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sanction {
    /// They may not come in; else they may not speak.
    pub banned: bool,
    /// Who.
    pub user: UserId,
    /// What they are called.
    pub name: String,
    /// Until when; absent for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// Why; may be empty.
    pub reason: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: Millis,
}

/// An invitation into a room, as its hosts see it: whoever has the link comes in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteSummary {
    /// The invitation.
    pub id: InviteId,
    /// Who made it.
    pub by: String,
    /// When.
    pub at: Millis,
    /// Until when it is good; absent for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
    /// How often it may still be used; absent for as often as one likes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_left: Option<u32>,
    /// How often it was used.
    pub used: u32,
    /// What stands in the link, told once, to who made it: the server keeps a hash of it only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// A room's settings, for who may change them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSettings {
    /// Whether it has a question of the day; none where it cannot have one.
    pub daily: Option<bool>,
    /// The room.
    pub room: RoomSummary,
    /// How the reader stands in it.
    pub standing: Standing,
    /// Who follows the host.
    pub successor: Option<UserId>,
    /// A temporary room is gone when it was empty for so many minutes.
    pub empty_mins: Option<u32>,
    /// The members with their ranks; of a large room those with a rank, and those who may speak.
    pub people: Vec<Person>,
    /// Who may not come in or speak.
    pub sanctions: Vec<Sanction>,
    /// The invitations that are good.
    pub invites: Vec<InviteSummary>,
    /// The link of the invitation that was just made, for it is shown only now.
    pub invited: Option<String>,
}
