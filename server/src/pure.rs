//! What reads strangers' words without doing anything yet. Public for the checks in `fuzz/`, and
//! free to change with them.

pub use crate::{
    address::client,
    auth::{Name, Token, hex, unhex},
    engine::session::incoming::{read, start_for},
    http::{
        flash::Flash,
        visitor::{agent_of, preferences_of},
    },
};
