//! A matching of the greatest weight by Edmonds' blossoms, primal-dual, in O(n³) on a dense graph
//! (Galil, "Efficient algorithms for finding maximum matching in graphs", 1986).
//!
//! Every vertex has a dual; a link whose duals sum up to its weight (twice, so that halves stay
//! integers) is tight. Alternating trees grow from the unmatched vertices over tight links. A
//! link between two trees augments the matching; one within a tree closes an odd circle, which is
//! shrunk into a blossom and goes on as one vertex. When nothing is tight, the duals move until
//! something is. It ends when the dual of an unmatched vertex is 0: nothing heavier can be.
//!
//! Vertices count from 1, blossoms follow after them; 0 is none.

use super::{Edge, Mates};
use std::collections::VecDeque;

mod blossom;

/// The matching of the greatest weight among `n` vertices.
pub fn exact(n: usize, edges: &[Edge]) -> Mates {
    let mut solver = Solver::new(n, edges);
    while solver.phase() {}
    let mate = |vertex: usize| Some(solver.mate[vertex]).filter(|it| *it > 0).map(|it| it - 1);
    (1..=n).map(mate).collect()
}

/// A link between real vertices: the best one between two vertices or blossoms. Weight 0 is none.
#[derive(Clone, Copy, Default)]
struct Link {
    from: usize,
    to: usize,
    weight: i64,
}

/// How far a vertex or blossom is from the root of its tree.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Label {
    /// In no tree.
    Free,
    /// An even number of links: it reaches out.
    Even,
    /// An odd number: it is reached.
    Odd,
}

struct Solver {
    /// Real vertices are 1 to `n`.
    n: usize,
    /// The highest number that a blossom has had.
    top: usize,
    width: usize,
    links: Vec<Link>,
    dual: Vec<i64>,
    /// The real vertex at the other end of the matched link.
    mate: Vec<usize>,
    /// The even vertex with the least slack towards this one.
    nearest: Vec<usize>,
    /// The outermost blossom around each; itself, or 0 where the blossom does not exist.
    outer: Vec<usize>,
    /// The real vertex by which the tree came here.
    parent: Vec<usize>,
    label: Vec<Label>,
    /// When the way from each up to its root was last walked.
    seen: Vec<usize>,
    walk: usize,
    /// What a blossom is made of, in order of the circle, from its base on.
    petals: Vec<Vec<usize>>,
    /// Which petal of a blossom has a real vertex.
    petal_of: Vec<usize>,
    queue: VecDeque<usize>,
}

impl Solver {
    fn new(n: usize, edges: &[Edge]) -> Self {
        // No more than n / 2 blossoms exist at a time, nested ones among them.
        let width = n + n / 2 + 2;
        let mut solver = Self {
            n,
            top: n,
            width,
            links: vec![Link::default(); width * width],
            dual: vec![0; width],
            mate: vec![0; width],
            nearest: vec![0; width],
            outer: (0..width).map(|it| if it <= n { it } else { 0 }).collect(),
            parent: vec![0; width],
            label: vec![Label::Free; width],
            seen: vec![0; width],
            walk: 0,
            petals: vec![Vec::new(); width],
            petal_of: vec![0; width * (n + 1)],
            queue: VecDeque::new(),
        };
        for from in 1..=n {
            solver.petal_of[from * (n + 1) + from] = from;
            for to in 1..=n {
                solver.links[from * width + to] = Link { from, to, weight: 0 };
            }
        }
        for edge in edges.iter().filter(|it| it.a != it.b) {
            for (from, to) in [(edge.a + 1, edge.b + 1), (edge.b + 1, edge.a + 1)] {
                let link = &mut solver.links[from * width + to];
                link.weight = link.weight.max(i64::from(edge.weight));
            }
        }
        let heaviest = edges.iter().map(|it| i64::from(it.weight)).max().unwrap_or(0).max(0);
        solver.dual[1..=n].fill(heaviest);
        solver
    }

    fn link(&self, from: usize, to: usize) -> Link {
        self.links[from * self.width + to]
    }

    /// How far a link is from being tight.
    fn slack(&self, link: Link) -> i64 {
        self.dual[link.from] + self.dual[link.to] - 2 * self.link(link.from, link.to).weight
    }

    fn label_of(&self, vertex: usize) -> Label {
        self.label[self.outer[vertex]]
    }

    /// All outermost vertices and blossoms.
    fn outermost(&self) -> impl Iterator<Item = usize> + '_ {
        (1..=self.top).filter(|it| self.outer[*it] == *it)
    }

    fn come_nearer(&mut self, from: usize, to: usize) {
        let known = self.nearest[to];
        if known == 0 || self.slack(self.link(from, to)) < self.slack(self.link(known, to)) {
            self.nearest[to] = from;
        }
    }

    fn find_nearest(&mut self, to: usize) {
        self.nearest[to] = 0;
        for from in 1..=self.n {
            let is_other = self.outer[from] != to && self.label_of(from) == Label::Even;
            if is_other && self.link(from, to).weight > 0 {
                self.come_nearer(from, to);
            }
        }
    }

    /// One augmentation; false where the matching is the heaviest.
    fn phase(&mut self) -> bool {
        self.label[1..=self.top].fill(Label::Free);
        self.nearest[1..=self.top].fill(0);
        self.queue.clear();
        let roots: Vec<_> = self.outermost().filter(|it| self.mate[*it] == 0).collect();
        for root in roots {
            self.parent[root] = 0;
            self.label[root] = Label::Even;
            self.enqueue(root);
        }
        if self.queue.is_empty() {
            return false;
        }
        loop {
            if self.grow() {
                return true;
            }
            if !self.move_duals() {
                return false;
            }
            if self.follow_tight() {
                return true;
            }
            self.expand_spent();
        }
    }

    /// Follows the tight links of all that waits in the queue; true where that augmented.
    fn grow(&mut self) -> bool {
        while let Some(from) = self.queue.pop_front() {
            if self.label_of(from) == Label::Odd {
                continue;
            }
            for to in 1..=self.n {
                let link = self.link(from, to);
                if link.weight == 0 || self.outer[from] == self.outer[to] {
                    continue;
                }
                if self.slack(link) > 0 {
                    self.come_nearer(from, self.outer[to]);
                } else if self.take(link) {
                    return true;
                }
            }
        }
        false
    }

    /// Moves the duals until a link gets tight or an odd blossom is spent; false where the dual of
    /// an unmatched vertex gets to 0 first.
    fn move_duals(&mut self) -> bool {
        let spent = (self.n + 1..=self.top)
            .filter(|it| self.outer[*it] == *it && self.label[*it] == Label::Odd)
            .map(|it| self.dual[it] / 2);
        let near = self.outermost().filter(|it| self.nearest[*it] > 0).filter_map(|it| {
            let slack = self.slack(self.link(self.nearest[it], it));
            match self.label[it] {
                Label::Free => Some(slack),
                Label::Even => Some(slack / 2),
                Label::Odd => None,
            }
        });
        let even = (1..=self.n).filter(|it| self.label_of(*it) == Label::Even);
        let last = even.map(|it| self.dual[it]).min().unwrap_or_default();
        let by = spent.chain(near).min().unwrap_or(last);
        if last <= by {
            return false;
        }
        for vertex in 1..=self.n {
            match self.label_of(vertex) {
                Label::Even => self.dual[vertex] -= by,
                Label::Odd => self.dual[vertex] += by,
                Label::Free => {}
            }
        }
        for blossom in self.n + 1..=self.top {
            if self.outer[blossom] == blossom {
                match self.label[blossom] {
                    Label::Even => self.dual[blossom] += 2 * by,
                    Label::Odd => self.dual[blossom] -= 2 * by,
                    Label::Free => {}
                }
            }
        }
        self.queue.clear();
        true
    }

    /// Takes the links that got tight; true where that augmented.
    fn follow_tight(&mut self) -> bool {
        for to in 1..=self.top {
            let from = self.nearest[to];
            if self.outer[to] != to || from == 0 || self.outer[from] == to {
                continue;
            }
            let link = self.link(from, to);
            if self.slack(link) == 0 && self.take(link) {
                return true;
            }
        }
        false
    }

    fn expand_spent(&mut self) {
        for blossom in self.n + 1..=self.top {
            let is_odd = self.outer[blossom] == blossom && self.label[blossom] == Label::Odd;
            if is_odd && self.dual[blossom] == 0 {
                self.expand(blossom);
            }
        }
    }

    /// Goes over a tight link: the tree grows, or a blossom closes, or, which is true, two trees
    /// meet and the matching grows.
    fn take(&mut self, link: Link) -> bool {
        let (from, to) = (self.outer[link.from], self.outer[link.to]);
        match self.label[to] {
            Label::Free => {
                self.parent[to] = link.from;
                self.label[to] = Label::Odd;
                let next = self.outer[self.mate[to]];
                self.nearest[to] = 0;
                self.nearest[next] = 0;
                self.label[next] = Label::Even;
                self.enqueue(next);
            }
            Label::Even => {
                let Some(base) = self.meeting(from, to) else {
                    self.augment(from, to);
                    self.augment(to, from);
                    return true;
                };
                self.shrink(from, base, to);
            }
            Label::Odd => {}
        }
        false
    }

    /// Where the ways of two up to their roots meet; nothing where the roots are two.
    fn meeting(&mut self, a: usize, b: usize) -> Option<usize> {
        self.walk += 1;
        let (mut here, mut there) = (a, b);
        while here > 0 || there > 0 {
            if here > 0 {
                if self.seen[here] == self.walk {
                    return Some(here);
                }
                self.seen[here] = self.walk;
                here = self.outer[self.mate[here]];
                if here > 0 {
                    here = self.outer[self.parent[here]];
                }
            }
            (here, there) = (there, here);
        }
        None
    }

    /// Turns matched and unmatched links around from `vertex` up to its root, and matches it
    /// with `other`.
    fn augment(&mut self, vertex: usize, other: usize) {
        let (mut vertex, mut other) = (vertex, other);
        loop {
            let next = self.outer[self.mate[vertex]];
            self.marry(vertex, other);
            if next == 0 {
                return;
            }
            let up = self.outer[self.parent[next]];
            self.marry(next, up);
            (vertex, other) = (up, next);
        }
    }
}
