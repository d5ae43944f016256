//! Versions of the documents of a filing, and which replaced which: a signature counts while the version that was signed
//! is current.

use std::collections::BTreeMap;

use heqi_evidence::disclosure::Disclosure;
use heqi_vocabulary::UtcMillis;
use serde_json::Value;

use super::chain::at;
use crate::matter::rows::ReplacedDocument;

/// What the records of a filing say of versions.
#[derive(Default)]
pub(super) struct Versions {
    /// By their identifiers.
    known: BTreeMap<String, DocumentVersion>,
    /// When which of them was replaced, and by the version of which number. Records of before there was the link do not
    /// say which, and end nothing.
    replaced: BTreeMap<String, (UtcMillis, u64)>,
}

/// A version of a document, as its record has it.
struct DocumentVersion {
    at: Option<UtcMillis>,
    sha256: String,
    title: String,
    number: u64,
}

impl Versions {
    /// Takes what a record says of a document, if it says anything.
    pub(super) fn take(&mut self, record: &Disclosure) {
        let (Some(document), Some(sha256)) =
            (record.text("document"), record.text("document_sha256"))
        else {
            return;
        };
        let number = record.value("document_version").and_then(Value::as_u64).unwrap_or(1);
        if let (Some(before), Some(at)) = (record.text("replaces"), at(record)) {
            self.replaced.insert(before.to_owned(), (at, number));
        }
        let version = DocumentVersion {
            at: at(record),
            sha256: sha256.to_owned(),
            title: record.text("document_title").unwrap_or_default().to_owned(),
            number,
        };
        self.known.insert(document.to_owned(), version);
    }

    /// Documents of a signing that later versions replaced since: it does not count for those any more.
    pub(super) fn replaced_of(&self, signing: &Disclosure) -> Vec<ReplacedDocument> {
        let signed = at(signing);
        let digests = signed_documents(signing);
        digests.filter_map(|digest| self.replaced_as(digest, signed)).collect()
    }

    /// What replaced a document that was signed. The same bytes may stand in a filing more than once: as long as one that
    /// was there when it was signed is current, the signature counts.
    fn replaced_as(&self, digest: &str, signed: Option<UtcMillis>) -> Option<ReplacedDocument> {
        let signed_of =
            self.known.iter().filter(|(_, one)| one.sha256 == digest && one.at <= signed);
        let replaced = signed_of.map(|(document, one)| Some((one, *self.replaced.get(document)?)));
        let replaced: Vec<_> = replaced.collect::<Option<_>>()?;
        let (one, (at, by)) = replaced.into_iter().max_by_key(|(_, (at, _))| *at)?;
        (Some(at) > signed).then(|| ReplacedDocument {
            title: one.title.clone(),
            version: one.number,
            at,
            by,
        })
    }

    /// Until when a signing counted for anything: until all that was signed in it was replaced, if all was.
    pub(super) fn counted_until(&self, signing: &Disclosure) -> Option<UtcMillis> {
        let signed = at(signing);
        let ends = signed_documents(signing);
        let ends = ends.map(|digest| Some(self.replaced_as(digest, signed)?.at));
        ends.collect::<Option<Vec<_>>>()?.into_iter().max()
    }
}

/// What was signed, by the digests of the exact bytes.
pub(super) fn signed_documents(signing: &Disclosure) -> impl Iterator<Item = &str> {
    let documents = signing.value("documents").and_then(Value::as_array).into_iter().flatten();
    documents.filter_map(|document| document.get("sha256")?.as_str())
}
