//! What users ask about looking for somebody.

use super::super::{Engine, Who, clock};
use crate::{
    cluster::Word,
    store::{Band, NewLookout, NewTicket, StoreResult, TicketAsk, Turned},
};
use ::matching::standing::{self, Deed, Kind, Part};
use app::{
    i18n::civil,
    protocol::{
        ids::{Millis, ProposalId, Seq, UserId},
        limits::{ADULT_AGE, MATCH_AGE_MIN},
        matching::{About, Conduct, ConductKind, ConductPart, MatchView, Wishes},
        message::{Entry, What},
        people::Role,
        refusal::Refusal,
        room::RoomKind,
    },
};

impl Engine {
    /// A ticket or proposal is another than it was: those concerned are told, and whoever leads is
    /// to know. Returns how it stands with that user.
    async fn search_changed(&self, user: UserId, turned: Turned) -> Result<MatchView, Refusal> {
        let mut views = self.tell_turned(turned).await?;
        self.sought();
        match views.remove(&user) {
            Some(view) => Ok(view),
            None => Ok(self.match_view(user).await?),
        }
    }

    /// A search was ended by others than its owner.
    pub(in crate::engine) async fn search_ended(&self, turned: Turned) {
        if turned == Turned::default() {
            return;
        }
        if let Err(error) = self.tell_turned(turned).await {
            tracing::warn!(%error, "cannot tell how it stands with a search");
        }
        self.sought();
    }

    /// Whoever leads is to know that something changed.
    pub(super) fn sought(&self) {
        self.0.matchmaking.heard();
        self.0.cluster.tell(Word::Sought);
    }

    /// Begins to look for somebody, or goes on with other wishes.
    pub async fn search(&self, who: &Who, wishes: Wishes) -> Result<MatchView, Refusal> {
        let now = clock::now();
        let (wishes, band) = self.admit_wishes(who, wishes, now).await?;
        let guest = who.role == Role::Guest;
        let new = NewTicket { user: who.user, login: who.login, wishes, band, guest, at: now };
        self.0.matchmaking.clerk.ask(TicketAsk::Take(new)).await
    }

    /// Tells the user, once within a day, when somebody like that looks for someone.
    pub async fn look_out(&self, who: &Who, wishes: Wishes) -> Result<MatchView, Refusal> {
        let now = clock::now();
        let (wishes, _) = self.admit_wishes(who, wishes, now).await?;
        let until = now.plus(LOOKOUT_MS);
        let new = NewLookout { user: who.user, login: who.login, wishes, until };
        if !self.store().keep_lookout(&new, now).await? {
            return Err(Refusal::NotSignedIn);
        }
        let turned = Turned { users: vec![who.user], rooms: Vec::new() };
        self.search_changed(who.user, turned).await
    }

    /// Looks out no more, or knows of what was told.
    pub async fn stop_look_out(&self, user: UserId) -> Result<MatchView, Refusal> {
        self.store().end_lookout(user).await?;
        let turned = Turned { users: vec![user], rooms: Vec::new() };
        self.search_changed(user, turned).await
    }

    /// The wishes as they may be stored, and the band of whoever has them, where they may be
    /// matched at all.
    async fn admit_wishes(
        &self,
        who: &Who,
        wishes: Wishes,
        now: Millis,
    ) -> Result<(Wishes, Band), Refusal> {
        let wishes = wishes.checked()?;
        if who.role == Role::Guest && !self.options().match_guests {
            return Err(Refusal::NotAllowed);
        }
        if let Some(about) = wishes.about {
            self.check_about(who.user, about).await?;
        }
        let born = self.store().born(who.user).await?.ok_or(Refusal::AgeMissing)?;
        Ok((wishes, band(born, now).ok_or(Refusal::TooYoung)?))
    }

    /// Whether the user may read what they want to talk about, and there is something to talk
    /// about. Of rooms of two there is nobody else to talk with.
    async fn check_about(&self, user: UserId, about: About) -> Result<(), Refusal> {
        let room = self.readable(&about.room.to_string(), user)?;
        if matches!(room.kind, RoomKind::Direct | RoomKind::Match | RoomKind::Pair) {
            return Err(Refusal::NotAllowed);
        }
        let Some(seq) = about.seq else { return Ok(()) };
        if seq == Seq::ZERO {
            return Err(Refusal::NotFound);
        }
        let page = self.store().entries(room.id, Some(seq.minus(1)), None, 1).await?;
        let is_said = |it: &Entry| {
            it.seq == seq && matches!(it.what, What::Message { .. } | What::Announced { .. })
        };
        if page.entries.first().is_some_and(is_said) { Ok(()) } else { Err(Refusal::NotFound) }
    }

    /// What counts for or against a user when people are matched, as they may know it.
    pub async fn conduct(&self, user: UserId) -> StoreResult<Conduct> {
        let now = clock::now();
        let since = Millis(now.0 - standing::REMEMBERED_MS);
        let deeds = self.store().deeds_of(&[user], since).await?.remove(&user);
        Ok(conduct_of(&deeds.unwrap_or_default(), now))
    }

    /// Looks for nobody any more; nothing where they did not.
    pub async fn stop_search(&self, user: UserId) -> Result<MatchView, Refusal> {
        self.0.matchmaking.clerk.ask(TicketAsk::Cancel(user)).await
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

/// A lookout ends after a day.
const LOOKOUT_MS: i64 = 24 * 60 * 60 * 1_000;
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

fn conduct_of(deeds: &[Deed], now: Millis) -> Conduct {
    let score = standing::score(deeds, now.0);
    // One report alone counts for nothing, and is told to nobody.
    let is_told = |it: &&Part| it.kind != Kind::Reported || it.points < 0;
    let part = |it: &Part| ConductPart {
        kind: match it.kind {
            Kind::Upheld => ConductKind::Upheld,
            Kind::Reported => ConductKind::Reported,
            Kind::NoAnswer => ConductKind::NotAnswered,
            Kind::Skipped => ConductKind::Skipped,
            Kind::Good => ConductKind::Good,
        },
        deeds: u32::try_from(it.deeds).unwrap_or(u32::MAX),
        points: i32::try_from(it.points).unwrap_or_default(),
        until: Millis(it.until),
    };
    Conduct {
        score: u32::try_from(score.total).unwrap_or_default(),
        parts: score.parts.iter().filter(is_told).map(part).collect(),
        until: standing::cooldown(deeds, now.0).map(Millis),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_single_report_nobody_is_told() {
        let now = Millis(1_795_132_800_000);
        let reported = |n| vec![Deed { kind: Kind::Reported, at: now.0 }; n];
        let nothing = Conduct { score: 100, parts: Vec::new(), until: None };
        assert_eq!(conduct_of(&reported(1), now), nothing);
        let two = conduct_of(&reported(2), now);
        assert_eq!((two.score, two.parts[0].deeds), (92, 2));
    }

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
