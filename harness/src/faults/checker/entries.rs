//! The logs by themselves: numbered without holes, nothing twice, nothing by strangers, the same
//! everywhere, and each author's words in their order (C2, C3, C4, C6, C9).

use super::{Rule, Truth, Violation, entry};
use crate::faults::history::{Fact, Kind, LogSource, Logs, RoomLog};
use app::protocol::{
    ids::{Cid, RoomId, Seq, UserId},
    message::Deed,
};
use std::collections::{HashMap, HashSet};

pub(super) fn check(truth: &Truth<'_>, nodes: &[Logs], found: &mut Vec<Violation>) {
    for (room, log) in &truth.logs.rooms {
        numbered(*room, log, "the database", found);
        by_members(*room, log, found);
        as_said(truth, log, found);
    }
    once(truth, found);
    in_order(truth, found);
    for node in nodes {
        same(truth, node, found);
    }
}

/// C3.
fn numbered(room: RoomId, log: &RoomLog, source: &str, found: &mut Vec<Violation>) {
    let mut before = Seq::ZERO;
    for fact in &log.entries {
        if fact.seq != before.next() {
            let what = format!("in {source} {} follows {before}", fact.seq);
            found.push(Violation::new(Rule::C3, what).place(room, fact.seq));
        }
        before = fact.seq;
    }
    if log.head != before {
        let what = format!("in {source} the head is {}, the last entry {before}", log.head);
        found.push(Violation::new(Rule::C3, what).place(room, log.head));
    }
}

/// C2.
fn once(truth: &Truth<'_>, found: &mut Vec<Violation>) {
    for ((_, cid), places) in &truth.by_cid {
        for again in places.iter().skip(1) {
            let what = format!("one entry expected, {} found", places.len());
            found.push(Violation::new(Rule::C2, what).place(again.room, again.seq).cid(*cid));
        }
    }
}

/// C9: a message stands between its author's coming and going, by their own will or not, and
/// nothing after the end of a room.
fn by_members(room: RoomId, log: &RoomLog, found: &mut Vec<Violation>) {
    let mut members: HashSet<UserId> = HashSet::new();
    let mut closed = false;
    for fact in &log.entries {
        let stranger = log.tells_who_comes && !members.contains(&fact.author);
        if closed {
            let what = "the room is closed by then".to_owned();
            found.push(Violation::new(Rule::C9, what).place(room, fact.seq));
        } else if fact.kind == Kind::Message && stranger {
            let what = format!("{} is not a member here", fact.author);
            found.push(Violation::new(Rule::C9, what).place(room, fact.seq));
        }
        match (fact.kind, fact.subject) {
            (Kind::Joined, _) => _ = members.insert(fact.author),
            (Kind::Left, _) => _ = members.remove(&fact.author),
            (Kind::Did(Deed::Kicked | Deed::Banned), Some(user)) => _ = members.remove(&user),
            (Kind::Did(Deed::Closed), _) => closed = true,
            _ => {}
        }
    }
}

/// C1: what stands there by one of our clients is what that client said.
fn as_said(truth: &Truth<'_>, log: &RoomLog, found: &mut Vec<Violation>) {
    let clients = truth.history.clients.iter().enumerate();
    let authors: HashMap<UserId, usize> =
        clients.filter_map(|(client, it)| Some((it.user?, client))).collect();
    for fact in log.entries.iter().filter(|it| it.kind == Kind::Message) {
        let (Some(client), Some(cid)) = (authors.get(&fact.author), fact.cid) else { continue };
        let said = truth.said.get(&cid).filter(|it| it.client == *client);
        let what = match said {
            None => "the log has what its author never said",
            Some(said) if said.room != fact.room => "said in another room than it stands in",
            Some(said) if said.text != fact.digest => "the text is not what was said",
            Some(_) => continue,
        };
        found.push(about(Rule::C1, what, fact).client(*client).cid(cid));
    }
}

/// C6.
fn in_order(truth: &Truth<'_>, found: &mut Vec<Violation>) {
    let mut newest: HashMap<(usize, RoomId), (Seq, Cid)> = HashMap::new();
    let order = truth.history.clients.iter().flat_map(|it| &it.events);
    for event in order {
        let crate::faults::history::Happened::Said { cid, room, .. } = event.what else { continue };
        let said = truth.said.get(&cid).filter(|_| !truth.is_stray(cid));
        let Some(client) = said.map(|it| it.client) else { continue };
        let Some(fact) = truth.stored(client, cid).first() else { continue };
        let before = newest.insert((client, room), (fact.seq, cid));
        if let Some((seq, earlier)) = before.filter(|it| it.0 >= fact.seq) {
            let what = format!("said after {earlier}, which stands at {seq}");
            found.push(about(Rule::C6, &what, fact).client(client).cid(cid));
        }
    }
}

/// C4 and C3 for what a node tells.
fn same(truth: &Truth<'_>, node: &Logs, found: &mut Vec<Violation>) {
    let name = match &node.source {
        LogSource::Database => "another database",
        LogSource::Node(name) => name,
    };
    if node.epoch != truth.logs.epoch {
        let what = format!("{name} has epoch {}, expected {}", node.epoch, truth.logs.epoch);
        found.push(Violation::new(Rule::C4, what));
        return;
    }
    for (room, settled) in &truth.history.settled {
        let head = node.rooms.get(room).map_or(Seq::ZERO, |it| it.head);
        if head < *settled {
            let what = format!("{name} has it up to {head}, expected {settled}");
            found.push(Violation::new(Rule::C4, what).place(*room, head));
        }
    }
    for (room, log) in &node.rooms {
        numbered(*room, log, name, found);
        let Some(true_log) = truth.logs.rooms.get(room) else { continue };
        // Entries that one of the two was read too early for are not compared.
        for fact in log.entries.iter().filter(|it| it.seq <= true_log.head) {
            if !entry(true_log, fact.seq).is_some_and(|it| it.is_same(fact)) {
                let what = format!("{name} has another entry than the database");
                found.push(about(Rule::C4, &what, fact));
            }
        }
    }
}

fn about(rule: Rule, what: &str, fact: &Fact) -> Violation {
    Violation::new(rule, what).place(fact.room, fact.seq)
}
