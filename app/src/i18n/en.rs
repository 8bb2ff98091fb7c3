//! English.

use super::{Civil, Door, House, Link, Room, Settings, Texts, grouped, secs};
use crate::protocol::{
    message::Deed,
    refusal::Refusal,
    snapshot::{Done, Language},
};

/// All texts in English.
pub(super) static TEXTS: Texts = Texts {
    tag: "en",
    language: Language::En,
    house: HOUSE,
    room: ROOM,
    direct: super::direct::EN,
    meeting: super::meeting::EN,
    rooms: super::rooms::en::TEXTS,
    link: LINK,
    refusal,
    done,
    day,
};

pub(super) const DOOR: Door = Door {
    come_in: "Come in",
    lead: "A place to talk: open channels, rooms of your own, and someone new.",
    name: "Name",
    password: "Password",
    sign_in: "Sign in",
    as_guest: "Look around as a guest",
    new_here: "New here?",
    make_account: "Make an account",
    forgot: "Forgot your password?",
    sign_up_title: "Make an account",
    sign_up_lead: "A name and a password are all it takes.",
    sign_up: "Make the account",
    have_account: "Already have an account?",
    guest_title: "Look around as a guest",
    guest_lead: "Choose a name. This browser keeps it; you can make it an account later.",
    guest_enter: "Come in",
    forgot_title: "Forgot your password?",
    forgot_text: "Ask whoever runs this server: they can set a new password for you. No e-mail \
                  is stored here, so none can be sent.",
    back_to_sign_in: "Back to sign in",
    name_hint: |min, max| format!("{min} to {max} characters; letters of any language"),
    password_hint: |min| format!("At least {min} characters"),
    not_found_title: "Nothing here",
    not_found_text: "There is no page at this address.",
    banned_until: |when| format!("This account may not come in until {when}."),
    too_soon: |when| format!("It is too soon for that. You can from {when} on."),
    to_rooms: "To the channels",
};

const HOUSE: House = House {
    brand: "Maru",
    jump: "Jump to…",
    jump_title: "Jump to a channel",
    jump_empty: "No channel of that name.",
    channels: "Channels",
    browse: "Browse",
    menu: "Open the list of channels",
    close: "Close",
    rooms_nav: "Channels",
    unread: "unread",
    online: "Online",
    offline: "Offline",
    settings: "Settings",
    admin: "Administration",
    me_menu: "Your pages",
    profile: "Your profile",
    inbox: "Direct messages",
    planned: "What is planned",
    blocks: "Blocked people",
    notices: "Notices",
    noticed: |n| {
        if n == 1 { "You have a notice.".to_owned() } else { format!("You have {n} notices.") }
    },
    read_notices: "Read",
    channels_lead: "Open to everyone. Read first, enter when you like.",
    no_channels: "There are no channels yet.",
    count: |people, capacity| format!("{} / {}", grouped(people), grouped(capacity)),
    count_label: |people, capacity| {
        format!("{} of at most {} people", grouped(people), grouped(capacity))
    },
    skip_to_main: "Skip to the conversation",
    keys_title: "Keys",
    keys: &[
        ("Enter", "Send"),
        ("Shift + Enter", "New line"),
        ("Ctrl + K", "Jump to a channel"),
        ("Alt + Shift + ↓", "Next unread channel"),
        ("End", "To the newest message, in the log"),
        ("Enter   ↑ ↓", "To the messages' menus, in the log"),
        ("?   Ctrl + /", "This list"),
        ("Esc", "Close"),
    ],
};

const ROOM: Room = Room {
    log: "Messages",
    people_title: "People",
    people: |n| match n {
        1 => "1 person".to_owned(),
        _ => format!("{} people", grouped(n)),
    },
    here: |n| format!("Here now — {n}"),
    away: |n| format!("Away — {n}"),
    busy: |n| format!("Do not disturb — {n}"),
    offline: |n| format!("Offline — {n}"),
    unknown: |n| format!("Not known right now — {n}"),
    presence_here: "here",
    presence_away: "away",
    presence_offline: "offline",
    admin: "admin",
    guest: "guest",
    more_people: |n| format!("and {n} more"),
    enter: "Enter",
    enter_lead: "You are reading along. Enter to talk.",
    leave: "Leave",
    placeholder: |room| format!("Message {room}"),
    send: "Send",
    chars_left: |n| match n {
        1 => "1 character left".to_owned(),
        _ => format!("{n} characters left"),
    },
    chars_over: |n| match n {
        1 => "1 character too many. Please shorten the message.".to_owned(),
        _ => format!("{n} characters too many. Please shorten the message."),
    },
    new_line: "New",
    to_speed: "join in",
    to_newest: "To the newest",
    to_newest_count: |n| match n {
        1 => "1 new message".to_owned(),
        _ => format!("{n} new messages"),
    },
    beginning: "This is where it begins.",
    loading_older: "Loading older messages…",
    loading: "Loading…",
    moved: |names, joined| {
        let verb = if joined { "joined" } else { "left" };
        match names {
            [] => String::new(),
            [one] => format!("{one} {verb}"),
            [one, two] => format!("{one} and {two} {verb}"),
            [one, two, _] => format!("{one}, {two} and 1 other {verb}"),
            [one, two, rest @ ..] => format!("{one}, {two} and {} others {verb}", rest.len()),
        }
    },
    did,
    moderator: "moderator",
    owner: "owner",
    announcement: "Announcement",
    typing: |names| match names {
        [] => String::new(),
        [one] => format!("{one} is typing…"),
        [one, two] => format!("{one} and {two} are typing…"),
        [_, _, ..] => "Several people are typing…".to_owned(),
    },
    sending: "sending",
    not_sent: |why| format!("Not sent. {why}"),
    send_again: "Send again",
    edit: "Edit",
    discard: "Discard",
    gone_title: "No such room",
    gone_text: "It is gone, or the address is wrong.",
    failed_title: "That did not load",
    failed_text: "The server could not be reached.",
    try_again: "Try again",
    earlier: "Show older messages",
};

const LINK: Link = Link {
    waiting: |secs| {
        format!(
            "Connection lost. Trying again in {secs} s — what you write is kept and sent when \
             you are back."
        )
    },
    connecting: "Connecting… What you write is kept and sent when you are back.",
    try_now: "Try now",
    caught_up: |n| match n {
        1 => "Caught up on 1 message".to_owned(),
        _ => format!("Caught up on {n} messages"),
    },
    signed_out: "You were signed out.",
    replaced: "You signed in elsewhere, and want to be signed in at one place at a time.",
    sign_in: "Sign in",
    outdated: "Maru has been updated. Reload the page to go on.",
    reload: "Reload",
    stopped: |code| format!("The server ended the connection ({code}). Reload the page to go on."),
};

pub(super) const SETTINGS: Settings = Settings {
    title: "Settings",
    name: "Name",
    save: "Save",
    look: "Look",
    language: "Language",
    theme: "Colours",
    theme_system: "As the system",
    theme_light: "Light",
    theme_dark: "Dark",
    chime: "Sound when someone is found for me",
    on: "On",
    off: "Off",
    password: "Password",
    password_current: "Current password",
    password_new: "New password",
    password_change: "Change the password",
    account: "Keep this name",
    account_lead: "You are a guest: your name lives in this browser only. Choose a password to \
                   make it an account.",
    account_make: "Make it an account",
    logins: "Where you are signed in",
    logins_lead: "End a login that you do not know, and change your password.",
    login_this: "this browser",
    login_unknown: "Unknown browser",
    login_since: |when| format!("since {when}"),
    login_seen: |when| format!("last seen {when}"),
    login_end: "Sign out there",
    login_end_others: "Sign out everywhere else",
    sign_out: "Sign out",
    sign_out_guest: "If you sign out as a guest, the name is gone for good.",
    back: "Back to the channels",
};

#[expect(clippy::too_many_lines, reason = "a line for each refusal")]
fn refusal(reason: Refusal) -> String {
    match reason {
        Refusal::NoSuchRoom => "There is no such room.".to_owned(),
        Refusal::NotFound => "There is nothing at this address.".to_owned(),
        Refusal::NotEntered => "You are not in this room. Enter it to talk.".to_owned(),
        Refusal::Full { capacity } => {
            format!("The room is full: it takes {} people.", grouped(capacity))
        }
        Refusal::Empty => "There is nothing in it to send.".to_owned(),
        Refusal::TooLong { chars_max } => {
            format!("It is too long: at most {} characters.", grouped(chars_max))
        }
        Refusal::TooFast { retry_after_ms } => {
            format!("That was too often. Try again in {} s.", secs(retry_after_ms))
        }
        Refusal::TooManyInFlight => {
            "Many messages are still on their way. Try again in a moment.".to_owned()
        }
        Refusal::Busy { retry_after_ms } => {
            format!("The server is busy. Try again in {} s.", secs(retry_after_ms))
        }
        Refusal::DiskFull => "The server's disk is full: reading goes on, writing does not.".into(),
        Refusal::NotAllowed => "You may not do that.".to_owned(),
        Refusal::NotSignedIn => "You are not signed in.".to_owned(),
        Refusal::WrongCredentials => "The name or the password is wrong.".to_owned(),
        Refusal::NameTaken => "That name is taken, or looks like one that is.".to_owned(),
        Refusal::NameLength { chars_min, chars_max } => {
            format!("A name has {chars_min} to {chars_max} characters.")
        }
        Refusal::NameCharacters => {
            "A name has letters and digits, with single spaces, dots, hyphens or underscores \
             between."
                .to_owned()
        }
        Refusal::PasswordLength { chars_min, chars_max } => {
            format!("A password has {chars_min} to {chars_max} characters.")
        }
        Refusal::PasswordCommon => "That password is too easy to guess.".to_owned(),
        Refusal::ForeignOrigin => {
            "The form came from another site. Open this page anew and try again.".to_owned()
        }
        Refusal::Malformed | Refusal::UnknownPacket => "The server did not understand.".to_owned(),
        Refusal::Internal => "Something failed on the server. It has been noted.".to_owned(),
        Refusal::Banned { until: None } => "You cannot come into this room.".to_owned(),
        Refusal::Banned { until: Some(_) } => "You cannot come into this room for now.".to_owned(),
        Refusal::Muted { until: None } => "You cannot speak here.".to_owned(),
        Refusal::Muted { until: Some(_) } => "You cannot speak here for now.".to_owned(),
        Refusal::WrongPassword => "That is not the room's password.".to_owned(),
        Refusal::Locked => "The room is locked: nobody new comes in for now.".to_owned(),
        Refusal::Closed => "The room is closed.".to_owned(),
        Refusal::SlowMode { retry_after_ms } => {
            format!("Slow mode: you can send again in {} s.", secs(retry_after_ms))
        }
        Refusal::SpeakersOnly => "Only those the host lets speak write here.".to_owned(),
        Refusal::NotReachable => "You cannot write to them.".to_owned(),
        Refusal::NotAnswered => "Wait until they have answered your request.".to_owned(),
        Refusal::InviteOver => "The invitation is over. Ask for a new one.".to_owned(),
        Refusal::TooMany { limit } => format!("There can be {} at most.", grouped(limit)),
        Refusal::CannotToOneself => "You cannot do that to yourself.".to_owned(),
        Refusal::AccountBanned { until: None } => "This account may not come in.".to_owned(),
        Refusal::AccountBanned { until: Some(_) } => {
            "This account may not come in for now.".to_owned()
        }
        Refusal::TooLarge => "The picture is too large.".to_owned(),
        Refusal::NotAPicture => "Choose a PNG, JPEG, GIF or WebP picture.".to_owned(),
        Refusal::OutOfBounds { least, most } => {
            format!("Write a number from {least} to {most}.")
        }
        Refusal::NotInTime => "Choose a moment within the next year.".to_owned(),
        Refusal::NotAnAddress => "That cannot be an e-mail address.".to_owned(),
        Refusal::LinkOver => {
            "This link is over, or was used already. Ask for a new one.".to_owned()
        }
        Refusal::AlreadyDecided => "Somebody else has decided it already.".to_owned(),
        Refusal::NoLanguage => "Choose at least one language that you speak.".to_owned(),
        Refusal::AgeMissing => "First tell the year of your birth.".to_owned(),
        Refusal::TooYoung => "You are too young for this.".to_owned(),
        Refusal::TooSoon { .. } => "It is too soon for that. Try again later.".to_owned(),
        Refusal::ProposalOver => "It is over: somebody said no, or the time ran out.".to_owned(),
        Refusal::AlreadyAnswered => "You have answered it already.".to_owned(),
        Refusal::AnswerFirst => "Answer the question to go on talking.".to_owned(),
        Refusal::NoSkipsLeft => "You have skipped twice today. Try again tomorrow.".to_owned(),
        Refusal::QuestionOver => "This question is not open.".to_owned(),
        Refusal::NothingToAsk => "There is no question to ask. Choose a pack.".to_owned(),
        Refusal::NotAgreed => "You have not both agreed to that yet.".to_owned(),
        Refusal::LastOwner => "There has to be at least one owner.".to_owned(),
        Refusal::Unknown => "The server refused.".to_owned(),
    }
}

/// What a host did, as a line of the log. The reason stands behind it.
fn did(deed: Deed, by: &str, subject: &str, text: &str) -> String {
    match deed {
        Deed::Kicked => format!("{by} put {subject} out"),
        Deed::Banned => format!("{by} banned {subject}"),
        Deed::Unbanned => format!("{subject} may come in again"),
        Deed::Muted => format!("{by} muted {subject}"),
        Deed::Unmuted => format!("{subject} may speak again"),
        Deed::Hosted => format!("{subject} is the host now"),
        Deed::CohostMade => format!("{by} made {subject} a co-host"),
        Deed::CohostEnded => format!("{subject} is no longer a co-host"),
        Deed::SpeakerMade => format!("{by} lets {subject} speak"),
        Deed::SpeakerEnded => format!("{subject} only listens again"),
        Deed::Renamed => format!("{by} named the room “{text}”"),
        Deed::TopicSet if text.is_empty() => format!("{by} removed the topic"),
        Deed::TopicSet => format!("{by} set the topic: {text}"),
        Deed::CapacitySet => format!("{by} let the room take {text} people"),
        Deed::SpeedSet => format!("{by} set up speed rounds: {text} min"),
        Deed::SpeedEnded => format!("{by} called the speed rounds off"),
        Deed::SlowSet if text == "0" => format!("{by} ended slow mode"),
        Deed::SlowSet => format!("{by} set slow mode: one message every {text} s"),
        Deed::Locked => format!("{by} locked the room"),
        Deed::Unlocked => format!("{by} unlocked the room"),
        Deed::DoorSet => format!("{by} changed how one comes in"),
        Deed::Closed => format!("{by} closed the room"),
        Deed::Answered => format!("{by} answered the question"),
        Deed::Skipped => format!("{by} skipped the question"),
        Deed::QuestionsSet => format!("{by} changed the settings for questions"),
        Deed::Opened => opened(text).to_owned(),
        Deed::Kept => "You keep this room".to_owned(),
    }
}

fn done(done: Done) -> &'static str {
    match done {
        Done::Saved => "Saved.",
        Done::Upgraded => "The name is yours now: you have an account.",
        Done::LoginEnded => "Signed out there.",
        Done::Announced => "Announced.",
        Done::LeftRoom => "You left the room.",
        Done::Reported => "Reported. Those who keep order here will look at it and tell you.",
        Done::Decided => "Decided; both were told.",
        Done::ResetAsked => {
            "If there is such an account and it has an e-mail address, a link is on its way there."
        }
        Done::PasswordSet => "The new password is set. Sign in with it.",
        Done::SignedOut => "You are signed out. See you soon.",
        Done::Planned => "It will be sent then.",
        Done::Cancelled => "It will not be sent.",
        Done::WillRemind => "You will be reminded then.",
        Done::Dismissed => "The reminder is gone.",
        Done::LookoutKept => "You will be told once, within a day, when someone like that is here.",
        Done::LookoutEnded => "You are not told any more.",
        Done::Accepted => "You can write to each other now.",
        Done::Declined => "Declined. They are not told.",
        Done::Blocked => "Blocked. They are not told.",
        Done::Unblocked => "Not blocked any more.",
        Done::RoomMade => "The room is there.",
        Done::RoomClosed => "The room is closed.",
        Done::Acted => "Done.",
        Done::Invited => "The invitation is made. Its link is shown only now.",
        Done::InviteTaken => "The invitation is taken back.",
        Done::Waits => "You wait for a place, and are let in when it is your turn.",
        Done::WaitsNot => "You wait no longer.",
    }
}

fn day(civil: &Civil, with_year: bool) -> String {
    let weekday = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
        .get(civil.weekday)
        .copied()
        .unwrap_or_default();
    let month = match civil.month {
        1 => "January",
        2 => "February",
        3 => "March",
        4 => "April",
        5 => "May",
        6 => "June",
        7 => "July",
        8 => "August",
        9 => "September",
        10 => "October",
        11 => "November",
        _ => "December",
    };
    if with_year {
        format!("{weekday}, {} {month} {}", civil.day, civil.year)
    } else {
        format!("{weekday}, {} {month}", civil.day)
    }
}

/// What all agreed to show, by its name on the wire.
fn opened(step: &str) -> &'static str {
    match step {
        "links" => "Links can be opened from here on",
        "pictures" => "Pictures are shown from here on",
        "names" => "You know each other's names from here on",
        _ => "You show each other more from here on",
    }
}
