//! The pure core of matchmaking: who is put together with whom, and what becomes of tickets and
//! proposals. It knows no clock (`now` is an argument, in milliseconds), no database, no network
//! and no chance but from a seed. The server decides with it; `harness match` simulates with it.
//!
//! | module | what it answers |
//! |---|---|
//! | [`ticket`] | who asks, what never relaxes, and what is wished |
//! | [`pairs`] | what two people are to each other: blocked, met, refused |
//! | [`fit`] | whether two tickets may meet, how well they fit, and why |
//! | [`mod@weight`] | how good a fit is wanted by now, and what putting two together is worth |
//! | [`crowd`] | an invented crowd for tests, bench and simulation |
//! | [`waits`] | how long such people usually wait, and what dropping a wish saves |
//! | [`standing`] | a score of behaviour by its parts, and pauses |
//! | [`graph`] | a heaviest matching, exactly or nearly |
//! | [`mod@round`] | who is put together now, and when to look again |
//! | [`desk`] | what an answer, a cancellation, a lost connection or the clock does |

mod chance;
pub mod crowd;
pub mod desk;
pub mod fit;
pub mod graph;
pub mod ids;
pub mod pairs;
pub mod round;
pub mod standing;
pub mod ticket;
pub mod waits;
pub mod weight;
