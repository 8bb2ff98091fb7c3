//! What the admin pages show. It never travels to the browser's half.

use super::{
    ids::{AuditId, Millis, ReportId, RoomId, UserId},
    order::{Action, AuditLine, Report},
    people::Role,
    questions::{Bilingual, PackFault, PackId},
    room::RoomKind,
    snapshot::RoomSummary,
};

/// One of the admin pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admin {
    /// `/admin`
    Overview(Overview),
    /// `/admin/people`
    People(PeopleList),
    /// `/admin/rooms`
    Rooms(RoomsList),
    /// `/admin/reports`
    Reports(ReportsList),
    /// `/admin/audit`
    Audit(AuditList),
    /// `/admin/nodes`
    Nodes(Vec<NodeLine>),
    /// `/admin/announce`
    Announce(AnnounceList),
    /// `/admin/packs`
    Packs(PacksPage),
}

/// The question packs, and the one that is edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PacksPage {
    /// All of them, from light to deep; those that are hidden come last.
    pub packs: Vec<PackLine>,
    /// The one that is edited, or a new one.
    pub edit: PackEdit,
}

/// Where a pack comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackState {
    /// It comes with Maru.
    BuiltIn,
    /// It comes with Maru, and the operator wrote it anew.
    Rewritten,
    /// The operator wrote it.
    Own,
    /// It comes with Maru, and the operator hides it.
    Hidden,
}

/// A pack in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackLine {
    /// Its id.
    pub id: PackId,
    /// What it is called; none where it is hidden.
    pub title: Option<Bilingual>,
    /// How many questions it has.
    pub questions: u32,
    /// Where it comes from.
    pub state: PackState,
}

/// A pack that is edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PackEdit {
    /// Its id, as it was written; empty for a new one.
    pub id: String,
    /// Its text.
    pub toml: String,
    /// What is wrong with it; nothing where it was not tried.
    pub faults: Vec<PackFault>,
    /// It was tried, and nothing is wrong with it.
    pub tried: bool,
    /// The operator's text of it is stored.
    pub is_own: bool,
    /// One of that id comes with Maru.
    pub is_built_in: bool,
}

/// How the whole server is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Accounts and guests.
    pub people: u64,
    /// The guests among them.
    pub guests: u64,
    /// Those who have a socket.
    pub online: u64,
    /// Rooms of every kind.
    pub rooms: u64,
    /// What was said since the reader's midnight.
    pub messages: u64,
    /// Reports that nobody has decided.
    pub reports: u64,
}

/// A page of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleList {
    /// What was sought in their names.
    pub q: String,
    /// The people, the newest first.
    pub people: Vec<PersonLine>,
    /// There are more after the last one.
    pub more: bool,
}

/// Somebody as reviewers see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonLine {
    /// Who it is.
    pub id: UserId,
    /// What they are called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// When they first came.
    pub since: Millis,
    /// When they were here last; none where no login of theirs is left.
    pub seen: Option<Millis>,
    /// They may not come in until then, where they may not now.
    pub banned_until: Option<Millis>,
    /// They may not speak until then, where they may not now.
    pub muted_until: Option<Millis>,
}

/// A page of rooms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomsList {
    /// The rooms, the newest first.
    pub rooms: Vec<RoomLine>,
    /// There are more after the last one.
    pub more: bool,
}

/// A room as whoever oversees the server sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomLine {
    /// The room.
    pub id: RoomId,
    /// What sort of room it is.
    pub kind: RoomKind,
    /// What it is called; none where it is hidden from all but its members.
    pub name: Option<String>,
    /// How many people are in it.
    pub people: u32,
    /// How many people it takes.
    pub capacity: u32,
}

/// A page of reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportsList {
    /// Those that nobody has decided; else those that somebody has.
    pub open: bool,
    /// The reports.
    pub reports: Vec<Report>,
    /// There are more after the last one.
    pub more: bool,
}

impl ReportsList {
    /// The last one shown, after which the next page begins.
    pub fn last(&self) -> Option<ReportId> {
        self.reports.last().map(|it| it.id)
    }
}

/// A page of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditList {
    /// The name of the one whose lines these are, if of one.
    pub person: String,
    /// The action that these lines are of, if of one.
    pub action: Option<Action>,
    /// The lines, the newest first.
    pub lines: Vec<AuditLine>,
    /// There are more after the last one.
    pub more: bool,
}

impl AuditList {
    /// The last one shown, after which the next page begins.
    pub fn last(&self) -> Option<AuditId> {
        self.lines.last().map(|it| it.id)
    }
}

/// Where one can announce something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnnounceList {
    /// The channels, and the chosen room.
    pub rooms: Vec<RoomSummary>,
    /// The room that is chosen at first, if one.
    pub chosen: Option<RoomId>,
}

/// A node of the deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeLine {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Of which version it is.
    pub version: String,
    /// Its live sockets.
    pub sessions: u64,
    /// Since when it runs.
    pub since: Millis,
    /// It takes no sockets.
    pub draining: bool,
    /// It is the one that answers.
    pub is_this: bool,
}
