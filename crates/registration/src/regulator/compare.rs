//! What two copies of a document say: the one that was signed and one from elsewhere. Equal digests
//! are the same bytes, and nothing more need be said; otherwise the words of both are read from
//! their pages and compared line by line. Different words are a finding; equal words with other
//! bytes are none, because a picture or a font may still differ.

use std::sync::Arc;

use bytes::Bytes;
use heqi_paper::{Block, PageText};
use heqi_vocabulary::{Digest, DocumentId, FilingId, RecordId};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::record::{Looked, look};
use super::search::{SearchError, seen};
use crate::attach_document::{PdfError, inspect_pdf};
use crate::decoding;
use crate::fault::{ActError, Class, Fault, Thing};
use crate::ledger;
use crate::objects;
use crate::platform::Platform;
use crate::request::{Actor, RequestFacts};
use crate::wording::{Told, refusals, say};

/// The most differences that are listed.
pub const LISTED: usize = 200;
/// The most lines of a copy that are compared.
const LINES: usize = 20_000;

/// Two copies beside each other.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Comparison {
    /// The record of this look, and the leaf of it.
    pub look: (RecordId, u64),
    /// The title of ours.
    pub title: String,
    /// Which version of the document ours is: 1 for the first.
    pub version: u32,
    /// The version that replaced it, where one did: what was signed of it does not count any more.
    pub replaced_by: Option<u32>,
    /// The copy that was signed.
    pub ours: Copy,
    /// The other one.
    pub theirs: Copy,
    /// What differs in words, in the order of the document; at most [`LISTED`].
    pub differences: Vec<Difference>,
    /// Differences beyond those.
    pub not_listed: usize,
    /// Whether either copy has a page whose words cannot be read, such as a scan.
    pub has_pictures: bool,
}

/// One copy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Copy {
    /// SHA-256 of its exact bytes.
    pub sha256: Digest,
    /// Its length in bytes.
    pub size_bytes: usize,
    /// Its pages.
    pub pages: usize,
    /// Lines of words that were read.
    pub lines: usize,
}

/// Lines that stand in one copy and not in the other.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// On which page of ours, or of theirs where ours has nothing; counted from 1.
    pub page: usize,
    /// What ours says there.
    pub ours: Vec<String>,
    /// What theirs says there.
    pub theirs: Vec<String>,
}

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CompareError {
    /// See [`SearchError`].
    #[error(transparent)]
    Search(#[from] SearchError),
    /// The copy is no PDF that can be read.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// Its pages cannot be read.
    #[error("the pages of a copy cannot be read")]
    Unreadable,
}

impl From<Fault> for CompareError {
    fn from(fault: Fault) -> Self {
        Self::Search(fault.into())
    }
}

impl From<ActError> for CompareError {
    fn from(error: ActError) -> Self {
        Self::Search(error.into())
    }
}

impl CompareError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Search(error) => Told::By(error),
            Self::Pdf(error) => Told::By(error),
            Self::Unreadable => say(
                "copy_unreadable",
                [
                    "该文件的页面无法读取，未能比对文字。",
                    "请取得另一份副本后重试；摘要仍可用 sha256sum 核对。",
                ],
                [
                    "The pages of this file cannot be read, so words were not compared.",
                    "Try another copy; its digest can still be checked with sha256sum.",
                ],
            )
            .is(Class::BadInput),
        }
    }
}

refusals!(CompareError);

/// Compares a copy from elsewhere with a document of a filing that an own search found.
///
/// # Errors
/// See [`CompareError`].
pub async fn compare(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    (query, filing): (RecordId, FilingId),
    (document, theirs): (DocumentId, Bytes),
) -> Result<Comparison, CompareError> {
    let seen = seen(platform, actor, query, filing).await?;
    let found = seen.filing.document(document).ok_or(ActError::NotFound(Thing::Document))?;
    inspect_pdf(platform, &theirs).await??;
    let what = objects::of_document(document);
    let ours = objects::read(platform, found.object.as_str(), &what).await?;
    let title = found.title.as_str().to_owned();
    let version = found.version;
    let replaced_by = found.superseded_by.and_then(|by| Some(seen.filing.document(by)?.version));
    let ours = words(platform, Bytes::copy_from_slice(&ours)).await?;
    let theirs = words(platform, theirs).await?;
    let look = look(platform, &seen, facts, (Looked::Comparison, None, &["documents"])).await?;
    let look = (look, ledger::find(platform, look).await?.index);
    let differences = if ours.copy.sha256 == theirs.copy.sha256 {
        Vec::new()
    } else {
        differences(&ours.lines, &theirs.lines)
    };
    let not_listed = differences.len().saturating_sub(LISTED);
    Ok(Comparison {
        look,
        title,
        version,
        replaced_by,
        differences: differences.into_iter().take(LISTED).collect(),
        not_listed,
        has_pictures: ours.has_pictures || theirs.has_pictures,
        ours: ours.copy,
        theirs: theirs.copy,
    })
}

struct Worded {
    copy: Copy,
    /// Page and words of each line.
    lines: Vec<(usize, String)>,
    has_pictures: bool,
}

/// Reads the words of a copy, on a thread for it.
async fn words(platform: &Platform, bytes: Bytes) -> Result<Worded, CompareError> {
    let read = decoding::run(platform, move || read(&bytes)).await?;
    read.flatten().ok_or(CompareError::Unreadable)
}

fn read(bytes: &Bytes) -> Option<Worded> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut has_pictures = false;
    let texts = heqi_paper::texts(Arc::new(bytes.clone())).ok()?;
    for (at, text) in texts.iter().enumerate() {
        match text {
            PageText::Blocks(blocks) => {
                lines.extend(blocks.iter().map(|Block { text, .. }| (at + 1, squeezed(text))));
            }
            PageText::Picture => has_pictures = true,
        }
    }
    lines.retain(|(_, line)| !line.is_empty());
    lines.truncate(LINES);
    let copy = Copy {
        sha256: Digest::of(bytes),
        size_bytes: bytes.len(),
        pages: texts.len(),
        lines: lines.len(),
    };
    Some(Worded { copy, lines, has_pictures })
}

/// Spaces say how lines were broken and nothing else.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn differences(ours: &[(usize, String)], theirs: &[(usize, String)]) -> Vec<Difference> {
    let text = |lines: &[(usize, String)]| -> Vec<String> {
        lines.iter().map(|(_, line)| line.clone()).collect()
    };
    let (mine, other) = (text(ours), text(theirs));
    let part = |lines: &[String], from: usize, length: usize| -> Vec<String> {
        lines.iter().skip(from).take(length).cloned().collect()
    };
    let page = |lines: &[(usize, String)], at: usize| lines.get(at).map(|(page, _)| *page);
    capture_diff_slices(Algorithm::Myers, &mine, &other)
        .into_iter()
        .filter_map(|op| {
            let (old, new) = (op.old_range(), op.new_range());
            if matches!(op, DiffOp::Equal { .. }) {
                return None;
            }
            let on_ours = if old.is_empty() { None } else { page(ours, old.start) };
            Some(Difference {
                page: on_ours.or_else(|| page(theirs, new.start)).unwrap_or(1),
                ours: part(&mine, old.start, old.len()),
                theirs: part(&other, new.start, new.len()),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[&str]) -> Vec<(usize, String)> {
        texts.iter().enumerate().map(|(at, text)| (at / 2 + 1, (*text).to_owned())).collect()
    }

    #[test]
    fn what_differs_is_told_with_its_page_and_nothing_else_is() {
        let ours = lines(&["公司章程", "注册资本100万元", "陈素英出资30%", "林嘉伟出资25%"]);
        let theirs =
            lines(&["公司章程", "注册资本100万元", "陈素英出资3%", "林嘉伟出资25%", "附则"]);
        let found = differences(&ours, &theirs);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].page, &found[0].ours[..]), (2, &["陈素英出资30%".to_owned()][..]));
        assert_eq!(found[0].theirs, ["陈素英出资3%"]);
        assert_eq!((found[1].page, found[1].ours.len()), (3, 0));
        assert!(differences(&ours, &ours).is_empty());
    }
}
