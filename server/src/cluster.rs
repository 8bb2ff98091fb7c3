//! The fast path between the nodes of a deployment. The database is the truth; what travels here
//! may be lost, and every receiver must be able to do without.

use app::protocol::ids::{RoomId, Seq};
use axum::extract::ws::Utf8Bytes;
use std::fmt::Debug;

/// Tells other nodes what was committed on this one.
pub trait Cluster: Debug + Send + Sync + 'static {
    /// Entries `first..=last` of a room were committed; `frame` is their packet; `moved`
    /// when somebody joined or left by them. Must not block.
    fn publish(&self, room: RoomId, first: Seq, last: Seq, moved: bool, frame: &Utf8Bytes);
}

/// One node alone: there is nobody to tell.
#[derive(Clone, Copy, Debug)]
pub struct Local;

impl Cluster for Local {
    fn publish(&self, _: RoomId, _: Seq, _: Seq, _: bool, _: &Utf8Bytes) {}
}
