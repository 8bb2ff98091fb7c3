//! Whether open questions let the two talk, and their pause.
//!
//! Strict: whoever has not answered an open question answers, or skips it, before they talk on;
//! whoever has answered may talk, even while the other has not. So nobody is kept silent by what
//! only the other can do. Gentle and off: everybody talks. While the two pause, everybody talks.

use super::{
    asked::{Asked, waiting_for},
    refusal::QuestionRefusal,
};
use app::protocol::{
    ids::{Millis, UserId},
    questions::{PairSettings, QuestionMode},
};

/// The longest pause.
pub const PAUSE_DAYS_MAX: i64 = 30;
const PAUSE_MS_MAX: i64 = PAUSE_DAYS_MAX * 24 * 60 * 60 * 1_000;

/// Whether one of the two may talk now. `asked` needs the open questions only.
pub fn may_talk(
    settings: &PairSettings,
    asked: &[Asked],
    who: UserId,
    now: Millis,
) -> Result<(), QuestionRefusal> {
    if settings.mode != QuestionMode::Strict || paused_until(settings, now).is_some() {
        return Ok(());
    }
    match waiting_for(asked, who).first() {
        Some(oldest) => Err(QuestionRefusal::AnswerFirst { asked: oldest.id }),
        None => Ok(()),
    }
}

/// Until when the questions are paused; none where they are not.
pub fn paused_until(settings: &PairSettings, now: Millis) -> Option<Millis> {
    settings.paused_until.filter(|it| *it > now)
}

/// The end of a pause that one of the two wants, held at the longest; none where it lies behind,
/// which ends the pause there is.
pub fn pause(until: Millis, now: Millis) -> Option<Millis> {
    Some(until.min(now.plus(PAUSE_MS_MAX))).filter(|it| *it > now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::questions::asked::tests::{ANN, BOB, NOW, answered, asked};

    const MODES: [QuestionMode; 3] = QuestionMode::ALL;

    fn settings(mode: QuestionMode, paused_until: Option<Millis>) -> PairSettings {
        PairSettings { mode, paused_until, ..PairSettings::default() }
    }

    #[test]
    fn only_strict_keeps_from_talking_whoever_has_not_answered() {
        let open = [asked(1), answered(2, &[ANN])];
        for mode in MODES {
            let settings = settings(mode, None);
            let strict = mode == QuestionMode::Strict;
            let first = |n| {
                let refusal = QuestionRefusal::AnswerFirst { asked: asked(n).id };
                if strict { Err(refusal) } else { Ok(()) }
            };
            assert_eq!(may_talk(&settings, &open, ANN, NOW), first(1));
            assert_eq!(may_talk(&settings, &open, BOB, NOW), first(1));
            let second = [answered(1, &[ANN, BOB]), answered(2, &[ANN])];
            assert_eq!(may_talk(&settings, &second, ANN, NOW), Ok(()), "has answered");
            assert_eq!(may_talk(&settings, &second, BOB, NOW), first(2));
            assert_eq!(may_talk(&settings, &[], BOB, NOW), Ok(()));
        }
    }

    #[test]
    fn a_skip_or_a_pause_lets_both_talk() {
        let strict = settings(QuestionMode::Strict, None);
        let mut skipped = asked(1);
        skipped.skip(BOB, 0, NOW).unwrap();
        assert_eq!(may_talk(&strict, &[skipped], ANN, NOW), Ok(()));
        let paused = settings(QuestionMode::Strict, Some(NOW.plus(1)));
        assert_eq!(may_talk(&paused, &[asked(1)], ANN, NOW), Ok(()));
        assert!(may_talk(&paused, &[asked(1)], ANN, NOW.plus(1)).is_err(), "it is over");
    }

    #[test]
    fn a_pause_ends() {
        assert_eq!(pause(NOW.plus(5), NOW), Some(NOW.plus(5)));
        assert_eq!(pause(NOW, NOW), None);
        assert_eq!(pause(Millis(i64::MIN), NOW), None);
        assert_eq!(pause(Millis::NEVER, NOW), Some(NOW.plus(PAUSE_MS_MAX)));
    }
}
