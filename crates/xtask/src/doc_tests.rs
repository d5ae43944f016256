//! Which packages have examples in their documentation. Only those are handed to
//! `cargo test --doc`, which compiles each package once more.

use std::fs;
use std::path::Path;

use cargo_metadata::Metadata;

/// The names of the workspace's libraries with at least one runnable example.
pub(crate) fn packages(metadata: &Metadata) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for package in metadata.workspace_packages() {
        let library = package.targets.iter().find(|target| target.is_lib());
        if let Some(sources) = library.and_then(|library| library.src_path.parent())
            && any_source_has_example(sources.as_std_path())?
        {
            found.push(package.name.to_string());
        }
    }
    Ok(found)
}

fn any_source_has_example(folder: &Path) -> Result<bool, String> {
    let unreadable = |error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let found = if path.is_dir() {
            any_source_has_example(&path)?
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            has_example(&fs::read_to_string(&path).map_err(unreadable)?)
        } else {
            false
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a documentation comment opens a code block that rustdoc would compile.
fn has_example(source: &str) -> bool {
    let mut inside = false;
    for line in source.lines().map(str::trim_start) {
        let comment = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        let Some(fence) = comment.and_then(|text| text.trim_start().strip_prefix("```")) else {
            continue;
        };
        if !inside && fence.split(',').all(|word| is_compiled(word.trim())) {
            return true;
        }
        inside = !inside;
    }
    false
}

fn is_compiled(word: &str) -> bool {
    matches!(word, "" | "rust" | "no_run" | "should_panic" | "compile_fail")
        || word.starts_with("edition")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_without_a_language_is_an_example() {
        assert!(has_example("//! ```\n//! assert!(true);\n//! ```\n"));
        assert!(has_example("    /// ```rust,no_run\n    /// ```\n"));
    }

    #[test]
    fn pictures_and_wire_formats_are_not_examples() {
        assert!(!has_example("/// ```text\n/// a -> b\n/// ```\npub struct A;\n"));
        assert!(!has_example("/// ```json\n/// {}\n/// ```\n/// ```ignore\n/// ```\n"));
        assert!(!has_example("let s = \"```\";\n// ```\n"));
    }
}
