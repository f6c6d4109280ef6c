//! `countersign`: see `cli` for the commands, `config` for the settings.

use std::process::ExitCode;

fn main() -> ExitCode {
    countersign::cli::main()
}
