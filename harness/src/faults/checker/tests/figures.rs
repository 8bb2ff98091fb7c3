//! The figures of a run that is small enough to count by hand.

use super::{Cid, Digest, Happened, Kind, Micros, Rule, Run, SocketNo, id, user};
use crate::faults::{
    checker::{Recovery, Violation, recoveries, summary},
    history::Phase,
};
use app::protocol::ids::RoomId;
use std::time::Duration;

/// Ann says something that is acknowledged after 4 ms and seen by Bob after 9.
fn run() -> Run {
    let room = RoomId(id(1));
    let mut run = Run::new(&[room]);
    for client in 0..2 {
        run.history.add_client(client.to_string());
        run.history.clients[client].user = Some(user(client));
    }
    let (cid, text) = (Cid(id(5)), Digest::of_message("hi"));
    run.did(0, 1_500, Happened::Said { cid, room, text, intended: Micros(1_000) });
    let fact = run.append(room, 0, Kind::Message, Some((cid, text)));
    run.did(0, 5_000, Happened::Acked { socket: SocketNo(0), cid, room, seq: fact.seq });
    for at in [10_000, 50_000] {
        run.saw(1, at, 0, fact);
        run.saw(0, at, 0, fact);
    }
    run.history.phases = vec![
        Phase { name: "before".into(), from: Micros(0), to: Micros(2_000) },
        Phase { name: "after".into(), from: Micros(2_000), to: Micros(90_000) },
    ];
    run
}

#[test]
fn times_belong_to_the_phase_in_which_it_was_said() {
    let run = run();
    let summary = summary(&run.history, &[]);
    let [before, after] = &*summary.phases else { panic!("two phases") };
    assert_eq!((before.operations, before.acks.count, before.deliveries.count), (1, 1, 1));
    assert!((before.acks.p50_ms - 4.0).abs() < 0.1, "{before:?}");
    assert!((before.deliveries.max_ms - 9.0).abs() < 0.1, "{before:?}");
    assert_eq!((after.operations, after.acks.count, after.deliveries.count), (0, 0, 0));
    assert_eq!((summary.operations, summary.acknowledged, summary.deliveries), (1, 1, 4));
}

#[test]
fn breaches_are_counted_by_what_they_mean() {
    let breaches = [Rule::C1, Rule::C2, Rule::C5, Rule::C6, Rule::C10, Rule::C12];
    let mut breaches = breaches.map(|rule| Violation::new(rule, "").client(0)).to_vec();
    breaches[4].client = Some(1);
    breaches.push(Violation::new(Rule::C8, "the same again").client(1));
    let summary = summary(&run().history, &breaches);
    assert_eq!((summary.lost, summary.doubled, summary.out_of_order), (2, 1, 2));
    assert_eq!(summary.violations, 7);
}

#[test]
fn a_recovery_counts_from_the_mending() {
    let mut run = run();
    run.did(1, 20_000, Happened::Disrupted);
    run.did(1, 30_000, Happened::Disrupted);
    run.did(1, 70_000, Happened::Recovered);
    run.did(1, 80_000, Happened::Disrupted);
    run.history.mended = vec![Micros(10_000), Micros(25_000), Micros(60_000)];
    let found = recoveries(&run.history);
    assert_eq!(
        found,
        [
            Recovery { client: 1, from: Micros(20_000), to: Some(Micros(70_000)) },
            Recovery { client: 1, from: Micros(80_000), to: None },
        ]
    );
    let summary = summary(&run.history, &[]);
    assert_eq!(summary.longest_disruption, Duration::from_millis(50));
    assert_eq!(summary.longest_recovery, Duration::from_millis(10));
    assert_eq!((summary.disruptions, summary.not_recovered), (2, 1));
}

#[test]
fn who_begins_anew_is_counted() {
    let mut run = run();
    for is_last in [false, false, true] {
        run.view(1, RoomId(id(1)), 0, is_last);
    }
    assert_eq!(summary(&run.history, &[]).begun_anew, 2);
}

#[test]
fn who_signed_out_has_nothing_to_recover() {
    let mut run = run();
    run.did(1, 20_000, Happened::SignedOut);
    run.did(1, 21_000, Happened::Disrupted);
    assert_eq!(recoveries(&run.history), []);
}
