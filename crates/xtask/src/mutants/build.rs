//! A copy of the workspace in which a package carries all its mutants, compiled once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::list::{Genre, Mutant};
use super::schemata::{self, Blame};
use crate::cargo::Cargo;

/// The copy and where it is compiled.
pub(super) struct Copy {
    tree: PathBuf,
    target: PathBuf,
}

/// Who is not in the common build, kept so that a run with more tests need not ask the
/// compiler again.
struct Known(PathBuf);

impl Known {
    fn left(&self) -> BTreeMap<u32, Left> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    fn keep(&self, left: &BTreeMap<u32, Left>) -> Result<(), String> {
        let json = serde_json::to_vec(left).map_err(|error| error.to_string())?;
        write_if_other(&self.0, &json)
    }
}

/// A program of tests, and the folder in which cargo runs it.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) executable: PathBuf,
    pub(super) folder: PathBuf,
}

/// What stands in the copy now.
struct Written {
    places: BTreeMap<u32, u32>,
    texts: Blames,
    refused: Vec<u32>,
}

/// By file: who is to blame for each line.
type Blames = BTreeMap<PathBuf, Vec<Blame>>;

/// Why a mutant is not in the common build.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) enum Left {
    /// It does not compile, in the common build or alone.
    Unviable,
    /// It may compile alone: in a constant, or where its value has another type than the body.
    ForItself,
}

/// What is compiled: the test programs of the packages, and who is not in them.
pub(super) struct Built {
    pub(super) programs: Vec<Program>,
    pub(super) left: BTreeMap<u32, Left>,
    pub(super) places: BTreeMap<u32, u32>,
}

impl Copy {
    /// Copies what git knows of the checkout; files that did not change keep their times, so
    /// that only the mutated package is compiled again.
    pub(super) fn of(cargo: &Cargo) -> Result<Self, String> {
        let home = cargo.cache().join("mutants");
        let copy = Self { tree: home.join("tree"), target: home.join("target") };
        let output = Command::new("git")
            .current_dir(cargo.root())
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .output()
            .map_err(|error| format!("git ls-files: {error}"))?;
        let names = String::from_utf8_lossy(&output.stdout).into_owned();
        let names: BTreeSet<&str> = names.split('\0').filter(|name| !name.is_empty()).collect();
        for name in names {
            let Ok(mut bytes) = fs::read(cargo.root().join(name)) else { continue };
            if name == "Cargo.toml" {
                // The switch is memory set before `main`; nothing else of the copy may do such things either way.
                let text = String::from_utf8_lossy(&bytes);
                bytes = text
                    .replace("unsafe_code = \"forbid\"", "unsafe_code = \"allow\"")
                    .into_bytes();
            }
            write_if_other(&copy.tree.join(name), &bytes)?;
        }
        Ok(copy)
    }

    /// Compiles `package` with all mutants that compile, and the tests of `tested`.
    pub(super) fn build(
        &self,
        cargo: &Cargo,
        tested: &[&str],
        root_file: &Path,
        mutants: &[Mutant],
    ) -> Result<Built, String> {
        // Another value than the body's has another type, where the type is hidden.
        let hidden = |mutant: &&Mutant| {
            mutant.genre == Genre::FnValue && mutant.return_type.contains("impl ")
        };
        let known = self.known(cargo.root(), mutants)?;
        let mut left: BTreeMap<u32, Left> = mutants
            .iter()
            .filter(hidden)
            .map(|mutant| (mutant.id, Left::ForItself))
            .chain(known.left())
            .collect();
        // An error may hide those of later stages of the compiler: types, then constants, then borrows.
        for _ in 0..12 {
            let written = self.write(cargo.root(), root_file, mutants, &left)?;
            left.extend(written.refused.iter().map(|id| (*id, Left::Unviable)));
            let mut errors = self.compile(cargo, tested)?;
            if errors.is_empty() {
                // Some are found only where machine code is made.
                match self.programs(cargo, tested)? {
                    Ok(programs) => {
                        known.keep(&left)?;
                        return Ok(Built { programs, left, places: written.places });
                    }
                    Err(of_code) => errors = of_code,
                }
            }
            let before = left.len();
            for error in &errors {
                blame(error, &written.texts, &mut left)?;
            }
            if left.len() == before {
                return Err(format!("errors that no mutant explains: {errors:?}"));
            }
        }
        Err("the package with its mutants does not come to compile".to_owned())
    }

    /// Compiles with one mutant in place of the original; `None` if it does not compile.
    pub(super) fn build_alone(
        &self,
        cargo: &Cargo,
        tested: &[&str],
        mutant: &Mutant,
    ) -> Result<Option<Vec<Program>>, String> {
        let original = read(&cargo.root().join(&mutant.file))?;
        let text = schemata::alone(&original, mutant)?;
        write_if_other(&self.tree.join(&mutant.file), text.as_bytes())?;
        let programs = self.programs(cargo, tested)?.ok();
        write_if_other(&self.tree.join(&mutant.file), original.as_bytes())?;
        Ok(programs)
    }

    /// What an earlier run of the same sources and mutants found out.
    fn known(&self, root: &Path, mutants: &[Mutant]) -> Result<Known, String> {
        let mut hasher = DefaultHasher::new();
        for mutant in mutants {
            (mutant.id, &mutant.name).hash(&mut hasher);
        }
        for file in mutants.iter().map(|mutant| &mutant.file).collect::<BTreeSet<_>>() {
            read(&root.join(file))?.hash(&mut hasher);
        }
        let name = format!("left-{:016x}.json", hasher.finish());
        Ok(Known(self.target.with_file_name(name)))
    }

    /// Puts every file of `mutants` back.
    pub(super) fn restore(
        &self,
        root: &Path,
        root_file: &Path,
        mutants: &[Mutant],
    ) -> Result<(), String> {
        for file in mutants.iter().map(|mutant| mutant.file.as_path()).chain([root_file]) {
            write_if_other(&self.tree.join(file), read(&root.join(file))?.as_bytes())?;
        }
        Ok(())
    }

    fn write(
        &self,
        root: &Path,
        root_file: &Path,
        mutants: &[Mutant],
        left: &BTreeMap<u32, Left>,
    ) -> Result<Written, String> {
        let mut files: BTreeMap<&Path, Vec<&Mutant>> = BTreeMap::from([(root_file, Vec::new())]);
        for mutant in mutants {
            let in_file = files.entry(&mutant.file).or_default();
            if !left.contains_key(&mutant.id) {
                in_file.push(mutant);
            }
        }
        let (mut places, mut texts, mut refused) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for (file, mutants) in files {
            let rewritten = schemata::rewrite(&read(&root.join(file))?, &mutants)?;
            let mut text = rewritten.text;
            places.extend(rewritten.places);
            refused.extend(rewritten.refused);
            if file == root_file {
                text.insert_str(0, OF_ONE_MUTANT);
                text.push_str(schemata::SWITCH);
            }
            texts.insert(file.to_owned(), schemata::blame(&text));
            write_if_other(&self.tree.join(file), text.as_bytes())?;
        }
        Ok(Written { places, texts, refused })
    }

    fn cargo(&self, cargo: &Cargo, words: &[&str], tested: &[&str]) -> Command {
        let mut command = cargo.command(words);
        command.current_dir(&self.tree).env("CARGO_TARGET_DIR", &self.target);
        command.env("CARGO_PROFILE_CI_INCREMENTAL", "true");
        command.args(["--profile", "ci", "--message-format", "json"]);
        for package in tested {
            command.args(["--package", package]);
        }
        command
    }

    fn compile(&self, cargo: &Cargo, tested: &[&str]) -> Result<Vec<Value>, String> {
        let output = self
            .cargo(cargo, &["check", "--lib", "--tests"], tested)
            .output()
            .map_err(|error| format!("cargo check: {error}"))?;
        errors(&output)
    }

    /// The programs, or the errors of the compiler for which there are none.
    fn programs(
        &self,
        cargo: &Cargo,
        tested: &[&str],
    ) -> Result<Result<Vec<Program>, Vec<Value>>, String> {
        let output = self
            .cargo(cargo, &["test", "--no-run", "--lib", "--tests"], tested)
            .output()
            .map_err(|error| format!("cargo test: {error}"))?;
        let errors = errors(&output)?;
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        Ok(Ok(messages(&output.stdout)
            .filter(|message| message.pointer("/profile/test") == Some(&Value::Bool(true)))
            .filter_map(|message| {
                let folder = Path::new(text(&message, "/manifest_path")?).parent()?;
                let executable = PathBuf::from(text(&message, "/executable")?);
                Some(Program { executable, folder: folder.to_owned() })
            })
            .collect()))
    }
}

/// What the compiler refuses, with places; none if it came to its end.
fn errors(output: &Output) -> Result<Vec<Value>, String> {
    let errors = messages(&output.stdout)
        .filter(|message| text(message, "/reason") == Some("compiler-message"))
        .filter_map(|message| message.get("message").cloned())
        .filter(|message| text(message, "/level") == Some("error"))
        .filter(|message| !spans(message).is_empty())
        .collect::<Vec<_>>();
    if errors.is_empty() && !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(errors)
}

fn messages(stdout: &[u8]) -> impl Iterator<Item = Value> {
    stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}

/// What the compiler foresees of one mutant is no reason to refuse all of them: it fails its tests.
const OF_ONE_MUTANT: &str = "#![allow(arithmetic_overflow, unconditional_panic)]\n";

/// Errors that a mutant makes only because it stands in a common build: a call in a constant, and borrows that live
/// longer because a value may come from several places.
const OF_THE_COMMON_BUILD: &[&str] = &[
    "E0015", "E0080", "E0493", "E0502", "E0505", "E0382", "E0499", "E0506", "E0597", "E0716",
    "E0658",
];

fn blame(error: &Value, texts: &Blames, left: &mut BTreeMap<u32, Left>) -> Result<(), String> {
    let of_the_build =
        text(error, "/code/code").is_some_and(|code| OF_THE_COMMON_BUILD.contains(&code));
    // What the compiler evaluates names the places that asked the switch below the error.
    let children =
        error.get("children").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let blamed = |primary: bool| {
        spans(error)
            .iter()
            .chain(children.iter().flat_map(spans))
            .filter(move |span| (span.get("is_primary") == Some(&Value::Bool(true))) == primary)
            .filter_map(|span| {
                let line = usize::try_from(span.get("line_start")?.as_u64()?).ok()?;
                texts.get(Path::new(text(span, "/file_name")?))?.get(line)
            })
            .find(|blame| **blame != Blame::Nobody)
    };
    match blamed(true).or_else(|| blamed(false)) {
        _ if text(error, "/code/code") == Some("E0004") => arms(error, texts, left),
        Some(Blame::Version(ids)) => {
            for id in ids {
                let why = if of_the_build { Left::ForItself } else { Left::Unviable };
                left.entry(*id).or_insert(why);
            }
            Ok(())
        }
        Some(Blame::Place(ids)) => {
            for id in ids {
                left.entry(*id).or_insert(Left::ForItself);
            }
            Ok(())
        }
        Some(Blame::Nobody) | None => Err(format!("an error that no mutant explains: {error}")),
    }
}

/// A match with guards on all its arms covers nothing, where `_` has a guard of its own: from its head, which the
/// error names, to its last arm, behind which the compiler would put another.
fn arms(error: &Value, texts: &Blames, left: &mut BTreeMap<u32, Left>) -> Result<(), String> {
    let line = |span: &Value| {
        let line = usize::try_from(span.get("line_start")?.as_u64()?).ok()?;
        Some((text(span, "/file_name")?.to_owned(), line))
    };
    let unexplained = || format!("an error that no mutant explains: {error}");
    let (file, head) = spans(error).iter().find_map(line).ok_or_else(unexplained)?;
    let children = error.get("children").and_then(Value::as_array);
    let inside = children.map(Vec::as_slice).unwrap_or_default().iter().flat_map(spans);
    let end = inside.filter_map(line).filter(|(other, _)| *other == file).map(|(_, at)| at).max();
    let blames = texts.get(Path::new(&file)).ok_or_else(unexplained)?;
    // The same error comes from the library and from its tests.
    let mut is_explained = false;
    for blame in blames.get(head..=end.unwrap_or(head)).unwrap_or_default() {
        if let Blame::Version(ids) = blame {
            is_explained = true;
            for id in ids {
                left.entry(*id).or_insert(Left::ForItself);
            }
        }
    }
    if is_explained { Ok(()) } else { Err(unexplained()) }
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

fn spans(message: &Value) -> &[Value] {
    message.get("spans").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "a scratch copy of the sources")]
fn write_if_other(path: &Path, bytes: &[u8]) -> Result<(), String> {
    if fs::read(path).is_ok_and(|present| present == bytes) {
        return Ok(());
    }
    let say = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(say)?;
    }
    fs::write(path, bytes).map_err(say)
}
