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

    /// Stops all talk and waits until all outboxes are empty and all have the heads that the nodes
    /// tell, or the limit is over. Those heads are what all views are judged by.
    pub(crate) async fn quiesce(&self, nodes: &[SocketAddr], limit: Duration) -> Quiet {
        self.talk(false);
        let begun = Instant::now();
        loop {
            let (heads, silent) = self.heads(nodes).await;
            let mut stragglers = silent;
            stragglers.extend(self.clients.iter().filter_map(|it| straggler(it, &heads)));
            self.history.borrow_mut().settle(&heads);
            if stragglers.is_empty() || begun.elapsed() >= limit {
                return Quiet { took: begun.elapsed(), stragglers };
            }
            sleep(LOOK).await;
        }
    }

    /// The newest heads that any node tells, and the nodes that tell none.
    async fn heads(&self, nodes: &[SocketAddr]) -> (HashMap<RoomId, Seq>, Vec<String>) {
        let mut newest: HashMap<RoomId, Seq> = HashMap::new();
        let mut silent = Vec::new();
        let readers = self.readers();
        if readers.is_empty() {
            return (newest, vec!["nobody signed up".into()]);
        }
        for (node, reader) in nodes.iter().flat_map(|it| readers.iter().map(move |by| (it, by))) {
            match timeout(ANSWER, reader.heads(*node)).await {
                Ok(Ok(heads)) => {
                    for (room, head) in heads {
                        let known = newest.entry(room).or_default();
                        *known = head.max(*known);
                    }
                }
                Ok(Err(error)) => silent.push(format!("{node} tells no heads: {error}")),
                Err(_) => silent.push(format!("{node} tells no heads in time")),
            }
        }
        (newest, silent)
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

/// Why a client that should be consistent is not.
fn straggler(client: &Client, heads: &HashMap<RoomId, Seq>) -> Option<String> {
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
