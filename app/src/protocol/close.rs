//! Why the server ends a socket. The code's range tells whether to come back.

/// A close code of ours. 4000 to 4499: come back. 4500 to 4999: do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum Close {
    /// The server restarts or drains; come back after a random pause of up to 10 s.
    Restarting = 4000,
    /// The client did not read what was written to it.
    Slow = 4001,
    /// Nothing came from the client for too long.
    Silent = 4002,
    /// No `hello` came in time.
    NoHello = 4003,
    /// Too many frames in too short a time.
    Flood = 4004,
    /// The user has too many sockets open.
    TooManySockets = 4005,
    /// Something failed on the server.
    Failed = 4006,
    /// The client speaks another version of the protocol: reload the page.
    Outdated = 4500,
    /// The login was ended: sign in again.
    SignedOut = 4501,
    /// A frame that is not a packet: broken JSON or a wrong shape.
    Malformed = 4502,
    /// A frame of more than 64 KiB.
    TooBig = 4503,
    /// A binary frame; packets are text.
    Binary = 4504,
    /// A packet before `hello`, or a second `hello`.
    OutOfTurn = 4505,
    /// The user signed in elsewhere, and wants one login at a time.
    Replaced = 4506,
}

impl Close {
    /// Every code, for the docs and the tests.
    pub const ALL: [Self; 14] = [
        Self::Restarting,
        Self::Slow,
        Self::Silent,
        Self::NoHello,
        Self::Flood,
        Self::TooManySockets,
        Self::Failed,
        Self::Outdated,
        Self::SignedOut,
        Self::Malformed,
        Self::TooBig,
        Self::Binary,
        Self::OutOfTurn,
        Self::Replaced,
    ];

    /// The number on the wire.
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// The code of that number, if it is one of ours.
    pub fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// Whether a client should open a new socket after this close code. Codes that are not ours
/// (1001, 1006, 1012 and the like) mean a network or a proxy in trouble: yes.
pub const fn may_come_back(code: u16) -> bool {
    !(code >= 4500 && code <= 4999)
}
