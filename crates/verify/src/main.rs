//! The program `verify`.

use std::io::{stderr, stdout};
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};
use heqi_verify::{PageArgs, VerifyArgs};

/// 离线核验证据包。Checks an evidence bundle without any network.
#[derive(Parser)]
#[command(name = "verify", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    args: Option<VerifyArgs>,
}

#[derive(Subcommand)]
enum Command {
    Page(PageArgs),
}

fn main() -> ExitCode {
    let (mut out, mut err) = (stdout().lock(), stderr().lock());
    ExitCode::from(match Cli::parse() {
        Cli { command: Some(Command::Page(args)), .. } => {
            heqi_verify::write_page(&args, &mut out, &mut err)
        }
        Cli { args: Some(args), .. } => heqi_verify::run(&args, &mut out, &mut err),
        Cli { .. } => {
            // Nothing was asked: the usage, and the code of wrong usage.
            let _ = Cli::command().print_help();
            2
        }
    })
}
