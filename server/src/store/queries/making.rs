//! Rooms of one's own: how they begin.

use super::{BEGIN_WRITE, Queries, Tx, jobs::lock_account};
use crate::store::{MakeRoom, RoomMade, StoreResult};
use app::protocol::{
    ids::{LoginId, Millis, RoomId, UserId},
    limits::ROOMS_PER_HOST,
};

impl Queries {
    pub(in crate::store) async fn make_room(
        &self,
        make: &MakeRoom,
        now: Millis,
    ) -> StoreResult<RoomMade> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        if !lock_signed_in(&mut tx, make.host, make.login).await? {
            return Ok(RoomMade::SignedOut);
        }
        let (hosted,): (i64,) =
            sqlx::query_as("select count(*) from room where host_id = $1 and closed_at is null")
                .bind(make.host.0)
                .fetch_one(&mut *tx)
                .await?;
        if hosted >= i64::from(ROOMS_PER_HOST) {
            return Ok(RoomMade::TooMany);
        }
        let id = RoomId(uuid::Uuid::now_v7());
        add_room(&mut tx, id, make, now).await?;
        add_host(&mut tx, id, make.host, now).await?;
        if make.tells_who_comes() {
            sqlx::query(
                "insert into entry (room_id, seq, author_id, cid, at, kind, text)
                 values ($1, 1, $2, null, $3, 'joined', '')",
            )
            .bind(id.0)
            .bind(make.host.0)
            .bind(now.0)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(RoomMade::Made(id))
    }

    pub(in crate::store) async fn room_password(
        &self,
        room: RoomId,
    ) -> StoreResult<Option<String>> {
        let sql = "select password from room
             where id = $1 and door = 'password' and closed_at is null";
        let row: Option<(Option<String>,)> =
            sqlx::query_as(sql).bind(room.0).fetch_optional(&self.readers).await?;
        Ok(row.and_then(|(password,)| password))
    }
}

/// What one user makes is made one after the other. False where the login has ended.
pub(super) async fn lock_signed_in(
    tx: &mut Tx<'_>,
    user: UserId,
    login: LoginId,
) -> StoreResult<bool> {
    lock_account(tx, user).await?;
    let (known,): (i64,) =
        sqlx::query_as("select count(*) from login where id = $1 and account_id = $2")
            .bind(login.0)
            .bind(user.0)
            .fetch_one(&mut **tx)
            .await?;
    Ok(known > 0)
}

async fn add_room(tx: &mut Tx<'_>, id: RoomId, make: &MakeRoom, now: Millis) -> StoreResult<()> {
    sqlx::query(
        "insert into room (id, kind, name, topic, capacity, position, head, people, created_at,
             door, password, slow_secs, host_id, empty_mins, closes_at)
         values ($1, $2, $3, $4, $5, 0, $6, 1, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(id.0)
    .bind(make.kind_name())
    .bind(&make.room.name)
    .bind(&make.room.topic)
    .bind(i64::from(make.room.capacity))
    .bind(i64::from(make.tells_who_comes()))
    .bind(now.0)
    .bind(make.room.door.name())
    .bind(&make.password)
    .bind(i64::from(make.slow_secs()))
    .bind(make.host.0)
    .bind(make.room.empty_mins.map(i64::from))
    .bind(make.room.closes_at.map(|it| it.0))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn add_host(tx: &mut Tx<'_>, room: RoomId, host: UserId, now: Millis) -> StoreResult<()> {
    sqlx::query("insert into member (room_id, account_id, joined_at) values ($1, $2, $3)")
        .bind(room.0)
        .bind(host.0)
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
