//! The outbox against a table of cases, and against a server that does whatever it likes.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn cid(n: u128) -> Cid {
    Cid(Uuid::from_u128(n))
}

fn room(n: u128) -> RoomId {
    RoomId(Uuid::from_u128(n))
}

fn text(n: u128) -> MessageText {
    MessageText::try_from(n.to_string()).unwrap()
}

fn unpaced() -> Outbox {
    Outbox::with_pace(Pace::new(1_000_000, 1_000_000, Millis(0)))
}

fn filled(rooms: &[u128]) -> Outbox {
    let mut outbox = unpaced();
    for (at, of) in rooms.iter().enumerate() {
        let n = at as u128 + 1;
        outbox.push(cid(n), room(*of), text(n), Millis(0));
    }
    outbox
}

fn due(outbox: &mut Outbox, now: i64) -> Vec<u128> {
    outbox.due(Millis(now)).iter().map(|it| it.cid.0.as_u128()).collect()
}

fn ack(n: u128, seq: u64) -> Acked {
    Acked { cid: cid(n), room: room(1), seq: Seq::ZERO.plus(seq), at: Millis(0) }
}

fn refuse(n: u128, reason: Refusal) -> Refused {
    Refused { cid: Some(cid(n)), reason }
}

const BUSY: Refusal = Refusal::Busy { retry_after_ms: 100 };

#[test]
fn nothing_is_due_until_connected_and_each_thing_once() {
    let mut outbox = filled(&[1, 1]);
    assert_eq!((due(&mut outbox, 0), outbox.next_due(Millis(0))), (vec![], None));
    outbox.connected(Millis(0));
    assert_eq!(outbox.next_due(Millis(7)), Some(Millis(7)));
    assert_eq!((due(&mut outbox, 0), due(&mut outbox, 0)), (vec![1, 2], vec![]));
    assert_eq!(outbox.next_due(Millis(0)), None);
}

#[test]
fn no_more_are_in_flight_than_the_window() {
    let mut outbox = filled(&[1; SENDS_IN_FLIGHT_MAX + 2]);
    outbox.connected(Millis(0));
    assert_eq!(due(&mut outbox, 0).len(), SENDS_IN_FLIGHT_MAX);
    assert_eq!(outbox.next_due(Millis(0)), None);
    outbox.acked(&ack(1, 1));
    assert_eq!(due(&mut outbox, 0), [SENDS_IN_FLIGHT_MAX as u128 + 1]);
}

#[test]
fn the_pace_stays_below_what_the_server_takes() {
    let mut outbox = Outbox::new();
    for n in 1..=30 {
        outbox.push(cid(n), room(1), text(n), Millis(0));
    }
    outbox.connected(Millis(1_000));
    assert_eq!(due(&mut outbox, 1_000).len(), (SENDS_BURST - BURST_SPARED) as usize);
    assert_eq!(outbox.next_due(Millis(1_000)), Some(Millis(1_200)));
    assert_eq!(due(&mut outbox, 1_200).len(), 1);
}

#[test]
fn after_a_cut_the_unanswered_are_sent_again_in_order() {
    let mut outbox = filled(&[1, 1, 1]);
    outbox.connected(Millis(0));
    due(&mut outbox, 0);
    outbox.acked(&ack(1, 1));
    outbox.disconnected();
    outbox.push(cid(4), room(1), text(4), Millis(0));
    assert_eq!(due(&mut outbox, 0), [0; 0]);
    // The log shows the second one: its acknowledgement was lost, it was not.
    assert!(outbox.logged(cid(2)));
    outbox.connected(Millis(1));
    assert_eq!(due(&mut outbox, 1), [3, 4]);
}

#[test]
fn what_may_be_sent_again_waits_with_all_behind_it_and_other_rooms_do_not() {
    let mut outbox = filled(&[1, 1, 2, 1]);
    outbox.connected(Millis(0));
    due(&mut outbox, 0);
    outbox.acked(&ack(1, 1));
    assert!(outbox.refused(&refuse(2, BUSY), Millis(0)));
    assert!(outbox.refused(&refuse(4, BUSY), Millis(10)));
    assert_eq!(outbox.next_due(Millis(10)), Some(Millis(100)));
    outbox.push(cid(5), room(2), text(5), Millis(10));
    assert_eq!(due(&mut outbox, 99), [5]);
    assert_eq!(due(&mut outbox, 100), [2, 4]);
}

#[test]
fn what_is_refused_for_good_stays_until_the_user_decides() {
    let mut outbox = filled(&[1, 1]);
    outbox.connected(Millis(0));
    due(&mut outbox, 0);
    assert!(outbox.refused(&refuse(1, Refusal::NotEntered), Millis(0)));
    assert!(!outbox.refused(&refuse(9, Refusal::NotEntered), Millis(0)));
    assert_eq!(due(&mut outbox, 0), [0; 0]);
    outbox.retry(cid(1), Millis(5));
    outbox.retry(cid(2), Millis(5));
    assert_eq!(due(&mut outbox, 5), [1]);
    assert_eq!(outbox.discard(cid(1)), None);
    outbox.refused(&refuse(1, Refusal::NotEntered), Millis(5));
    assert_eq!(outbox.discard(cid(1)).as_deref(), Some("1"));
    assert_eq!(outbox.items().map(|it| it.cid).collect::<Vec<_>>(), [cid(2)]);
}

#[test]
fn a_refusal_that_comes_after_the_acknowledgement_changes_nothing() {
    let mut outbox = filled(&[1]);
    outbox.connected(Millis(0));
    due(&mut outbox, 0);
    outbox.acked(&ack(1, 1));
    outbox.refused(&refuse(1, Refusal::Internal), Millis(0));
    assert_eq!(outbox.items().next().map(|it| it.state), Some(SendState::Acked));
}

#[test]
fn what_was_stored_before_the_log_begins_anew_does_not_wait_for_it() {
    let mut outbox = filled(&[1, 1, 2]);
    outbox.acked(&ack(1, 10));
    outbox.acked(&ack(2, 11));
    outbox.acked(&ack(3, 1));
    outbox.passed(room(1), Seq::ZERO.plus(10));
    assert_eq!(outbox.items().map(|it| it.cid).collect::<Vec<_>>(), [cid(2), cid(3)]);
}

#[test]
fn what_a_restored_backup_may_not_have_is_sent_again_in_order() {
    let mut outbox = filled(&[1, 1, 2, 1]);
    outbox.connected(Millis(0));
    assert_eq!(due(&mut outbox, 0), [1, 2, 3, 4]);
    outbox.acked(&ack(1, 7));
    outbox.logged(cid(1));
    outbox.acked(&ack(2, 8));
    outbox.set_back();
    // The numbers of before mean nothing any more.
    outbox.passed(room(1), Seq::ZERO.plus(20));
    outbox.connected(Millis(1));
    assert_eq!(due(&mut outbox, 1), [2, 3, 4]);
    outbox.acked(&ack(2, 3));
    outbox.passed(room(1), Seq::ZERO.plus(3));
    assert_eq!(outbox.items().map(|it| it.cid).collect::<Vec<_>>(), [cid(3), cid(4)]);
}

#[test]
fn what_is_sent_names_what_has_no_answer_before_it_in_its_room() {
    let named = |said: Vec<Say>| -> Vec<_> {
        let number = |it: Cid| it.0.as_u128();
        said.into_iter().map(|it| (number(it.cid), it.after.map(number))).collect()
    };
    let mut outbox = filled(&[1, 1, 2, 1, 1]);
    outbox.connected(Millis(0));
    let due = named(outbox.due(Millis(0)));
    assert_eq!(due, [(1, None), (2, Some(1)), (3, None), (4, Some(2)), (5, Some(4))]);
    outbox.acked(&ack(1, 1));
    outbox.refused(&refuse(2, Refusal::NotEntered), Millis(0));
    // What stands in the log, or never will, is no longer waited for.
    assert_eq!(named(outbox.unanswered()), [(3, None), (4, None), (5, Some(4))]);
    outbox.disconnected();
    outbox.retry(cid(2), Millis(1));
    outbox.connected(Millis(1));
    let due = named(outbox.due(Millis(1)));
    assert_eq!(due, [(2, None), (3, None), (4, Some(2)), (5, Some(4))]);
}

#[test]
fn a_restored_outbox_sends_what_was_not_stored_first() {
    let mut before = filled(&[1, 1, 1, 1]);
    before.connected(Millis(0));
    due(&mut before, 0);
    before.acked(&ack(1, 1));
    before.refused(&refuse(2, Refusal::NotEntered), Millis(0));
    let stored = serde_json::to_string(&before.items().collect::<Vec<_>>()).unwrap();
    let mut outbox = unpaced();
    outbox.push(cid(9), room(1), text(9), Millis(0));
    outbox.restore(serde_json::from_str(&stored).unwrap());
    outbox.restore(serde_json::from_str(&stored).unwrap());
    outbox.connected(Millis(0));
    assert_eq!(outbox.items().count(), 4);
    assert_eq!(due(&mut outbox, 0), [3, 4, 9]);
}

/// What may happen between an outbox and its server.
#[derive(Clone, Debug)]
enum Deed {
    Say {
        room: u128,
    },
    Pass {
        ms: i64,
    },
    Send,
    /// The server takes one packet from the wire and answers so, if it may choose.
    Handle(Answer),
    /// The client takes one packet from the wire.
    Hear,
    /// The server takes one packet of a socket that is gone: its database stood still meanwhile.
    Late {
        wire: usize,
    },
    Cut,
    Connect,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Store,
    Wait,
    Never,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => (1..3_u128).prop_map(|room| Deed::Say { room }),
        2 => (0..300_i64).prop_map(|ms| Deed::Pass { ms }),
        4 => Just(Deed::Send),
        5 => Just(Deed::Handle(Answer::Store)),
        2 => Just(Deed::Handle(Answer::Wait)),
        1 => Just(Deed::Handle(Answer::Never)),
        6 => Just(Deed::Hear),
        2 => (0..4_usize).prop_map(|wire| Deed::Late { wire }),
        1 => Just(Deed::Cut),
        1 => Just(Deed::Connect),
    ]
}

enum Reply {
    Acked(Acked),
    Refused(Refused),
    Logged(Cid),
}

/// A client, its wires, and a server that keeps the rule of the protocol: what comes after
/// something is stored only once that is.
struct World {
    now: Millis,
    said: u128,
    outbox: Outbox,
    up: VecDeque<Say>,
    /// What came by sockets that are gone, and waits for the database.
    late: Vec<VecDeque<Say>>,
    down: VecDeque<Reply>,
    logs: HashMap<RoomId, Vec<Cid>>,
    never: HashSet<Cid>,
    is_connected: bool,
}

impl World {
    fn new() -> Self {
        Self {
            now: Millis(0),
            said: 0,
            outbox: Outbox::with_pace(Pace::new(20, 5, Millis(0))),
            up: VecDeque::new(),
            late: Vec::new(),
            down: VecDeque::new(),
            logs: HashMap::new(),
            never: HashSet::new(),
            is_connected: false,
        }
    }

    fn play(&mut self, deed: Deed) {
        match deed {
            Deed::Say { room: of } => {
                self.said += 1;
                self.outbox.push(cid(self.said), room(of), text(self.said), self.now);
            }
            Deed::Pass { ms } => self.now = self.now.plus(ms),
            Deed::Send => self.up.extend(self.outbox.due(self.now)),
            Deed::Handle(answer) => self.handle(answer),
            Deed::Hear => self.hear(),
            Deed::Late { wire } => {
                let say = self.late.get_mut(wire).and_then(VecDeque::pop_front);
                let _ = say.map(|it| self.take(&it, Answer::Store));
            }
            Deed::Cut => {
                self.late.push(std::mem::take(&mut self.up));
                self.down.clear();
                self.is_connected = false;
                self.outbox.disconnected();
            }
            Deed::Connect if self.is_connected => {}
            Deed::Connect => self.connect(),
        }
    }

    fn connect(&mut self) {
        self.is_connected = true;
        // The log is followed again from its beginning: repeats do no harm.
        self.down.extend(self.logs.values().flatten().copied().map(Reply::Logged));
        self.outbox.connected(self.now);
    }

    fn handle(&mut self, answer: Answer) {
        let Some(say) = self.up.pop_front() else { return };
        let reply = match self.take(&say, answer) {
            Ok(seq) => Reply::Acked(Acked { cid: say.cid, room: say.room, seq, at: self.now }),
            Err(reason) => Reply::Refused(Refused { cid: Some(say.cid), reason }),
        };
        self.down.push_back(reply);
    }

    /// What the server makes of it, by whatever socket it came.
    fn take(&mut self, say: &Say, answer: Answer) -> Result<Seq, Refusal> {
        let log = self.logs.entry(say.room).or_default();
        let place = |at: usize| Seq::ZERO.plus(at as u64 + 1);
        if let Some(at) = log.iter().position(|it| *it == say.cid) {
            return Ok(place(at));
        }
        // What is refused for good is refused again when it comes again.
        if answer == Answer::Never || self.never.contains(&say.cid) {
            self.never.insert(say.cid);
            return Err(Refusal::NotEntered);
        }
        if answer == Answer::Wait || say.after.is_some_and(|it| !log.contains(&it)) {
            return Err(BUSY);
        }
        log.push(say.cid);
        if self.is_connected {
            self.down.push_back(Reply::Logged(say.cid));
        }
        Ok(place(log.len() - 1))
    }

    fn hear(&mut self) {
        match self.down.pop_front() {
            Some(Reply::Acked(acked)) => self.outbox.acked(&acked),
            Some(Reply::Refused(refused)) => assert!(self.outbox.refused(&refused, self.now)),
            Some(Reply::Logged(cid)) => _ = self.outbox.logged(cid),
            None => {}
        }
    }

    /// From here on all is well.
    fn settle(&mut self) {
        self.play(Deed::Cut);
        self.play(Deed::Connect);
        for _ in 0..100_000 {
            self.play(Deed::Send);
            if self.up.is_empty() && self.down.is_empty() {
                match self.outbox.next_due(self.now) {
                    Some(at) => self.now = at,
                    None => return,
                }
            }
            self.play(Deed::Handle(Answer::Store));
            self.play(Deed::Hear);
        }
        panic!("does not come to rest: {:?}", self.outbox);
    }
}

proptest! {
    #[test]
    fn whatever_happens_each_send_ends_once_and_in_order(deeds in prop::collection::vec(deed(), 0..200)) {
        let mut world = World::new();
        for deed in deeds {
            world.play(deed);
            prop_assert!(world.outbox.in_flight() <= SENDS_IN_FLIGHT_MAX);
        }
        world.settle();
        for log in world.logs.values() {
            prop_assert!(log.is_sorted_by(|a, b| a < b), "not in the order said, or twice: {:?}", log);
        }
        let stored: usize = world.logs.values().map(Vec::len).sum();
        prop_assert_eq!(stored + world.never.len(), world.said as usize);
        for item in world.outbox.items() {
            prop_assert!(world.never.contains(&item.cid), "left over: {:?}", item);
            prop_assert!(matches!(item.state, SendState::Refused(_)));
        }
    }
}
