//! Roles, what reviewers do, reports and the audit log.

use super::*;
use crate::audit::{Filter, Line, PAGE_LINES};
use app::protocol::{
    ids::ReportId,
    order::{Action, Detail, Told, Verdict, Why},
    refusal::Refusal,
};

const NOW: Millis = Millis(1_000_000);
const EVER: Millis = Millis(i64::MAX);

/// An owner (Ann), an admin, a moderator and two members.
struct Staff {
    store: Store,
    room: RoomId,
    ann: UserId,
    admin: UserId,
    moderator: UserId,
    bob: User,
    eve: User,
    home: Home,
}

async fn staffs() -> Vec<Staff> {
    let mut staffs = Vec::new();
    for it in each().await {
        let store = it.store;
        let [admin, moderator] = [user(&store, "adam").await, user(&store, "mo").await];
        let ann = it.ann.id;
        store.change_role(Some(ann), admin.id, Role::Admin, NOW).await.unwrap();
        store.change_role(Some(ann), moderator.id, Role::Moderator, NOW).await.unwrap();
        let (bob, eve) = (user(&store, "bob").await, user(&store, "eve").await);
        let (admin, moderator) = (admin.id, moderator.id);
        staffs.push(Staff { room: it.room, home: it.home, store, ann, admin, moderator, bob, eve });
    }
    staffs
}

impl Staff {
    async fn does(&self, by: UserId, user: UserId, what: Sanction) -> StoreResult<Sanctioned> {
        let sanctioning = Sanctioning { by, user, what, why: None, reason: "be kind" };
        self.store.sanction(&sanctioning, NOW).await
    }

    async fn reports(&self, by: &User, seq: u64) -> StoreResult<(ReportId, bool)> {
        let report = NewReport {
            by: by.id,
            against: self.eve.id,
            room: Some((self.room, "plaza".into())),
            seq: (seq > 0).then(|| Seq::ZERO.plus(seq)),
            why: Why::Spam,
            text: "look".into(),
            excerpt: Vec::new(),
        };
        self.store.report(&report, NOW).await
    }

    async fn decides(
        &self,
        by: UserId,
        report: ReportId,
        verdict: Verdict,
    ) -> StoreResult<Outcome> {
        let decision = Decision { by, report, verdict, until: NOW.plus(5_000), note: "stop" };
        self.store.decide_report(&decision, NOW).await
    }

    async fn told(&self, user: UserId) -> Vec<Told> {
        self.store.notices(user).await.unwrap().iter().map(|it| it.told).collect()
    }

    async fn actions(&self) -> Vec<Action> {
        let (lines, _) = self.store.audit_lines(Filter::default()).await.unwrap();
        lines.iter().map(|it| it.action).collect()
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(done: StoreResult<T>, why: Refusal) {
    assert!(matches!(&done, Err(StoreError::Refused(it)) if *it == why), "{done:?}");
}

#[tokio::test]
async fn roles_go_downwards_and_the_last_owner_stays() {
    for it in staffs().await {
        let name = async |by, user, role| it.store.change_role(by, user, role, NOW).await;
        let (admin, bob) = (Some(it.admin), it.bob.id);
        assert_eq!(name(admin, bob, Role::Moderator).await.unwrap().role, Role::Moderator);
        refused(name(admin, bob, Role::Admin).await, Refusal::NotAllowed);
        refused(name(admin, it.admin, Role::Owner).await, Refusal::NotAllowed);
        refused(name(admin, it.ann, Role::Member).await, Refusal::NotAllowed);
        refused(name(Some(it.moderator), bob, Role::Member).await, Refusal::NotAllowed);
        refused(name(Some(it.ann), it.ann, Role::Member).await, Refusal::LastOwner);
        refused(name(None, it.ann, Role::Admin).await, Refusal::LastOwner);
        refused(name(Some(it.ann), bob, Role::Guest).await, Refusal::NotAllowed);
        let guest = NewUser {
            name: "gus".into(),
            name_key: "gus".into(),
            password: None,
            role: Role::Guest,
        };
        let guest = it.store.create_user(guest, NOW).await.unwrap();
        refused(name(Some(it.ann), guest.id, Role::Member).await, Refusal::NotAllowed);
        name(None, bob, Role::Owner).await.unwrap();
        assert_eq!(name(Some(bob), it.ann, Role::Member).await.unwrap().role, Role::Member);
        assert_eq!(it.told(it.ann).await, [Told::RoleChanged]);
    }
}

#[tokio::test]
async fn of_two_owners_who_demote_each_other_at_once_one_stays() {
    for it in staffs().await {
        let handles = it.home.handles(2).await;
        for _ in 0..20 {
            it.store.change_role(None, it.ann, Role::Owner, NOW).await.unwrap();
            it.store.change_role(None, it.bob.id, Role::Owner, NOW).await.unwrap();
            let (one, two) = tokio::join!(
                handles[0].change_role(Some(it.ann), it.bob.id, Role::Member, NOW),
                handles[1].change_role(Some(it.bob.id), it.ann, Role::Member, NOW),
            );
            assert_ne!(one.is_ok(), two.is_ok(), "{one:?} {two:?}");
        }
    }
}

#[tokio::test]
async fn reviewers_act_downwards_and_everything_is_told_and_written_down() {
    for it in staffs().await {
        let eve = it.eve.id;
        let ban = Sanction::Ban { until: NOW.plus(9_000) };
        refused(it.does(it.bob.id, eve, Sanction::Warn).await, Refusal::NotAllowed);
        refused(it.does(it.moderator, it.admin, ban).await, Refusal::NotAllowed);
        refused(it.does(it.moderator, it.moderator, ban).await, Refusal::CannotToOneself);
        refused(it.does(it.admin, it.ann, ban).await, Refusal::NotAllowed);
        let login = it.store.create_login(&it.eve, &[7; 32], "", NOW).await.unwrap();
        it.does(it.moderator, eve, Sanction::Warn).await.unwrap();
        it.does(it.moderator, eve, Sanction::Mute { until: EVER }).await.unwrap();
        it.does(it.moderator, eve, Sanction::Unmute).await.unwrap();
        assert_eq!(it.does(it.moderator, eve, ban).await.unwrap().ended, [login]);
        assert!(it.store.user(eve).await.unwrap().unwrap().is_banned(NOW));
        let late = it.store.create_login(&it.eve, &[8; 32], "", NOW).await;
        assert!(matches!(late, Err(StoreError::NotFound)));
        // From its end on it counts for nothing.
        assert!(it.store.create_login(&it.eve, &[9; 32], "", NOW.plus(9_000)).await.is_ok());
        it.does(it.admin, eve, Sanction::Unban).await.unwrap();
        it.does(it.admin, eve, Sanction::Unban).await.unwrap();
        let told = [Told::Unbanned, Told::Banned, Told::Unmuted, Told::Muted, Told::Warned];
        assert_eq!(it.told(eve).await, told);
        let actions = [Action::Unban, Action::Ban, Action::Unmute, Action::Mute, Action::Warn];
        assert_eq!(it.actions().await[..5], actions);
    }
}

#[tokio::test]
async fn a_report_is_decided_once_and_both_are_told() {
    for it in staffs().await {
        let (report, fresh) = it.reports(&it.bob, 3).await.unwrap();
        assert!(fresh);
        assert_eq!(it.reports(&it.bob, 3).await.unwrap(), (report, false));
        refused(it.decides(it.bob.id, report, Verdict::None).await, Refusal::NotAllowed);
        let gone = it.decides(it.eve.id, report, Verdict::None).await;
        assert!(matches!(gone, Err(StoreError::NotFound)), "{gone:?}");
        let handles = it.home.handles(2).await;
        let decide = |n: usize, by, verdict| {
            let handle: &Store = &handles[n];
            async move {
                let decision = Decision { by, report, verdict, until: EVER, note: "stop" };
                handle.decide_report(&decision, NOW).await
            }
        };
        let (one, two) = tokio::join!(
            decide(0, it.moderator, Verdict::Mute),
            decide(1, it.admin, Verdict::Mute)
        );
        assert_ne!(one.is_ok(), two.is_ok(), "{one:?} {two:?}");
        let late = if one.is_ok() { two } else { one };
        refused(late, Refusal::AlreadyDecided);
        assert!(it.store.user(it.eve.id).await.unwrap().unwrap().is_muted(NOW));
        assert_eq!(it.told(it.bob.id).await, [Told::ReportActed]);
        let notice = &it.store.notices(it.eve.id).await.unwrap()[0];
        let expected = (Told::Muted, Some(Why::Spam), Some(EVER), "stop");
        assert_eq!((notice.told, notice.why, notice.until, notice.text.as_str()), expected);
        it.store.confirm_notice(it.eve.id, notice.id, NOW).await.unwrap();
        assert_eq!(it.store.open_notices(it.eve.id).await.unwrap(), 0);
        let others = it.store.confirm_notice(it.bob.id, notice.id, NOW).await;
        assert!(matches!(others, Err(StoreError::NotFound)));
        let (decided, _) = it.store.reports(it.ann, false, None).await.unwrap();
        assert_eq!(decided[0].decided.as_ref().unwrap().verdict, Verdict::Mute);
        assert!(it.store.reports(it.ann, true, None).await.unwrap().0.is_empty());
    }
}

#[tokio::test]
async fn nobody_decides_their_own_report_and_the_reported_sees_none() {
    for it in staffs().await {
        it.store.change_role(None, it.bob.id, Role::Admin, NOW).await.unwrap();
        it.store.change_role(None, it.eve.id, Role::Moderator, NOW).await.unwrap();
        let (report, _) = it.reports(&it.bob, 0).await.unwrap();
        refused(it.decides(it.bob.id, report, Verdict::Warn).await, Refusal::NotAllowed);
        refused(it.decides(it.moderator, report, Verdict::Warn).await, Refusal::NotAllowed);
        let seen = async |by| it.store.reports(by, true, None).await.unwrap().0.len();
        assert_eq!((seen(it.eve.id).await, seen(it.moderator).await), (0, 1));
        let outcome = it.decides(it.admin, report, Verdict::None).await.unwrap();
        assert_eq!((outcome.reporter, outcome.sanctioned), (it.bob.id, None));
        assert_eq!(it.told(it.bob.id).await[0], Told::ReportClosed);
        assert_eq!(it.told(it.eve.id).await, [Told::RoleChanged]);
    }
}

#[tokio::test]
async fn ten_reports_a_day_and_no_more() {
    for it in staffs().await {
        for seq in 1..=10 {
            it.reports(&it.bob, seq).await.unwrap();
        }
        // The same again is no further report.
        it.reports(&it.bob, 10).await.unwrap();
        let refusal = Refusal::TooFast { retry_after_ms: 24 * 60 * 60 * 1000 };
        refused(it.reports(&it.bob, 11).await, refusal);
    }
}

#[tokio::test]
async fn the_audit_log_is_read_page_by_page_and_by_person_and_action() {
    for it in staffs().await {
        for n in 0..60 {
            let line = Line::room(Some(it.admin), Action::Close, it.room, Detail::default());
            it.store.audit(&line, NOW.plus(n)).await.unwrap();
        }
        let mut filter = Filter { action: Some(Action::Close), ..Filter::default() };
        let (page, more) = it.store.audit_lines(filter).await.unwrap();
        assert_eq!((page.len(), more), (PAGE_LINES, true));
        assert_eq!((page[0].by_name.as_str(), page[0].object_name.as_str()), ("adam", "plaza"));
        filter.before = page.last().map(|it| it.id);
        let (page, more) = it.store.audit_lines(filter).await.unwrap();
        assert_eq!((page.len(), more), (10, false));
        let filter = Filter { person: Some(it.moderator), ..Filter::default() };
        let (page, _) = it.store.audit_lines(filter).await.unwrap();
        assert_eq!(page.len(), 1);
        assert_eq!(page[0].detail.to, Some(Role::Moderator));
    }
}
