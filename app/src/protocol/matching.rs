//! Someone new to talk with: what one wishes, and how it stands.

use super::{
    ids::{Millis, ProposalId, RoomId, Seq, TicketId},
    limits::{INTERESTS_MAX, KEEP_WISH_SECS_MAX, LANGUAGES_MAX, MATCH_PEOPLE_MAX},
    profile::{interests, language_name},
    questions::{AskedQuestion, PackId, PairSettings},
    refusal::Refusal,
    tree::{Tree, Unreadable},
};
use serde::{Deserialize, Deserializer, Serialize, de::Error};

/// What sort of talk somebody is in the mood for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// This and that.
    Light,
    /// What matters.
    Deep,
    /// Jokes and games.
    Playful,
    /// To be heard, or to hear somebody out.
    Quiet,
}

impl Mood {
    /// All of them, as a form lists them.
    pub const ALL: [Self; 4] = [Self::Light, Self::Deep, Self::Playful, Self::Quiet];

    /// Its name on the wire and in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Deep => "deep",
            Self::Playful => "playful",
            Self::Quiet => "quiet",
        }
    }
}

/// How quickly somebody wants to write back and forth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// At once.
    Quick,
    /// When there is time.
    Slow,
}

impl Pace {
    /// Both, as a form lists them.
    pub const ALL: [Self; 2] = [Self::Quick, Self::Slow];

    /// Its name on the wire and in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Slow => "slow",
        }
    }
}

/// One of the wishes that relax with the time; what is no wish never does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// Something that both like.
    Interests,
    /// The same mood.
    Mood,
    /// The same pace.
    Pace,
    /// To practise a language with one who speaks it.
    Practise,
    /// The same pack of questions.
    Pack,
}

impl Wish {
    /// All of them, as a page lists them.
    pub const ALL: [Self; 5] =
        [Self::Interests, Self::Mood, Self::Pace, Self::Practise, Self::Pack];

    /// Its name on the wire and in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Interests => "interests",
            Self::Mood => "mood",
            Self::Pace => "pace",
            Self::Practise => "practise",
            Self::Pack => "pack",
        }
    }
}

/// A wish that its owner keeps from relaxing for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Which.
    pub wish: Wish,
    /// Seconds after the ticket was taken, by which it relaxes after all.
    pub secs: u32,
}

/// What somebody wants to talk about with one person: the room, or something said there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct About {
    /// The room; one that whoever asks may read.
    pub room: RoomId,
    /// The message, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
}

/// Whom somebody would like to meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// How many there are to be, oneself among them: 2, or a group of up to
    /// [`MATCH_PEOPLE_MAX`].
    #[serde(default = "two")]
    pub people: u32,
    /// Tags of the languages that one speaks; one of them must be shared.
    pub languages: Vec<String>,
    /// What one likes.
    #[serde(default)]
    pub interests: Vec<String>,
    /// The mood one is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<Mood>,
    /// The pace one likes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace: Option<Pace>,
    /// The tag of a language that one wants to practise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub practise: Option<String>,
    /// The name of a pack of questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack: Option<String>,
    /// Somebody without an account will do, too.
    #[serde(default)]
    pub guests: bool,
    /// What one wants to talk about, where that is something in particular: only those who want
    /// the same are met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// The wishes that are not to relax for a while.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keep: Vec<Kept>,
}

const fn two() -> u32 {
    2
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            people: two(),
            languages: Vec::new(),
            interests: Vec::new(),
            mood: None,
            pace: None,
            practise: None,
            pack: None,
            guests: false,
            about: None,
            keep: Vec::new(),
        }
    }
}

impl Wishes {
    /// The wishes as they may be stored: each language and interest once, interests in lower
    /// case and without what nobody sees. Whether the pack and the room are there is for the server to see.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        if !(2..=MATCH_PEOPLE_MAX).contains(&self.people) {
            return Err(Refusal::OutOfBounds { least: 2, most: MATCH_PEOPLE_MAX });
        }
        let tags = self.languages.iter().chain(&self.practise);
        if tags.into_iter().any(|it| language_name(it).is_none()) {
            return Err(Refusal::Malformed);
        }
        self.languages.sort_unstable();
        self.languages.dedup();
        if self.languages.is_empty() {
            return Err(Refusal::NoLanguage);
        }
        at_most(self.languages.len(), LANGUAGES_MAX)?;
        at_most(self.interests.len(), INTERESTS_MAX)?;
        self.interests =
            interests(&self.interests)?.into_iter().map(|it| it.to_lowercase()).collect();
        self.interests.sort_unstable();
        self.interests.dedup();
        if self.pack.as_ref().is_some_and(|it| it.parse::<PackId>().is_err()) {
            return Err(Refusal::Malformed);
        }
        at_most(self.keep.len(), Wish::ALL.len())?;
        if self.keep.iter().any(|it| it.secs > KEEP_WISH_SECS_MAX) {
            return Err(Refusal::OutOfBounds { least: 0, most: KEEP_WISH_SECS_MAX });
        }
        Ok(self)
    }

    /// Whether it is wished for at all.
    pub fn has(&self, wish: Wish) -> bool {
        match wish {
            Wish::Interests => !self.interests.is_empty(),
            Wish::Mood => self.mood.is_some(),
            Wish::Pace => self.pace.is_some(),
            Wish::Practise => self.practise.is_some(),
            Wish::Pack => self.pack.is_some(),
        }
    }

    /// The same without that wish.
    #[must_use]
    pub fn without(mut self, wish: Wish) -> Self {
        match wish {
            Wish::Interests => self.interests.clear(),
            Wish::Mood => self.mood = None,
            Wish::Pace => self.pace = None,
            Wish::Practise => self.practise = None,
            Wish::Pack => self.pack = None,
        }
        self.keep.retain(|it| it.wish != wish);
        self
    }
}

fn count(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}

fn at_most(there_are: usize, limit: usize) -> Result<(), Refusal> {
    if there_are > limit { Err(Refusal::TooMany { limit: count(limit) }) } else { Ok(()) }
}

/// How it stands with somebody's search, as the page shows it wherever they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchView {
    /// The server's clock when it stood so.
    pub at: Millis,
    /// How many wait now, whoever they look for.
    pub waiting: u32,
    /// How it stands.
    pub state: MatchState,
    /// The user wants to be told when somebody like that looks for someone, or was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookout: Option<Lookout>,
}

/// A wish to be told when somebody like that looks for someone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookout {
    /// Like what.
    pub wishes: Wishes,
    /// It ends then, told or not.
    pub until: Millis,
    /// When the user was told; that is done once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Millis>,
}

/// What a search is about, with what it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AboutRoom {
    /// The room.
    pub room: RoomId,
    /// The message, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<Seq>,
    /// What the room is called. Of the message no more than its place is told.
    pub name: String,
}

/// The states of a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum MatchState {
    /// The user does not look for anybody.
    Idle {
        /// Why not any more, where it just ended.
        #[serde(skip_serializing_if = "Option::is_none")]
        ended: Option<Ended>,
    },
    /// The user's ticket waits.
    Searching(Box<Searching>),
    /// Somebody was found.
    Proposed(Box<Proposed>),
    /// All said yes.
    Matched {
        /// Where they talk.
        room: RoomId,
    },
    /// From a newer server.
    Unknown,
}

impl<'de> Deserialize<'de> for MatchState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tree = Tree::deserialize(deserializer)?;
        Self::of(&tree).map_err(D::Error::custom)
    }
}

impl MatchState {
    /// Whether the user looks for somebody.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Searching(_) | Self::Proposed(_))
    }

    fn of(tree: &Tree) -> Result<Self, Unreadable> {
        match tree.field::<String>("state")?.as_str() {
            "idle" => Ok(Self::Idle { ended: tree.field("ended")? }),
            "searching" => tree.read().map(Self::Searching),
            "proposed" => tree.read().map(Self::Proposed),
            "matched" => Ok(Self::Matched { room: tree.field("room")? }),
            _ => Ok(Self::Unknown),
        }
    }
}

/// Why a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The user stopped it.
    Cancelled,
    /// The user did not answer a proposal.
    NotAnswered,
    /// The user had no socket for too long.
    Away,
    /// The user may not be matched for a while, or the operator has closed the door.
    Refused,
    /// From a newer server.
    #[serde(other)]
    Unknown,
}

/// A ticket that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searching {
    /// The ticket.
    pub ticket: TicketId,
    /// What is wished for.
    pub wishes: Wishes,
    /// Since when the user waits; kept when a proposal came to nothing without their doing.
    pub since: Millis,
    /// How long those usually waited who wished the same, in seconds; none where too few did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_secs: Option<u32>,
    /// The wishes that by now may remain unmet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relaxed: Vec<Wish>,
    /// How much the best of those who wait now has in common with the user, whether or not they
    /// are within what both want.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<Common>,
    /// What dropping a wish would save, by what others waited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub savings: Vec<Saving>,
    /// What it is about, while the user may read there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<AboutRoom>,
}

/// How many of the wishes are met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Common {
    /// So many.
    pub met: u32,
    /// Of so many.
    pub of: u32,
}

/// What dropping a wish would save.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saving {
    /// The wish.
    pub wish: Wish,
    /// By so many seconds those waited less who did not have it.
    pub secs: u32,
}

/// A proposal as one of those in it sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// The proposal.
    pub proposal: ProposalId,
    /// To be answered until then.
    pub until: Millis,
    /// The user has said yes.
    pub answered: bool,
    /// How many there are, the user among them.
    pub people: u32,
    /// How many of them have said yes.
    pub yes: u32,
    /// The languages that they share.
    pub languages: Vec<String>,
    /// What they like in common.
    pub interests: Vec<String>,
    /// How many of the user's wishes are met.
    pub common: Common,
    /// What they want to talk about, while the user may read there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<AboutRoom>,
}

/// What counts for or against somebody when people are matched, as they are told it themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conduct {
    /// From 0 to 100; 100 where nothing counts against the user.
    pub score: u32,
    /// What it is made of, the worst first.
    pub parts: Vec<ConductPart>,
    /// The user may not look for anybody before then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

/// What deeds of one kind do to a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConductPart {
    /// Which kind.
    pub kind: ConductKind,
    /// How many count at present.
    pub deeds: u32,
    /// What they add, or take away. Some of a kind are free.
    pub points: i32,
    /// When the last of them is forgotten; they weigh less from day to day.
    pub until: Millis,
}

/// What counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConductKind {
    /// Those who keep order here did something about the user.
    Upheld,
    /// Several people reported the user; nobody has judged it yet.
    Reported,
    /// The user did not answer proposals.
    NotAnswered,
    /// The user said no, or left soon after the beginning.
    Skipped,
    /// It ended well.
    Good,
    /// From a newer server.
    #[serde(other)]
    Unknown,
}

/// What those in a match room have agreed to show each other, step by step.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Openness {
    /// Words only.
    #[default]
    Text,
    /// Links can be opened, too.
    Links,
    /// Pictures, too.
    Pictures,
    /// And who they are.
    Names,
}

impl Openness {
    /// Every step, in their order.
    pub const ALL: [Self; 4] = [Self::Text, Self::Links, Self::Pictures, Self::Names];

    /// Its name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Links => "links",
            Self::Pictures => "pictures",
            Self::Names => "names",
        }
    }
}

/// A match or pair room, beyond its log, as one of those in it sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingView {
    /// What all agreed to show.
    pub openness: Openness,
    /// Up to where the reader is willing to show themselves.
    pub mine: Openness,
    /// The reader wants to keep the room. What the others want is told once all do.
    pub keep: bool,
    /// The languages that they share.
    pub languages: Vec<String>,
    /// What they like in common.
    pub interests: Vec<String>,
    /// What they came to talk about, until the room is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<AboutRoom>,
    /// What they have chosen for their questions.
    pub settings: PairSettings,
    /// The open questions, the oldest first, then the newest of the others.
    pub asked: Vec<AskedQuestion>,
    /// How many questions all have answered.
    pub answered: u32,
    /// How many more the reader may skip today.
    pub skips_left: u32,
}

/// The answer to a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalAnswer {
    /// To meet them.
    pub yes: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|it| (*it).to_owned()).collect()
    }

    fn wishes(languages: &[&str], interests: &[&str]) -> Wishes {
        let (languages, interests) = (words(languages), words(interests));
        Wishes { languages, interests, ..Wishes::default() }
    }

    #[test]
    fn wishes_are_tidied_and_bounded() {
        let tidy = wishes(&["ko", "en", "ko"], &["  Film ", "tea", "film"]).checked().unwrap();
        assert_eq!(tidy.languages, words(&["en", "ko"]));
        assert_eq!(tidy.interests, words(&["film", "tea"]));
        let check = |wishes: Wishes, refusal| assert_eq!(wishes.checked(), Err(refusal));
        check(wishes(&[], &[]), Refusal::NoLanguage);
        check(wishes(&["xx"], &[]), Refusal::Malformed);
        check(wishes(&["ko"], &["123456789012345678901"]), Refusal::TooLong { chars_max: 20 });
        check(wishes(&["ko"], &["x"; 1_000]), Refusal::TooMany { limit: 10 });
        let pack = Wishes { pack: Some("<b>".into()), ..wishes(&["ko"], &[]) };
        check(pack, Refusal::Malformed);
        let hidden = wishes(&["ko"], &["te\u{202e}a\0", "\u{200b}", ""]).checked().unwrap();
        assert_eq!(hidden.interests, words(&["tea"]));
        let nine = Wishes { people: 9, ..wishes(&["ko"], &[]) };
        check(nine, Refusal::OutOfBounds { least: 2, most: 8 });
    }

    #[test]
    fn a_wish_that_is_dropped_is_not_kept_either() {
        let keep = vec![Kept { wish: Wish::Mood, secs: 60 }];
        let mood = Wishes { mood: Some(Mood::Deep), keep, ..wishes(&["ko"], &["tea"]) };
        assert!(mood.has(Wish::Mood) && mood.has(Wish::Interests) && !mood.has(Wish::Pack));
        assert_eq!(mood.without(Wish::Mood), wishes(&["ko"], &["tea"]));
    }
}
