//! F17: far more people sign in at once than passwords can be checked.

use super::Scene;
use crate::{
    faults::{
        history::Micros,
        measure::{Stretch, acks, quantile},
        random::Chance,
    },
    http::Http,
};
use anyhow::{Context as _, Result, ensure};
use serde_json::json;
use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};
use tokio::{
    task::JoinSet,
    time::{sleep, sleep_until, timeout},
};

/// Accounts that are signed in to.
const ACCOUNTS: usize = 8;
/// So many attempts a second, at least and at most.
const RATES: [usize; 2] = [50, 200];
/// An attempt has its answer by then.
const ATTEMPT_MAX: Duration = Duration::from_secs(15);
/// Who is told to come back is told so within this time, nearly always.
const REFUSAL_MAX_MS: f64 = 500.0;
/// Chat is at most so many times as slow.
const SLOWER_MAX: f64 = 2.0;
/// So much more is allowed anyway, for what a busy machine makes of times as short as these.
const SLOWER_FLOOR_MS: f64 = 250.0;
/// After the storm a sign-in works within this time.
const CALM_MAX: Duration = Duration::from_secs(5);

/// What was typed at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typed {
    Right,
    WrongPassword,
    UnknownName,
}

/// How the server answered.
#[derive(Clone, Debug, PartialEq)]
enum Answered {
    /// Signed in, or told that name or password are wrong.
    In,
    Wrong,
    /// Told to come back after a pause.
    Later,
    /// Anything else.
    Otherwise(String),
}

/// One attempt, and how long its answer took.
#[derive(Clone, Debug)]
struct Attempt {
    typed: Typed,
    answered: Answered,
    took: Duration,
}

impl Attempt {
    /// A right password is never told to be wrong, and a wrong one never lets in.
    fn is_sound(&self) -> bool {
        match (&self.answered, self.typed) {
            (Answered::Later, _) | (Answered::In, Typed::Right) => true,
            (Answered::Wrong, typed) => typed != Typed::Right,
            _ => false,
        }
    }
}

/// F17: sign-ins storm in while people talk.
pub(super) async fn storm(scene: &mut Scene) -> Result<()> {
    for number in 0..ACCOUNTS {
        sign_up(scene, number).await?;
    }
    // What signing up cost is over.
    sleep(Duration::from_millis(300)).await;
    let from = scene.now();
    sleep(scene.scaled(Duration::from_secs(15)).max(Duration::from_secs(2))).await;
    let usual = Stretch { from, to: scene.now() };
    while {
        let from = scene.now();
        let attempts = attempts(scene).await?;
        let during = Stretch { from, to: scene.now() };
        judge(scene, &attempts);
        sleep(Duration::from_secs(1)).await;
        judge_chat(scene, usual, during);
        calm(scene).await?;
        !scene.is_over_in(Duration::ZERO)
    } {}
    scene.must_not_refuse(Micros(0));
    Ok(())
}

fn name(number: usize) -> String {
    format!("storm-{number}")
}

fn password(number: usize) -> String {
    format!("a quiet harbour {number}")
}

async fn sign_up(scene: &Scene, number: usize) -> Result<()> {
    let mut http = connect(scene).await?;
    let body = json!({ "name": name(number), "password": password(number) });
    let answer = http.ask("POST", "/api/v1/users", "", Some(&body)).await?;
    ensure!(answer.status == 201, "signing up: {} {}", answer.status, answer.body);
    Ok(())
}

async fn connect(scene: &Scene) -> Result<Http> {
    Http::connect_as(&scene.deployment.front.address.to_string(), &scene.deployment.origin()).await
}

/// People come in as they like, whether or not those before them have their answers.
async fn attempts(scene: &mut Scene) -> Result<Vec<Attempt>> {
    let lasts = scene.scaled(Duration::from_secs(20)).max(Duration::from_secs(3));
    let per_sec = RATES[0] + scene.chance.below(RATES[1] - RATES[0] + 1);
    #[expect(clippy::cast_precision_loss, reason = "a count")]
    scene.figure("sign_ins_per_sec", per_sec as f64);
    let pause = Duration::from_secs(1) / u32::try_from(per_sec)?;
    let door = scene.deployment.front.address.to_string();
    let begun = Instant::now();
    let made = Rc::new(RefCell::new(Vec::new()));
    let mut running = JoinSet::new();
    for turn in 0_u32.. {
        let at = pause * turn;
        if at >= lasts {
            break;
        }
        sleep_until((begun + at).into()).await;
        let (typed, body) = typed(&mut scene.chance);
        let (door, origin, made) = (door.clone(), scene.deployment.origin(), Rc::clone(&made));
        running.spawn_local(async move {
            let begun = Instant::now();
            let answered = timeout(ATTEMPT_MAX, attempt(&door, &origin, &body)).await;
            let answered = answered.unwrap_or_else(|_| Ok(Answered::Otherwise("nothing".into())));
            let answered = answered.unwrap_or_else(|it| Answered::Otherwise(format!("{it:#}")));
            made.borrow_mut().push(Attempt { typed, answered, took: begun.elapsed() });
        });
    }
    while let Some(done) = running.join_next().await {
        done?;
    }
    Ok(made.take())
}

/// What the next one types: as often right as not.
fn typed(chance: &mut Chance) -> (Typed, serde_json::Value) {
    let number = chance.below(ACCOUNTS);
    let (typed, name, password) = match chance.below(4) {
        0 => (Typed::WrongPassword, name(number), password(number + 1)),
        1 => (Typed::UnknownName, format!("nobody-{number}"), password(number)),
        _ => (Typed::Right, name(number), password(number)),
    };
    (typed, json!({ "name": name, "password": password }))
}

async fn attempt(door: &str, origin: &str, body: &serde_json::Value) -> Result<Answered> {
    let mut http = Http::connect_as(door, origin).await?;
    let answer = http.ask("POST", "/api/v1/logins", "", Some(body)).await?;
    let pause = answer.body["retry_after_ms"].as_u64();
    Ok(match answer.status {
        201 if answer.cookie.is_some() => Answered::In,
        401 if answer.body["reason"] == "wrong_credentials" => Answered::Wrong,
        429 | 503 if pause.is_some_and(|it| it > 0) => Answered::Later,
        status => Answered::Otherwise(format!("{status} {}", answer.body)),
    })
}

/// Every answer is a true one, and whoever must wait is told at once.
fn judge(scene: &mut Scene, attempts: &[Attempt]) {
    let unsound: Vec<_> = attempts.iter().filter(|it| !it.is_sound()).collect();
    scene.must(unsound.is_empty(), || {
        format!("{} of {} answers were wrong: {:?}", unsound.len(), attempts.len(), unsound[0])
    });
    let times = |is: fn(&Answered) -> bool| {
        let of = attempts.iter().filter(|it| is(&it.answered));
        let mut times: Vec<f64> = of.map(|it| it.took.as_secs_f64() * 1_000.0).collect();
        times.sort_by(f64::total_cmp);
        times
    };
    let later = times(|it| *it == Answered::Later);
    let checked = times(|it| matches!(it, Answered::In | Answered::Wrong));
    let refusal = quantile(&later, 0.99);
    #[expect(clippy::cast_precision_loss, reason = "counts")]
    for (name, count) in [("sign_ins_checked", checked.len()), ("sign_ins_put_off", later.len())] {
        scene.figure(name, count as f64);
    }
    scene.figure("sign_in_p99_ms", quantile(&checked, 0.99));
    scene.figure("put_off_p99_ms", refusal);
    scene.must(refusal <= REFUSAL_MAX_MS * scene.patience, || {
        format!("being told to come back took {refusal:.0} ms")
    });
    scene.must(!checked.is_empty(), || "in the storm nobody's password was checked".into());
}

/// Those who talk hardly notice.
fn judge_chat(scene: &mut Scene, usual: Stretch, during: Stretch) {
    let [usual, now] = {
        let history = scene.history.borrow();
        [usual, during].map(|it| quantile(&acks(&history, it, &|_| true), 0.99))
    };
    scene.figure("ack_p99_before_ms", usual);
    scene.figure("ack_p99_in_storm_ms", now);
    let most = (usual * SLOWER_MAX).max(usual + SLOWER_FLOOR_MS) * scene.patience;
    scene.must(now <= most, || {
        format!("in the storm ack p99 was {now:.0} ms, before {usual:.0} ms")
    });
}

/// After the storm whoever has the right password comes in.
async fn calm(scene: &mut Scene) -> Result<()> {
    let begun = Instant::now();
    let limit = CALM_MAX.mul_f64(scene.patience);
    let number = scene.chance.below(ACCOUNTS);
    let body = json!({ "name": name(number), "password": password(number) });
    let door = scene.deployment.front.address.to_string();
    let last = loop {
        let answered = attempt(&door, &scene.deployment.origin(), &body).await;
        let answered = answered.context("signing in after the storm")?;
        if answered != Answered::Later || begun.elapsed() > limit {
            break answered;
        }
        sleep(Duration::from_millis(100)).await;
    };
    scene.time("calm_ms", begun.elapsed());
    scene.must(last == Answered::In, || format!("after the storm a sign-in was told {last:?}"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_says_of_a_password_what_is_not_so() {
        let sound = |typed, answered| Attempt { typed, answered, took: Duration::ZERO }.is_sound();
        assert!(sound(Typed::Right, Answered::In) && !sound(Typed::Right, Answered::Wrong));
        for typed in [Typed::WrongPassword, Typed::UnknownName] {
            assert!(sound(typed, Answered::Wrong) && !sound(typed, Answered::In));
        }
        for typed in [Typed::Right, Typed::WrongPassword, Typed::UnknownName] {
            assert!(sound(typed, Answered::Later));
            assert!(!sound(typed, Answered::Otherwise("500".into())));
        }
    }

    #[test]
    fn some_type_what_is_right_and_some_do_not() {
        let mut chance = Chance::new(1);
        let all: Vec<Typed> = (0..100).map(|_| typed(&mut chance).0).collect();
        for kind in [Typed::Right, Typed::WrongPassword, Typed::UnknownName] {
            assert!(all.contains(&kind), "{kind:?}");
        }
    }
}
