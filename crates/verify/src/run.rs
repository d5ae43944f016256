//! The command, from arguments to exit code.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::Path;

use heqi_evidence::chain_fork::ChainForkProof;
use heqi_evidence::{anchors, container};
use heqi_tlog::fork::ForkProof;
use heqi_vocabulary::Explain as _;

use crate::unreadable::Which;
use crate::{
    ChainForkExamination, Examination, ForkExamination, Unreadable, VerifyArgs, chain_fork, fork,
    json, report,
};

/// Exit code of a file that cannot be read, and of a report that cannot be printed.
pub(crate) const UNREADABLE: u8 = 2;

/// Verifies a file and prints the report; gives the exit code: 0 all required claims
/// proved, 1 something contradicted, 2 unreadable, 3 not proved.
pub fn run(args: &VerifyArgs, stdout: &mut dyn Write, stderr: &mut dyn Write) -> u8 {
    let file = args.file.to_string_lossy();
    let (printed, code) = match examine(args) {
        Ok(Examined::Bundle(examination)) => {
            let required = args.required();
            let verdict = examination.verdict();
            let text = if args.json {
                json::of_verdict(&file, verdict, &required, args.lang)
            } else {
                report::write(&file, &examination, &required, args.lang)
            };
            (print(stdout, &text), verdict.conclude(&required).exit_code())
        }
        Ok(Examined::Fork(examination)) => {
            let text = if args.json {
                fork::json(&file, &examination, args.lang)
            } else {
                fork::text(&file, &examination, args.lang)
            };
            (print(stdout, &text), examination.finding().exit_code())
        }
        Ok(Examined::ChainFork(examination)) => {
            let text = if args.json {
                chain_fork::json(&file, &examination, args.lang)
            } else {
                chain_fork::text(&file, &examination, args.lang)
            };
            (print(stdout, &text), examination.finding().exit_code())
        }
        Err(failure) if args.json => {
            (print(stdout, &json::of_failure(&file, &failure, args.lang)), UNREADABLE)
        }
        Err(failure) => {
            let explanation = failure.explain(args.lang);
            let text = report::failure(&file, &explanation, args.lang);
            (print(stderr, &text), UNREADABLE)
        }
    };
    // A verdict nobody could read is none.
    if printed.is_ok() { code } else { UNREADABLE }
}

enum Examined {
    Bundle(Box<Examination>),
    Fork(Box<ForkExamination>),
    ChainFork(Box<ChainForkExamination>),
}

fn examine(args: &VerifyArgs) -> Result<Examined, Unreadable> {
    let anchors = args
        .anchors
        .as_deref()
        .map(|path| read(path, Which::Anchors, anchors::MAX_BYTES))
        .transpose()?;
    let file = read(&args.file, Which::Bundle, container::MAX_FILE_BYTES)?;
    // Proofs name themselves in their first line; everything else is taken for a bundle.
    if ForkProof::is_named_by(&file) {
        let examination = ForkExamination::of(&file, anchors.as_deref())?;
        return Ok(Examined::Fork(Box::new(examination)));
    }
    if ChainForkProof::is_named_by(&file) {
        let examination = ChainForkExamination::of(&file, anchors.as_deref())?;
        return Ok(Examined::ChainFork(Box::new(examination)));
    }
    let examination = Examination::of(&file, anchors.as_deref(), args.at)?;
    Ok(Examined::Bundle(Box::new(examination)))
}

/// Reads a file, never more of it than such a file may have.
fn read(path: &Path, which: Which, most_bytes: usize) -> Result<Vec<u8>, Unreadable> {
    let failed = |error| Unreadable::File(which, error);
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    let limit = u64::try_from(most_bytes).unwrap_or(u64::MAX);
    if metadata.len() > limit {
        return Err(Unreadable::TooLarge { which, most_bytes });
    }
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > most_bytes {
        return Err(Unreadable::TooLarge { which, most_bytes });
    }
    Ok(bytes)
}

fn print(to: &mut dyn Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}
