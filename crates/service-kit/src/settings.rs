//! Settings: one TOML file, then the environment, into one struct of the program.
//!
//! `HEQI_LISTENER__ADDRESS` is the key `listener.address`: the prefix goes, `__` goes one
//! level down, and letters become lower-case. A variable replaces what the file says. Its
//! text becomes what the struct wants there: a number, `true` or `false`, a string, or a
//! list separated by commas.
//!
//! A key that no struct knows is refused by name, wherever it stands: a mistyped key must
//! not silently leave a default in force. So is every variable that begins with `HEQI_`.
//! No message ever contains a value, because a value may be a secret.
//!
//! Structs derive `Deserialize` with `#[serde(default)]` where a default exists, and put
//! units into names (`drain_timeout_ms`). `#[serde(flatten)]` is not supported.

mod tree;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use tree::{At, Node};

const PREFIX: &str = "HEQI_";
const LEVEL: &str = "__";

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The file could not be read.
    #[error("the settings file {} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is not TOML.
    #[error("the settings are not TOML at line {line}: {reason} ({origin})")]
    NotToml {
        /// The file.
        origin: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong with its form.
        reason: String,
    },
    /// The name or the text of a variable cannot be used.
    #[error("the environment variable {name} {reason}")]
    Variable {
        /// The name of the variable.
        name: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// Nothing has a setting of this name.
    #[error("there is no setting `{key}` ({origin})")]
    UnknownKey {
        /// The key with dots between its levels.
        key: String,
        /// Where it was set.
        origin: String,
    },
    /// A setting is missing or has the wrong form.
    #[error("the setting `{key}` {reason} ({origin})")]
    Key {
        /// The key with dots between its levels.
        key: String,
        /// What is wrong.
        reason: String,
        /// Where it was set, or would have been.
        origin: String,
    },
}

/// The variables of the environment that are settings.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// The variables of this process that begin with `HEQI_`.
    ///
    /// # Errors
    /// One of them is not text.
    pub fn of_process() -> Result<Self, SettingsError> {
        Self::from_pairs(std::env::vars_os())
    }

    /// The locale of the terminal (POSIX `LC_ALL`, `LC_MESSAGES`, `LANG`, the first that is
    /// set), such as `zh_CN.UTF-8`; `None` when it asks for no language.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn terminal_locale() -> Option<String> {
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|locale| !locale.is_empty())
            .filter(|locale| !locale.starts_with("C.") && locale != "C" && locale != "POSIX")
    }

    /// Variables from elsewhere; those that do not begin with `HEQI_` are left out.
    ///
    /// # Errors
    /// One of them is not text.
    pub fn from_pairs<N, V>(pairs: impl IntoIterator<Item = (N, V)>) -> Result<Self, SettingsError>
    where
        N: Into<OsString>,
        V: Into<OsString>,
    {
        let mut variables = BTreeMap::new();
        for (name, value) in pairs {
            let Ok(name) = name.into().into_string() else { continue };
            if !name.starts_with(PREFIX) {
                continue;
            }
            let Ok(value) = value.into().into_string() else {
                return Err(SettingsError::Variable { name, reason: "is not UTF-8" });
            };
            variables.insert(name, value);
        }
        Ok(Self { variables })
    }

    /// Only the variables of one table, whose name is written as it is in the file.
    #[must_use]
    pub fn of_table(mut self, table: &str) -> Self {
        let prefix = format!("{PREFIX}{}{LEVEL}", table.to_ascii_uppercase());
        self.variables.retain(|name, _| name.starts_with(&prefix));
        self
    }

    /// The same without variables that mean something to a command line.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.variables.retain(|name, _| !names.contains(&name.as_str()));
        self
    }
}

/// Reads the settings of a program from `file`, where there is one, and `environment`.
///
/// # Errors
/// An unreadable file, an unknown key, a missing key, a value of the wrong form.
pub fn load<T: DeserializeOwned>(
    file: Option<&Path>,
    environment: &Environment,
) -> Result<T, SettingsError> {
    let Some(path) = file else {
        return read("", "defaults", environment);
    };
    let text = fs::read_to_string(path)
        .map_err(|source| SettingsError::Unreadable { path: path.to_owned(), source })?;
    read(&text, &path.display().to_string(), environment)
}

/// Reads settings from the text of a TOML file that messages call `origin`.
///
/// # Errors
/// As [`load`], without the file.
pub fn read<T: DeserializeOwned>(
    toml: &str,
    origin: &str,
    environment: &Environment,
) -> Result<T, SettingsError> {
    let table: toml::Table =
        toml::from_str(toml).map_err(|error| not_toml(toml, origin, &error))?;
    let mut root = Node::from(toml::Value::Table(table));
    let mut names_by_key = BTreeMap::new();
    for (name, value) in &environment.variables {
        let path = path_of(name)?;
        root.set(&path, value.clone());
        names_by_key.insert(path.join("."), name);
    }
    T::deserialize(At::root(&root)).map_err(|error| {
        let key = error.key();
        let origin = names_by_key
            .get(&key)
            .map_or_else(|| origin.to_owned(), |name| format!("environment variable {name}"));
        match error.into_reason() {
            Some(reason) => SettingsError::Key { key, reason, origin },
            None => SettingsError::UnknownKey { key, origin },
        }
    })
}

fn path_of(name: &str) -> Result<Vec<String>, SettingsError> {
    let levels = name.trim_start_matches(PREFIX).split(LEVEL);
    let path: Vec<String> = levels.map(str::to_ascii_lowercase).collect();
    if path.iter().any(String::is_empty) {
        let reason = "names no setting: a level is empty";
        return Err(SettingsError::Variable { name: name.to_owned(), reason });
    }
    Ok(path)
}

fn not_toml(text: &str, origin: &str, error: &toml::de::Error) -> SettingsError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    SettingsError::NotToml { origin: origin.to_owned(), line, reason: error.message().to_owned() }
}

#[cfg(test)]
mod tests;
