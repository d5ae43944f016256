//! Which versions of a dossier the archive has.

use heqi_notarization::matter::dossier::{ArchivedVersion, archived_versions};
use heqi_notarization::matter::view::StepView;
use heqi_vocabulary::Language;

use super::{Names, who};

/// Each version with its time, whoever archived it, and the digest that the file had then.
pub(in crate::routes::office) fn archived(
    record: &[StepView],
    names: &Names,
    l: Language,
) -> Vec<(String, String)> {
    let fact = |one: ArchivedVersion| {
        let ArchivedVersion { version, at, by, sha256 } = one;
        let title = match l {
            Language::Zh => format!("公证档案 第{version}版"),
            Language::En => format!("Dossier, version {version}"),
        };
        let (at, by) = (at.for_people(), who(&by, names, l));
        (title, format!("{at} · {by} · SHA-256 {sha256}"))
    };
    archived_versions(record).into_iter().map(fact).collect()
}
