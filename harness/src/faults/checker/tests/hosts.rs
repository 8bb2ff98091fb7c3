//! A room with a host, in which everything is as it should be, or one thing is not.

use super::{Cid, Digest, Fact, Happened, Kind, Rule, Run, SocketNo, id, seq, user};
use app::protocol::{ids::RoomId, message::Deed};
use std::collections::BTreeSet;

const ROOM: RoomId = RoomId(uuid::Uuid::from_u128(1));
const SOCKET: SocketNo = SocketNo(0);
const HOST: usize = 0;
const ANN: usize = 1;
const BOB: usize = 2;

/// The host made the room (1); Ann and Bob came in (2, 3).
fn room() -> Run {
    let mut run = Run::new(&[ROOM]);
    run.history.hosted.insert(ROOM);
    for client in [HOST, ANN, BOB] {
        run.history.add_client(client.to_string());
        run.history.clients[client].user = Some(user(client));
        let (user, epoch) = (user(client), run.database.epoch);
        run.did(client, 0, Happened::Welcomed { socket: SOCKET, user, epoch });
        run.append(ROOM, client, Kind::Joined, None);
    }
    run
}

/// Somebody does something to somebody.
fn deed(run: &mut Run, client: usize, deed: Deed, subject: Option<usize>) -> Fact {
    run.append(ROOM, client, Kind::Did(deed), None);
    let last = run.log(ROOM).entries.last_mut().unwrap();
    last.subject = subject.map(user);
    *last
}

/// Somebody says something, and it is in the log.
fn say(run: &mut Run, client: usize) -> Fact {
    let n = u128::from(run.log(ROOM).head.get()) + 1;
    let (cid, text) = (Cid(id(0x3_0000 + n)), Digest::of_message(&n.to_string()));
    let intended = super::Micros(1);
    run.did(client, 1, Happened::Said { cid, room: ROOM, text, intended });
    let fact = run.append(ROOM, client, Kind::Message, Some((cid, text)));
    run.did(client, 2, Happened::Acked { socket: SOCKET, cid, room: ROOM, seq: fact.seq });
    fact
}

fn check(holds: bool, change: impl FnOnce(&mut Run)) {
    let mut run = room();
    change(&mut run);
    let broken = if holds { BTreeSet::new() } else { BTreeSet::from([Rule::C9]) };
    assert_eq!(run.broken(), broken, "{:?}", run.check());
}

#[test]
fn there_is_one_host_at_any_time() {
    check(true, |run| {
        deed(run, HOST, Deed::Hosted, Some(ANN));
        deed(run, HOST, Deed::Kicked, Some(BOB));
        run.append(ROOM, ANN, Kind::Left, None);
        deed(run, ANN, Deed::Hosted, Some(HOST));
        run.append(ROOM, HOST, Kind::Left, None);
        deed(run, HOST, Deed::Closed, None);
    });
    check(false, |run| {
        run.append(ROOM, HOST, Kind::Left, None);
        say(run, ANN);
    });
    check(false, |run| {
        run.append(ROOM, BOB, Kind::Left, None);
        deed(run, HOST, Deed::Hosted, Some(BOB));
    });
}

#[test]
fn nobody_does_what_their_rank_does_not_allow() {
    check(false, |run| _ = deed(run, ANN, Deed::Kicked, Some(BOB)));
    check(false, |run| _ = deed(run, ANN, Deed::Locked, None));
    check(false, |run| {
        deed(run, HOST, Deed::CohostMade, Some(ANN));
        deed(run, ANN, Deed::Muted, Some(HOST));
    });
    check(true, |run| {
        deed(run, HOST, Deed::CohostMade, Some(ANN));
        deed(run, ANN, Deed::Muted, Some(BOB));
        deed(run, ANN, Deed::Locked, None);
    });
    // Whoever came back is no co-host any more.
    check(false, |run| {
        deed(run, HOST, Deed::CohostMade, Some(ANN));
        run.append(ROOM, ANN, Kind::Left, None);
        run.append(ROOM, ANN, Kind::Joined, None);
        deed(run, ANN, Deed::Kicked, Some(BOB));
    });
}

#[test]
fn the_muted_are_not_in_the_log_until_they_may_speak() {
    check(false, |run| {
        deed(run, HOST, Deed::Muted, Some(ANN));
        say(run, ANN);
    });
    // Leaving and coming back ends it not.
    check(false, |run| {
        deed(run, HOST, Deed::Muted, Some(ANN));
        run.append(ROOM, ANN, Kind::Left, None);
        run.append(ROOM, ANN, Kind::Joined, None);
        say(run, ANN);
    });
    check(true, |run| {
        deed(run, HOST, Deed::Muted, Some(ANN));
        deed(run, HOST, Deed::Unmuted, Some(ANN));
        say(run, ANN);
    });
    // A host may speak in any case.
    check(true, |run| {
        deed(run, HOST, Deed::Muted, Some(ANN));
        deed(run, HOST, Deed::Hosted, Some(ANN));
        say(run, ANN);
    });
}

/// Bob is put out (4) while Ann goes on (5); he asks, and comes back (6).
fn kicked(run: &mut Run) -> [Fact; 3] {
    run.did(BOB, 0, Happened::AskedIn { room: ROOM });
    let (have, head) = (seq(3), seq(3));
    run.did(BOB, 0, Happened::Followed { socket: SOCKET, room: ROOM, have, start: have, head });
    let out = deed(run, HOST, Deed::Kicked, Some(BOB));
    let said = say(run, ANN);
    [out, said, run.append(ROOM, BOB, Kind::Joined, None)]
}

#[test]
fn whoever_is_out_reads_nothing_until_they_asked_to_come_back() {
    check(true, |run| {
        let [out, said, back] = kicked(run);
        run.saw(BOB, 10, 0, out);
        run.did(BOB, 11, Happened::PutOut { socket: SOCKET, room: ROOM });
        run.did(BOB, 12, Happened::AskedIn { room: ROOM });
        run.saw(BOB, 13, 0, said);
        run.saw(BOB, 13, 0, back);
    });
    // As if nothing had been.
    check(false, |run| {
        let [out, said, _] = kicked(run);
        run.saw(BOB, 10, 0, out);
        run.saw(BOB, 11, 0, said);
        run.did(BOB, 12, Happened::AskedIn { room: ROOM });
    });
    // Was told, and is sent more all the same.
    check(false, |run| {
        let [out, said, _] = kicked(run);
        run.did(BOB, 9, Happened::AskedIn { room: ROOM });
        run.saw(BOB, 10, 0, out);
        run.did(BOB, 11, Happened::PutOut { socket: SOCKET, room: ROOM });
        run.saw(BOB, 12, 0, said);
    });
    // Asked in vain, and never came back.
    check(false, |run| {
        let [out, said, _] = kicked(run);
        let log = run.log(ROOM);
        log.entries.pop();
        log.head = seq(5);
        run.saw(BOB, 10, 0, out);
        run.did(BOB, 11, Happened::AskedIn { room: ROOM });
        run.saw(BOB, 12, 0, said);
    });
}

#[test]
fn only_members_have_all_of_it_in_the_end() {
    let partly = |run: &mut Run, client: usize| {
        say(run, HOST);
        run.view(client, ROOM, 0, true);
        run.history.clients[client].views[0].facts.truncate(2);
        run.settle();
    };
    check(true, |run| {
        run.append(ROOM, BOB, Kind::Left, None);
        partly(run, BOB);
    });
    let mut run = room();
    partly(&mut run, BOB);
    assert_eq!(run.broken(), BTreeSet::from([Rule::C4]));
}
