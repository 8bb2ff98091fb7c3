//! Questions that two people answer for each other: packs, what brings a question up, its way from
//! asked to unsealed, and the answer book.
//!
//! Pure: no I/O, no clock (`now` is an argument), no SQL. The store keeps what these types say, and
//! every door shows an asked question by [`asked::Asked::view_for`] alone.

pub mod asked;
pub mod book;
pub mod choose;
pub mod daily;
pub mod mode;
pub mod packs;
pub mod ready;
pub mod refusal;
mod seed;
pub mod triggers;
