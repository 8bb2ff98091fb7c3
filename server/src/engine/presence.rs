//! Who is at hand: counted from the sockets of this node, so that a crash leaves nobody behind.

use app::protocol::{ids::UserId, people::Presence};
use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

/// The sockets of a user, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sockets {
    open: usize,
    attending: usize,
}

impl Sockets {
    const fn presence(self) -> Presence {
        match self {
            Self { open: 0, .. } => Presence::Offline,
            Self { attending: 0, .. } => Presence::Away,
            _ => Presence::Here,
        }
    }
}

/// The presence of every user who has a socket open.
#[derive(Debug, Default)]
pub(crate) struct Presences(RwLock<HashMap<UserId, Sockets>>);

impl Presences {
    /// The presence of a user.
    pub(crate) fn of(&self, user: UserId) -> Presence {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&user)
            .map_or(Presence::Offline, |it| it.presence())
    }

    /// How many users have a socket open.
    pub(crate) fn online(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// A socket was opened; its page is not looked at until told. False when the user has as
    /// many as one may.
    pub(crate) fn open(&self, user: UserId, most: usize) -> bool {
        let mut users = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let sockets = users.entry(user).or_default();
        if sockets.open >= most {
            return false;
        }
        sockets.open += 1;
        true
    }

    /// A socket's page came into view or went out of it.
    pub(crate) fn attend(&self, user: UserId, attending: bool) {
        let mut users = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(sockets) = users.get_mut(&user) {
            let n = sockets.attending;
            sockets.attending = if attending { n + 1 } else { n.saturating_sub(1) };
        }
    }

    /// A socket was closed.
    pub(crate) fn close(&self, user: UserId, was_attending: bool) {
        if was_attending {
            self.attend(user, false);
        }
        let mut users = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(sockets) = users.get_mut(&user) {
            sockets.open = sockets.open.saturating_sub(1);
            if sockets.open == 0 {
                users.remove(&user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_as_present_as_the_most_present_tab() {
        let user = UserId(uuid::Uuid::nil());
        let presences = Presences::default();
        assert_eq!(presences.of(user), Presence::Offline);
        assert!(presences.open(user, 2));
        assert_eq!(presences.of(user), Presence::Away);
        assert!(presences.open(user, 2));
        assert!(!presences.open(user, 2), "a third is one too many");
        presences.attend(user, true);
        assert_eq!(presences.of(user), Presence::Here);
        presences.close(user, true);
        assert_eq!(presences.of(user), Presence::Away);
        presences.close(user, false);
        assert_eq!((presences.of(user), presences.online()), (Presence::Offline, 0));
    }
}
