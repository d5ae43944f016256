//! Writes every input of every target as files, for a fuzzer that reads folders:
//! `corpora FOLDER` makes `FOLDER/<target>/<number>`. Prints the names of the targets.
#![expect(clippy::print_stdout, reason = "the names are what the caller asked for")]

use std::path::PathBuf;
use std::process::ExitCode;

use heqi_fuzz::{TARGETS, corpus};

fn main() -> ExitCode {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    for target in TARGETS {
        if let Some(folder) = &folder
            && let Err(error) = write(&folder.join(target.name), &corpus::inputs(target))
        {
            println!("{}: {error}", target.name);
            return ExitCode::FAILURE;
        }
        println!("{}", target.name);
    }
    ExitCode::SUCCESS
}

#[expect(clippy::disallowed_methods, reason = "seeds of a fuzzer need no durability")]
fn write(folder: &std::path::Path, inputs: &[Vec<u8>]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (number, input) in inputs.iter().enumerate() {
        std::fs::write(folder.join(format!("{number:05}")), input)?;
    }
    Ok(())
}
