//! Keeps the order of what a session says when something had to be refused for a while.
//!
//! When a send is refused as too fast or busy, those behind it must not overtake it: they are
//! refused alike until it comes again, or until it has plainly been given up.

use app::protocol::{
    ids::{Cid, Millis, RoomId},
    refusal::Refusal,
};

/// After so long without the refused send, the others may pass, in milliseconds.
const GIVEN_UP_AFTER_MS: i64 = 10_000;

#[derive(Clone, Copy, Debug)]
struct Held {
    room: RoomId,
    cid: Cid,
    reason: Refusal,
    since: Millis,
}

/// The sends that others of the same room have to wait for; at most one a room.
#[derive(Debug, Default)]
pub(crate) struct Gate(Vec<Held>);

impl Gate {
    /// Whether this send may be tried now; if not, why.
    pub(crate) fn admit(&mut self, room: RoomId, cid: Cid, now: Millis) -> Result<(), Refusal> {
        self.0.retain(|it| now.since(it.since) < GIVEN_UP_AFTER_MS);
        match self.0.iter().find(|it| it.room == room) {
            Some(held) if held.cid != cid => Err(held.reason),
            _ => Ok(()),
        }
    }

    /// The send was taken.
    pub(crate) fn passed(&mut self, room: RoomId) {
        self.0.retain(|it| it.room != room);
    }

    /// The send was refused for a while: those behind it have to wait. Where one is held already,
    /// it stays the first.
    pub(crate) fn hold(&mut self, room: RoomId, cid: Cid, reason: Refusal, now: Millis) {
        match self.0.iter_mut().find(|it| it.room == room) {
            // The first one came again, so it has not been given up.
            Some(held) if held.cid == cid => (held.reason, held.since) = (reason, now),
            Some(held) => held.reason = reason,
            None => self.0.push(Held { room, cid, reason, since: now }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn nobody_overtakes_a_refused_send_until_it_came_again() {
        let [one, two] = [1, 2].map(|n| Cid(Uuid::from_u128(n)));
        let (room, other) = (RoomId(Uuid::from_u128(1)), RoomId(Uuid::from_u128(2)));
        let busy = Refusal::Busy { retry_after_ms: 9 };
        let mut gate = Gate::default();
        gate.hold(room, one, busy, Millis(0));
        assert_eq!(gate.admit(room, two, Millis(1)), Err(busy));
        assert_eq!(gate.admit(other, two, Millis(1)), Ok(()));
        assert_eq!(gate.admit(room, one, Millis(2)), Ok(()));
        gate.passed(room);
        assert_eq!(gate.admit(room, two, Millis(3)), Ok(()));
    }

    #[test]
    fn a_send_that_was_given_up_holds_nobody_for_ever() {
        let [one, two] = [1, 2].map(|n| Cid(Uuid::from_u128(n)));
        let room = RoomId(Uuid::nil());
        let mut gate = Gate::default();
        let busy = Refusal::Busy { retry_after_ms: 9 };
        gate.hold(room, one, busy, Millis(0));
        // Those behind it are refused again and again; that does not make it wait longer.
        for at in 1..10 {
            gate.hold(room, two, busy, Millis(at * 1_000));
        }
        assert!(gate.admit(room, two, Millis(9_999)).is_err());
        assert!(gate.admit(room, two, Millis(10_000)).is_ok());
    }
}
