//! The question of the day of channels: told once a day, as an announcement.

use super::{AT_ONCE, Engine};
use crate::{
    engine::{Who, clock},
    questions::daily::question_of_day,
    store::{Change, Fence, StoreResult},
};
use app::{
    i18n::day_number,
    protocol::{
        ids::{Cid, RoomId},
        refusal::Refusal,
        room::{Rank, RoomKind},
    },
};
use uuid::Uuid;

/// Days begin at midnight UTC: at nine in the morning in Seoul.
fn today() -> i64 {
    day_number(clock::now(), 0)
}

/// The announcement's id: the same however often it is tried on that day.
fn told_as(room: RoomId, day: i64) -> Cid {
    let (high, low) = room.0.as_u64_pair();
    Cid(Uuid::from_u64_pair(high ^ day.unsigned_abs(), !low))
}

impl Engine {
    /// Tells the question of the day where it was not told yet.
    pub(super) async fn tell_dailies(&self, fence: Fence) -> StoreResult<()> {
        let day = today();
        for (room, owner) in self.store().dailies_due(day, AT_ONCE).await? {
            let packs = self.store().packs();
            let packs = packs.packs().by_depth();
            let Some(question) = question_of_day(day, room, &packs) else { continue };
            let text = &question.text;
            let text = format!("오늘의 질문 · Question of the day\n{}\n{}", text.ko, text.en);
            let change = (Some(told_as(room, day)), Change::Announce(text));
            match self.change_itself(fence, room, owner, change).await {
                Ok(()) => self.store().daily_told(fence, room, day).await?,
                Err(refusal) => {
                    tracing::warn!(%refusal, room.id = %room, "could not ask for the day");
                }
            }
        }
        Ok(())
    }

    /// Gives a channel a question of the day, or none any more; for whoever acts as its host.
    pub async fn set_daily(&self, who: &Who, room: RoomId, on: bool) -> Result<(), Refusal> {
        let found = self.found(who.user, room)?.summary_for(who.user);
        let standing = self.standing(who.user, who.role, room);
        if found.kind != RoomKind::Channel || standing.rank < Rank::Host {
            return Err(Refusal::NotAllowed);
        }
        self.store().set_daily(room, on, today()).await?;
        if on {
            self.planned(clock::now());
        }
        Ok(())
    }
}
