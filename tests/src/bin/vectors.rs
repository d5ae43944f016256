//! Writes `tests/vectors/evidence`, `fork`, `chain-fork`, `sealed-pdf` and `renewal`, or the one that is named; with
//! `--check` writes nothing and fails when a file there is not, byte for byte, what would
//! be written.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::path::Path;
use std::process::ExitCode;

use heqi_tests::vectors;

fn main() -> ExitCode {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut made = vec![
        ("evidence", vectors::files()),
        ("fork", vectors::fork::files()),
        ("chain-fork", vectors::chain_fork::files()),
        ("sealed-pdf", vectors::sealed_pdf::files()),
        ("renewal", vectors::renewal::files()),
    ];
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = arguments.iter().position(|one| made.iter().any(|(name, _)| name == one)) {
        let only = arguments.remove(at);
        made.retain(|(name, _)| *name == only);
    }
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => {
            for (name, files) in &made {
                let folder = all.join(name);
                let written = vectors::write(&folder, files);
                println!("wrote {written} files to {}", folder.display());
            }
            ExitCode::SUCCESS
        }
        ["--check"] => {
            let mut same = true;
            for (folder, files) in &made {
                for name in vectors::differing(&all.join(folder), files) {
                    eprintln!("{folder}/{name} is not what the generator makes");
                    same = false;
                }
            }
            if same { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        _ => {
            eprintln!("usage: vectors [evidence|fork|chain-fork|sealed-pdf|renewal] [--check]");
            ExitCode::from(2)
        }
    }
}
