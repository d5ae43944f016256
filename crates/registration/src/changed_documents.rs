//! Which documents changed after somebody read them: told by title, and by page where pictures of
//! both versions were made, so that nobody has to search for what is new.

use heqi_filing::{Document, DocumentRef, DocumentTitle, Filing};
use heqi_vocabulary::{Digest, DocumentId};

use crate::ceremonies;
use crate::document_pages;
use crate::fault::{ActError, Class, Fault};
use crate::filings;
use crate::platform::Platform;
use crate::request::Actor;
use crate::wording::{Told, say};

/// The most page numbers that one sentence lists.
const MAX_NUMBERS: usize = 12;

/// Documents that are not any more what was read. Empty where it is not known which.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ChangedDocuments(Vec<Changed>);

#[derive(Clone, Debug, Eq, PartialEq)]
struct Changed {
    /// As the newest version has it.
    title: DocumentTitle,
    /// The pages of the newest version that look different; empty where that is not known.
    pages: Vec<u32>,
}

impl ChangedDocuments {
    /// A document of which something else was shown than it shows now.
    pub(crate) fn of(document: &Document) -> Self {
        Self(vec![Changed { title: document.title.clone(), pages: Vec::new() }])
    }

    /// Those that were read and have another version by now.
    pub(crate) async fn since(
        platform: &Platform,
        filing: &Filing,
        read: &[DocumentRef],
    ) -> Result<Self, Fault> {
        let mut changed = Vec::new();
        for read in read {
            let Some(before) = filing.document(read.document) else { continue };
            let now = newest(filing, before);
            if now.reference() != *read {
                let pages = pages(platform, before, now).await?;
                changed.push(Changed { title: now.title.clone(), pages });
            }
        }
        Ok(Self(changed))
    }

    /// The refusal.
    pub(crate) fn told(&self) -> Told<'static> {
        let (zh, en) = (self.in_chinese(), self.in_english());
        say(
            "document_changed",
            ["文件{zh}在您阅读后有更新，未予签署。", "请重新阅读更新后的文件，再开始签署。"],
            [
                "What you read has changed since: {en}. Nothing was signed.",
                "Read the new version, then begin signing again.",
            ],
        )
        .with("{zh}", zh)
        .with("{en}", en)
        .is(Class::Conflict)
    }

    fn in_chinese(&self) -> String {
        let one = |Changed { title, pages }: &Changed| {
            let title = title.as_str();
            if pages.is_empty() {
                return format!("《{title}》");
            }
            let more = if pages.len() > MAX_NUMBERS { "等" } else { "" };
            format!("《{title}》（第{}页{more}）", numbers(pages, "、"))
        };
        self.0.iter().map(one).collect::<Vec<_>>().join("、")
    }

    fn in_english(&self) -> String {
        let one = |Changed { title, pages }: &Changed| {
            let title = title.as_str();
            match pages.as_slice() {
                [] => format!("\"{title}\""),
                [page] => format!("\"{title}\" (page {page})"),
                pages => {
                    let more = if pages.len() > MAX_NUMBERS { " and more" } else { "" };
                    format!("\"{title}\" (pages {}{more})", numbers(pages, ", "))
                }
            }
        };
        if self.0.is_empty() {
            return "a document".to_owned();
        }
        self.0.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// For a signer who has read an earlier version of this document in the same ceremony: the pages that
/// look different now, none where that is not known. `None` for everybody else.
///
/// # Errors
/// Not a signer, not let in, or the store could not be read.
pub async fn changed_since_read(
    platform: &Platform,
    actor: &Actor,
    document: DocumentId,
) -> Result<Option<Vec<u32>>, ActError> {
    let (ceremony, filing, _) = actor.signer()?;
    let read = ceremonies::load_inside(platform, ceremony).await?.content.read;
    let filing = filings::load(platform, filing).await?.filing;
    let Some(now) = filing.document(document) else { return Ok(None) };
    // The last of several versions that were read.
    let versions = read.iter().rev().filter_map(|read| filing.document(read.document_id));
    let mut earlier =
        versions.filter(|read| read.id != now.id && newest(&filing, read).id == now.id);
    match earlier.next() {
        Some(before) => Ok(Some(pages(platform, before, now).await?)),
        None => Ok(None),
    }
}

fn numbers(pages: &[u32], between: &str) -> String {
    let listed: Vec<String> = pages.iter().take(MAX_NUMBERS).map(u32::to_string).collect();
    listed.join(between)
}

/// The version that stands for this one now. Versions are added behind those they replace, so one
/// walk finds it.
fn newest<'a>(filing: &'a Filing, read: &'a Document) -> &'a Document {
    filing.documents().iter().fold(read, |newest, next| {
        if newest.superseded_by == Some(next.id) { next } else { newest }
    })
}

/// The pages of `now` that look different from those of `before`, where both were shown to anybody:
/// nothing is drawn for a refusal.
async fn pages(platform: &Platform, before: &Document, now: &Document) -> Result<Vec<u32>, Fault> {
    let before = document_pages::kept(platform, before.id).await?;
    let now = document_pages::kept(platform, now.id).await?;
    let (Some(before), Some(now)) = (before, now) else { return Ok(Vec::new()) };
    // Another renderer draws the same page differently.
    if before.renderer() != now.renderer() {
        return Ok(Vec::new());
    }
    Ok(differing(&before.page_images(), &now.page_images()))
}

/// The numbers, from 1, of pages that are not what stood in their place. None where pages were taken
/// out, or nothing was drawn before: numbers would send a reader past what matters.
fn differing(before: &[Digest], now: &[Digest]) -> Vec<u32> {
    if before.is_empty() || now.len() < before.len() {
        return Vec::new();
    }
    let stood = before.iter().map(Some).chain(std::iter::repeat(None));
    let pages = (1_u32..).zip(now.iter().zip(stood));
    let others = pages.filter(|(_, (page, stood))| Some(*page) != *stood);
    others.map(|(number, _)| number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(pages: &[&str]) -> Vec<Digest> {
        pages.iter().map(|page| Digest::of(page.as_bytes())).collect()
    }

    #[test]
    fn pages_that_look_different_are_counted_from_one_and_none_are_guessed() {
        let before = drawn(&["a", "b", "c"]);
        assert_eq!(differing(&before, &drawn(&["a", "x", "c"])), [2]);
        assert_eq!(differing(&before, &drawn(&["a", "b", "c", "d"])), [4]);
        assert!(differing(&before, &drawn(&["x", "b"])).is_empty(), "pages were taken out");
        assert!(differing(&[], &drawn(&["a"])).is_empty(), "nothing was drawn before");
    }

    #[test]
    fn a_long_list_of_pages_ends_and_says_so() {
        let changed = |pages: Vec<u32>| {
            ChangedDocuments(vec![Changed { title: "公司章程".parse().unwrap(), pages }])
        };
        let few = changed(vec![2, 5]);
        assert_eq!(few.in_chinese(), "《公司章程》（第2、5页）");
        assert_eq!(few.in_english(), "\"公司章程\" (pages 2, 5)");
        assert_eq!(changed(vec![3]).in_english(), "\"公司章程\" (page 3)");
        let many = changed((1..=13).collect());
        assert!(
            many.in_chinese().ends_with("12页等）") && many.in_english().ends_with("12 and more)")
        );
        let unknown = ChangedDocuments::default();
        assert_eq!(
            (unknown.in_chinese().as_str(), unknown.in_english().as_str()),
            ("", "a document")
        );
    }
}
