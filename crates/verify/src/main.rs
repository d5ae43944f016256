//! The program `verify`.

use std::io::{stderr, stdout};
use std::process::ExitCode;

use clap::Parser;
use heqi_verify::VerifyArgs;

/// 离线核验证据包。Checks an evidence bundle without any network.
#[derive(Parser)]
#[command(name = "verify", version)]
struct Cli {
    #[command(flatten)]
    args: VerifyArgs,
}

fn main() -> ExitCode {
    let Cli { args } = Cli::parse();
    ExitCode::from(heqi_verify::run(&args, &mut stdout().lock(), &mut stderr().lock()))
}
