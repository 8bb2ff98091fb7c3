//! The question of the day of a channel: the same on all nodes, and none again before all of the
//! packs were asked.

use super::{
    packs::{Pack, Question},
    seed::{fold, place},
};
use app::protocol::ids::RoomId;

/// The question of a day, where the packs have any. `day` counts from 1970 in the server's own time
/// zone. The order is mixed anew each time around; changing the packs begins another order.
pub fn question_of_day<'a>(day: i64, channel: RoomId, packs: &[&'a Pack]) -> Option<&'a Question> {
    let questions: Vec<&Question> = packs.iter().flat_map(|it| &it.questions).collect();
    let count = i64::try_from(questions.len()).ok().filter(|it| *it > 0)?;
    let (around, at) = (day.div_euclid(count), day.rem_euclid(count));
    let mut order = order_of(around, channel, &questions);
    // The last of one time around is not the first of the next.
    let before = order_of(around.wrapping_sub(1), channel, &questions);
    if order.len() > 2 && order.first().map(|it| &it.id) == before.last().map(|it| &it.id) {
        order.swap(0, 1);
    }
    order.get(usize::try_from(at).ok()?).copied()
}

fn order_of<'a>(around: i64, channel: RoomId, questions: &[&'a Question]) -> Vec<&'a Question> {
    let seed = fold(fold(0, channel.0.as_bytes()), &around.to_be_bytes());
    let mut order = questions.to_vec();
    order.sort_by_key(|it| (place(seed, &it.id), it.id.as_str()));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::questions::packs::Packs;
    use proptest::prelude::*;
    use std::{collections::HashSet, sync::LazyLock};
    use uuid::Uuid;

    static PACKS: LazyLock<Packs> = LazyLock::new(Packs::built_in);

    fn channel(n: u128) -> RoomId {
        RoomId(Uuid::from_u128(n))
    }

    #[test]
    fn nothing_is_asked_without_packs() {
        assert_eq!(question_of_day(5, channel(1), &[]), None);
    }

    #[test]
    fn two_channels_are_asked_in_two_orders() {
        let days = |room| -> Vec<&Question> {
            (0..9).filter_map(|day| question_of_day(day, room, &PACKS.by_depth())).collect()
        };
        assert_ne!(days(channel(1)), days(channel(2)));
    }

    proptest! {
        #[test]
        fn all_are_asked_before_one_comes_again(around in -9_i64..9, n in any::<u128>(), packs in 1_usize..=2) {
            let packs: Vec<&Pack> = PACKS.by_depth().into_iter().take(packs).collect();
            let count: usize = packs.iter().map(|it| it.questions.len()).sum();
            let first = around * i64::try_from(count).unwrap();
            let days = first..first + i64::try_from(count).unwrap();
            let asked: HashSet<&str> = days
                .filter_map(|day| question_of_day(day, channel(n), &packs))
                .map(|it| it.id.as_str())
                .collect();
            prop_assert_eq!(asked.len(), count);
        }

        #[test]
        fn no_two_days_running_ask_the_same(day in -100_000_i64..100_000, n in any::<u128>()) {
            let packs: Vec<&Pack> = PACKS.by_depth().into_iter().take(1).collect();
            let ask = |day| question_of_day(day, channel(n), &packs);
            prop_assert_eq!(ask(day), ask(day));
            prop_assert_ne!(ask(day), ask(day + 1));
        }
    }
}
