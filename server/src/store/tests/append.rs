//! Batches on one handle: what they do, what they are refused, and how the log is read.

use super::*;

#[tokio::test]
async fn what_is_appended_is_read_back_in_order() {
    for it in each().await {
        let batch = [
            it.by_ann(0, Change::Join(Way::Plain)),
            it.by_ann(1, Change::Message("하나".into())),
            it.by_ann(2, Change::Message("two".into())),
            it.by_ann(1, Change::Message("again".into())),
        ];
        let outcomes = appended(&it.store, &batch, Millis(5)).await;
        let seqs: Vec<_> = outcomes.iter().map(|it| it.unwrap().seq.get()).collect();
        assert_eq!(seqs, [1, 2, 3, 2]);

        let page = it.store.entries(it.room, None, None, 100).await.unwrap();
        let texts: Vec<_> = page.entries.iter().map(|it| it.what.text().to_owned()).collect();
        assert_eq!(texts, ["", "하나", "two"]);
        assert_eq!((page.head.get(), page.more_before), (3, false));
        let room = &it.store.rooms().await.unwrap()[0];
        assert_eq!((room.head.get(), room.people), (3, 1));
        assert_eq!(it.store.members(it.room).await.unwrap()[0].name, "ann");
    }
}

#[tokio::test]
async fn pages_go_both_ways() {
    for it in each().await {
        appended(&it.store, &[it.by_ann(0, Change::Join(Way::Plain))], Millis(5)).await;
        let batch: Vec<_> =
            (1..=20).map(|n| it.by_ann(n, Change::Message(n.to_string()))).collect();
        appended(&it.store, &batch, Millis(6)).await;
        let seqs =
            |page: EntryPage| -> Vec<_> { page.entries.iter().map(|it| it.seq.get()).collect() };
        let seq = |n| Some(Seq::try_from(n).unwrap());
        let page = |after, before| it.store.entries(it.room, after, before, 3);
        assert_eq!(seqs(page(None, None).await.unwrap()), [19, 20, 21]);
        assert_eq!(seqs(page(None, seq(19)).await.unwrap()), [16, 17, 18]);
        assert_eq!(seqs(page(seq(5), None).await.unwrap()), [6, 7, 8]);
        assert!(!page(None, seq(3)).await.unwrap().more_before);
    }
}

#[tokio::test]
async fn the_same_cid_again_is_the_same_entry_whatever_it_says_and_wherever() {
    for it in each().await {
        appended(&it.store, &[it.by_ann(0, Change::Join(Way::Plain))], Millis(5)).await;
        let first = it.by_ann(7, Change::Message("first".into()));
        let again = it.by_ann(7, Change::Message("other".into()));
        assert!(appended(&it.store, &[first], Millis(5)).await[0].unwrap().fresh);
        let repeated = appended(&it.store, &[again], Millis(9)).await[0].unwrap();
        assert_eq!((repeated.seq.get(), repeated.at, repeated.fresh), (2, Millis(5), false));

        // Another author's same cid is another entry.
        let bob = user(&it.store, "bob").await;
        let by_bob = |change, cid| Append { author: bob.id, login: None, ..it.by_ann(cid, change) };
        let batch =
            [by_bob(Change::Join(Way::Plain), 0), by_bob(Change::Message("mine".into()), 7)];
        let outcomes = appended(&it.store, &batch, Millis(9)).await;
        assert_eq!(outcomes[1].unwrap().seq.get(), 4);
    }
}

#[tokio::test]
async fn what_was_said_before_is_told_by_its_place_among_what_is_new_and_what_is_refused() {
    for it in each().await {
        let bob = user(&it.store, "bob").await;
        let by_bob = |cid, change| Append { author: bob.id, login: None, ..it.by_ann(cid, change) };
        let said = |cid| it.by_ann(cid, Change::Message(cid.to_string()));
        let begin = [it.by_ann(0, Change::Join(Way::Plain)), by_bob(0, Change::Join(Way::Plain))];
        appended(&it.store, &begin, Millis(5)).await;
        appended(&it.store, &[said(1)], Millis(6)).await;
        // A repeat, beside what is new.
        let new = [said(2), said(1), by_bob(3, Change::Message("mine".into()))];
        let seqs = appended(&it.store, &new, Millis(7)).await.into_iter();
        let seqs: Vec<_> = seqs.map(|it| it.map(|it| (it.seq.get(), it.fresh))).collect();
        assert_eq!(seqs, [Ok((4, true)), Ok((3, false)), Ok((5, true))]);
        // Whose author may not speak there any more.
        appended(&it.store, &[it.by_ann(0, Change::Leave)], Millis(8)).await;
        let last = [said(9), by_bob(4, Change::Message("alone".into())), said(2)];
        // Long after the last repeat, so that nobody expects one.
        let outcomes = appended(&it.store, &last, Millis(90_000)).await;
        assert_eq!(outcomes[0], Err(AppendError::NotEntered));
        assert_eq!(outcomes[1].map(|it| (it.seq.get(), it.fresh)), Ok((7, true)));
        assert_eq!(outcomes[2].map(|it| (it.seq.get(), it.fresh)), Ok((4, false)));
        assert_eq!(it.store.entries(it.room, None, None, 100).await.unwrap().entries.len(), 7);
    }
}

#[tokio::test]
async fn who_appends_batch_after_batch_lets_others_write_in_between() {
    for it in each().await {
        let mut log = it.store.log_writer();
        log.append(&[it.by_ann(0, Change::Join(Way::Plain))], Millis(5)).await.unwrap();
        let store = it.store.clone();
        let other = tokio::spawn(async move { user(&store, "bob").await });
        let mut said = 0;
        while !other.is_finished() {
            said += 1;
            assert!(said < 100_000, "nobody else gets a turn");
            let batch = [it.by_ann(said, Change::Message("on".into()))];
            assert!(log.append(&batch, Millis(6)).await.unwrap()[0].is_ok());
            log.rest(false);
        }
        other.await.unwrap();
        // Nor does it matter whether the batch before was refused, or said for the second time.
        let again = it.by_ann(said, Change::Message("on".into()));
        let again = log.append(&[again], Millis(7)).await.unwrap().remove(0).unwrap();
        assert!(!again.place.fresh);
        let nowhere = Append { room: RoomId(Uuid::nil()), ..it.by_ann(0, Change::Leave) };
        assert_eq!(
            log.append(&[nowhere], Millis(7)).await.unwrap(),
            [Err(AppendError::NoSuchRoom)]
        );
        log.append(&[it.by_ann(0, Change::Leave)], Millis(7)).await.unwrap()[0].as_ref().unwrap();
        log.rest(true);
        user(&it.store, "cho").await;
    }
}

#[tokio::test]
async fn what_is_said_after_something_waits_for_it_in_every_transaction() {
    for it in each().await {
        appended(&it.store, &[it.by_ann(0, Change::Join(Way::Plain))], Millis(5)).await;
        let said = |cid, before: Option<u128>| Append {
            after: before.map(|it| Cid(Uuid::from_u128(it))),
            ..it.by_ann(cid, Change::Message(cid.to_string()))
        };
        let early = [said(2, Some(1)), said(3, Some(2))];
        let refused = Err(AppendError::Early);
        assert_eq!(appended(&it.store, &early, Millis(6)).await, [refused, refused]);
        appended(&it.store, &[said(1, None)], Millis(7)).await;
        let seqs: Vec<_> = appended(&it.store, &early, Millis(8)).await;
        let seqs: Vec<_> = seqs.into_iter().map(|it| it.unwrap().seq.get()).collect();
        assert_eq!(seqs, [3, 4]);
        // Whose author knows no more of it is stored as ever.
        assert!(appended(&it.store, &[said(5, None)], Millis(9)).await[0].unwrap().fresh);
    }
}

#[tokio::test]
async fn an_ended_login_and_a_missing_room_are_refused_and_harm_nobody() {
    for it in each().await {
        appended(&it.store, &[it.by_ann(0, Change::Join(Way::Plain))], Millis(5)).await;
        let ended = Append { login: Some(LoginId(Uuid::nil())), ..it.by_ann(1, Change::Leave) };
        let nowhere =
            Append { room: RoomId(Uuid::nil()), ..it.by_ann(2, Change::Message("x".into())) };
        let fine = it.by_ann(3, Change::Message("fine".into()));
        let outcomes = appended(&it.store, &[ended, nowhere, fine], Millis(5)).await;
        assert_eq!(outcomes[0], Err(AppendError::SignedOut));
        assert_eq!(outcomes[1], Err(AppendError::NoSuchRoom));
        assert_eq!(outcomes[2].unwrap().seq.get(), 2);
    }
}

#[tokio::test]
async fn a_change_that_the_database_refuses_does_not_take_the_others_along() {
    for it in each().await {
        let ghost = Append {
            author: UserId(Uuid::nil()),
            login: None,
            ..it.by_ann(0, Change::Join(Way::Plain))
        };
        let outcomes =
            appended(&it.store, &[ghost, it.by_ann(0, Change::Join(Way::Plain))], Millis(5)).await;
        assert_eq!(outcomes[0], Err(AppendError::Rejected));
        assert_eq!(outcomes[1].unwrap().seq.get(), 1);
    }
}

#[tokio::test]
async fn a_text_that_the_database_cannot_hold_does_not_take_the_others_along() {
    for it in each().await {
        appended(&it.store, &[it.by_ann(0, Change::Join(Way::Plain))], Millis(5)).await;
        let said = |cid, text: &str| it.by_ann(cid, Change::Message(text.into()));
        let batch = [said(1, "fine"), said(2, "not\0fine"), said(3, "fine too")];
        let outcomes = appended(&it.store, &batch, Millis(5)).await;
        // SQLite holds anything.
        if matches!(it.home.address, StoreAddress::Postgres(_)) {
            assert_eq!(outcomes[1], Err(AppendError::Rejected));
        }
        assert!(outcomes[0].is_ok() && outcomes[2].is_ok(), "{outcomes:?}");
    }
}

#[tokio::test]
async fn leaving_and_a_full_room() {
    for it in each().await {
        let [bob, cho] = [user(&it.store, "bob").await, user(&it.store, "cho").await];
        let by =
            |user: &User, change| Append { author: user.id, login: None, ..it.by_ann(0, change) };
        let batch = [
            it.by_ann(0, Change::Join(Way::Plain)),
            by(&bob, Change::Join(Way::Plain)),
            by(&cho, Change::Join(Way::Plain)),
            by(&bob, Change::Leave),
            by(&cho, Change::Join(Way::Plain)),
        ];
        let outcomes = appended(&it.store, &batch, Millis(5)).await;
        assert_eq!(outcomes[2], Err(AppendError::Full { capacity: 2 }));
        assert_eq!(outcomes[4].unwrap().seq.get(), 4);
        let mut names: Vec<_> =
            it.store.members(it.room).await.unwrap().into_iter().map(|it| it.name).collect();
        names.sort();
        assert_eq!(names, ["ann", "cho"]);
        assert_eq!(it.store.rooms().await.unwrap()[0].people, 2);
    }
}

#[tokio::test]
async fn heads_are_those_of_all_rooms() {
    for it in each().await {
        let heads = it.store.heads().await.unwrap();
        assert_eq!((heads[0].room, heads[0].head), (it.room, Seq::ZERO));
        appended(&it.store, &[it.by_ann(0, Change::Join(Way::Plain))], Millis(5)).await;
        assert_eq!(it.store.heads().await.unwrap()[0].head, Seq::ZERO.next());
    }
}
