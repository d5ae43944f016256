//! The mutants of a package, as `cargo mutants --list` names them.

use std::path::PathBuf;

use serde::Deserialize;

use crate::cargo::Cargo;

/// One change of one place.
#[derive(Clone, Debug)]
pub(super) struct Mutant {
    /// Its number in this run, from 1; what the switch is set to.
    pub(super) id: u32,
    /// Place and change, in one line.
    pub(super) name: String,
    /// Relative to the root of the workspace.
    pub(super) file: PathBuf,
    pub(super) genre: Genre,
    pub(super) span: Span,
    pub(super) replacement: String,
    /// Of the function it stands in, if any.
    pub(super) return_type: String,
}

/// What kind of change.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub(super) enum Genre {
    FnValue,
    BinaryOperator,
    UnaryOperator,
    MatchArm,
    MatchArmGuard,
    StructField,
}

/// From one character up to another.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
pub(super) struct Span {
    pub(super) start: Place,
    pub(super) end: Place,
}

/// Line and column, both from 1, in characters.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    file: PathBuf,
    genre: Genre,
    span: Span,
    replacement: String,
    function: Option<Function>,
}

#[derive(Deserialize)]
struct Function {
    return_type: String,
}

/// Every mutant of `package`, in the order of the list.
pub(super) fn of(cargo: &Cargo, package: &str) -> Result<Vec<Mutant>, String> {
    let words = ["mutants", "--list", "--json", "--package", package];
    let output = cargo.command(&words).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let listed: Vec<Listed> = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("the list of cargo-mutants is not understood: {error}"))?;
    let numbered = (1..).zip(listed);
    Ok(numbered
        .map(|(id, listed)| Mutant {
            id,
            name: listed.name,
            file: listed.file,
            genre: listed.genre,
            span: listed.span,
            replacement: listed.replacement.replace('\n', " "),
            return_type: listed.function.map(|function| function.return_type).unwrap_or_default(),
        })
        .collect())
}
