//! Accounts, logins, generations and leases.

use super::*;

fn account(name: &str) -> NewUser {
    let (name, password) = (name.to_owned(), Some("old".to_owned()));
    NewUser { name_key: name.clone(), name, password, role: Role::Member }
}

#[tokio::test]
async fn the_first_account_is_the_admin_and_no_later_one() {
    for home in homes().await {
        let store = home.open().await;
        let ann = store.create_user(account("ann"), Millis(0)).await.unwrap();
        assert_eq!(ann.role, Role::Owner);
        let eve = store.create_user(account("eve"), Millis(0)).await.unwrap();
        assert_eq!(eve.role, Role::Member);
        assert!(matches!(
            store.create_user(account("eve"), Millis(0)).await,
            Err(StoreError::NameTaken)
        ));
    }
}

#[tokio::test]
async fn who_knew_the_old_password_does_not_get_in_by_it() {
    for home in homes().await {
        let store = home.open().await;
        let ann = store.create_user(account("ann"), Millis(0)).await.unwrap();
        let here = store.create_login(&ann, &[1; 32], "", Millis(0)).await.unwrap();
        let there = store.create_login(&ann, &[2; 32], "", Millis(0)).await.unwrap();
        assert_eq!(store.set_password(ann.id, "new", Some(here)).await.unwrap(), [there]);
        // Checked against the hash that was read before the change.
        let late = store.create_login(&ann, &[3; 32], "", Millis(0)).await;
        assert!(matches!(late, Err(StoreError::NotFound)));
        assert_eq!(store.logins(ann.id).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn generations_grow_with_everything_that_other_nodes_must_learn() {
    for it in each().await {
        let bob = user(&it.store, "bob").await;
        let generation = async || it.store.generations(&[it.ann.id]).await.unwrap()[&it.ann.id];
        let login =
            async |n| it.store.create_login(&it.ann, &[n; 32], "", Millis(9)).await.unwrap();
        assert_eq!(generation().await, 0);
        it.store.rename_user(it.ann.id, "Anna", "anna").await.unwrap();
        assert_eq!(generation().await, 1);
        let owner = user(&it.store, "owner").await;
        it.store.change_role(None, owner.id, Role::Owner, Millis(1)).await.unwrap();
        it.store.change_role(None, it.ann.id, Role::Member, Millis(1)).await.unwrap();
        assert_eq!(generation().await, 2);
        assert!(it.store.delete_login(it.ann.id, it.login).await.unwrap());
        assert_eq!(generation().await, 3);
        assert!(!it.store.delete_login(it.ann.id, it.login).await.unwrap());
        assert_eq!(generation().await, 3);
        login(2).await;
        it.store.delete_logins(it.ann.id, None).await.unwrap();
        assert_eq!(generation().await, 4);
        login(3).await;
        assert_eq!(it.store.delete_stale_logins(Millis(10), Millis(0)).await.unwrap().len(), 1);
        assert_eq!(generation().await, 5);
        it.store.set_password(it.ann.id, "new", None).await.unwrap();
        let nobody = UserId(Uuid::nil());
        let found = it.store.generations(&[it.ann.id, bob.id, nobody]).await.unwrap();
        assert_eq!(found, [(it.ann.id, 6), (bob.id, 0)].into());
    }
}

#[tokio::test]
async fn whoever_took_the_lease_last_may_change_and_nobody_before() {
    for it in each().await {
        let by = |fence| Append { fence: Some(fence), ..it.by_ann(0, Change::Join(Way::Plain)) };
        let first = it.store.take_fence(CARETAKER).await.unwrap();
        assert!(it.store.append(&[by(first)], Millis(5)).await.unwrap()[0].is_ok());
        assert_eq!(it.store.take_fence("other").await.unwrap(), first);
        let second = it.store.take_fence(CARETAKER).await.unwrap();
        assert!(second > first);
        let outcomes = it.store.append(&[by(first), by(second)], Millis(5)).await.unwrap();
        assert_eq!(outcomes[0], Err(AppendError::Deposed));
        assert!(outcomes[1].is_ok());
    }
}

#[tokio::test]
async fn many_users_are_read_at_once() {
    for it in each().await {
        let bob = user(&it.store, "bob").await;
        let nobody = UserId(Uuid::from_u128(1));
        let asked = [it.ann.id, nobody, bob.id];
        let mut names: Vec<_> =
            it.store.users(&asked).await.unwrap().into_iter().map(|it| it.name).collect();
        names.sort_unstable_by_key(|it| it.to_lowercase());
        assert_eq!(names, [it.ann.name, bob.name]);
        assert!(it.store.users(&[]).await.unwrap().is_empty());
    }
}
