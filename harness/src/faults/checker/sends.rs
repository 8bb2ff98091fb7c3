//! What became of each thing that a client said (C1, C7, C8, C9, C10).

use super::{Expected, Rule, Truth, Violation, signed_out};
use crate::faults::history::{Happened, Micros};
use app::protocol::ids::{Cid, RoomId, Seq};
use std::collections::{HashMap, HashSet};

/// What the server said about a client's sends, and what the client made of it.
struct Fates {
    said: Vec<(Cid, RoomId)>,
    acked: HashSet<Cid>,
    refused: HashSet<Cid>,
    /// Own entries that came over a socket.
    seen: HashSet<Cid>,
    /// Still in the outbox; true for those that wait no longer, since they were refused.
    remaining: HashMap<Cid, bool>,
}

pub(super) fn check(
    truth: &Truth<'_>,
    client: usize,
    expected: &Expected,
    found: &mut Vec<Violation>,
) {
    let epochs = truth.epochs(client);
    let fates = fates(truth, client);
    for event in &truth.client(client).events {
        if let Happened::Acked { socket, cid, room, seq } = event.what {
            // What a backup does not have was acknowledged in another epoch.
            if epochs.is_current(socket) {
                acked(truth, client, (cid, room, seq), found);
            }
        }
    }
    is_one_and_the_same(truth, client, found);
    nothing_after_sign_out(truth, client, expected, found);
    refused(truth, client, &fates, found);
    for (cid, room) in &fates.said {
        not_forgotten(client, (*cid, *room), &fates, found);
    }
    if expected.is_settled && signed_out(&truth.client(client).events).is_none() {
        resolved(truth, client, &fates, found);
    }
}

fn fates(truth: &Truth<'_>, client: usize) -> Fates {
    let its = truth.client(client);
    let mut fates = Fates {
        said: Vec::new(),
        acked: HashSet::new(),
        refused: HashSet::new(),
        seen: HashSet::new(),
        remaining: its.remaining.iter().map(|it| (it.cid, it.is_refused)).collect(),
    };
    for event in &its.events {
        match event.what {
            Happened::Said { cid, room, .. } => fates.said.push((cid, room)),
            Happened::Acked { cid, .. } => _ = fates.acked.insert(cid),
            Happened::Refused { cid, .. } => _ = fates.refused.insert(cid),
            _ => {}
        }
    }
    let facts = its.seen.iter().map(|it| truth.history.facts.get(it.fact));
    fates.seen = facts.filter(|it| Some(it.author) == its.user).filter_map(|it| it.cid).collect();
    fates
}

/// C1.
fn acked(
    truth: &Truth<'_>,
    client: usize,
    (cid, room, seq): (Cid, RoomId, Seq),
    found: &mut Vec<Violation>,
) {
    let breach =
        |what: &str| Violation::new(Rule::C1, what).client(client).place(room, seq).cid(cid);
    if truth.said.get(&cid).is_none_or(|it| it.client != client) {
        return found.push(breach("acknowledged, and never said"));
    }
    let stored = truth.stored(client, cid);
    if stored.is_empty() {
        found.push(breach("acknowledged, and not in the database"));
    } else if !stored.iter().any(|it| it.room == room && it.seq == seq) {
        let places: Vec<String> = stored.iter().map(|it| it.seq.to_string()).collect();
        found.push(breach(&format!("acknowledged at {seq}, stored at {}", places.join(", "))));
    }
}

/// C9: every socket is welcomed as the user that it belongs to.
fn is_one_and_the_same(truth: &Truth<'_>, client: usize, found: &mut Vec<Violation>) {
    let its = truth.client(client);
    for event in &its.events {
        if let Happened::Welcomed { user, .. } = event.what
            && Some(user) != its.user
        {
            let what = format!("welcomed as {user}, expected {:?}", its.user);
            found.push(Violation::new(Rule::C9, what).client(client));
        }
    }
}

/// C9.
fn nothing_after_sign_out(
    truth: &Truth<'_>,
    client: usize,
    expected: &Expected,
    found: &mut Vec<Violation>,
) {
    let its = truth.client(client);
    let Some(out) = signed_out(&its.events) else { return };
    let bound: Micros = out.plus(expected.sign_out_bound);
    for seen in its.seen.iter().filter(|it| it.at > bound) {
        let fact = truth.history.facts.get(seen.fact);
        let what = format!("an entry {} µs after the sign-out", seen.at.since(out));
        found.push(Violation::new(Rule::C9, what).client(client).place(fact.room, fact.seq));
    }
    for event in its.events.iter().filter(|it| it.at > bound) {
        let what = match event.what {
            Happened::Acked { .. } => "a send was taken",
            Happened::Welcomed { .. } => "a socket was welcomed",
            _ => continue,
        };
        let what = format!("{what} {} µs after the sign-out", event.at.since(out));
        found.push(Violation::new(Rule::C9, what).client(client));
    }
}

/// C7.
fn refused(truth: &Truth<'_>, client: usize, fates: &Fates, found: &mut Vec<Violation>) {
    for cid in fates.refused.iter().filter(|it| !truth.is_stray(**it)) {
        for fact in truth.stored(client, *cid) {
            let breach = Violation::new(Rule::C7, "refused for good, and in the database");
            found.push(breach.client(client).place(fact.room, fact.seq).cid(*cid));
        }
    }
}

/// C10.
fn not_forgotten(
    client: usize,
    (cid, room): (Cid, RoomId),
    fates: &Fates,
    found: &mut Vec<Violation>,
) {
    let is_known = fates.acked.contains(&cid)
        || fates.refused.contains(&cid)
        || fates.seen.contains(&cid)
        || fates.remaining.contains_key(&cid);
    if !is_known {
        let breach = Violation::new(Rule::C10, "said, never answered, and not in the outbox");
        found.push(breach.client(client).room(room).cid(cid));
    }
}

/// C8, for those who had the time to become quiet.
fn resolved(truth: &Truth<'_>, client: usize, fates: &Fates, found: &mut Vec<Violation>) {
    for (cid, is_refused) in &fates.remaining {
        let stored = truth.stored(client, *cid).first();
        let what = match (is_refused, stored) {
            (true, _) => continue,
            (false, Some(_)) => "stored, and the client waits for it still",
            (false, None) => "neither stored nor refused in the end",
        };
        let mut breach = Violation::new(Rule::C8, what).client(client).cid(*cid);
        if let Some(fact) = stored {
            breach = breach.place(fact.room, fact.seq);
        }
        found.push(breach);
    }
}
