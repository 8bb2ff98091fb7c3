//! The server's program: reads the command line and ends with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    server::cli::run()
}
