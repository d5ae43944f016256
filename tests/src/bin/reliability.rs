//! Injects faults and checks that every promise holds (`docs/RELIABILITY.md`). Started under
//! the name `heqi` it is `heqi`, so that rounds can start and kill the whole program.

use std::process::ExitCode;

use heqi_tests::reliability::command;

fn main() -> ExitCode {
    if std::env::args_os().next().is_some_and(|name| name == "heqi") {
        return heqi::run();
    }
    command::main(&mut std::io::stdout())
}
