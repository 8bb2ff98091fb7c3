//! What the engine does when somebody keeps order on the whole server.

use super::{Engine, Who, clock};
use crate::store::{Change, HostAct, Outcome, Sanctioned, User};
use app::protocol::{
    ids::{RoomId, UserId},
    packets::{Noticed, ServerPacket},
    powers::Power,
    refusal::Refusal,
    room::Act,
};

impl Engine {
    /// A user has another role: it holds at once, on every node.
    pub async fn role_changed(&self, user: &User) {
        self.user_changed(user);
        self.noticed(user.id).await;
    }

    /// A reviewer did something about a user: their sockets close where their logins ended, and
    /// else they are told.
    pub async fn sanctioned(&self, done: &Sanctioned) {
        self.end_logins(&done.ended);
        self.search_ended(done.turned.clone()).await;
        self.noticed(done.user).await;
    }

    /// A report was decided: both are told.
    pub async fn report_decided(&self, outcome: &Outcome) {
        if let Some(done) = &outcome.sanctioned {
            self.sanctioned(done).await;
        }
        self.noticed(outcome.reporter).await;
    }

    /// Closes a room that is not one's own, hidden or not; for admins.
    pub async fn close_room(&self, who: &Who, room: RoomId, reason: String) -> Result<(), Refusal> {
        if !who.role.may(Power::CloseRooms) {
            return Err(Refusal::NotAllowed);
        }
        let act = HostAct::new(Act::Close { reason }, None, clock::now());
        self.change(who.into(), room, None, Change::Act(act)).await?;
        Ok(())
    }

    /// A user was told something: their pages say that there is a notice.
    pub async fn noticed(&self, user: UserId) {
        match self.store().open_notices(user).await {
            Ok(notices) => self.tell_user(user, &ServerPacket::Noticed(Noticed { notices })),
            // The next page says it.
            Err(error) => tracing::warn!(%error, "cannot count a user's notices"),
        }
    }
}
