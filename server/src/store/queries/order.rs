//! Roles, and what reviewers do about a user on the whole server.

use super::{
    BEGIN_WRITE, FOR_UPDATE, Queries, Tx, audit,
    conduct::{forgive, note_conduct},
    lock_deployment,
    logins::delete_logins,
    notices,
    tickets::refuse_search,
    users::{user_columns, user_from},
};
use crate::{
    audit::Line,
    store::{
        Notify, Sanction, Sanctioned, Sanctioning, StoreError, StoreResult, Turned, User,
        rows::role_name,
    },
};
use app::protocol::{
    ids::{Millis, UserId},
    order::{Action, Detail, Told},
    people::Role,
    powers::Power,
    refusal::Refusal,
};
use sqlx::QueryBuilder;

/// The ends of bans and mutes, as set.
type Until = Option<i64>;

impl Queries {
    pub(in crate::store) async fn change_role(
        &self,
        by: Option<UserId>,
        user: UserId,
        role: Role,
        now: Millis,
    ) -> StoreResult<User> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        // Two owners who take each other's role at once come one after the other.
        lock_deployment(&mut tx).await?;
        let (actor, user) = lock_people(&mut tx, by, user).await?;
        if by.is_some() && !actor.is_some_and(|it| may_name(&it, &user, role, now)) {
            return Err(StoreError::Refused(Refusal::NotAllowed));
        }
        if user.password.is_none() || role == Role::Guest {
            return Err(StoreError::Refused(Refusal::NotAllowed));
        }
        if user.role == role {
            return Ok(user);
        }
        if user.role == Role::Owner && owners(&mut tx).await? < 2 {
            return Err(StoreError::Refused(Refusal::LastOwner));
        }
        sqlx::query("update account set role = $2, generation = generation + 1 where id = $1")
            .bind(user.id.0)
            .bind(role_name(role))
            .execute(&mut *tx)
            .await?;
        let detail = Detail { from: Some(user.role), to: Some(role), ..Detail::default() };
        audit::write(&mut tx, &Line::user(by, Action::Role, user.id, detail), now).await?;
        let notify = Notify { role: Some(role), ..Notify::new(Told::RoleChanged) };
        notices::write(&mut tx, user.id, &notify, now).await?;
        tx.commit().await?;
        Ok(User { role, ..user })
    }

    pub(in crate::store) async fn sanction(
        &self,
        sanctioning: &Sanctioning<'_>,
        now: Millis,
    ) -> StoreResult<Sanctioned> {
        let mut tx = self.writer.begin_with(BEGIN_WRITE).await?;
        let (by, user) = (Some(sanctioning.by), sanctioning.user);
        let (actor, user) = lock_people(&mut tx, by, user).await?;
        check_reviewer(actor.as_ref(), &user, now)?;
        let done = sanction(&mut tx, &user, sanctioning, now).await?;
        tx.commit().await?;
        Ok(done)
    }
}

fn may_name(actor: &User, user: &User, role: Role, now: Millis) -> bool {
    !actor.is_banned(now) && actor.role.may_name(user.role, role)
}

/// How many accounts own the server.
async fn owners(tx: &mut Tx<'_>) -> StoreResult<i64> {
    let sql = "select count(*) from account where role = 'owner'";
    let (count,): (i64,) = sqlx::query_as(sql).fetch_one(&mut **tx).await?;
    Ok(count)
}

/// Who acts, and to whom it is done; both stay as they are until the transaction ends.
pub(super) async fn lock_people(
    tx: &mut Tx<'_>,
    by: Option<UserId>,
    user: UserId,
) -> StoreResult<(Option<User>, User)> {
    let mut sql = QueryBuilder::new(concat!(
        "select ",
        user_columns!(),
        " from account where account.id in ("
    ));
    sql.push_bind(user.0);
    sql.push(", ").push_bind(by.unwrap_or(user).0);
    // In one order, so that two who act against each other wait and do not clash.
    sql.push(") order by account.id").push(FOR_UPDATE);
    let rows = sql.build().fetch_all(&mut **tx).await?;
    let people = rows.iter().map(user_from).collect::<StoreResult<Vec<_>>>()?;
    let find = |id| people.iter().find(|it| it.id == id).cloned();
    Ok((by.and_then(find), find(user).ok_or(StoreError::NotFound)?))
}

/// Whether somebody may do something about a user on the whole server: reviewers, downwards.
pub(super) fn check_reviewer(actor: Option<&User>, user: &User, now: Millis) -> StoreResult<()> {
    let refused = match actor {
        Some(actor) if actor.id == user.id => Refusal::CannotToOneself,
        Some(actor)
            if !actor.is_banned(now)
                && actor.role.may(Power::Review)
                && actor.role.is_above(user.role) =>
        {
            return Ok(());
        }
        _ => Refusal::NotAllowed,
    };
    Err(StoreError::Refused(refused))
}

/// Does it, tells the user and writes it down. It counts when people are matched, and ends the
/// user's search.
pub(super) async fn sanction(
    tx: &mut Tx<'_>,
    user: &User,
    sanctioning: &Sanctioning<'_>,
    now: Millis,
) -> StoreResult<Sanctioned> {
    let Sanctioning { by, what, why, reason, .. } = *sanctioning;
    let turned = match what {
        Sanction::Warn | Sanction::Mute { .. } | Sanction::Ban { .. } => {
            note_conduct(tx, user.id, "sanctioned", now).await?;
            refuse_search(tx, user.id, now).await?
        }
        Sanction::Unmute | Sanction::Unban => Turned::default(),
    };
    let mut done = Sanctioned { user: user.id, ended: Vec::new(), turned };
    let (action, told, until) = match what {
        Sanction::Warn => (Action::Warn, Told::Warned, None),
        Sanction::Mute { until } => {
            set_until(tx, "muted_until", user.id, Some(until.0)).await?;
            (Action::Mute, Told::Muted, Some(until))
        }
        Sanction::Ban { until } => {
            set_until(tx, "banned_until", user.id, Some(until.0)).await?;
            done.ended = delete_logins(tx, user.id, None).await?;
            (Action::Ban, Told::Banned, Some(until))
        }
        Sanction::Unmute if !user.is_muted(now) => return Ok(done),
        Sanction::Unmute => {
            forgive(tx, user.id).await?;
            set_until(tx, "muted_until", user.id, None).await?;
            (Action::Unmute, Told::Unmuted, None)
        }
        Sanction::Unban if !user.is_banned(now) => return Ok(done),
        Sanction::Unban => {
            forgive(tx, user.id).await?;
            set_until(tx, "banned_until", user.id, None).await?;
            (Action::Unban, Told::Unbanned, None)
        }
    };
    let detail = Detail { until, why, reason: reason.to_owned(), ..Detail::default() };
    audit::write(tx, &Line::user(Some(by), action, user.id, detail), now).await?;
    let notify = Notify { why, until, text: reason, ..Notify::new(told) };
    notices::write(tx, user.id, &notify, now).await?;
    Ok(done)
}

async fn set_until(
    tx: &mut Tx<'_>,
    column: &'static str,
    user: UserId,
    until: Until,
) -> StoreResult<()> {
    let mut sql = QueryBuilder::new("update account set generation = generation + 1, ");
    sql.push(column).push(" = ").push_bind(until).push(" where id = ").push_bind(user.0);
    sql.build().execute(&mut **tx).await?;
    Ok(())
}
