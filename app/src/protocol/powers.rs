//! Who may do what on this server: one table, read by every door and by the pages.
//!
//! What one may do in a room by one's rank there is [`super::room::Act::rank`].

use super::people::Role;

/// Something that not everybody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Power {
    /// To make a room of one's own.
    MakeRoom,
    /// To write to somebody first, and to answer requests.
    WriteFirst,
    /// To report somebody.
    Report,
    /// To act as a host in channels, and in every room that can be found.
    Moderate,
    /// To see reports and decide them; to warn, mute and ban on the whole server.
    Review,
    /// To close rooms that are not one's own.
    CloseRooms,
    /// To announce something.
    Announce,
    /// To see people and rooms of the whole server on the admin pages.
    Oversee,
    /// To see who did what.
    Audit,
    /// To see nodes, and to drain them.
    Nodes,
    /// To write question packs.
    Packs,
    /// To make members moderators, and back.
    NameModerators,
    /// To make anybody admin or owner, and back.
    NameAdmins,
}

impl Power {
    /// All of them, for the tests.
    pub const ALL: [Self; 13] = [
        Self::MakeRoom,
        Self::WriteFirst,
        Self::Report,
        Self::Moderate,
        Self::Review,
        Self::CloseRooms,
        Self::Announce,
        Self::Oversee,
        Self::Audit,
        Self::Nodes,
        Self::Packs,
        Self::NameModerators,
        Self::NameAdmins,
    ];

    /// The least role that has it.
    pub const fn least(self) -> Role {
        match self {
            Self::Report => Role::Guest,
            Self::MakeRoom | Self::WriteFirst => Role::Member,
            Self::Moderate | Self::Review | Self::Oversee => Role::Moderator,
            Self::CloseRooms
            | Self::Announce
            | Self::Audit
            | Self::Nodes
            | Self::Packs
            | Self::NameModerators => Role::Admin,
            Self::NameAdmins => Role::Owner,
        }
    }
}

impl Role {
    /// All of them, from the least.
    pub const ALL: [Self; 5] =
        [Self::Guest, Self::Member, Self::Moderator, Self::Admin, Self::Owner];

    /// Whether this role has that power.
    pub fn may(self, power: Power) -> bool {
        self >= power.least()
    }

    /// Whether this role may give a user the role `to` in the place of `from`. A guest has no
    /// password to keep a role by.
    pub fn may_name(self, from: Self, to: Self) -> bool {
        let is_below = self > from && self > to;
        let may = self.may(Power::NameAdmins) || self.may(Power::NameModerators) && is_below;
        may && from > Self::Guest && to > Self::Guest
    }

    /// Whether this role may do something against a user of the other: only downwards, so that
    /// nobody is put out by their equals.
    pub fn is_above(self, other: Self) -> bool {
        self.may(Power::Moderate) && self > other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_grow_with_the_role() {
        let count = |role: Role| Power::ALL.into_iter().filter(|it| role.may(*it)).count();
        assert_eq!(Role::ALL.map(count), [1, 3, 6, 12, 13]);
    }

    #[test]
    fn roles_are_given_downwards_and_by_owners() {
        let may = |role: Role| {
            let pairs = Role::ALL.into_iter().flat_map(|it| Role::ALL.map(|to| (it, to)));
            pairs.filter(|(from, to)| role.may_name(*from, *to)).count()
        };
        // Among members and moderators; among all four that have a password.
        assert_eq!(Role::ALL.map(may), [0, 0, 0, 4, 16]);
        assert!(Role::Admin.may_name(Role::Member, Role::Moderator));
        assert!(!Role::Admin.may_name(Role::Moderator, Role::Admin));
        assert!(Role::Owner.may_name(Role::Owner, Role::Member));
    }

    #[test]
    fn nobody_acts_against_their_equals() {
        for role in Role::ALL {
            assert!(!role.is_above(role));
        }
        assert!(Role::Moderator.is_above(Role::Member));
        assert!(!Role::Member.is_above(Role::Guest));
        assert!(!Role::Admin.is_above(Role::Owner));
    }
}
