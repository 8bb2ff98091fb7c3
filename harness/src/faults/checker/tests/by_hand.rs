//! For each rule, a story that breaks it and no other, and one that nearly does.

use super::{
    Cid, Digest, Fact, Happened, Integrity, Kind, Machine, Micros, Rule, Run, SocketNo, epoch, id,
    seq, user,
};
use crate::faults::{checker::Measured, history::Remaining};
use app::protocol::{
    ids::{RoomId, Seq},
    message::Deed,
    refusal::Refusal,
};

const ROOM: RoomId = RoomId(uuid::Uuid::from_u128(1));
const SOCKET: SocketNo = SocketNo(0);
const ANN: usize = 0;
const BOB: usize = 1;

fn cid(n: u128) -> Cid {
    Cid(id(n))
}

fn digest(n: u128) -> Digest {
    Digest::of_message(&n.to_string())
}

/// Ann and Bob enter (1, 2); Ann says two things (3, 4) that are acknowledged; both see all of it.
fn good() -> Run {
    let mut run = Run::new(&[ROOM]);
    for client in [ANN, BOB] {
        run.history.add_client(client.to_string());
        run.history.clients[client].user = Some(user(client));
        welcome(&mut run, client, SOCKET, 0);
    }
    let joined = [ANN, BOB].map(|it| run.append(ROOM, it, Kind::Joined, None));
    say(&mut run, ANN, 1);
    say(&mut run, ANN, 2);
    for (n, at) in [(1, 3), (2, 4)] {
        let fact = run.append(ROOM, ANN, Kind::Message, Some((cid(n), digest(n))));
        ack(&mut run, ANN, n, at);
        assert_eq!(fact.seq, seq(at));
    }
    let said: Vec<Fact> = run.database.rooms[&ROOM].entries[2..].to_vec();
    for client in [ANN, BOB] {
        for fact in joined.iter().chain(&said) {
            run.saw(client, 100, 0, *fact);
        }
        run.view(client, ROOM, 0, true);
    }
    run.settle();
    run
}

fn welcome(run: &mut Run, client: usize, socket: SocketNo, have: u64) {
    let (user, epoch) = (user(client), run.database.epoch);
    run.did(client, 0, Happened::Welcomed { socket, user, epoch });
    follow(run, client, socket, have, have);
}

fn follow(run: &mut Run, client: usize, socket: SocketNo, have: u64, start: u64) {
    let head = run.log(ROOM).head;
    let (have, start) = (seq(have), seq(start));
    run.did(client, 0, Happened::Followed { socket, room: ROOM, have, start, head });
}

fn say(run: &mut Run, client: usize, n: u128) {
    let (cid, text) = (cid(n), digest(n));
    run.did(client, 0, Happened::Said { cid, room: ROOM, text, intended: Micros(0) });
}

fn ack(run: &mut Run, client: usize, n: u128, at: u64) {
    let (cid, seq) = (cid(n), seq(at));
    run.did(client, 50, Happened::Acked { socket: SOCKET, cid, room: ROOM, seq });
}

fn refuse(run: &mut Run, client: usize, n: u128) {
    let reason = Refusal::DiskFull;
    run.did(client, 50, Happened::Refused { socket: SOCKET, cid: cid(n), reason });
}

fn remain(run: &mut Run, client: usize, n: u128, is_refused: bool) {
    run.history.clients[client].remaining.push(Remaining { cid: cid(n), is_refused });
}

/// The story breaks that rule and no other; `None`: it breaks none.
#[track_caller]
fn check(rule: impl Into<Option<Rule>>, change: impl FnOnce(&mut Run)) {
    let mut run = good();
    change(&mut run);
    let expected: Vec<Rule> = rule.into().into_iter().collect();
    assert_eq!(run.broken().into_iter().collect::<Vec<_>>(), expected, "{:?}", run.check());
}

/// The entry of that place, everywhere else as it was.
fn stored(run: &mut Run, at: usize) -> &mut Fact {
    &mut run.log(ROOM).entries[at - 1]
}

#[test]
fn all_is_well() {
    check(None, |_| {});
}

#[test]
fn c1_what_was_acknowledged_is_there_as_it_was_said() {
    check(Rule::C1, |run| {
        say(run, ANN, 3);
        ack(run, ANN, 3, 5);
    });
    check(Rule::C1, |run| ack(run, ANN, 2, 3));
    check(Rule::C1, |run| ack(run, BOB, 2, 4));
    check(Rule::C1, |run| {
        let entry = stored(run, 3);
        entry.author = user(BOB);
        // Everybody saw it so.
        *run = rewritten(std::mem::replace(run, good()));
    });
    // Acknowledged twice, as it is after a resend.
    check(None, |run| ack(run, ANN, 2, 4));
    // Acknowledged in an epoch that was restored from a backup without it.
    check(None, |run| {
        say(run, ANN, 3);
        let socket = SocketNo(9);
        let (user, epoch) = (user(ANN), epoch(8));
        run.did(ANN, 0, Happened::Welcomed { socket, user, epoch });
        let (cid, seq) = (cid(3), seq(7));
        run.did(ANN, 0, Happened::Acked { socket, cid, room: ROOM, seq });
    });
}

/// The same run where all saw what the database has.
fn rewritten(mut run: Run) -> Run {
    for client in [ANN, BOB] {
        let its = &mut run.history.clients[client];
        (its.views, its.seen) = (Vec::new(), Vec::new());
        for fact in run.database.rooms[&ROOM].entries.clone() {
            run.saw(client, 100, 0, fact);
        }
        run.view(client, ROOM, 0, true);
    }
    run.settle();
    run
}

#[test]
fn c2_a_cid_is_one_entry() {
    check(Rule::C2, |run| {
        run.append(ROOM, ANN, Kind::Message, Some((cid(2), digest(2))));
        *run = rewritten(std::mem::replace(run, good()));
    });
    // The same id of another author is another message.
    check(None, |run| {
        run.history.clients[ANN].events.retain(|it| !is_about(&it.what, 2));
        say(run, BOB, 2);
        let entry = stored(run, 4);
        entry.author = user(BOB);
        run.append(ROOM, user_without_client(), Kind::Message, None);
        stored(run, 5).cid = Some(cid(2));
        stored(run, 5).kind = Kind::Announced;
        *run = rewritten(std::mem::replace(run, good()));
    });
}

fn user_without_client() -> usize {
    77
}

fn is_about(what: &Happened, n: u128) -> bool {
    match what {
        Happened::Said { cid: its, .. } | Happened::Acked { cid: its, .. } => *its == cid(n),
        _ => false,
    }
}

#[test]
fn c3_a_log_has_no_hole_and_ends_at_its_head() {
    check(Rule::C3, |run| {
        let log = run.nodes[0].rooms.get_mut(&ROOM).unwrap();
        log.entries.remove(1);
    });
    check(Rule::C3, |run| run.nodes[0].rooms.get_mut(&ROOM).unwrap().head = seq(5));
    // An empty log has no hole.
    check(None, |run| {
        let other = RoomId(id(2));
        let empty = super::RoomLog { head: Seq::ZERO, entries: Vec::new(), tells_who_comes: true };
        run.database.rooms.insert(other, empty);
    });
}

#[test]
fn c4_what_others_have_is_the_log() {
    check(Rule::C4, |run| _ = run.history.clients[BOB].views[0].facts.remove(1));
    check(Rule::C4, |run| _ = run.history.clients[BOB].views[0].facts.pop());
    check(Rule::C4, |run| run.history.clients[BOB].views[0].epoch = epoch(3));
    check(Rule::C4, |run| run.nodes[0].epoch = epoch(3));
    check(Rule::C4, |run| {
        let log = run.nodes[0].rooms.get_mut(&ROOM).unwrap();
        log.entries.pop();
        log.head = seq(3);
    });
    check(Rule::C4, |run| {
        let log = run.nodes[0].rooms.get_mut(&ROOM).unwrap();
        log.entries[3].digest = digest(9);
    });
    // Had 2 of 4, and is made to begin after 3.
    check(Rule::C4, |run| follow(run, BOB, SOCKET, 2, 3));
    // Had nothing, or was far behind: may begin later.
    check(None, |run| {
        follow(run, BOB, SOCKET, 0, 3);
        let head = seq(4);
        run.log(ROOM).head = head;
        run.history.clients[BOB].views[0].start = seq(2);
        run.history.clients[BOB].views[0].facts.drain(..2);
    });
    // What was given up before need not reach the end.
    check(None, |run| {
        run.view(BOB, ROOM, 0, false);
        run.history.clients[BOB].views[1].facts.pop();
    });
    // Who had no time to become quiet may be behind.
    check(None, |run| {
        run.expected.is_settled = false;
        run.history.clients[BOB].views[0].facts.pop();
    });
    // The database has ids that nobody is told.
    check(None, |run| stored(run, 1).cid = Some(cid(99)));
    // A node that was read after something new has one more.
    check(None, |run| {
        let log = run.nodes[0].rooms.get_mut(&ROOM).unwrap();
        let later = Fact { seq: seq(5), kind: Kind::Left, cid: None, ..log.entries[0] };
        log.entries.push(later);
        log.head = seq(5);
    });
}

#[test]
fn c5_a_socket_tells_the_log_in_its_order_and_nothing_else() {
    let above = |run: &mut Run| Fact { seq: seq(5), ..*stored(run, 4) };
    check(Rule::C5, |run| {
        let above = above(run);
        run.saw(BOB, 200, 0, above);
    });
    check(Rule::C5, |run| {
        let again = *stored(run, 2);
        run.saw(BOB, 200, 0, again);
    });
    check(Rule::C5, |run| {
        let head = seq(5);
        run.did(BOB, 200, Happened::HeadTold { socket: SOCKET, room: ROOM, head });
    });
    // Came back with 2 and is told 4 next, as if 3 had been sent.
    check(Rule::C5, |run| {
        let (socket, last) = (SocketNo(1), *stored(run, 4));
        welcome(run, BOB, socket, 2);
        run.saw(BOB, 200, 1, last);
    });
    // A frame that begins before what was told goes on behind it.
    check(None, |run| {
        let seen = &mut run.history.clients[BOB].seen;
        let (two, three) = (seen[1], seen[2]);
        seen.splice(3..3, [two, three]);
    });
    // Two of them, and the first brought nothing new.
    check(Rule::C5, |run| {
        let seen = &mut run.history.clients[BOB].seen;
        let (two, three) = (seen[1], seen[2]);
        seen.splice(3..3, [two, three, two, three]);
    });
    // Once again after it was asked for, and from an earlier place by a node that lags.
    for at in [3, 2] {
        check(None, |run| {
            run.did(BOB, 150, Happened::Sought { socket: SOCKET, room: ROOM, after: seq(2) });
            let again = *stored(run, at);
            run.saw(BOB, 200, 0, again);
        });
    }
    // Another epoch has other numbers.
    check(None, |run| {
        let (socket, above) = (SocketNo(1), above(run));
        let (user, epoch) = (user(BOB), epoch(8));
        run.did(BOB, 0, Happened::Welcomed { socket, user, epoch });
        follow(run, BOB, socket, 4, 4);
        run.saw(BOB, 200, 1, above);
    });
}

#[test]
fn c6_a_sender_is_heard_in_order() {
    let swap_the_first_two = |run: &mut Run| {
        let its = &mut run.history.clients[ANN].events;
        let said: Vec<usize> =
            (0..its.len()).filter(|at| matches!(its[*at].what, Happened::Said { .. })).collect();
        (its[said[0]].what, its[said[1]].what) = (its[said[1]].what, its[said[0]].what);
    };
    check(Rule::C6, swap_the_first_two);
    // Also of several copies, unless one of them was refused.
    check(Rule::C6, |run| {
        run.history.clients[ANN].sends_copies = true;
        swap_the_first_two(run);
    });
    check(None, |run| {
        run.history.clients[ANN].sends_copies = true;
        swap_the_first_two(run);
        refuse(run, ANN, 2);
    });
    // What was refused in between has no place.
    check(None, |run| {
        say(run, ANN, 3);
        refuse(run, ANN, 3);
        remain(run, ANN, 3, true);
    });
}

#[test]
fn c7_what_was_refused_is_not_there() {
    check(Rule::C7, |run| refuse(run, ANN, 2));
    check(None, |run| {
        let (socket, reason) = (SOCKET, Refusal::Busy { retry_after_ms: 10 });
        run.did(ANN, 20, Happened::Postponed { socket, cid: cid(2), reason });
    });
    // A copy of it was on its way already, and was taken later.
    check(None, |run| {
        let socket = SocketNo(7);
        run.did(ANN, 20, Happened::Sent { socket, cid: cid(2) });
        refuse(run, ANN, 2);
    });
    check(Rule::C7, |run| {
        run.did(ANN, 20, Happened::Sent { socket: SOCKET, cid: cid(2) });
        refuse(run, ANN, 2);
    });
    // Of several copies, one may be refused.
    check(None, |run| {
        run.history.clients[ANN].sends_copies = true;
        refuse(run, ANN, 2);
    });
}

#[test]
fn c8_in_the_end_the_client_knows() {
    check(Rule::C8, |run| remain(run, ANN, 2, false));
    check(Rule::C8, |run| {
        say(run, ANN, 3);
        remain(run, ANN, 3, false);
    });
    check(None, |run| {
        run.expected.is_settled = false;
        say(run, ANN, 3);
        remain(run, ANN, 3, false);
    });
    // Never acknowledged, seen in the log.
    check(None, |run| {
        run.history.clients[ANN].events.retain(|it| !matches!(it.what, Happened::Acked { .. }));
    });
}

#[test]
fn c9_strangers_neither_hear_nor_speak() {
    let out = |run: &mut Run, at| run.did(BOB, at, Happened::SignedOut);
    check(Rule::C9, |run| {
        out(run, 100);
        let (user, epoch) = (user(BOB), epoch(0));
        let welcomed = Happened::Welcomed { socket: SocketNo(1), user, epoch };
        run.did(BOB, 2_000_000, welcomed);
    });
    check(Rule::C9, |run| {
        out(run, 100);
        run.did(BOB, 150, Happened::Sought { socket: SOCKET, room: ROOM, after: seq(3) });
        let last = *stored(run, 4);
        run.saw(BOB, 1_000_101, 0, last);
    });
    check(Rule::C9, |run| {
        let (user, epoch) = (user(ANN), epoch(0));
        run.did(BOB, 200, Happened::Welcomed { socket: SocketNo(1), user, epoch });
    });
    // Ann leaves, and is heard afterwards.
    check(Rule::C9, |run| {
        say(run, ANN, 3);
        run.append(ROOM, ANN, Kind::Left, None);
        run.append(ROOM, ANN, Kind::Message, Some((cid(3), digest(3))));
        *run = rewritten(std::mem::replace(run, good()));
    });
    // Ann is put out, and is heard afterwards; or the room is closed, and something follows.
    for deed in [Deed::Kicked, Deed::Banned, Deed::Closed] {
        check(Rule::C9, |run| {
            say(run, ANN, 3);
            run.append(ROOM, BOB, Kind::Did(deed), None);
            stored(run, 5).subject = Some(user(ANN));
            run.append(ROOM, ANN, Kind::Message, Some((cid(3), digest(3))));
            *run = rewritten(std::mem::replace(run, good()));
        });
    }
    check(None, |run| {
        say(run, ANN, 3);
        run.append(ROOM, BOB, Kind::Did(Deed::Kicked), None);
        stored(run, 5).subject = Some(user(ANN));
        run.append(ROOM, ANN, Kind::Joined, None);
        run.append(ROOM, ANN, Kind::Message, Some((cid(3), digest(3))));
        *run = rewritten(std::mem::replace(run, good()));
    });
    // Within the bound, and who signed out need not have everything.
    check(None, |run| {
        out(run, 100);
        run.did(BOB, 150, Happened::Sought { socket: SOCKET, room: ROOM, after: seq(3) });
        let last = *stored(run, 4);
        run.saw(BOB, 1_000_100, 0, last);
        run.history.clients[BOB].views[0].facts.pop();
    });
}

#[test]
fn c10_nothing_said_is_forgotten() {
    check(Rule::C10, |run| say(run, ANN, 3));
    check(None, |run| {
        say(run, ANN, 3);
        remain(run, ANN, 3, true);
    });
}

#[test]
fn c11_processes_are_as_they_were() {
    let machine = |change: fn(&mut Machine)| {
        move |run: &mut Run| {
            let same = Some(Measured { before: 1_000, after: 1_008 });
            let mut machine = Machine {
                name: "a".into(),
                panics: Vec::new(),
                fell: None,
                fds: same,
                tasks: same,
                memory_kib: Some(Measured { before: 1_000, after: 1_100 }),
            };
            change(&mut machine);
            run.machines.push(machine);
        }
    };
    check(None, machine(|_| {}));
    check(None, machine(|it| (it.fds, it.tasks, it.memory_kib) = (None, None, None)));
    check(Rule::C11, machine(|it| it.panics.push("at room.rs:1".into())));
    check(Rule::C11, machine(|it| it.fell = Some("exit status: 101".into())));
    check(Rule::C11, machine(|it| it.fds = Some(Measured { before: 1_000, after: 1_009 })));
    check(Rule::C11, machine(|it| it.tasks = Some(Measured { before: 1_000, after: 1_009 })));
    check(Rule::C11, machine(|it| it.memory_kib = Some(Measured { before: 1_000, after: 1_101 })));
}

#[test]
fn c12_the_database_is_sound() {
    let integrity = |findings: Vec<String>| {
        |run: &mut Run| run.integrity.push(Integrity { name: "maru.db".into(), findings })
    };
    check(None, integrity(Vec::new()));
    check(Rule::C12, integrity(vec!["row 5 missing from index entry_cid".into()]));
}

#[test]
fn a_breach_says_where_it_is() {
    let mut run = good();
    refuse(&mut run, ANN, 2);
    let found = run.check();
    let text = found[0].to_string();
    for part in ["C7: refused for good", "client 0", "seq 4", &cid(2).to_string()] {
        assert!(text.contains(part), "{text}");
    }
}
