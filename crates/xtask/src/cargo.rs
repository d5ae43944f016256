//! Cargo as the steps call it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const NEXTEST_VERSION: &str = "0.9.143";

/// Where and how cargo runs.
pub(crate) struct Cargo {
    program: OsString,
    root: PathBuf,
    cache: PathBuf,
    tools: PathBuf,
    target: Option<PathBuf>,
    path: OsString,
    locked: bool,
}

impl Cargo {
    /// Cargo for this checkout. On a build server (`CI=true`) that names no target
    /// directory the user's cache directory keeps one, so that a fresh clone does not
    /// compile every dependency again.
    pub(crate) fn new(locked: bool) -> Result<Self, String> {
        let root = workspace_root()?;
        let cache = cache_directory().map(|cache| cache.join("heqi"));
        let on_build_server = variable("CI").is_some_and(|value| value == "true");
        let target = match &cache {
            Some(cache) if on_build_server && variable("CARGO_TARGET_DIR").is_none() => {
                Some(cache.join("target"))
            }
            _ => None,
        };
        let cache = cache.unwrap_or_else(|| root.join("target").join("heqi"));
        let tools = cache.join("tools");
        let directories = variable("PATH").unwrap_or_default();
        let path = env::join_paths(
            std::iter::once(tools.join("bin")).chain(env::split_paths(&directories)),
        )
        .map_err(|error| format!("PATH cannot be extended: {error}"))?;
        Ok(Self {
            program: variable("CARGO").unwrap_or_else(|| "cargo".into()),
            root,
            cache,
            tools,
            target,
            path,
            locked: locked || on_build_server,
        })
    }

    /// The root of the workspace.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where tools and long runs keep what they need again, outside the checkout.
    pub(crate) fn cache(&self) -> &Path {
        &self.cache
    }

    /// Where programs of a profile are built.
    pub(crate) fn built(&self, profile: &str) -> PathBuf {
        let named = variable("CARGO_TARGET_DIR").map(PathBuf::from);
        let target = self.target.clone().or(named).unwrap_or_else(|| self.root.join("target"));
        target.join(profile)
    }

    /// `cargo <words>` in the root of the workspace.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.root).env("PATH", &self.path).args(words);
        if let Some(target) = &self.target {
            command.env("CARGO_TARGET_DIR", target);
        }
        command
    }

    /// The same for a subcommand that resolves dependencies: with `--locked` where the
    /// lockfile must not change.
    pub(crate) fn locked_command(&self, words: &[&str]) -> Command {
        let mut command = self.command(words);
        if self.locked {
            command.arg("--locked");
        }
        command
    }

    /// The workspace with all its dependencies, as `cargo metadata` describes it.
    pub(crate) fn metadata(&self) -> Result<cargo_metadata::Metadata, String> {
        let mut command = cargo_metadata::MetadataCommand::new();
        command.cargo_path(&self.program).current_dir(&self.root);
        if self.locked {
            command.other_options(vec!["--locked".to_owned()]);
        }
        command.exec().map_err(|error| format!("cargo metadata: {error}"))
    }

    /// Whether `cargo nextest` can be called.
    pub(crate) fn has_nextest(&self) -> bool {
        let mut command = self.command(&["nextest", "--version"]);
        let silent = command.stdout(Stdio::null()).stderr(Stdio::null());
        silent.status().is_ok_and(|status| status.success())
    }

    /// Installs a tool of cargo beside nextest.
    pub(crate) fn install(&self, tool: &str, version: &str) -> Command {
        let mut command = self.command(&["install", tool, "--locked", "--version", version]);
        command.arg("--root").arg(&self.tools);
        command.env("CARGO_TARGET_DIR", self.tools.join("target"));
        command
    }

    /// Builds `cargo-nextest` into the user's cache directory. Lightly optimised: it only
    /// starts processes and waits for them.
    pub(crate) fn install_nextest(&self) -> Command {
        let mut command = self.command(&["install", "cargo-nextest", "--locked"]);
        command.args(["--no-default-features", "--features", "default-no-update"]);
        command.args(["--version", NEXTEST_VERSION, "--root"]).arg(&self.tools);
        command.env("CARGO_TARGET_DIR", self.tools.join("target"));
        command.env("CARGO_PROFILE_RELEASE_LTO", "off");
        command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
        command.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        command
    }
}

fn workspace_root() -> Result<PathBuf, String> {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = manifest.ancestors().nth(2).ok_or("the workspace has no root")?;
    Ok(root.to_owned())
}

fn cache_directory() -> Option<PathBuf> {
    variable("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| Some(env::home_dir()?.join(".cache")))
}

/// Where ledgers, figures and their pages stand: `docs` of the checkout, or where [`ASIDE`] says, for a run that is to
/// leave the checkout as it is.
pub(crate) fn documents(root: &Path) -> PathBuf {
    variable(ASIDE).map_or_else(|| root.join("docs"), PathBuf::from)
}

/// The variable that sets them aside; `tests/src/reliability/command.rs` reads it too.
pub(crate) const ASIDE: &str = "XTASK_DOCS";

#[expect(clippy::disallowed_methods, reason = "a developer tool has no settings to read it for it")]
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_run_in_the_root_of_the_workspace_and_find_our_tools_first() {
        let cargo = Cargo::new(true).unwrap();
        assert!(cargo.root.join("Cargo.lock").is_file());
        let first = env::split_paths(&cargo.path).next().unwrap();
        assert_eq!(first, cargo.tools.join("bin"));
        let command = cargo.locked_command(&["check"]);
        assert_eq!(command.get_current_dir(), Some(cargo.root.as_path()));
        assert!(command.get_args().any(|word| word == "--locked"));
    }
}
