//! Two verifiers, one answer: the program and the JavaScript of `verify.html`, run in node,
//! are asked about the same spoiled files, and must say the same of each, to the word.
//!
//! They share no code, so what they agree on is what the specification says. A file spoiled
//! at random mostly fails its first digest; so most questions are bundles spoiled inside and
//! packed again with a manifest that fits, JSON changed in its structure, and statements
//! signed again by a key that the anchors of the question name.
//!
//! - `spoil`: questions from a number
//! - `sides`: the two who answer

mod sides;
mod spoil;

use std::collections::BTreeMap;
use std::io;

use serde_json::Value;

use crate::mutate::Dice;

pub use sides::Page;
pub use spoil::Question;

/// What came of a series of questions.
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many questions.
    pub asked: u64,
    /// How often which verdict, by the program.
    pub verdicts: BTreeMap<String, u64>,
    /// Where the two did not agree.
    pub differences: Vec<Difference>,
}

/// One question on which they do not agree.
#[derive(Debug)]
pub struct Difference {
    /// The number that makes the question again.
    pub number: u64,
    /// The question.
    pub question: Question,
    /// What the program said.
    pub program: Value,
    /// What the page said.
    pub page: Value,
}

/// Questions on which the two did not agree once (`tests/fuzz/differential`), asked again.
///
/// # Errors
/// Files cannot be read or written, or the page's process does not answer.
pub fn run_kept(page: &mut Page) -> io::Result<Outcome> {
    ask_all(page, spoil::kept()?.into_iter().map(|question| (0, question)))
}

/// Asks the questions with these numbers.
///
/// # Errors
/// Files cannot be written, or the page's process does not answer.
pub fn run(page: &mut Page, numbers: impl IntoIterator<Item = u64>) -> io::Result<Outcome> {
    let question = |number| (number, spoil::question(&mut Dice::new(number)));
    ask_all(page, numbers.into_iter().map(question))
}

fn ask_all(
    page: &mut Page,
    questions: impl Iterator<Item = (u64, Question)>,
) -> io::Result<Outcome> {
    let desk = tempfile::tempdir()?;
    let mut outcome = Outcome::default();
    for (number, question) in questions {
        let asked = question.write(desk.path())?;
        let program = sides::program(&asked)?;
        let answer = page.ask(&asked)?;
        outcome.asked += 1;
        let verdict = program.get("verdict").and_then(Value::as_str).unwrap_or("unreadable");
        *outcome.verdicts.entry(verdict.to_owned()).or_default() += 1;
        let (program, page) = (without_details(program), without_details(answer));
        if program != page {
            outcome.differences.push(Difference { number, question, program, page });
        }
    }
    Ok(outcome)
}

/// The details of a broken format are each implementation's own words.
fn without_details(mut report: Value) -> Value {
    let claims = report.get_mut("claims").and_then(Value::as_array_mut);
    for claim in claims.into_iter().flatten() {
        let code = claim.get("code").and_then(Value::as_str);
        if matches!(code, Some("record_malformed" | "chain_broken"))
            && let Some(reason) = claim.get_mut("reason")
        {
            *reason = Value::Null;
        }
    }
    report
}
