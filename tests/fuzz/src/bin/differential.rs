//! Asks both verifiers about spoiled files: `differential FROM COUNT [FOLDER]` asks the
//! questions FROM, FROM + 1, … and prints what came of it as JSON; where the two do not agree
//! the question is written to FOLDER. `cargo xtask differential` calls it.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the outcome is for the caller")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use heqi_fuzz::differential::{Difference, Page, run};
use serde_json::json;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| words.get(at).and_then(|word| word.parse::<u64>().ok());
    let (Some(from), Some(count)) = (number(0), number(1)) else {
        eprintln!("differential FROM COUNT [FOLDER]");
        return ExitCode::from(2);
    };
    let outcome = Page::start().and_then(|page| {
        let Some(mut page) = page else { return Ok(None) };
        run(&mut page, from..from.saturating_add(count)).map(Some)
    });
    match outcome {
        Ok(None) => ExitCode::from(2),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
        Ok(Some(outcome)) => {
            let folder = words.get(2).map(PathBuf::from);
            for difference in &outcome.differences {
                eprintln!("{}: {}", difference.number, difference.question.how);
                eprintln!("program {}\npage    {}", difference.program, difference.page);
                if let Some(Err(error)) = folder.as_deref().map(|folder| keep(folder, difference)) {
                    eprintln!("{error}");
                }
            }
            let numbers: Vec<u64> = outcome.differences.iter().map(|one| one.number).collect();
            let result = json!({
                "from": from,
                "asked": outcome.asked,
                "verdicts": outcome.verdicts,
                "differences": numbers,
            });
            println!("{result}");
            ExitCode::from(u8::from(!numbers.is_empty()))
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a finding to look at")]
fn keep(folder: &Path, difference: &Difference) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let path = |ending: &str| folder.join(format!("{}.{ending}", difference.number));
    std::fs::write(path("heqi.zip"), &difference.question.file)?;
    if let Some(anchors) = &difference.question.anchors {
        std::fs::write(path("anchors.json"), anchors)?;
    }
    Ok(())
}
