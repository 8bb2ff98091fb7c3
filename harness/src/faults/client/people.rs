//! All clients of a run together: in, talking, quiet, done.

use super::{Client, Manner, until_so};
use crate::faults::{history::History, logs};
use app::protocol::ids::{RoomId, Seq};
use std::{
    cell::RefCell,
    collections::{BTreeSet, HashMap},
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::time::{sleep, timeout};

/// While all become quiet, the heads are read so often.
const LOOK: Duration = Duration::from_millis(100);
/// A node that does not tell its heads in time is left out this time.
const ANSWER: Duration = Duration::from_secs(2);

/// The newest entry of each room.
type Heads = HashMap<RoomId, Seq>;

/// The clients of a run, and what they record.
pub(crate) struct People {
    pub(crate) history: Rc<RefCell<History>>,
    pub(crate) clients: Vec<Client>,
}

/// How becoming quiet went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quiet {
    pub(crate) took: Duration,
    /// Who is not consistent, and why; empty when all is well.
    pub(crate) stragglers: Vec<String>,
}

impl People {
    /// Nobody yet.
    pub(crate) fn new(history: &Rc<RefCell<History>>) -> Self {
        Self { history: Rc::clone(history), clients: Vec::new() }
    }

    /// One more, who signs up and comes in.
    pub(crate) fn add(&mut self, manner: Manner) -> &Client {
        self.clients.push(Client::start(&self.history, manner));
        &self.clients[self.clients.len() - 1]
    }

    /// Waits until all are in; false when the limit is over before.
    pub(crate) async fn all_in(&self, limit: Duration) -> bool {
        until_so(limit, || self.clients.iter().all(Client::is_in)).await
    }

    /// All begin to talk, or stop.
    pub(crate) fn talk(&self, talks: bool) {
        self.clients.iter().for_each(|it| it.talk(talks));
    }

    /// Stops all talk and coming in, and waits until all outboxes are empty and all clients and
    /// nodes have the newest heads that any node tells, or the limit is over. Those heads are what
    /// all views are judged by.
    pub(crate) async fn quiesce(&self, nodes: &[SocketAddr], limit: Duration) -> Quiet {
        self.clients.iter().for_each(Client::settle);
        let begun = Instant::now();
        loop {
            let (told, mut stragglers) = self.heads(nodes).await;
            let heads = newest(&told);
            stragglers.extend(told.iter().filter_map(|(node, its)| behind(*node, its, &heads)));
            stragglers.extend(self.clients.iter().filter_map(|it| straggler(it, &heads)));
            self.history.borrow_mut().settle(&heads);
            if stragglers.is_empty() || begun.elapsed() >= limit {
                return Quiet { took: begun.elapsed(), stragglers };
            }
            sleep(LOOK).await;
        }
    }

    /// The heads that each node tells, and the nodes that tell none.
    async fn heads(&self, nodes: &[SocketAddr]) -> (Vec<(SocketAddr, Heads)>, Vec<String>) {
        let mut told: Vec<(SocketAddr, Heads)> = Vec::new();
        let mut silent = Vec::new();
        let readers = self.readers();
        if readers.is_empty() {
            return (told, vec!["nobody signed up".into()]);
        }
        for node in nodes {
            let mut its = Heads::new();
            for reader in &readers {
                match timeout(ANSWER, reader.heads(*node)).await {
                    Ok(Ok(heads)) => its.extend(heads),
                    Ok(Err(error)) => silent.push(format!("{node} tells no heads: {error}")),
                    Err(_) => silent.push(format!("{node} tells no heads in time")),
                }
            }
            told.push((*node, its));
        }
        (told, silent)
    }

    /// Read logs with the logins of the first client that can still use it, and of a member of each
    /// room with a host.
    pub(crate) fn readers(&self) -> Vec<logs::Reader> {
        let signed_in: Vec<_> = self.clients.iter().filter(|it| is_signed_in(it)).collect();
        let hosted = &self.history.borrow().hosted;
        let member = |room: &RoomId| signed_in.iter().find(|it| it.hand().is_member(*room));
        let all = signed_in.first().into_iter().chain(hosted.iter().filter_map(member));
        let numbers = all.map(|it| it.number()).collect::<BTreeSet<_>>();
        let reader = |it: usize| {
            let client = &self.clients[it];
            logs::Reader { cookie: client.cookie(), origin: client.manner().origin() }
        };
        numbers.into_iter().map(reader).collect()
    }

    /// Ends all clients; what they still held is in the history then.
    pub(crate) fn finish(&self) {
        self.history.borrow_mut().end_phase();
        self.clients.iter().for_each(Client::finish);
    }
}

fn is_signed_in(client: &Client) -> bool {
    client.hand().is_signed_in() && !client.cookie().is_empty()
}

/// The newest entry of each room, as any node tells it.
fn newest(told: &[(SocketAddr, Heads)]) -> Heads {
    let mut newest = Heads::new();
    for (room, head) in told.iter().flat_map(|it| &it.1) {
        let known = newest.entry(*room).or_default();
        *known = (*known).max(*head);
    }
    newest
}

/// What a node knows less of than another: it may not have heard yet that a reader came in.
fn behind(node: SocketAddr, its: &Heads, newest: &Heads) -> Option<String> {
    let lacks = |(room, head): &(&RoomId, &Seq)| its.get(room).is_none_or(|it| it < *head);
    let (room, head) = newest.iter().find(lacks)?;
    Some(match its.get(room) {
        Some(it) => format!("{node} has {room} up to {it}, another up to {head}"),
        None => format!("{node} has no {room}, another has it up to {head}"),
    })
}

/// Why a client that should be consistent is not.
fn straggler(client: &Client, heads: &Heads) -> Option<String> {
    let tab = client.tab.borrow();
    let why = match tab.connection {
        super::Connection::Live if !tab.is_drained() => "has something in its outbox",
        super::Connection::Live if !tab.has_all(heads) => "is behind",
        super::Connection::Live if tab.is_at_door() => "waits to come in, or to leave",
        super::Connection::Live | super::Connection::Ended(_) => return None,
        _ => "is not connected",
    };
    Some(format!("{} {why}", tab.manner.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_node_that_knows_less_than_another_is_not_quiet_yet() {
        let [one, two] = [1, 2].map(|it| RoomId(Uuid::from_u128(it)));
        let [here, there] = ["127.0.0.1:1", "127.0.0.1:2"].map(|it| it.parse().unwrap());
        let heads = |its: &[(RoomId, u64)]| -> Heads {
            its.iter().map(|(room, head)| (*room, Seq::try_from(*head).unwrap())).collect()
        };
        for (its, others, is_behind) in [
            (heads(&[(one, 3), (two, 5)]), heads(&[(one, 3), (two, 5)]), false),
            (heads(&[(one, 3), (two, 5)]), heads(&[(one, 2)]), false),
            (heads(&[(one, 3), (two, 4)]), heads(&[(one, 3), (two, 5)]), true),
            (heads(&[(one, 3)]), heads(&[(one, 3), (two, 5)]), true),
            (heads(&[]), heads(&[]), false),
        ] {
            let told = [(here, its.clone()), (there, others)];
            let why = behind(here, &its, &newest(&told));
            assert_eq!(why.is_some(), is_behind, "{why:?}");
        }
    }
}
