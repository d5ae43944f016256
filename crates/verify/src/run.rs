//! The command, from arguments to exit code.

use std::fs::File;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use heqi_evidence::chain_fork::ChainForkProof;
use heqi_evidence::{anchors, container};
use heqi_pki::certificate::{CertificateChain, TrustedRoot};
use heqi_pki::timestamp::TimeRoot;
use heqi_sealed_pdf::SignedPdf;
use heqi_tlog::fork::ForkProof;
use heqi_vocabulary::Explain as _;

use crate::unreadable::Which;
use crate::{
    ChainForkExamination, DocumentExamination, Examination, ForkExamination, Roots, Unreadable,
    VerifyArgs, chain_fork, document, fork, json, report,
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
            let text = if args.json {
                json::of_verdict(&file, &examination, &required, args.lang)
            } else {
                report::write(&file, &examination, &required, args.lang)
            };
            (print(stdout, &text), examination.conclude(&required).exit_code())
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
        Ok(Examined::Document(examination)) => {
            let asked = args.require.is_some().then(|| args.required());
            let text = if args.json {
                document::json(&file, &examination, asked.as_ref(), args.lang)
            } else {
                document::text(&file, &examination, asked.as_ref(), args.lang)
            };
            (print(stdout, &text), examination.conclude(asked.as_ref()).exit_code())
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
    Document(Box<DocumentExamination>),
}

fn examine(args: &VerifyArgs) -> Result<Examined, Unreadable> {
    let anchors = args
        .anchors
        .as_deref()
        .map(|path| read(path, Which::Anchors, anchors::MAX_BYTES))
        .transpose()?;
    let file = read(&args.file, Which::Bundle, most_bytes(&args.file)?)?;
    if SignedPdf::is_named_by(&file) {
        let roots = Roots { seals: seal_roots(args)?, times: time_roots(args)? };
        let times = roots.times.clone();
        let renewals = renewals(args)?;
        let mut examination = DocumentExamination::of(file, anchors.as_deref(), roots, args.at)?;
        if let Some(renewals) = renewals {
            let beside = (args.renewal_keys.as_slice(), times.as_slice());
            examination = examination.with_renewals(&renewals, beside, args.at);
        }
        return Ok(Examined::Document(Box::new(examination)));
    }
    // Proofs name themselves in their first line; everything else is taken for a bundle.
    let is_proof = ForkProof::is_named_by(&file) || ChainForkProof::is_named_by(&file);
    // They have no renewals beside them: what is given is never silently left out.
    if is_proof && args.renewals.is_some() {
        return Err(Unreadable::RenewalsOfNoDocument);
    }
    if ForkProof::is_named_by(&file) {
        let examination = ForkExamination::of(&file, anchors.as_deref())?;
        return Ok(Examined::Fork(Box::new(examination)));
    }
    if ChainForkProof::is_named_by(&file) {
        let examination = ChainForkExamination::of(&file, anchors.as_deref())?;
        return Ok(Examined::ChainFork(Box::new(examination)));
    }
    let mut examination = Examination::of(&file, anchors.as_deref(), args.at)?;
    if let Some(renewals) = renewals(args)? {
        let times = time_roots(args)?;
        let beside = (args.renewal_keys.as_slice(), times.as_slice());
        examination = examination.with_renewals(&renewals, beside, args.at);
    }
    Ok(Examined::Bundle(Box::new(examination)))
}

fn renewals(args: &VerifyArgs) -> Result<Option<Vec<u8>>, Unreadable> {
    let path = args.renewals.as_deref();
    path.map(|path| read(path, Which::Renewals, container::MAX_FILE_BYTES)).transpose()
}

/// A document may hold several bundles.
fn most_bytes(path: &Path) -> Result<usize, Unreadable> {
    let failed = |error| Unreadable::File(Which::Bundle, error);
    let mut head = Vec::new();
    File::open(path).map_err(failed)?.take(8).read_to_end(&mut head).map_err(failed)?;
    let is_document = SignedPdf::is_named_by(&head);
    Ok(if is_document { heqi_sealed_pdf::MAX_FILE_BYTES } else { container::MAX_FILE_BYTES })
}

fn seal_roots(args: &VerifyArgs) -> Result<Vec<TrustedRoot>, Unreadable> {
    let root = |path: &PathBuf| {
        let chain = CertificateChain::from_pem(&pem(path)?).map_err(|_| Unreadable::Root)?;
        TrustedRoot::new(chain.leaf().clone(), false).map_err(|_| Unreadable::Root)
    };
    args.seal_roots.iter().map(root).collect()
}

fn time_roots(args: &VerifyArgs) -> Result<Vec<TimeRoot>, Unreadable> {
    let root =
        |path: &PathBuf| TimeRoot::from_pem(&pem(path)?, false).map_err(|_| Unreadable::Root);
    args.time_roots.iter().map(root).collect()
}

fn pem(path: &Path) -> Result<String, Unreadable> {
    const MOST_BYTES: usize = 64 * 1024;
    let bytes = read(path, Which::Root, MOST_BYTES)?;
    String::from_utf8(bytes).map_err(|_| Unreadable::Root)
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
