//! Which node a new client gets: the next one in turn among those that say that they are ready, as
//! a load balancer in front of a deployment does it.

use super::{node::is_ready, proxy::Route};
use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    rc::Rc,
    time::Duration,
};
use tokio::task::JoinHandle;

/// How often each node is asked.
const LOOK: Duration = Duration::from_millis(100);

/// The nodes as the front sees them.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    nodes: RefCell<Vec<(SocketAddr, bool)>>,
    turn: Cell<usize>,
}

impl Fleet {
    /// These nodes; none is known to be ready.
    pub(crate) fn new(nodes: impl IntoIterator<Item = SocketAddr>) -> Rc<Self> {
        let nodes = nodes.into_iter().map(|it| (it, false)).collect();
        Rc::new(Self { nodes: RefCell::new(nodes), turn: Cell::new(0) })
    }

    /// Asks all nodes from now on, until the handle is aborted.
    pub(crate) fn watch(self: &Rc<Self>) -> Vec<JoinHandle<()>> {
        let nodes: Vec<_> = self.nodes.borrow().iter().map(|it| it.0).collect();
        let watch = |address| {
            let fleet = self.clone();
            tokio::task::spawn_local(async move {
                loop {
                    fleet.note(address, is_ready(address).await);
                    tokio::time::sleep(LOOK).await;
                }
            })
        };
        nodes.into_iter().map(watch).collect()
    }

    /// A node was seen to be ready, or not to be.
    pub(crate) fn note(&self, node: SocketAddr, is_ready: bool) {
        let mut nodes = self.nodes.borrow_mut();
        nodes.iter_mut().filter(|it| it.0 == node).for_each(|it| it.1 = is_ready);
    }

    /// Whether that node was ready when it was last asked.
    pub(crate) fn has_ready(&self, node: SocketAddr) -> bool {
        self.nodes.borrow().contains(&(node, true))
    }
}

impl Route for Fleet {
    fn targets(&self) -> Vec<SocketAddr> {
        let turn = self.turn.replace(self.turn.get().wrapping_add(1));
        let nodes = self.nodes.borrow();
        let mut ready: Vec<_> = nodes.iter().filter(|it| it.1).map(|it| it.0).collect();
        if !ready.is_empty() {
            let first = turn % ready.len();
            ready.rotate_left(first);
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_go_to_ready_nodes_in_turn() {
        let [one, two, three] = [1, 2, 3].map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
        let fleet = Fleet::new([one, two, three]);
        assert!(fleet.targets().is_empty());
        fleet.note(one, true);
        fleet.note(three, true);
        let mut firsts: Vec<_> = (0..4).map(|_| fleet.targets()[0]).collect();
        firsts.sort();
        assert_eq!(firsts, [one, one, three, three]);
        fleet.note(one, false);
        assert_eq!(fleet.targets(), [three]);
        assert!(fleet.has_ready(three) && !fleet.has_ready(one));
    }
}
