//! A tab that is told this and that: what it writes, and what it records.

use super::{
    Connection, Manner,
    tab::{Mood, Tab},
};
use crate::faults::history::{Happened, History, Micros};
use app::{
    client::backoff::After,
    protocol::{
        close::Close,
        ids::{Cid, Epoch, Millis, RoomId, Seq, UserId},
        message::{Entry, What},
        packets::{
            Acked, Appended, Beat, ClientPacket, Entered, Have, Outcome, Refused, Resumed,
            ServerPacket, Welcomed,
        },
        refusal::Refusal,
        room::RoomKind,
        snapshot::RoomSummary,
    },
};
use std::{cell::RefCell, rc::Rc};
use uuid::Uuid;

const ME: UserId = UserId(Uuid::from_u128(1));
const ROOM: RoomId = RoomId(Uuid::from_u128(2));
const EPOCH: Epoch = Epoch(Uuid::from_u128(3));

fn seq(n: u64) -> Seq {
    Seq::ZERO.plus(n)
}

fn tab(change: impl FnOnce(&mut Manner)) -> Tab {
    let door = "127.0.0.1:9".parse().unwrap();
    let mut manner = Manner::new("ann".into(), door, vec!["hall".into()], 1);
    change(&mut manner);
    let mut tab = Tab::new(Rc::new(RefCell::new(History::new())), manner);
    tab.begin(ME, "cookie".into(), &[ROOM]);
    tab
}

/// What the tab has written since it was last looked at.
fn written(out: &mut Vec<u8>) -> Vec<ClientPacket> {
    let mut packets = Vec::new();
    let mut rest = &out[..];
    while let [_, length, ..] = *rest {
        let (header, length) = match length & 0x7F {
            126 => (8, usize::from(u16::from_be_bytes([rest[2], rest[3]]))),
            length => (6, usize::from(length)),
        };
        packets.push(serde_json::from_slice(&rest[header..header + length]).unwrap());
        rest = &rest[header + length..];
    }
    out.clear();
    packets
}

fn tell(tab: &mut Tab, packet: &ServerPacket) {
    tab.take(&serde_json::to_vec(packet).unwrap());
}

/// Opens a socket that is welcomed; what the tab wrote until then.
fn connect(tab: &mut Tab, epoch: Epoch, start: u64, head: u64) -> Vec<ClientPacket> {
    tab.opening();
    tab.opened();
    let said = written(&mut tab.main.out);
    let outcome = Outcome::Follows { start: seq(start), head: seq(head) };
    let rooms = vec![Resumed { room: ROOM, outcome }];
    let welcomed = Welcomed { me: ME, epoch, at: Millis(0), rooms };
    tell(tab, &ServerPacket::Welcomed(welcomed));
    said
}

/// Is let in to the room, as it asked.
fn enter(tab: &mut Tab) {
    tab.turn();
    let asked = written(&mut tab.main.out);
    let [ClientPacket::Enter(enter)] = &*asked else { panic!("{asked:?}") };
    let (cid, start) = (enter.cid, tab.rooms[0].timeline.last());
    let hall = RoomSummary::new(ROOM, RoomKind::Channel, "hall".into(), 9);
    let room = RoomSummary { people: 1, head: start, ..hall };
    tell(tab, &ServerPacket::Entered(Entered { cid, room, start }));
}

/// A tab that is in, before it has said anything.
fn live(change: impl FnOnce(&mut Manner)) -> Tab {
    let mut tab = tab(change);
    connect(&mut tab, EPOCH, 0, 0);
    enter(&mut tab);
    tab
}

fn entry(n: u64, author: UserId, cid: Option<Cid>) -> Entry {
    let what = What::Message { text: n.to_string() };
    Entry { seq: seq(n), at: Millis(0), author, name: "ann".into(), cid, what }
}

fn append(tab: &mut Tab, entries: Vec<Entry>) {
    tell(tab, &ServerPacket::Appended(Appended { room: ROOM, entries }));
}

/// Says so many things and sends them; their ids.
fn say(tab: &mut Tab, count: usize) -> Vec<Cid> {
    (0..count).for_each(|_| assert!(tab.say(Micros(0))));
    tab.flush();
    said(&written(&mut tab.main.out))
}

fn said(packets: &[ClientPacket]) -> Vec<Cid> {
    let says = packets.iter().filter_map(|it| match it {
        ClientPacket::Say(say) => Some(say.cid),
        _ => None,
    });
    says.collect()
}

fn count(tab: &Tab, is: fn(&Happened) -> bool) -> usize {
    tab.history.borrow().clients[0].events.iter().filter(|it| is(&it.what)).count()
}

#[test]
fn what_was_not_answered_is_sent_again_in_order_after_a_cut() {
    let mut tab = live(|_| {});
    let cids = say(&mut tab, 3);
    let acked = Acked { cid: cids[0], room: ROOM, seq: seq(1), at: Millis(0) };
    tell(&mut tab, &ServerPacket::Acked(acked));
    tab.closed(1006);
    assert!(tab.is_disrupted && matches!(tab.connection, Connection::Waiting(_)));
    let hello = connect(&mut tab, EPOCH, 0, 1);
    assert!(matches!(&hello[..], [ClientPacket::Hello(it)] if it.epoch == Some(EPOCH)));
    assert_eq!(said(&written(&mut tab.main.out)), cids[1..]);
    // Recovered once it has what it was told of, and the answers.
    append(&mut tab, vec![entry(1, ME, Some(cids[0])), entry(2, ME, Some(cids[1]))]);
    assert!(tab.is_disrupted);
    append(&mut tab, vec![entry(3, ME, Some(cids[2]))]);
    assert!(!tab.is_disrupted && tab.is_drained());
    assert_eq!(count(&tab, |it| *it == Happened::Recovered), 1);
}

#[test]
fn a_hole_is_sought_and_what_was_seen_is_recorded_as_it_came() {
    let mut tab = live(|_| {});
    append(&mut tab, vec![entry(1, ME, None)]);
    append(&mut tab, vec![entry(3, ME, None)]);
    let asked = written(&mut tab.main.out);
    assert!(matches!(&asked[..], [ClientPacket::Seek(it)] if it.after == seq(1)));
    append(&mut tab, vec![entry(2, ME, None), entry(3, ME, None)]);
    tab.finish();
    let history = tab.history.borrow();
    let its = &history.clients[0];
    let seen: Vec<u64> = its.seen.iter().map(|it| history.facts.get(it.fact).seq.get()).collect();
    assert_eq!(seen, [1, 3, 2, 3]);
    let view: Vec<u64> =
        its.views[0].facts.iter().map(|it| history.facts.get(*it).seq.get()).collect();
    assert_eq!((view, its.views[0].is_last), (vec![1, 2, 3], true));
}

#[test]
fn a_beat_that_tells_of_more_is_not_asked_about_at_once() {
    let mut tab = live(|_| {});
    let heads = vec![Have { room: ROOM, have: seq(5) }];
    tell(&mut tab, &ServerPacket::Beat(Beat { at: Millis(0), heads }));
    tab.turn();
    assert_eq!(written(&mut tab.main.out), []);
    assert_eq!(count(&tab, |it| matches!(it, Happened::HeadTold { .. })), 1);
}

#[test]
fn a_close_code_decides_whether_it_comes_back() {
    for (code, expected) in [
        (Close::SignedOut.code(), Some(After::SignedOut)),
        (Close::Malformed.code(), Some(After::Stopped(4502))),
        (Close::Failed.code(), None),
        (Close::Restarting.code(), None),
    ] {
        let mut tab = live(|_| {});
        tab.closed(code);
        let after = match tab.connection {
            Connection::Ended(after) => Some(after),
            _ => None,
        };
        assert_eq!(after, expected, "{code}");
    }
}

#[test]
fn another_epoch_voids_the_view_and_keeps_the_outbox() {
    let mut tab = live(|_| {});
    append(&mut tab, vec![entry(1, ME, None)]);
    let cids = say(&mut tab, 1);
    tab.closed(1006);
    connect(&mut tab, Epoch(Uuid::from_u128(4)), 0, 0);
    assert_eq!(said(&written(&mut tab.main.out)), cids);
    let history = tab.history.borrow();
    let view = &history.clients[0].views[0];
    assert_eq!((view.epoch, view.facts.len(), view.is_last), (EPOCH, 1, false));
    assert!(tab.rooms[0].timeline.entries().is_empty());
}

#[test]
fn a_page_that_is_loaded_anew_keeps_what_is_queued_and_not_what_is_stored() {
    let mut tab = live(|_| {});
    let cids = say(&mut tab, 2);
    let acked = Acked { cid: cids[0], room: ROOM, seq: seq(1), at: Millis(0) };
    tell(&mut tab, &ServerPacket::Acked(acked));
    tab.reload();
    connect(&mut tab, EPOCH, 0, 1);
    assert_eq!(said(&written(&mut tab.main.out)), cids[1..]);
}

#[test]
fn who_is_told_that_they_are_no_member_enters_again() {
    let mut tab = live(|_| {});
    let cids = say(&mut tab, 1);
    let refused = Refused { cid: Some(cids[0]), reason: Refusal::NotEntered };
    tell(&mut tab, &ServerPacket::Refused(refused));
    assert_eq!(count(&tab, |it| matches!(it, Happened::Refused { .. })), 1);
    enter(&mut tab);
    tab.finish();
    let remaining = &tab.history.borrow().clients[0].remaining;
    assert!(remaining.len() == 1 && remaining[0].is_refused);
}

#[test]
fn nobody_asks_to_come_into_a_room_with_a_host_once_all_are_to_be_quiet() {
    for (mood, is_hosted, asks) in [
        (Mood::Silent, true, true),
        (Mood::Talking, true, true),
        (Mood::Settling, true, false),
        (Mood::Settling, false, true),
    ] {
        let mut tab = tab(|_| {});
        connect(&mut tab, EPOCH, 0, 0);
        (tab.mood, tab.rooms[0].is_hosted) = (mood, is_hosted);
        tab.turn();
        let asked = written(&mut tab.main.out);
        assert_eq!(matches!(&*asked, [ClientPacket::Enter(_)]), asks, "{mood:?} {is_hosted}");
    }
}

#[test]
fn what_has_to_wait_is_recorded_as_postponed_and_sent_again() {
    let mut tab = live(|_| {});
    let cids = say(&mut tab, 2);
    let reason = Refusal::Busy { retry_after_ms: 0 };
    tell(&mut tab, &ServerPacket::Refused(Refused { cid: Some(cids[0]), reason }));
    // With all that was sent after it.
    assert_eq!(said(&written(&mut tab.main.out)), cids);
    assert_eq!(count(&tab, |it| matches!(it, Happened::Postponed { .. })), 1);
    assert_eq!(count(&tab, |it| matches!(it, Happened::Refused { .. })), 0);
}

#[test]
fn copies_go_out_on_both_sockets_in_the_same_order() {
    let mut tab = live(|manner| {
        manner.copies = 3;
        manner.second_door = Some(manner.door);
    });
    tab.second.socket = tab.next_socket();
    (0..2).for_each(|_| assert!(tab.say(Micros(0))));
    tab.flush();
    let first = said(&written(&mut tab.main.out));
    let welcomed = Welcomed { me: ME, epoch: EPOCH, at: Millis(0), rooms: Vec::new() };
    tab.take_second(&serde_json::to_vec(&ServerPacket::Welcomed(welcomed)).unwrap());
    assert!(tab.say(Micros(0)));
    tab.flush();
    let second = said(&written(&mut tab.second.out));
    let third = said(&written(&mut tab.main.out))[0];
    assert_eq!(first, [first[0], first[0], first[0], first[3], first[3], first[3]]);
    assert_eq!(second, [first[0], first[3], third, third, third]);
    assert!(tab.history.borrow().clients[0].sends_copies);
}
