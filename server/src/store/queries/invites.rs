//! Invitations into rooms. Only the hash of what stands in the link is kept.

use super::{DbRow, Queries};
use crate::store::{InviteRow, NewInvite, StoreResult, TokenHash, rows::role_name};
use app::protocol::{
    ids::{InviteId, Millis, RoomId},
    powers::Power,
};
use sqlx::{AssertSqlSafe, Row};

const COLUMNS: &str = "select invite.id, room_id, account.name as by_name, invite.created_at,
         expires_at, uses_left, used
     from invite join account on account.id = by_id";

impl Queries {
    pub(in crate::store) async fn create_invite(
        &self,
        new: &NewInvite,
        now: Millis,
    ) -> StoreResult<Option<InviteId>> {
        let id = InviteId(uuid::Uuid::now_v7());
        // Whoever was a host a moment ago is one no longer, when this is written.
        let made = sqlx::query(
            "insert into invite
                 (id, room_id, token_hash, by_id, created_at, expires_at, uses_left, used)
             select $1, room.id, $3, $4, $5, $6, $7, 0 from room
             where room.id = $2 and closed_at is null
                 and kind in ('private', 'temporary', 'large')
                 and (host_id = $4
                     or exists (select 1 from member where room_id = room.id
                         and account_id = $4 and cohost_at is not null)
                     or ($8 = 1 and door <> 'invite'
                         and exists (select 1 from account where id = $4 and role = $9)))",
        )
        .bind(id.0)
        .bind(new.room.0)
        .bind(new.token.as_slice())
        .bind(new.by.0)
        .bind(now.0)
        .bind(new.expires_at.0)
        .bind(new.uses.map(i64::from))
        .bind(i64::from(new.role.may(Power::Moderate)))
        .bind(role_name(new.role))
        .execute(&self.writer)
        .await?;
        Ok((made.rows_affected() > 0).then_some(id))
    }

    pub(in crate::store) async fn invites(&self, room: RoomId) -> StoreResult<Vec<InviteRow>> {
        let sql = format!("{COLUMNS} where room_id = $1 order by invite.id desc");
        let rows = sqlx::query(AssertSqlSafe(sql)).bind(room.0).fetch_all(&self.readers);
        rows.await?.iter().map(invite_from).collect()
    }

    pub(in crate::store) async fn invite_by_token(
        &self,
        token: &TokenHash,
        now: Millis,
    ) -> StoreResult<Option<InviteRow>> {
        let sql = format!(
            "{COLUMNS} where token_hash = $1 and expires_at > $2
                 and (uses_left is null or uses_left > 0)"
        );
        let row = sqlx::query(AssertSqlSafe(sql)).bind(token.as_slice()).bind(now.0);
        row.fetch_optional(&self.readers).await?.as_ref().map(invite_from).transpose()
    }

    pub(in crate::store) async fn delete_invite(
        &self,
        room: RoomId,
        id: InviteId,
    ) -> StoreResult<bool> {
        let sql = "delete from invite where id = $1 and room_id = $2";
        let gone = sqlx::query(sql).bind(id.0).bind(room.0).execute(&self.writer).await?;
        Ok(gone.rows_affected() > 0)
    }

    pub(in crate::store) async fn delete_invites_over(
        &self,
        room: RoomId,
        now: Millis,
    ) -> StoreResult<()> {
        let sql = "delete from invite where room_id = $1 and (expires_at <= $2 or uses_left = 0)";
        sqlx::query(sql).bind(room.0).bind(now.0).execute(&self.writer).await?;
        Ok(())
    }
}

fn invite_from(row: &DbRow) -> StoreResult<InviteRow> {
    let uses: Option<i64> = row.try_get("uses_left")?;
    Ok(InviteRow {
        id: InviteId(row.try_get("id")?),
        room: RoomId(row.try_get("room_id")?),
        by: row.try_get("by_name")?,
        created_at: Millis(row.try_get("created_at")?),
        expires_at: Millis(row.try_get("expires_at")?),
        uses_left: uses.map(count_in),
        used: count_in(row.try_get("used")?),
    })
}

/// A number that is never below zero.
fn count_in(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}
