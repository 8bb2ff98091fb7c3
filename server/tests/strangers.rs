//! What strangers send: the checks of `fuzz/` on its corpus, on mixtures of it, and on noise.
//!
//! `PROPTEST_CASES` sets how many; `scripts/fuzz.sh` looks for more with libFuzzer.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

#[path = "../../fuzz/src/lib.rs"]
pub mod checks;

use checks::CHECKS;
use proptest::{
    prelude::*,
    sample::Index,
    test_runner::{TestError, TestRunner},
};
use std::{fs, path::Path};

/// The kept inputs of a check.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(name);
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{name} has no corpus");
    paths.iter().map(|it| fs::read(it).unwrap()).collect()
}

/// Noise, texts, and what the corpus gives: the beginning of one with the end of another, and
/// something else in between.
fn inputs(corpus: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let noise = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..64),
        ".{0,24}".prop_map(String::into_bytes),
        "[ -~]{0,8}".prop_map(String::into_bytes),
        Just(Vec::new()),
    ];
    let kept = proptest::sample::select(corpus);
    let mixed = (kept.clone(), any::<Index>(), noise.clone(), kept, any::<Index>()).prop_map(
        |(one, until, between, other, from)| {
            let (until, from) = (until.index(one.len() + 1), from.index(other.len() + 1));
            [&one[..until], &between, &other[from..]].concat()
        },
    );
    prop_oneof![1 => noise, 3 => mixed]
}

#[test]
fn every_kept_input_holds() {
    for (name, check) in CHECKS {
        for input in corpus(name) {
            check(&input);
        }
    }
}

#[test]
fn every_mixture_of_kept_inputs_holds() {
    for (name, check) in CHECKS {
        // What fails is told; it is kept by hand, in the corpus.
        let options = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
        let mut runner = TestRunner::new(options);
        let run = runner.run(&inputs(corpus(name)), |input| {
            check(&input);
            Ok(())
        });
        if let Err(TestError::Fail(why, input)) = run {
            panic!("{name}: {why}\n{:?}", String::from_utf8_lossy(&input));
        }
    }
}
