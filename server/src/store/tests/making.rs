//! Rooms of one's own: how they begin, what opens them, and invitations into them.

use super::*;
use app::protocol::{
    limits::{LARGE_SLOW_SECS, ROOMS_PER_HOST},
    room::{Door, NewRoom, RoomKind},
};

/// A room as somebody wants it.
fn wish(kind: RoomKind, door: Door) -> NewRoom {
    NewRoom {
        name: "심야 영화방".into(),
        topic: "films".into(),
        kind,
        door,
        password: None,
        capacity: 10,
        empty_mins: (kind == RoomKind::Temporary).then_some(7),
        closes_at: None,
    }
}

impl Fixture {
    async fn makes(&self, room: NewRoom) -> RoomId {
        let password = (room.door == Door::Password).then(|| "the hash".to_owned());
        let make = MakeRoom { room, password, host: self.ann.id, login: self.login };
        match self.store.make_room(&make, Millis(5)).await.unwrap() {
            RoomMade::Made(room) => room,
            other => panic!("{other:?}"),
        }
    }

    fn invite(room: RoomId, by: &User, token: u8) -> NewInvite {
        NewInvite {
            room,
            by: by.id,
            role: by.role,
            token: [token; 32],
            expires_at: Millis(100),
            uses: Some(2),
        }
    }
}

#[tokio::test]
async fn a_room_begins_with_its_host_in_it() {
    for fixture in each().await {
        let room = fixture.makes(wish(RoomKind::Temporary, Door::Open)).await;
        let rooms = fixture.store.rooms().await.unwrap();
        let row = rooms.iter().find(|it| it.id == room).unwrap();
        assert_eq!((row.name.as_str(), row.topic.as_str()), ("심야 영화방", "films"));
        assert_eq!((row.kind, row.people, row.capacity), (RoomKind::Temporary, 1, 10));
        assert_eq!((row.host, row.head.get(), row.slow_secs), (Some(fixture.ann.id), 1, 0));
        let members = fixture.store.members(room).await.unwrap();
        assert_eq!(members.len(), 1);
        assert_eq!(members[0].rank, app::protocol::room::Rank::Host);
        let page = fixture.store.entries(room, None, None, 10).await.unwrap();
        assert_eq!(page.entries[0].what, app::protocol::message::What::Joined);
        let facts = fixture.store.door_facts(room, fixture.ann.id, Millis(5)).await.unwrap();
        let expected = DoorFacts {
            host: Some("ann".into()),
            successor: None,
            empty_mins: Some(7),
            banned_until: None,
            place: None,
        };
        assert_eq!(facts, Some(expected));
    }
}

#[tokio::test]
async fn a_large_room_begins_slow_and_tells_not_who_comes() {
    for fixture in each().await {
        let room = fixture.makes(wish(RoomKind::Large, Door::Open)).await;
        let rooms = fixture.store.rooms().await.unwrap();
        let row = rooms.iter().find(|it| it.id == room).unwrap();
        assert_eq!((row.slow_secs, row.head.get(), row.people), (LARGE_SLOW_SECS, 0, 1));
    }
}

#[tokio::test]
async fn only_a_room_with_a_password_has_one() {
    for fixture in each().await {
        for (door, expected) in
            [(Door::Open, None), (Door::Password, Some("the hash")), (Door::Invite, None)]
        {
            let room = fixture.makes(wish(RoomKind::Private, door)).await;
            let password = fixture.store.room_password(room).await.unwrap();
            assert_eq!(password.as_deref(), expected, "{door:?}");
        }
        let none = fixture.store.room_password(RoomId(Uuid::nil())).await.unwrap();
        assert_eq!(none, None);
    }
}

#[tokio::test]
async fn nobody_hosts_more_rooms_than_they_may_nor_makes_one_signed_out() {
    for fixture in each().await {
        for _ in 0..ROOMS_PER_HOST {
            fixture.makes(wish(RoomKind::Private, Door::Open)).await;
        }
        let room = wish(RoomKind::Private, Door::Open);
        let make = MakeRoom { room, password: None, host: fixture.ann.id, login: fixture.login };
        let more = fixture.store.make_room(&make, Millis(5)).await.unwrap();
        assert_eq!(more, RoomMade::TooMany);
        fixture.store.delete_login(fixture.ann.id, fixture.login).await.unwrap();
        let ended = fixture.store.make_room(&make, Millis(5)).await.unwrap();
        assert_eq!(ended, RoomMade::SignedOut);
    }
}

#[tokio::test]
async fn an_invitation_is_good_until_its_moment_and_is_found_by_its_token_only() {
    for fixture in each().await {
        let room = fixture.makes(wish(RoomKind::Private, Door::Invite)).await;
        let new = Fixture::invite(room, &fixture.ann, 9);
        let id = fixture.store.create_invite(&new, Millis(6)).await.unwrap().unwrap();
        let expected = InviteRow {
            id,
            room,
            by: "ann".into(),
            created_at: Millis(6),
            expires_at: Millis(100),
            uses_left: Some(2),
            used: 0,
        };
        let at = |now| fixture.store.invite_by_token(&[9; 32], Millis(now));
        assert_eq!(at(99).await.unwrap(), Some(expected.clone()));
        assert_eq!(at(100).await.unwrap(), None);
        let other = fixture.store.invite_by_token(&[8; 32], Millis(6)).await.unwrap();
        assert_eq!(other, None);
        assert_eq!(fixture.store.invites(room).await.unwrap(), [expected]);
        assert!(!fixture.store.delete_invite(fixture.room, id).await.unwrap());
        assert!(fixture.store.delete_invite(room, id).await.unwrap());
        assert_eq!(at(6).await.unwrap(), None);
    }
}

#[tokio::test]
async fn only_hosts_invite_and_whoever_moderates_where_the_room_can_be_found() {
    for fixture in each().await {
        let hidden = fixture.makes(wish(RoomKind::Private, Door::Invite)).await;
        let open = fixture.makes(wish(RoomKind::Private, Door::Open)).await;
        let bob = user(&fixture.store, "bob").await;
        let mut eve = user(&fixture.store, "eve").await;
        fixture.store.change_role(None, eve.id, Role::Moderator, Millis(0)).await.unwrap();
        eve.role = Role::Moderator;
        let mut token = 0;
        for (room, by, expected) in [
            (open, &fixture.ann, true),
            (hidden, &fixture.ann, true),
            (open, &bob, false),
            (hidden, &bob, false),
            (open, &eve, true),
            (hidden, &eve, false),
            // Into a channel nobody needs to be invited.
            (fixture.room, &eve, false),
        ] {
            token += 1;
            let new = Fixture::invite(room, by, token);
            let made = fixture.store.create_invite(&new, Millis(6)).await.unwrap();
            assert_eq!(made.is_some(), expected, "{token}");
        }
        // Whoever is a moderator no longer is found out when it is written.
        fixture.store.change_role(None, eve.id, Role::Member, Millis(0)).await.unwrap();
        let new = Fixture::invite(open, &eve, 99);
        assert_eq!(fixture.store.create_invite(&new, Millis(6)).await.unwrap(), None);
    }
}
