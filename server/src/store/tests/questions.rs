//! Questions of two: what stands in the log and in the tables after each change.

use super::{
    matching::{LATER, fence, people, proposal, propose, take},
    *,
};
use crate::questions::refusal::QuestionRefusal;
use app::protocol::{
    ids::AskedId,
    limits::SKIPS_PER_DAY,
    message::{Asked, Deed, Entry, What},
    questions::{
        AnswerText, AskedQuestion, AskedState, Brought, Clock, PairSettings, QuestionMode,
    },
};

const DAY: i64 = 24 * 60 * 60 * 1_000;

const TEA: &str = include_str!("../../../tests/support/tea.toml");

/// Bob and Eve, who were matched, and have chosen a pack about tea.
struct Two {
    store: Store,
    home: Home,
    people: Vec<(User, LoginId)>,
    room: RoomId,
    now: i64,
}

const BOB: usize = 0;
const EVE: usize = 1;
/// Was not matched.
const KIM: usize = 2;

async fn twos() -> Vec<Two> {
    let mut twos = Vec::new();
    for Fixture { store, home, .. } in each().await {
        let people = people(&store, ["bob", "eve", "kim"]).await;
        let room = matched(&store, &people[..2], LATER).await;
        let by = people[BOB].0.id;
        store.put_pack(&"tea".parse().unwrap(), TEA, by, Millis(0)).await.unwrap();
        let mut two = Two { store, home, people, room, now: LATER + 1_000 };
        two.set(BOB, |it| it.mode = QuestionMode::Strict).await;
        twos.push(two);
    }
    twos
}

/// Matches these with each other.
pub(super) async fn matched(store: &Store, people: &[(User, LoginId)], now: i64) -> RoomId {
    let mut tickets = Vec::new();
    for person in people {
        tickets.push(take(store, person, now - LATER).await);
    }
    propose(store, &tickets.iter().collect::<Vec<_>>(), now).await;
    let id = proposal(store, &people[0].0).await;
    let mut rooms = Vec::new();
    for (user, _) in people {
        let answered = store.answer_proposal(user.id, id, true, Millis(now + 1)).await.unwrap();
        rooms.extend(answered.unwrap().rooms);
    }
    rooms[0]
}

impl Two {
    fn append(&self, who: usize, change: Change) -> Append {
        let (user, login) = &self.people[who];
        Append {
            room: self.room,
            author: user.id,
            login: Some(*login),
            cid: Some(Cid(Uuid::now_v7())),
            after: None,
            fence: None,
            change,
        }
    }

    /// Makes a change, a second after the one before.
    async fn does(&mut self, who: usize, change: Change) -> Result<Vec<Entry>, AppendError> {
        self.now += 1_000;
        let batch = [self.append(who, change)];
        let mut done = self.store.append(&batch, Millis(self.now)).await.unwrap();
        done.remove(0).map(|it| it.entries)
    }

    async fn says(&mut self, who: usize, text: &str) -> Result<Vec<Entry>, AppendError> {
        self.does(who, Change::Message(text.into())).await
    }

    async fn answers(&mut self, who: usize, asked: AskedId, text: &str) -> Result<(), AppendError> {
        let text = AnswerText::try_from(text.to_owned()).unwrap();
        self.does(who, Change::Answer { asked, text }).await.map(drop)
    }

    async fn asks(&mut self, who: usize) -> Result<Asked, AppendError> {
        let entries = self.does(who, Change::Ask { back: None }).await?;
        Ok(asked_in(&entries[0]).expect("a question").clone())
    }

    async fn set(&mut self, who: usize, how: impl FnOnce(&mut PairSettings)) {
        let mut settings = PairSettings {
            pack: Some("tea".parse().unwrap()),
            by_word: true,
            ..PairSettings::default()
        };
        how(&mut settings);
        self.does(who, Change::SetQuestions(settings)).await.unwrap();
    }

    async fn view(&self, who: usize) -> Vec<AskedQuestion> {
        let all = self.store.pair_questions(self.room, 99).await.unwrap().unwrap();
        let id = self.people[who].0.id;
        all.asked.iter().filter_map(|it| it.view_for(id)).collect()
    }
}

fn asked_in(entry: &Entry) -> Option<&Asked> {
    match &entry.what {
        What::Asked(asked) => Some(asked),
        _ => None,
    }
}

fn refused(refusal: QuestionRefusal) -> AppendError {
    AppendError::Question(refusal)
}

#[tokio::test]
async fn a_word_brings_its_question_up_right_after_the_message_and_once() {
    for mut two in twos().await {
        let said = two.says(BOB, "녹차를 마실까요").await.unwrap();
        let asked = asked_in(&said[1]).unwrap().clone();
        assert_eq!(asked.brought, Brought::Word { word: "녹차".into() });
        assert_eq!(asked.question.as_str(), "tea.leaf");
        assert_eq!(said[1].seq, said[0].seq.next());
        assert!(said[0].cid.is_some() && said[1].cid.is_none());
        two.answers(BOB, asked.id, "보성").await.unwrap();
        two.answers(EVE, asked.id, "하동").await.unwrap();
        assert_eq!(two.says(EVE, "tea!").await.unwrap().len(), 1, "each comes once");
        two.now += DAY;
        assert_eq!(two.says(EVE, "tea!").await.unwrap().len(), 1, "each comes once");
        let page = two.store.entries(two.room, None, None, 99).await.unwrap();
        let stored: Vec<&Asked> = page.entries.iter().filter_map(asked_in).collect();
        assert_eq!(stored, [&asked], "as it was told");
        assert!(page.entries.iter().all(|it| !it.what.text().contains("보성")), "never an answer");
    }
}

#[tokio::test]
async fn a_word_under_an_id_that_is_known_brings_nothing_up() {
    for two in twos().await {
        let at = Millis(two.now + DAY);
        let said = two.append(BOB, Change::Message("hello".into()));
        two.store.append(std::slice::from_ref(&said), at).await.unwrap();
        // By its id it was a greeting, whatever it says now; the question comes up by who asks.
        let again = Append { change: Change::Message("녹차를 마실까요".into()), ..said };
        let batch = [again, two.append(EVE, Change::Ask { back: None })];
        let done = two.store.append(&batch, Millis(at.0 + DAY)).await.unwrap();
        let done: Vec<_> = done.into_iter().map(Result::unwrap).collect();
        assert!(!done[0].place.fresh && done[0].entries.is_empty());
        assert_ne!(
            asked_in(&done[1].entries[0]).unwrap().brought,
            Brought::Word { word: "녹차".into() }
        );
        let page = two.store.entries(two.room, None, None, 99).await.unwrap();
        assert_eq!(page.entries.iter().filter_map(asked_in).count(), 1);
    }
}

#[tokio::test]
async fn strict_keeps_who_has_not_answered_from_talking_and_nobody_sees_too_early() {
    for mut two in twos().await {
        let asked = two.asks(EVE).await.unwrap();
        assert_eq!(asked.brought, Brought::Hand { user: two.people[EVE].0.id });
        let first = refused(QuestionRefusal::AnswerFirst { asked: asked.id });
        assert_eq!(two.says(BOB, "hello").await, Err(first));
        two.answers(BOB, asked.id, "sealed words").await.unwrap();
        assert!(two.says(BOB, "hello").await.is_ok());
        assert_eq!(two.says(EVE, "hello").await, Err(first));
        let eves = two.view(EVE).await;
        assert!(eves[0].theirs_sealed && !format!("{eves:?}").contains("sealed words"));
        assert_eq!(eves[0].brought, asked.brought);
        two.answers(BOB, asked.id, "other words").await.unwrap();
        two.answers(EVE, asked.id, "mine").await.unwrap();
        assert!(two.says(EVE, "hello").await.is_ok());
        let pair = two.view(EVE).await.remove(0).answers.remove(0);
        assert_eq!((pair.mine.text.as_str(), pair.theirs.text.as_str()), ("mine", "other words"));
        let again = two.answers(EVE, asked.id, "again").await;
        assert!(matches!(again, Err(AppendError::Question(QuestionRefusal::TooSoon { .. }))));
        two.now += 31 * DAY;
        two.answers(EVE, asked.id, "a month later").await.unwrap();
        let bobs = two.view(BOB).await;
        assert!(bobs[0].theirs_sealed && !format!("{bobs:?}").contains("a month later"));
        assert_eq!(bobs[0].answers.len(), 1);
        assert!(two.says(BOB, "hello").await.is_ok(), "nobody has to");
        two.answers(BOB, asked.id, "me too").await.unwrap();
        assert_eq!(two.view(BOB).await[0].answers.len(), 2);
    }
}

#[tokio::test]
async fn one_skips_twice_a_day_and_a_hand_brings_back() {
    for mut two in twos().await {
        let mut ids = Vec::new();
        for n in 0..=SKIPS_PER_DAY {
            let asked = two.asks(BOB).await.unwrap();
            let skipped = two.does(EVE, Change::Skip(asked.id)).await;
            if n < SKIPS_PER_DAY {
                let What::Did(did) = &skipped.unwrap()[0].what else { panic!("no deed") };
                assert_eq!((did.deed, did.text.as_str()), (Deed::Skipped, &*asked.id.to_string()));
            } else {
                assert_eq!(skipped, Err(refused(QuestionRefusal::NoSkipsLeft)));
                assert!(two.does(BOB, Change::Skip(asked.id)).await.is_ok(), "he has two, too");
            }
            ids.push(asked.id);
        }
        let answered = two.answers(EVE, ids[0], "late").await;
        assert_eq!(answered, Err(refused(QuestionRefusal::NotOpen)));
        let back = two.does(EVE, Change::Ask { back: Some(ids[0]) }).await.unwrap();
        assert_eq!(asked_in(&back[0]).unwrap().id, ids[0]);
        assert_eq!(two.view(BOB).await[0].state, AskedState::Open);
        let twice = two.does(EVE, Change::Ask { back: Some(ids[0]) }).await;
        assert_eq!(twice, Err(refused(QuestionRefusal::NotSkipped)));
        let early = two.does(EVE, Change::Skip(ids[0])).await;
        assert_eq!(early, Err(refused(QuestionRefusal::NoSkipsLeft)));
        two.now += DAY;
        assert!(two.does(EVE, Change::Skip(ids[0])).await.is_ok(), "another day");
    }
}

#[tokio::test]
async fn strangers_and_other_rooms_questions_are_refused() {
    for mut two in twos().await {
        let asked = two.asks(BOB).await.unwrap();
        let text: AnswerText = "mine".parse().unwrap();
        let answer = |asked| Change::Answer { asked, text: text.clone() };
        for change in [
            answer(asked.id),
            Change::Skip(asked.id),
            Change::Ask { back: None },
            Change::Ask { back: Some(asked.id) },
            Change::SetQuestions(PairSettings::default()),
        ] {
            assert_eq!(two.does(KIM, change).await, Err(AppendError::NoSuchRoom));
        }
        let never = AskedId(Uuid::from_u128(7));
        for change in [answer(never), Change::Skip(never), Change::Ask { back: Some(never) }] {
            assert_eq!(two.does(BOB, change).await, Err(refused(QuestionRefusal::NotAsked)));
        }
        // Bob meets Kim, too.
        let theirs = two.room;
        let pair = [two.people[BOB].clone(), two.people[KIM].clone()];
        two.room = matched(&two.store, &pair, two.now + 2 * LATER).await;
        for change in [answer(asked.id), Change::Skip(asked.id)] {
            assert_eq!(two.does(BOB, change).await, Err(refused(QuestionRefusal::NotAsked)));
        }
        two.room = theirs;
        assert!(two.answers(BOB, asked.id, "mine").await.is_ok());
        let [plaza] = channels(&two.store, ["plaza"], 2).await;
        two.room = plaza;
        two.does(BOB, Change::Join(Way::Plain)).await.unwrap();
        let asked = two.does(BOB, Change::Ask { back: None }).await;
        assert_eq!(asked, Err(AppendError::NotAllowed));
    }
}

#[tokio::test]
async fn the_clock_asks_once_whoever_leads() {
    for mut two in twos().await {
        let clock = Clock::new(1, 9, 540).unwrap();
        two.set(EVE, |it| it.clock = Some(clock)).await;
        let due = Millis(two.now + DAY);
        assert!(two.store.clocks_due(Millis(two.now), 9).await.unwrap().is_empty());
        let found = two.store.clocks_due(due, 9).await.unwrap();
        let lower = two.people[BOB].0.id.min(two.people[EVE].0.id);
        assert_eq!(found, [(two.room, lower)]);
        assert!(two.store.next_due(0).await.unwrap().is_some_and(|it| it <= due));
        let (one, other) = (fence(&two.store).await, fence(&two.store).await);
        let by = |two: &Two, fence| Append {
            author: lower,
            login: None,
            fence: Some(fence),
            ..two.append(BOB, Change::AskByClock)
        };
        let node = two.home.open().await;
        node.refresh_packs().await.unwrap();
        let ousted = two.store.append(&[by(&two, one)], due).await.unwrap().remove(0);
        assert_eq!(ousted.unwrap_err(), AppendError::Deposed);
        let told = node.append(&[by(&two, other), by(&two, other)], due).await.unwrap();
        let told: Vec<_> = told.into_iter().flat_map(|it| it.unwrap().entries).collect();
        assert_eq!(told.len(), 1);
        assert_eq!(asked_in(&told[0]).unwrap().brought, Brought::Clock);
        assert!(node.clocks_due(due, 9).await.unwrap().is_empty());
        two.now = due.0;
        two.set(BOB, |it| {
            it.clock = Some(clock);
            it.paused_until = Some(Millis(due.0 + 3 * DAY));
        })
        .await;
        let paused =
            two.store.append(&[by(&two, other)], Millis(due.0 + DAY)).await.unwrap().remove(0);
        assert!(paused.unwrap().entries.is_empty());
        assert!(two.store.clocks_due(Millis(due.0 + DAY), 9).await.unwrap().is_empty());
        assert_eq!(two.store.clocks_due(Millis(due.0 + 2 * DAY), 9).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn another_node_reads_a_changed_pack() {
    for mut two in twos().await {
        let node = two.home.open().await;
        let (id, by) = ("tea".parse().unwrap(), two.people[BOB].0.id);
        let reworded = TEA.replace("Milk, too?", "With milk?");
        two.store.put_pack(&id, &reworded, by, Millis(0)).await.unwrap();
        assert!(node.refresh_packs().await.unwrap());
        assert!(!node.refresh_packs().await.unwrap(), "nothing was changed since");
        let milk = "tea.milk".parse().unwrap();
        assert_eq!(node.packs().packs().question(&milk).unwrap().text.en, "With milk?");
        assert!(two.store.delete_pack(&id, by, Millis(1)).await.unwrap());
        assert!(!two.store.delete_pack(&id, by, Millis(1)).await.unwrap());
        assert_eq!(two.asks(BOB).await, Err(refused(QuestionRefusal::NoPack)));
        let gone = PairSettings { pack: Some("gone".parse().unwrap()), ..PairSettings::default() };
        let chosen = two.does(BOB, Change::SetQuestions(gone)).await;
        assert_eq!(chosen, Err(refused(QuestionRefusal::NoPack)));
    }
}

#[tokio::test]
async fn the_question_of_a_day_is_due_until_it_was_told() {
    for Fixture { store, room, ann, .. } in each().await {
        let due = async |day| store.dailies_due(day, 9).await.unwrap();
        assert_eq!(due(7).await, []);
        store.set_daily(room, true, 7).await.unwrap();
        assert_eq!(due(7).await, [(room, ann.id)]);
        let (earlier, leads) = (fence(&store).await, fence(&store).await);
        store.daily_told(earlier, room, 7).await.unwrap();
        assert_eq!(due(7).await.len(), 1, "another leads");
        store.daily_told(leads, room, 7).await.unwrap();
        assert_eq!((due(7).await.len(), due(8).await.len()), (0, 1));
        assert!(store.has_daily(room).await.unwrap());
        store.set_daily(room, false, 7).await.unwrap();
        assert!(!store.has_daily(room).await.unwrap() && due(8).await.is_empty());
    }
}
