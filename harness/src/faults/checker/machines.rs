//! What was observed of processes and databases (C11, C12).

use super::{Expected, Rule, Violation};

/// A figure before the load came, and after it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Measured {
    pub(crate) before: u64,
    pub(crate) after: u64,
}

/// A process of the deployment, as it was observed. What was not measured (since the process that
/// was there before is gone, say) is absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Machine {
    pub(crate) name: String,
    /// Lines of its log that tell of a panic.
    pub(crate) panics: Vec<String>,
    /// It ended by itself, without being told to: how.
    pub(crate) fell: Option<String>,
    pub(crate) fds: Option<Measured>,
    /// Threads, or tasks where they can be counted.
    pub(crate) tasks: Option<Measured>,
    pub(crate) memory_kib: Option<Measured>,
}

/// What a database's own check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Integrity {
    pub(crate) name: String,
    /// Empty when it is sound.
    pub(crate) findings: Vec<String>,
}

pub(super) fn check(
    machines: &[Machine],
    integrity: &[Integrity],
    expected: &Expected,
    found: &mut Vec<Violation>,
) {
    for machine in machines {
        check_machine(machine, expected, |what| {
            found.push(Violation::new(Rule::C11, format!("{} {what}", machine.name)));
        });
    }
    for database in integrity {
        for finding in &database.findings {
            found.push(Violation::new(Rule::C12, format!("{}: {finding}", database.name)));
        }
    }
}

fn check_machine(machine: &Machine, expected: &Expected, mut breach: impl FnMut(String)) {
    for panic in &machine.panics {
        breach(format!("panicked: {panic}"));
    }
    if let Some(fell) = &machine.fell {
        breach(format!("ended by itself: {fell}"));
    }
    let counts = [("file descriptors", machine.fds), ("tasks", machine.tasks)];
    for (of_what, measured) in counts {
        if let Some(Measured { before, after }) = measured
            && after > before.saturating_add(expected.spare)
        {
            breach(format!("has {after} {of_what}, expected {before} as before"));
        }
    }
    if let Some(Measured { before, after }) = machine.memory_kib {
        #[expect(clippy::cast_precision_loss, reason = "kibibytes")]
        let most = before as f64 * (1.0 + expected.memory_growth);
        #[expect(clippy::cast_precision_loss, reason = "kibibytes")]
        if after as f64 > most {
            breach(format!("uses {after} KiB, expected at most {most:.0}"));
        }
    }
}
