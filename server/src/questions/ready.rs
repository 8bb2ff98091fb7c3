//! The packs of a server with their trigger words, made once and asked often.

use super::{
    packs::{Pack, PackError, Packs},
    triggers::Triggers,
};
use app::protocol::questions::PackId;
use std::collections::BTreeMap;

/// Packs, ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct ReadyPacks {
    packs: Packs,
    triggers: BTreeMap<PackId, Triggers>,
}

impl ReadyPacks {
    /// The built-in packs and those of the operator, as [`Packs::with`] reads them. What of the
    /// operator's cannot be read is left out, and told: of an earlier version of this server, say,
    /// which had other rules.
    pub fn with(own: &[(&str, &str)]) -> (Self, Vec<PackError>) {
        let mut good = own.to_vec();
        let mut errors = Vec::new();
        let packs = loop {
            match Packs::with(&good) {
                Ok(packs) => break packs,
                Err(faults) => {
                    let before = good.len();
                    good.retain(|(name, _)| faults.iter().all(|it| it.file != *name));
                    errors.extend(faults);
                    if good.len() == before {
                        break Packs::built_in();
                    }
                }
            }
        };
        (Self::of(packs), errors)
    }

    /// These packs.
    pub fn of(packs: Packs) -> Self {
        let triggers = packs.by_depth().into_iter().map(|it| (it.id.clone(), Triggers::of(it)));
        Self { triggers: triggers.collect(), packs }
    }

    /// The packs.
    pub fn packs(&self) -> &Packs {
        &self.packs
    }

    /// One of them, and what brings its questions up.
    pub fn get(&self, id: &PackId) -> Option<(&Pack, &Triggers)> {
        self.packs.get(id).zip(self.triggers.get(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEA: &str = r#"
id = "tea"
depth = 2
title = { ko = "차 한 잔", en = "A cup of tea" }
about = { ko = "따뜻한 질문이에요.", en = "Warm ones." }
[[questions]]
id = "leaf"
ko = "어떤 차를 좋아하세요?"
en = "Which tea do you like?"
words = { ko = ["녹차"], en = ["tea"] }
"#;

    #[test]
    fn a_pack_that_cannot_be_read_takes_no_other_along() {
        let built_in = Packs::built_in().by_depth().len();
        let (ready, errors) = ReadyPacks::with(&[("tea", TEA), ("broken", "id = ")]);
        assert_eq!(ready.packs().by_depth().len(), built_in + 1);
        assert!(errors.iter().all(|it| it.file == "broken") && !errors.is_empty());
        let (pack, triggers) = ready.get(&"tea".parse().unwrap()).unwrap();
        assert_eq!(pack.questions.len(), 1);
        assert_eq!(triggers.hits("녹차 마실래요").len(), 1);
        assert!(ready.get(&"broken".parse().unwrap()).is_none());
    }

    #[test]
    fn an_empty_one_hides_the_built_in_pack_of_its_name() {
        let (ready, errors) = ReadyPacks::with(&[("first-light", "")]);
        assert!(errors.is_empty());
        assert!(ready.get(&"first-light".parse().unwrap()).is_none());
        assert!(ready.get(&"these-days".parse().unwrap()).is_some());
    }
}
