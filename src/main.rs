//! `countersign`: see `cli` for the commands, `config` for the settings.

use std::process::ExitCode;

// Each answer is compressed in buffers of its own, each password hashed in 19 MiB: glibc fetches the former anew for
// every answer and keeps the latter for each thread.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    countersign::cli::main()
}
