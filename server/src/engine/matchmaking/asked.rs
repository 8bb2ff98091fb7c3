//! What users ask about looking for somebody.

use super::super::{Engine, Who, clock};
use crate::{
    cluster::Word,
    store::{Band, NewTicket, Turned},
};
use app::{
    i18n::civil,
    protocol::{
        ids::{Millis, ProposalId, UserId},
        limits::{ADULT_AGE, MATCH_AGE_MIN},
        matching::{MatchView, Wishes},
        people::Role,
        refusal::Refusal,
    },
};

impl Engine {
    /// A ticket or proposal is another than it was: those concerned are told, and whoever leads is
    /// to know. Returns how it stands with that user.
    async fn search_changed(&self, user: UserId, turned: Turned) -> Result<MatchView, Refusal> {
        let mut views = self.tell_turned(turned).await?;
        self.0.matchmaking.heard();
        self.0.cluster.tell(Word::Sought);
        match views.remove(&user) {
            Some(view) => Ok(view),
            None => Ok(self.match_view(user).await?),
        }
    }

    /// Begins to look for somebody, or goes on with other wishes.
    pub async fn search(&self, who: &Who, wishes: Wishes) -> Result<MatchView, Refusal> {
        let wishes = wishes.checked()?;
        let guest = who.role == Role::Guest;
        if guest && !self.options().match_guests {
            return Err(Refusal::NotAllowed);
        }
        if let Some(about) = wishes.about {
            let head = self.read(who.user, about.room)?.head();
            if about.seq.is_some_and(|it| it > head) {
                return Err(Refusal::NotFound);
            }
        }
        let now = clock::now();
        let born = self.store().born(who.user).await?.ok_or(Refusal::AgeMissing)?;
        let band = band(born, now).ok_or(Refusal::TooYoung)?;
        let new = NewTicket { user: who.user, login: who.login, wishes, band, guest };
        self.store().take_ticket(&new, now).await?.ok_or(Refusal::NotSignedIn)?;
        let turned = Turned { users: vec![who.user], rooms: Vec::new() };
        self.search_changed(who.user, turned).await
    }

    /// Looks for nobody any more; nothing where they did not.
    pub async fn stop_search(&self, user: UserId) -> Result<MatchView, Refusal> {
        let turned = self.store().cancel_search(user, clock::now()).await?;
        self.search_changed(user, turned).await
    }

    /// Says yes or no to a proposal.
    pub async fn answer_proposal(
        &self,
        user: UserId,
        proposal: ProposalId,
        yes: bool,
    ) -> Result<MatchView, Refusal> {
        let turned = self.store().answer_proposal(user, proposal, yes, clock::now()).await??;
        self.search_changed(user, turned).await
    }

    /// States the year in which a user was born. It is stated once.
    pub async fn state_born(&self, user: UserId, year: i64) -> Result<(), Refusal> {
        let this = year_of(clock::now());
        let (least, most) = (this - AGE_MAX, this - 1);
        if !(least..=most).contains(&year) {
            let bound = |it: i64| u32::try_from(it).unwrap_or_default();
            return Err(Refusal::OutOfBounds { least: bound(least), most: bound(most) });
        }
        if self.store().set_born(user, year).await? {
            Ok(())
        } else {
            Err(Refusal::AlreadyAnswered)
        }
    }
}

/// The oldest that somebody may say to be, in years.
const AGE_MAX: i64 = 120;

fn year_of(now: Millis) -> i64 {
    civil(now, 0).year
}

/// The band of who was born in that year; none for those who are too young. One is as old as one
/// becomes in the year: birthdays are not asked for.
pub(super) fn band(born: i64, now: Millis) -> Option<Band> {
    match year_of(now) - born {
        age if age >= ADULT_AGE => Some(Band::Adult),
        age if age >= MATCH_AGE_MIN => Some(Band::Teen),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_go_by_the_year() {
        // 20 November 2026.
        let now = Millis(1_795_132_800_000);
        let check = |born, expected| assert_eq!(band(born, now), expected, "{born}");
        check(2013, None);
        check(2012, Some(Band::Teen));
        check(2008, Some(Band::Teen));
        check(2007, Some(Band::Adult));
        check(1950, Some(Band::Adult));
    }
}
