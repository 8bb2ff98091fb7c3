//! Whatever is done to a correct run is noticed, by the rule that is meant for it.

use super::{Cid, Digest, Fact, Happened, Rule, Run, id, model};
use crate::faults::{
    history::{Event, Micros, Remaining},
    random::Chance,
};
use app::protocol::{
    ids::{RoomId, Seq},
    refusal::Refusal,
};
use proptest::prelude::*;
use std::time::Duration;

/// Does something to a run that must not be; `None` where there is nothing to do it to.
type Mutation = fn(&mut Run, &mut Chance) -> Option<()>;

/// What can be done, and by which rule it has to be noticed.
const MUTATIONS: [(&str, Rule, Mutation); 18] = [
    ("drop an acknowledged entry", Rule::C1, drop_acked),
    ("change a text", Rule::C1, change_text),
    ("acknowledge another place", Rule::C1, acknowledge_elsewhere),
    ("store a cid twice", Rule::C2, double),
    ("swap two entries", Rule::C1, swap_entries),
    ("make a hole", Rule::C3, make_hole),
    ("skip in a view", Rule::C4, skip_in_view),
    ("end a view too early", Rule::C4, shorten_view),
    ("let a node tell otherwise", Rule::C4, change_node),
    ("let a node lag", Rule::C4, shorten_node),
    ("show what is not committed", Rule::C5, see_above_head),
    ("tell a head that is not", Rule::C5, tell_high_head),
    ("change the order on a socket", Rule::C5, swap_seen),
    ("change the order of a sender", Rule::C6, swap_said),
    ("store what was refused", Rule::C7, refuse_stored),
    ("wait for what is stored", Rule::C8, wait_for_stored),
    ("show after signing out", Rule::C9, sign_out_early),
    ("lose from the outbox", Rule::C10, lose_said),
];

/// The places of a client's events that are of a kind, of all clients.
fn events(run: &Run, is: fn(&Happened) -> bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    for (client, its) in run.history.clients.iter().enumerate() {
        let places = its.events.iter().enumerate().filter(|(_, it)| is(&it.what));
        found.extend(places.map(|(at, _)| (client, at)));
    }
    found
}

fn acks(run: &Run) -> Vec<(usize, usize)> {
    events(run, |it| matches!(it, Happened::Acked { .. }))
}

fn event(run: &mut Run, (client, at): (usize, usize)) -> &mut Event {
    &mut run.history.clients[client].events[at]
}

fn pick_ack(run: &mut Run, chance: &mut Chance) -> Option<(usize, Cid, RoomId, Seq)> {
    let at = *chance.pick(&acks(run))?;
    match event(run, at).what {
        Happened::Acked { cid, room, seq, .. } => Some((at.0, cid, room, seq)),
        _ => None,
    }
}

fn place(run: &mut Run, room: RoomId, seq: Seq) -> usize {
    run.log(room).entries.iter().position(|it| it.seq == seq).unwrap()
}

fn drop_acked(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let (_, _, room, seq) = pick_ack(run, chance)?;
    let at = place(run, room, seq);
    run.log(room).entries.remove(at);
    Some(())
}

fn change_text(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let (_, _, room, seq) = pick_ack(run, chance)?;
    let at = place(run, room, seq);
    run.log(room).entries[at].digest = Digest::of_message("something else");
    Some(())
}

fn acknowledge_elsewhere(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let at = *chance.pick(&acks(run))?;
    if let Happened::Acked { seq, .. } = &mut event(run, at).what {
        *seq = seq.next();
    }
    Some(())
}

fn double(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let (_, _, room, seq) = pick_ack(run, chance)?;
    let at = place(run, room, seq);
    let log = run.log(room);
    log.head = log.head.next();
    let again = Fact { seq: log.head, ..log.entries[at] };
    log.entries.push(again);
    Some(())
}

fn swap_entries(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let (_, _, room, seq) = pick_ack(run, chance)?;
    let at = place(run, room, seq);
    let log = run.log(room);
    let other = at.checked_sub(1)?;
    log.entries.swap(at, other);
    (log.entries[at].seq, log.entries[other].seq) = (log.entries[other].seq, log.entries[at].seq);
    Some(())
}

fn make_hole(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let rooms: Vec<RoomId> = run.database.rooms.keys().copied().collect();
    let log = run.log(*chance.pick(&rooms)?);
    let at = chance.below(log.entries.len());
    log.entries.remove(at);
    Some(())
}

fn skip_in_view(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let client = chance.below(run.history.clients.len());
    let view = run.history.clients[client].views.first_mut()?;
    let at = chance.below(view.facts.len().checked_sub(1)?);
    view.facts.remove(at);
    Some(())
}

fn shorten_view(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let client = chance.below(run.history.clients.len());
    run.history.clients[client].views.first_mut()?.facts.pop().map(|_| ())
}

fn change_node(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let log = run.nodes[0].rooms.values_mut().next()?;
    let at = chance.below(log.entries.len());
    log.entries[at].author = super::user(99);
    Some(())
}

fn shorten_node(run: &mut Run, _: &mut Chance) -> Option<()> {
    let log = run.nodes[0].rooms.values_mut().next()?;
    log.head = log.head.minus(1);
    log.entries.pop().map(|_| ())
}

fn see_above_head(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let client = chance.below(run.history.clients.len());
    let last = *run.history.clients[client].seen.last()?;
    let fact = *run.history.facts.get(last.fact);
    let head = run.log(fact.room).head;
    let above = Fact { seq: head.next(), ..fact };
    run.saw(client, last.at.0 + 1, last.socket.0, above);
    Some(())
}

fn tell_high_head(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let client = chance.below(run.history.clients.len());
    let last = *run.history.clients[client].seen.last()?;
    let room = run.history.facts.get(last.fact).room;
    let (socket, head) = (last.socket, run.log(room).head.next());
    run.did(client, last.at.0 + 1, Happened::HeadTold { socket, room, head });
    Some(())
}

/// Two entries that came one after the other on a socket, the second once only.
fn swap_seen(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let client = chance.below(run.history.clients.len());
    let is_sought = |it: &Event| matches!(it.what, Happened::Sought { .. });
    if run.history.clients[client].events.iter().any(is_sought) {
        return None;
    }
    let seen = &run.history.clients[client].seen;
    let of = |at: usize| *run.history.facts.get(seen[at].fact);
    let follows = |at: &usize| {
        let (one, two) = (of(*at), of(at + 1));
        one.room == two.room && one.seq.next() == two.seq && seen[*at].socket == seen[at + 1].socket
    };
    let places: Vec<usize> = (0..seen.len().checked_sub(1)?).filter(follows).collect();
    let at = *chance.pick(&places)?;
    let seen = &mut run.history.clients[client].seen;
    (seen[at].fact, seen[at + 1].fact) = (seen[at + 1].fact, seen[at].fact);
    Some(())
}

fn swap_said(run: &mut Run, _: &mut Chance) -> Option<()> {
    let said = events(run, |it| matches!(it, Happened::Said { .. }));
    for pair in said.windows(2) {
        let (one, two) = (event(run, pair[0]).what, event(run, pair[1]).what);
        let (Happened::Said { cid: a, room: of_a, .. }, Happened::Said { cid: b, room: of_b, .. }) =
            (one, two)
        else {
            continue;
        };
        let is_stored = |cid: Cid| {
            let logs = run.database.rooms.values();
            logs.flat_map(|it| &it.entries).any(|it| it.cid == Some(cid))
        };
        if pair[0].0 == pair[1].0 && of_a == of_b && is_stored(a) && is_stored(b) {
            event(run, pair[0]).what = two;
            event(run, pair[1]).what = one;
            return Some(());
        }
    }
    None
}

fn refuse_stored(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let at = *chance.pick(&acks(run))?;
    let it = event(run, at);
    if let Happened::Acked { socket, cid, .. } = it.what {
        it.what = Happened::Refused { socket, cid, reason: Refusal::DiskFull };
    }
    Some(())
}

fn wait_for_stored(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let (client, cid, ..) = pick_ack(run, chance)?;
    run.history.clients[client].remaining.push(Remaining { cid, is_refused: false });
    Some(())
}

fn sign_out_early(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let client = chance.below(run.history.clients.len());
    run.expected.sign_out_bound = Duration::from_millis(1);
    let last = run.history.clients[client].seen.last()?.at;
    let out = Micros(last.0.checked_sub(2_000)?);
    let after_seen = u32::try_from(run.history.clients[client].seen.len()).unwrap();
    let event = Event { at: out, after_seen, what: Happened::SignedOut };
    run.history.clients[client].events.push(event);
    Some(())
}

fn lose_said(run: &mut Run, chance: &mut Chance) -> Option<()> {
    let client = chance.below(run.history.clients.len());
    let room = *run.database.rooms.keys().next()?;
    let (cid, text, intended) = (Cid(id(0x4_0000)), Digest::of_message("lost"), Micros(0));
    run.did(client, u64::MAX, Happened::Said { cid, room, text, intended });
    Some(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn whatever_is_done_to_a_correct_run_is_noticed(
        seed: u64, steps in 30_usize..300, which in 0..MUTATIONS.len()
    ) {
        let (name, rule, mutate) = MUTATIONS[which];
        let mut run = model::run(seed, steps);
        if mutate(&mut run, &mut Chance::new(seed).branch(1)).is_some() {
            prop_assert!(run.broken().contains(&rule), "{}: {:?}", name, run.check());
        }
    }
}

#[test]
fn each_mutation_finds_something_to_do() {
    for (name, rule, mutate) in MUTATIONS {
        let is_noticed = (0..20).any(|seed| {
            let mut run = model::run(seed, 200);
            mutate(&mut run, &mut Chance::new(seed)).is_some() && run.broken().contains(&rule)
        });
        assert!(is_noticed, "{name}");
    }
}
