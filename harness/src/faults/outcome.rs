//! What a run came to: told on one line, kept as one line of JSON, and many of them as a table.

use super::{checker::Summary, deploy::Shape, kind::Fault, run::Setting};
use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs::OpenOptions,
    io::Write as _,
    path::{Path, PathBuf},
};

/// How a violation begins that is none: the run itself failed.
pub(crate) const NO_END: &str = "the run came to no end";

/// The outcome of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) fault: Fault,
    pub(crate) shape: Shape,
    pub(crate) seed: u64,
    pub(crate) lasts_secs: f64,
    pub(crate) wall_secs: f64,
    pub(crate) bug: Option<String>,
    /// Why nothing was tried.
    pub(crate) skipped: Option<String>,
    pub(crate) operations: u64,
    pub(crate) acknowledged: u64,
    pub(crate) refused: u64,
    pub(crate) postponed: u64,
    pub(crate) deliveries: u64,
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) out_of_order: u64,
    pub(crate) disruptions: u64,
    pub(crate) longest_recovery_ms: u64,
    pub(crate) ack_p99_ms: BTreeMap<String, f64>,
    pub(crate) violations: Vec<String>,
    /// What this fault measures beside.
    pub(crate) figures: BTreeMap<String, f64>,
    /// The folder that was kept.
    pub(crate) kept: Option<PathBuf>,
}

impl Outcome {
    /// Of a run of which nothing is known yet.
    pub(crate) fn of(setting: &Setting) -> Self {
        Self {
            fault: setting.fault,
            shape: setting.shape,
            seed: setting.seed,
            lasts_secs: setting.lasts.as_secs_f64(),
            wall_secs: 0.0,
            bug: setting.bug.clone(),
            skipped: None,
            operations: 0,
            acknowledged: 0,
            refused: 0,
            postponed: 0,
            deliveries: 0,
            lost: 0,
            doubled: 0,
            out_of_order: 0,
            disruptions: 0,
            longest_recovery_ms: 0,
            ack_p99_ms: BTreeMap::new(),
            violations: Vec::new(),
            figures: BTreeMap::new(),
            kept: None,
        }
    }

    /// Takes over the checker's counts.
    pub(crate) fn take(&mut self, summary: &Summary) {
        self.operations = summary.operations;
        self.acknowledged = summary.acknowledged;
        self.refused = summary.refused;
        self.postponed = summary.postponed;
        self.deliveries = summary.deliveries;
        self.lost = summary.lost;
        self.doubled = summary.doubled;
        self.out_of_order = summary.out_of_order;
        self.disruptions = summary.disruptions;
        let longest = summary.longest_recovery.as_millis();
        self.longest_recovery_ms = u64::try_from(longest).unwrap_or(u64::MAX);
        for phase in &summary.phases {
            self.ack_p99_ms.insert(phase.name.clone(), phase.acks.p99_ms);
        }
    }

    /// All that was promised held.
    pub(crate) const fn is_good(&self) -> bool {
        self.violations.is_empty()
    }

    /// All held; or, with a planted bug, it was noticed by one of the rules.
    pub(crate) fn is_as_it_should_be(&self) -> bool {
        match self.bug {
            None => self.is_good(),
            Some(_) => self.skipped.is_some() || self.noticed().is_some(),
        }
    }

    /// By what the planted bug was noticed.
    fn noticed(&self) -> Option<&str> {
        let noticed = self.violations.iter().find(|it| !it.starts_with(NO_END));
        noticed.map(String::as_str)
    }

    /// In one line, and what was broken below it.
    pub(crate) fn tell(&self) -> String {
        let Self { fault, shape, seed, wall_secs, .. } = self;
        let mut text = format!("{fault:<3} {shape:<28} seed {seed:<4} ");
        if let Some(why) = &self.skipped {
            _ = write!(text, "skipped: {why}");
            return text;
        }
        if let Some(bug) = &self.bug {
            match self.noticed() {
                Some(rule) => _ = write!(text, "{bug} noticed, {wall_secs:.0} s: {rule}"),
                None => _ = write!(text, "{bug} NOT NOTICED, {wall_secs:.0} s"),
            }
            return text;
        }
        _ = write!(
            text,
            "{} {} said, {} acked, {} delivered, {} disruptions, recovery {} ms, {wall_secs:.0} s",
            if self.is_good() { "good" } else { "BROKEN" },
            self.operations,
            self.acknowledged,
            self.deliveries,
            self.disruptions,
            self.longest_recovery_ms,
        );
        for (name, value) in &self.figures {
            _ = write!(text, ", {name} {value:.0}");
        }
        for violation in self.violations.iter().take(12) {
            _ = write!(text, "\n    {violation}");
        }
        if self.violations.len() > 12 {
            _ = write!(text, "\n    and {} more", self.violations.len() - 12);
        }
        if let Some(kept) = &self.kept {
            _ = write!(text, "\n    kept: {}", kept.display());
        }
        text
    }

    /// Adds it to a file as one line.
    pub(crate) fn append_to(&self, file: &Path) -> Result<()> {
        let mut line = serde_json::to_string(self)?;
        line.push('\n');
        let open = OpenOptions::new().create(true).append(true).open(file);
        let mut open = open.with_context(|| file.display().to_string())?;
        Ok(open.write_all(line.as_bytes())?)
    }

    /// Reads such a file.
    pub(crate) fn read(file: &Path) -> Result<Vec<Self>> {
        let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let lines = text.lines().enumerate().filter(|it| !it.1.trim().is_empty());
        let read = |(at, line): (usize, &str)| {
            serde_json::from_str(line).with_context(|| format!("{}:{}", file.display(), at + 1))
        };
        lines.map(read).collect()
    }
}

/// A table in Markdown: one row per fault and deployment.
pub(crate) fn table(outcomes: &[Outcome]) -> String {
    let mut rows: BTreeMap<(Fault, String), Vec<&Outcome>> = BTreeMap::new();
    for outcome in outcomes.iter().filter(|it| it.bug.is_none()) {
        rows.entry((outcome.fault, outcome.shape.to_string())).or_default().push(outcome);
    }
    let mut text = String::from(
        "| fault | deployment | runs | said | acknowledged | lost | doubled | out of order | other \
         breaches | longest recovery |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n",
    );
    for ((fault, shape), all) in rows {
        let ran: Vec<_> = all.iter().filter(|it| it.skipped.is_none()).collect();
        let title = fault.title();
        if ran.is_empty() {
            let why = all.first().and_then(|it| it.skipped.clone()).unwrap_or_default();
            _ = writeln!(text, "| {fault} {title} | {shape} | 0 | skipped: {why} | | | | | | |");
            continue;
        }
        let sum = |of: fn(&Outcome) -> u64| ran.iter().map(|it| of(it)).sum::<u64>();
        let counted = sum(|it| it.lost + it.doubled + it.out_of_order);
        let breaches = sum(|it| it.violations.len() as u64).saturating_sub(counted);
        let longest = ran.iter().map(|it| it.longest_recovery_ms).max().unwrap_or_default();
        _ = writeln!(
            text,
            "| {fault} {title} | {shape} | {} | {} | {} | {} | {} | {} | {breaches} | {} |",
            ran.len(),
            grouped(sum(|it| it.operations)),
            grouped(sum(|it| it.acknowledged)),
            sum(|it| it.lost),
            sum(|it| it.doubled),
            sum(|it| it.out_of_order),
            seconds(longest),
        );
    }
    text
}

/// 1234567 as 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn seconds(millis: u64) -> String {
    format!("{}.{} s", millis / 1_000, millis % 1_000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn outcome(seed: u64) -> Outcome {
        let setting = Setting {
            server: PathBuf::new(),
            fault: Fault::F1,
            shape: Shape::SMALL,
            seed,
            lasts: Duration::from_mins(1),
            clients: 1,
            rooms: 1,
            rate: 1.0,
            patience: 1.0,
            bug: None,
        };
        Outcome { operations: 1_234, acknowledged: 1_000, ..Outcome::of(&setting) }
    }

    #[test]
    fn outcomes_are_kept_line_by_line_and_become_a_table() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("runs.json");
        let bad = Outcome {
            lost: 1,
            longest_recovery_ms: 2_345,
            violations: vec!["C1: gone".into(), "F1: late".into()],
            ..outcome(2)
        };
        let all = [outcome(1), bad];
        for outcome in &all {
            outcome.append_to(&file).unwrap();
        }
        assert_eq!(Outcome::read(&file).unwrap(), all);
        let table = table(&all);
        let row = table.lines().last().unwrap();
        assert_eq!(
            row,
            "| F1 kill -9 and restart | SQLite, 1 node | 2 | 2,468 | 2,000 | 1 | 0 | 0 | 1 | 2.3 s |"
        );
    }

    #[test]
    fn a_broken_run_tells_what_and_where() {
        let bad = Outcome {
            violations: vec!["C1: gone".into()],
            kept: Some("/tmp/kept".into()),
            ..outcome(3)
        };
        let text = bad.tell();
        assert!(text.contains("BROKEN") && text.contains("C1: gone") && text.contains("/tmp/kept"));
        assert!(outcome(3).tell().contains("good"));
    }
}
