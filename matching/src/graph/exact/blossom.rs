//! Blossoms: shrinking an odd circle into one vertex, and taking it apart again.

use super::{Label, Link, Solver};

impl Solver {
    /// All real vertices of a blossom reach out from now on.
    pub(super) fn enqueue(&mut self, vertex: usize) {
        if vertex <= self.n {
            self.queue.push_back(vertex);
            return;
        }
        for at in 0..self.petals[vertex].len() {
            self.enqueue(self.petals[vertex][at]);
        }
    }

    fn set_outer(&mut self, vertex: usize, outer: usize) {
        self.outer[vertex] = outer;
        if vertex > self.n {
            for at in 0..self.petals[vertex].len() {
                self.set_outer(self.petals[vertex][at], outer);
            }
        }
    }

    fn petal_with(&self, blossom: usize, vertex: usize) -> usize {
        self.petal_of[blossom * (self.n + 1) + vertex]
    }

    /// The place of a petal in its circle, turned so that the place is even: the way from the
    /// base to it then begins with an unmatched link.
    fn even_place(&mut self, blossom: usize, petal: usize) -> usize {
        let petals = &mut self.petals[blossom];
        let place = petals.iter().position(|it| *it == petal).unwrap_or_default();
        if place % 2 == 0 {
            return place;
        }
        petals[1..].reverse();
        petals.len() - place
    }

    /// Matches two, and within a blossom whatever that asks for.
    pub(super) fn marry(&mut self, vertex: usize, other: usize) {
        let link = self.link(vertex, other);
        self.mate[vertex] = link.to;
        if vertex <= self.n {
            return;
        }
        let petal = self.petal_with(vertex, link.from);
        let place = self.even_place(vertex, petal);
        for at in 0..place {
            self.marry(self.petals[vertex][at], self.petals[vertex][at ^ 1]);
        }
        self.marry(petal, other);
        self.petals[vertex].rotate_left(place);
    }

    /// Makes one vertex of the circle that goes from `base` to `from`, over the new link to `to`,
    /// and back.
    pub(super) fn shrink(&mut self, from: usize, base: usize, to: usize) {
        let blossom =
            (self.n + 1..=self.top).find(|it| self.outer[*it] == 0).unwrap_or(self.top + 1);
        self.top = self.top.max(blossom);
        self.dual[blossom] = 0;
        self.label[blossom] = Label::Even;
        self.mate[blossom] = self.mate[base];
        let mut petals = self.way_up(from, base);
        petals.push(base);
        petals.reverse();
        petals.extend(self.way_up(to, base));
        for &petal in &petals {
            if self.label[petal] == Label::Odd {
                self.enqueue(petal);
            }
        }
        self.petals[blossom] = petals;
        self.set_outer(blossom, blossom);
        self.link_blossom(blossom);
        self.find_nearest(blossom);
    }

    /// All on the way from a vertex up to `base`, without `base`.
    fn way_up(&self, from: usize, base: usize) -> Vec<usize> {
        let mut way = Vec::new();
        let mut here = from;
        while here != base {
            let odd = self.outer[self.mate[here]];
            way.extend([here, odd]);
            here = self.outer[self.parent[odd]];
        }
        way
    }

    /// The best link of a blossom to each other is the best of its petals' links.
    fn link_blossom(&mut self, blossom: usize) {
        for other in 1..=self.top {
            self.links[blossom * self.width + other] = Link::default();
            self.links[other * self.width + blossom] = Link::default();
        }
        let row = blossom * (self.n + 1);
        self.petal_of[row..=row + self.n].fill(0);
        for at in 0..self.petals[blossom].len() {
            let petal = self.petals[blossom][at];
            for other in 1..=self.top {
                let (known, new) = (self.link(blossom, other), self.link(petal, other));
                let is_better = known.weight == 0 || self.slack(new) < self.slack(known);
                if new.weight > 0 && is_better {
                    self.links[blossom * self.width + other] = new;
                    self.links[other * self.width + blossom] = self.link(other, petal);
                }
            }
            for vertex in
                (1..=self.n).filter(|it| self.petal_with(petal, *it) > 0).collect::<Vec<_>>()
            {
                self.petal_of[row + vertex] = petal;
            }
        }
    }

    /// Takes a blossom apart whose dual is spent: the petals on the even way from where the tree
    /// came in to the base stay in the tree, the others leave it.
    pub(super) fn expand(&mut self, blossom: usize) {
        let petals = self.petals[blossom].clone();
        for petal in petals {
            self.set_outer(petal, petal);
        }
        let entry = self.link(blossom, self.parent[blossom]).from;
        let entry = self.petal_with(blossom, entry);
        let place = self.even_place(blossom, entry);
        let petals = std::mem::take(&mut self.petals[blossom]);
        for pair in petals[..place].chunks_exact(2) {
            let (odd, even) = (pair[0], pair[1]);
            self.parent[odd] = self.link(even, odd).from;
            self.label[odd] = Label::Odd;
            self.label[even] = Label::Even;
            self.nearest[odd] = 0;
            self.find_nearest(even);
            self.enqueue(even);
        }
        self.label[entry] = Label::Odd;
        self.parent[entry] = self.parent[blossom];
        for &petal in &petals[place + 1..] {
            self.label[petal] = Label::Free;
            self.find_nearest(petal);
        }
        self.outer[blossom] = 0;
    }
}
