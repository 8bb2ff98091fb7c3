//! Whether all arrived: what the people saw, what they were told, and what the server stored.

use crate::{crowd::Crowd, http::Http, server::Server};
use anyhow::{Result, ensure};
use app::protocol::{
    ids::{Cid, RoomId, Seq},
    limits::PAGE_ENTRIES,
    message::{Entry, What},
    snapshot::RoomSummary,
};
use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

/// The newest entry of each room.
pub(crate) type Heads = HashMap<RoomId, Seq>;

/// Waits until all people have all entries, and no new ones come; the heads.
pub(crate) async fn settle(server: &Server, crowd: &Crowd) -> Result<Heads> {
    let mut before = Heads::new();
    loop {
        let heads = heads(server, crowd).await?;
        let has_all = |room, last: Option<Seq>| last >= heads.get(&room).copied();
        crowd
            .wait("up to date", |it| {
                has_all(it.room, it.gap.as_ref().map(app::client::gap::Gap::last))
            })
            .await?;
        if heads == before {
            return Ok(heads);
        }
        before = heads;
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// Waits until all that was said is answered and has been seen by all.
pub(crate) async fn drain(server: &Server, crowd: &Crowd) -> Result<()> {
    let begun = Instant::now();
    while crowd.people.iter().any(|it| is_waiting(&it.borrow().outbox)) {
        let faults = crowd.world.state.borrow().faults.join("; ");
        ensure!(faults.is_empty(), "{faults}");
        ensure!(begun.elapsed() < Duration::from_mins(2), "sends without an answer");
        tokio::time::sleep(Duration::from_millis(5)).await;
        crowd.nudge();
    }
    let heads = heads(server, crowd).await?;
    crowd
        .wait("up to date", |it| {
            it.gap.as_ref().map(app::client::gap::Gap::last) >= heads.get(&it.room).copied()
        })
        .await
}

fn is_waiting(outbox: &app::client::outbox::Outbox) -> bool {
    use app::client::outbox::SendState;
    outbox.items().any(|it| !matches!(it.state, SendState::Refused(_)))
}

async fn heads(server: &Server, crowd: &Crowd) -> Result<Heads> {
    let mut http = Http::connect(&server.address).await?;
    let mut heads = Heads::new();
    for room in &crowd.rooms {
        let room = http.get(&format!("/api/v1/rooms/{room}"), &crowd.cookie).await?;
        let room: RoomSummary = serde_json::from_value(room)?;
        heads.insert(room.id, room.head);
    }
    Ok(heads)
}

/// Reads the stored logs since the given heads, and compares; the faults.
pub(crate) async fn logs(server: &Server, crowd: &Crowd, since: &Heads) -> Result<Vec<String>> {
    let mut http = Http::connect(&server.address).await?;
    let mut faults = Faults { list: Vec::new(), seen: HashSet::new(), newest: HashMap::new() };
    for room in &crowd.rooms {
        let mut after = since.get(room).copied().unwrap_or_default();
        loop {
            let path = format!("/api/v1/rooms/{room}/entries?after={after}&limit={PAGE_ENTRIES}");
            let page = http.get(&path, &crowd.cookie).await?;
            let entries: Vec<Entry> = serde_json::from_value(page["entries"].clone())?;
            for entry in &entries {
                if entry.seq != after.next() {
                    faults.list.push(format!("{room}: {} follows {after}", entry.seq));
                }
                after = entry.seq;
                faults.check(crowd, *room, entry);
            }
            if entries.is_empty() {
                break;
            }
        }
    }
    for (cid, sent) in &crowd.world.state.borrow().sent {
        let stored = faults.seen.contains(cid);
        match (sent.acked, sent.refused) {
            (None, false) => faults.list.push(format!("neither acknowledged nor refused: {cid}")),
            (Some(seq), _) if !stored => faults.list.push(format!("acknowledged and lost: {seq}")),
            (None, true) if stored => faults.list.push(format!("refused and stored: {cid}")),
            _ => {}
        }
    }
    Ok(faults.list)
}

struct Faults {
    list: Vec<String>,
    seen: HashSet<Cid>,
    /// The newest message of each person so far.
    newest: HashMap<u32, u32>,
}

impl Faults {
    fn check(&mut self, crowd: &Crowd, room: RoomId, entry: &Entry) {
        let (Some(cid), What::Message { text }) = (entry.cid, &entry.what) else { return };
        let state = crowd.world.state.borrow();
        let Some(sent) = state.sent.get(&cid) else {
            return self.list.push(format!("nobody said {cid}"));
        };
        if !self.seen.insert(cid) {
            self.list.push(format!("stored twice: {cid}"));
        }
        if *text != crowd.world.text(sent.person, sent.n) {
            self.list.push(format!("another text at {}", entry.seq));
        }
        let author = &crowd.people[sent.person as usize].borrow();
        if author.id != Some(entry.author) || author.room != room {
            self.list.push(format!("another author or room at {}", entry.seq));
        }
        if self.newest.insert(sent.person, sent.n).is_some_and(|before| before >= sent.n) {
            self.list.push(format!("person {} out of order at {}", sent.person, entry.seq));
        }
        if sent.acked.is_some_and(|seq| seq != entry.seq) {
            self.list.push(format!("acknowledged at {:?}, stored at {}", sent.acked, entry.seq));
        }
        let seen = state.logs.get(&room).and_then(|log| log.get(&entry.seq));
        if seen != Some(&Some(cid)) {
            self.list.push(format!("seen otherwise than stored at {}", entry.seq));
        }
    }
}
