//! Leases: who may do what only one node does.

use super::{FOR_SHARE, Queries, Tx};
use crate::store::{CARETAKER, Fence, StoreResult};
use sqlx::{QueryBuilder, Row};

impl Queries {
    pub(in crate::store) async fn take_fence(&self, lease: &str) -> StoreResult<Fence> {
        let (fence,) = sqlx::query_as(
            "insert into lease (name, fence) values ($1, 1)
             on conflict (name) do update set fence = lease.fence + 1
             returning fence",
        )
        .bind(lease)
        .fetch_one(&self.writer)
        .await?;
        Ok(Fence(fence))
    }
}

/// The fence of a lease's holder, who stays it until the transaction ends; none where nobody has
/// ever held it.
pub(super) async fn fence(tx: &mut Tx<'_>, lease: &str) -> StoreResult<Option<Fence>> {
    let mut sql = QueryBuilder::new("select fence from lease where name = ");
    sql.push_bind(lease.to_owned()).push(FOR_SHARE);
    let row = sql.build().fetch_optional(&mut **tx).await?;
    row.map(|row| Ok(Fence(row.try_get("fence")?))).transpose()
}

/// Whether no later holder has taken the lease; nobody does until the transaction ends.
pub(super) async fn leads(tx: &mut Tx<'_>, holder: Fence) -> StoreResult<bool> {
    Ok(fence(tx, CARETAKER).await?.is_none_or(|it| it <= holder))
}
