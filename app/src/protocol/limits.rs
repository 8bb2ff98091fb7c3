//! The limits that form, server, harness and docs share. Units are in the names.

/// The version of this protocol. A `hello` with another one is closed as outdated.
pub const VERSION: u32 = 1;

/// A frame from a client, in bytes.
pub const FRAME_BYTES_MAX: usize = 64 * 1024;
/// The text of a message, in characters (Unicode scalar values) after trimming.
pub const TEXT_CHARS_MAX: usize = 4_000;
/// From this many characters on, the composer shows how many are left.
pub const TEXT_CHARS_SHOW_LEFT: usize = 3_600;
/// Sends of one session that may be unanswered at a time.
pub const SENDS_IN_FLIGHT_MAX: usize = 64;
/// Sends per second of one session, in the long run.
pub const SENDS_PER_SEC: u32 = 5;
/// Sends of one session at once, after a pause.
pub const SENDS_BURST: u32 = 20;
/// Frames of any kind per second of one session, in the long run; more end the session.
pub const FRAMES_PER_SEC: u32 = 100;
/// Frames of any kind at once.
pub const FRAMES_BURST: u32 = 400;
/// The server pings each session this often, in seconds.
pub const PING_SECS: u64 = 25;
/// A session from which nothing came for so long is dead, in seconds.
pub const DEAD_AFTER_SECS: u64 = 60;
/// A client that got no frame for so long gives its socket up, in seconds.
pub const SILENCE_SECS: u64 = 40;
/// From the upgrade to the first `hello`, in seconds.
pub const HELLO_SECS: u64 = 10;
/// A write that a client does not take for so long ends its session, in seconds.
pub const WRITE_STALL_SECS: u64 = 15;
/// Entries on a page of history.
pub const PAGE_ENTRIES: usize = 100;
/// Frames that a room keeps for its sessions to read.
pub const RING_FRAMES: usize = 512;
/// Entries that a reader holds back while it asks for the missing ones.
pub const HOLD_ENTRIES: usize = 256;
/// Further behind than this, a client starts anew from the newest page.
pub const CATCH_UP_ENTRIES_MAX: u64 = 1_000;
/// Rooms that one `hello` may name.
pub const HELLO_ROOMS_MAX: usize = 200;
/// Rooms that a page may watch at a time.
pub const WATCH_ROOMS_MAX: usize = 100;
/// A room's name, in characters.
pub const ROOM_NAME_CHARS_MAX: usize = 40;
/// A room's topic, in characters.
pub const TOPIC_CHARS_MAX: usize = 200;
/// A reason, in characters.
pub const REASON_CHARS_MAX: usize = 200;
/// A room's password, in characters.
pub const ROOM_PASSWORD_CHARS_MIN: usize = 4;
/// A room's password, in characters.
pub const ROOM_PASSWORD_CHARS_MAX: usize = 64;
/// People in a room of one's own, at least and at most.
pub const ROOM_PEOPLE_MIN: u32 = 2;
/// People in a room of one's own, at most; more make it a large one.
pub const ROOM_PEOPLE_MAX: u32 = 500;
/// People in a large room, at most.
pub const LARGE_PEOPLE_MAX: u32 = 100_000;
/// Rooms that one user may be the host of.
pub const ROOMS_PER_HOST: u32 = 20;
/// The longest slow mode, in seconds.
pub const SLOW_SECS_MAX: u32 = 6 * 60 * 60;
/// Slow mode of a large room when it is made, in seconds.
pub const LARGE_SLOW_SECS: u32 = 10;
/// The longest ban or mute that ends by itself, in seconds.
pub const SANCTION_SECS_MAX: u32 = 365 * 24 * 60 * 60;
/// Messages of a request to write, before the other has answered.
pub const REQUEST_MESSAGES_MAX: u32 = 3;
/// Messages to be sent later and reminders to come of one user.
pub const LATER_PER_USER: u32 = 50;
/// So far ahead a message is sent later, or a reminder comes, in days.
pub const LATER_DAYS_MAX: i64 = 365;
/// What a list shows of a message, in characters.
pub const EXCERPT_CHARS: usize = 200;
/// What a user tells of themselves, in characters.
pub const ABOUT_CHARS_MAX: usize = 300;
/// Languages of a user.
pub const LANGUAGES_MAX: usize = 8;
/// Interests of a user.
pub const INTERESTS_MAX: usize = 10;
/// One interest, in characters.
pub const INTEREST_CHARS_MAX: usize = 20;
/// A picture as it is sent, in bytes.
pub const PICTURE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// A picture as it is sent, in pixels.
pub const PICTURE_PIXELS_MAX: u64 = 40_000_000;
/// An e-mail address, in characters.
pub const EMAIL_CHARS_MAX: usize = 254;
/// Reports of one user in a day.
pub const REPORTS_PER_DAY: u32 = 10;
/// What a reporter writes, in characters.
pub const REPORT_CHARS_MAX: usize = 1_000;
/// Invitations into one room.
pub const INVITES_PER_ROOM: usize = 50;
/// How often an invitation may be used, where that is limited.
pub const INVITE_USES_MAX: u32 = 10_000;
/// An answer to a question, in characters after trimming.
pub const ANSWER_CHARS_MAX: usize = 2_000;
/// The id of a question pack, in characters.
pub const PACK_ID_CHARS_MAX: usize = 32;
/// The id of a question in its pack, in characters.
pub const QUESTION_ID_CHARS_MAX: usize = 48;
/// The clock asks a pair at most so often, in days.
pub const CLOCK_DAYS_MIN: u8 = 1;
/// The clock asks a pair at least so often, in days.
pub const CLOCK_DAYS_MAX: u8 = 30;
/// Clocks are at most so far behind UTC, in minutes.
pub const ZONE_MINS_MIN: i32 = -12 * 60;
/// Clocks are at most so far ahead of UTC, in minutes.
pub const ZONE_MINS_MAX: i32 = 14 * 60;
/// Questions of a pair that may be open at a time.
pub const OPEN_QUESTIONS_MAX: u32 = 5;
/// Questions that one person may skip in a day.
pub const SKIPS_PER_DAY: u32 = 2;
/// So long after both have answered, one may answer anew, in days.
pub const ANEW_AFTER_DAYS: i64 = 30;
/// Rooms on a page of the directory.
pub const DIRECTORY_PAGE: usize = 50;
/// People who are matched with each other, at most.
pub const MATCH_PEOPLE_MAX: u32 = 8;
/// To say yes to a proposal, in seconds.
pub const PROPOSAL_SECS: i64 = 15;
/// Who has no socket for so long leaves the queue, in seconds.
pub const MATCH_GRACE_SECS: i64 = 20;
/// A page without a script asks so often how it stands with its user's search, in seconds.
pub const STILL_SECS: u64 = 5;
/// The longest time for which a wish may be kept from relaxing, in seconds.
pub const KEEP_WISH_SECS_MAX: u32 = 60 * 60;
/// Speed rounds in a row, at most.
pub const SPEED_ROUNDS_MAX: u32 = 12;
/// The longest of them, in minutes.
pub const SPEED_MINS_MAX: u32 = 30;
/// The first of them begins so many minutes after they were set up, at most: within a day.
pub const SPEED_IN_MINS_MAX: u32 = 24 * 60;
/// The youngest who may be matched, in years.
pub const MATCH_AGE_MIN: i64 = 14;
/// From this age on one is an adult, in years.
pub const ADULT_AGE: i64 = 19;
/// People in a channel, unless the configuration says otherwise.
pub const CHANNEL_PEOPLE: u32 = 500;
/// Live sockets of one user.
pub const SOCKETS_PER_USER: usize = 20;
/// Live sockets from one address.
pub const SOCKETS_PER_ADDRESS: usize = 50;
/// Commands that may wait for the store before more are refused as busy.
pub const COMMANDS_WAITING_MAX: usize = 4_096;
/// Commands of one room in one transaction.
pub const ROOM_BATCH_MAX: usize = 256;
/// A name, in characters.
pub const NAME_CHARS_MIN: usize = 2;
/// A name, in characters.
pub const NAME_CHARS_MAX: usize = 24;
/// A password, in characters.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// A password, in characters.
pub const PASSWORD_CHARS_MAX: usize = 256;
/// A client tells that its user types at most this often, in milliseconds.
pub const TYPING_EVERY_MS: i64 = 3_000;
/// A typing line vanishes so long after it was last renewed, in milliseconds.
pub const TYPING_SHOWN_MS: i64 = 6_000;
