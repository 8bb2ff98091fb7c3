//! A value that is kept as it was from its first change on.

use std::ops::{Deref, DerefMut};

/// A value, and what it was before it was changed: copied only then, so that what few changes
/// touch costs the others nothing.
#[derive(Debug, Default)]
pub(in crate::store) struct Kept<T> {
    now: T,
    was: Option<Box<T>>,
}

impl<T> Kept<T> {
    /// What it was when it was last marked.
    pub(in crate::store) fn was(&self) -> &T {
        self.was.as_deref().unwrap_or(&self.now)
    }

    /// From here on it counts as unchanged.
    pub(super) fn mark(&mut self) {
        self.was = None;
    }
}

impl<T: PartialEq> Kept<T> {
    /// Whether it is another than it was.
    pub(in crate::store) fn is_changed(&self) -> bool {
        self.was.as_deref().is_some_and(|it| *it != self.now)
    }
}

impl<T> From<T> for Kept<T> {
    fn from(now: T) -> Self {
        Self { now, was: None }
    }
}

impl<T: FromIterator<I>, I> FromIterator<I> for Kept<T> {
    fn from_iter<A: IntoIterator<Item = I>>(all: A) -> Self {
        T::from_iter(all).into()
    }
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.now
    }
}

impl<T: Clone> DerefMut for Kept<T> {
    fn deref_mut(&mut self) -> &mut T {
        if self.was.is_none() {
            self.was = Some(Box::new(self.now.clone()));
        }
        &mut self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_was_is_kept_until_it_is_marked() {
        let mut kept = Kept::from(vec![1]);
        assert!(kept.len() == 1 && kept.was.is_none(), "looking at it copies nothing");
        kept.push(2);
        kept.push(3);
        assert!(kept.is_changed());
        assert_eq!((kept.was(), &*kept), (&vec![1], &vec![1, 2, 3]));
        kept.truncate(1);
        assert!(!kept.is_changed(), "it is what it was");
        kept.push(2);
        kept.mark();
        assert!(!kept.is_changed());
        assert_eq!(kept.was(), &vec![1, 2]);
    }
}
