//! The server's program: reads the command line and ends with its exit code.

// The pages' views are deep types, in release builds above all.
#![recursion_limit = "256"]

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run()
}
