//! Writes `tests/vectors/evidence`; with `--check` writes nothing and fails when a file
//! there is not, byte for byte, what would be written.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::path::Path;
use std::process::ExitCode;

use heqi_tests::vectors;

fn main() -> ExitCode {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/evidence");
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => {
            let written = vectors::write(&folder);
            println!("wrote {written} files to {}", folder.display());
            ExitCode::SUCCESS
        }
        ["--check"] => {
            let differing = vectors::differing(&folder);
            for name in &differing {
                eprintln!("{name} is not what the generator makes");
            }
            if differing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        _ => {
            eprintln!("usage: vectors [--check]");
            ExitCode::from(2)
        }
    }
}
