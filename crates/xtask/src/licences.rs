//! Every dependency, on every platform, under a licence that lets anyone run, change and
//! sell a copy of Heqi. No network: the licence is what the manifest says.

use std::fmt::Write as _;

use cargo_metadata::Metadata;

use crate::spdx;

/// Permissive licences, and MPL-2.0, whose duties end at the file they cover.
const ACCEPTED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "NCSA",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Checks every package of the resolved graph that is not ours.
///
/// # Errors
/// One line for each package whose licence is missing, unreadable or not accepted.
pub(crate) fn check(metadata: &Metadata) -> Result<(), String> {
    let mut complaints = String::new();
    for package in &metadata.packages {
        let ours = metadata.workspace_members.contains(&package.id);
        let complaint = match package.license.as_deref() {
            _ if ours => None,
            None => Some("names no licence".to_owned()),
            Some(expression) => complaint_about(expression),
        };
        if let Some(complaint) = complaint {
            let _ = writeln!(complaints, "{} {}: {complaint}", package.name, package.version);
        }
    }
    if complaints.is_empty() { Ok(()) } else { Err(complaints) }
}

fn complaint_about(expression: &str) -> Option<String> {
    match spdx::satisfied(expression, |licence| ACCEPTED.contains(&licence)) {
        Ok(true) => None,
        Ok(false) => Some(format!("`{expression}` is not on the list of accepted licences")),
        Err(unreadable) => Some(unreadable),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_we_depend_on_is_accepted_today() {
        let metadata = crate::cargo::Cargo::new(false).unwrap().metadata().unwrap();
        assert!(metadata.packages.len() > metadata.workspace_members.len());
        assert_eq!(check(&metadata), Ok(()));
    }

    #[test]
    fn copyleft_of_the_whole_program_is_refused() {
        for licence in ["GPL-3.0-or-later", "AGPL-3.0-only", "LGPL-2.1", "SSPL-1.0", "BUSL-1.1"] {
            assert!(complaint_about(licence).is_some(), "{licence}");
        }
        assert_eq!(complaint_about("MIT OR AGPL-3.0-only"), None);
    }
}
