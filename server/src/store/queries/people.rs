//! Profiles, and direct rooms as the inbox shows them.

use super::{DbRow, Queries, users::picture_from};
use crate::store::{ProfileRow, StoreResult, TalkRow, rows::role_from};
use app::protocol::{
    ids::{Millis, RoomId, UserId},
    pages::LastWords,
};
use sqlx::Row;

impl Queries {
    pub(in crate::store) async fn profile(&self, user: UserId) -> StoreResult<Option<ProfileRow>> {
        let sql = "select name, role, about, languages, interests, created_at,
                 version as picture
             from account
             left join picture on picture.account_id = account.id
             where id = $1";
        let row = sqlx::query(sql).bind(user.0).fetch_optional(&self.readers).await?;
        row.as_ref().map(profile_from).transpose()
    }

    pub(in crate::store) async fn talks(&self, user: UserId) -> StoreResult<Vec<TalkRow>> {
        let sql = "select room.id, mine.seen, entry.seq, entry.at, entry.author_id, entry.text,
                 picture.version as picture
             from member as mine
             join room on room.id = mine.room_id
             left join entry on entry.room_id = room.id and entry.seq = (
                 select max(said.seq) from entry as said
                 where said.room_id = room.id and said.kind = 'message'
             )
             left join member as other on other.room_id = room.id
                 and other.account_id <> mine.account_id
             left join picture on picture.account_id = other.account_id
             where mine.account_id = $1 and room.kind = 'direct' and room.closed_at is null
             order by coalesce(entry.at, room.created_at) desc, room.id";
        let rows = sqlx::query(sql).bind(user.0).fetch_all(&self.readers).await?;
        rows.iter().map(|row| talk_from(row, user)).collect()
    }
}

fn profile_from(row: &DbRow) -> StoreResult<ProfileRow> {
    let words = |column: &str| -> StoreResult<Vec<String>> {
        let text: String = row.try_get(column)?;
        Ok(text.split(',').filter(|it| !it.is_empty()).map(ToOwned::to_owned).collect())
    };
    Ok(ProfileRow {
        name: row.try_get("name")?,
        role: role_from(row.try_get("role")?),
        picture: picture_from(row)?,
        about: row.try_get("about")?,
        languages: words("languages")?,
        interests: words("interests")?,
        since: Millis(row.try_get("created_at")?),
    })
}

fn talk_from(row: &DbRow, user: UserId) -> StoreResult<TalkRow> {
    let at: Option<i64> = row.try_get("at")?;
    let last = match at {
        Some(at) => Some(LastWords {
            at: Millis(at),
            author: UserId(row.try_get("author_id")?),
            text: row.try_get("text")?,
        }),
        None => None,
    };
    let (seen, said): (i64, Option<i64>) = (row.try_get("seen")?, row.try_get("seq")?);
    let is_mine = last.as_ref().is_some_and(|it| it.author == user);
    Ok(TalkRow {
        room: RoomId(row.try_get("id")?),
        picture: picture_from(row)?,
        unread: !is_mine && said.is_some_and(|it| it > seen),
        last,
    })
}
