//! The file: one leaf's way from its first token to the last renewal (`docs/spec/renewal.md` section 3).

use std::collections::BTreeMap;

use heqi_evidence::canonical;
use heqi_evidence::container::{self, ContainerError};
use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_tlog::tree::Hash;
use heqi_vocabulary::Digest;
use serde::{Deserialize, Serialize};

use crate::tree::TokenPlace;

const FORMAT: &str = "heqi.renewals/v1";
const FIRST: &str = "renewals.json";
/// A hundred renewals are a thousand years.
const MOST_LINKS: usize = 100;
const MOST_TOKENS: usize = 4;

/// The leaf in question.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "what stands in a file")]
pub struct Subject {
    /// What it is.
    pub leaf: SubjectLeaf,
    /// Its place in the log.
    pub index: u64,
    /// The audit path to the first head.
    pub path: Vec<Hash>,
}

/// What the leaf is. A record stays where it is: its root is what stands in the log, and nothing of a
/// statement can stand beside it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "what stands in a file")]
pub enum SubjectLeaf {
    /// The root of a record.
    Record(RecordRoot),
    /// A statement.
    Statement {
        /// Its envelope.
        envelope: Vec<u8>,
        /// Salt and text that open a step's salted digest, as hexadecimal digits and text; absent where
        /// the statement has none, or where it is not shown.
        detail: Option<(String, String)>,
    },
}

/// A stamped head, and how its token was renewed.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "what stands in a file")]
pub struct Link {
    /// The stamped bytes: a signed note.
    pub note: Vec<u8>,
    /// Tokens over them in DER, by the label of their authority.
    pub tokens: BTreeMap<String, Vec<u8>>,
    /// The renewal that names one of them; absent behind the last.
    pub next: Option<Next>,
}

/// A renewal.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "what stands in a file")]
pub struct Next {
    /// Its envelope.
    pub envelope: Vec<u8>,
    /// The list of trusted keys it names by digest.
    pub anchors: Vec<u8>,
    /// Which authority's token of this head it is shown for.
    pub label: String,
    /// Where that token stands in its tree.
    pub token: TokenPlace,
    /// Its place in the log.
    pub index: u64,
    /// The audit path to the next head.
    pub path: Vec<Hash>,
}

/// A leaf's way.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "what stands in a file")]
pub struct RenewalFile {
    /// The leaf.
    pub subject: Subject,
    /// Heads in the order of their renewals, the one over the leaf first; at least one.
    pub links: Vec<Link>,
}

/// Why bytes are no such file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It is no container of ours.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// It is another kind of container, or something in it has another form.
    #[error("it is no file of renewals: {0}")]
    Form(&'static str),
}

/// The first entry.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    links: Vec<HeadLink>,
    subject: HeadSubject,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct HeadSubject {
    index: u64,
    path: Vec<String>,
    /// Left out where a statement is the leaf, as it was before records could be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    record: Option<RecordRoot>,
    said: Option<String>,
    salt: Option<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct HeadLink {
    next: Option<HeadNext>,
    tokens: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct HeadNext {
    index: u64,
    label: String,
    path: Vec<String>,
    token_count: u64,
    token_index: u64,
    token_path: Vec<String>,
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(Hash::to_base64).collect()
}

fn hashes(texts: &[String]) -> Result<Vec<Hash>, FileError> {
    let read = |text: &String| Hash::from_base64(text).map_err(|_| FileError::Form("a hash"));
    texts.iter().map(read).collect()
}

impl RenewalFile {
    /// Writes the file: the same way, the same bytes.
    ///
    /// # Errors
    /// A name no container has.
    pub fn write(&self) -> Result<Vec<u8>, FileError> {
        let Subject { leaf, index, path } = &self.subject;
        let (record, statement) = match leaf {
            SubjectLeaf::Record(root) => (Some(*root), None),
            SubjectLeaf::Statement { envelope, detail } => (None, Some((envelope, detail))),
        };
        let (salt, said) = statement.and_then(|(_, detail)| detail.clone()).unzip();
        let link = |link: &Link| HeadLink {
            tokens: link.tokens.keys().cloned().collect(),
            next: link.next.as_ref().map(|next| HeadNext {
                index: next.index,
                label: next.label.clone(),
                path: texts(&next.path),
                token_count: next.token.count,
                token_index: next.token.index,
                token_path: texts(&next.token.path),
            }),
        };
        let head = Head {
            format: FORMAT.to_owned(),
            links: self.links.iter().map(link).collect(),
            subject: HeadSubject { index: *index, path: texts(path), record, said, salt },
        };
        let head = canonical::to_bytes(&head).map_err(|_| FileError::Form("the first entry"))?;
        let mut entries = vec![(FIRST.to_owned(), head)];
        if let Some((envelope, _)) = statement {
            entries.push(("subject.json".to_owned(), envelope.clone()));
        }
        for (place, link) in self.links.iter().enumerate() {
            entries.push((format!("{place:03}/head.note"), link.note.clone()));
            for (label, token) in &link.tokens {
                entries.push((format!("{place:03}/{label}.tst"), token.clone()));
            }
            if let Some(next) = &link.next {
                entries.push((format!("{place:03}/renewal.json"), next.envelope.clone()));
                entries.push((format!("{place:03}/anchors.json"), next.anchors.clone()));
            }
        }
        Ok(container::write(&entries)?)
    }

    /// Reads a file. Nothing in it is believed yet.
    ///
    /// # Errors
    /// See [`FileError`]; every entry must be one that the first names.
    pub fn read(bytes: &[u8]) -> Result<Self, FileError> {
        let entries = container::read(bytes)?;
        let first = entries.first().filter(|entry| entry.name == FIRST);
        let first = first.ok_or(FileError::Form("another kind of file"))?;
        let head: Head =
            canonical::parse_exact(first.bytes).map_err(|_| FileError::Form("the first entry"))?;
        if head.format != FORMAT {
            return Err(FileError::Form("another version"));
        }
        if head.links.is_empty() || head.links.len() > MOST_LINKS {
            return Err(FileError::Form("too few or too many heads"));
        }
        let mut rest: BTreeMap<&str, &[u8]> = BTreeMap::new();
        for entry in entries.iter().skip(1) {
            if !entry.intact {
                return Err(FileError::Form("an entry is damaged"));
            }
            rest.insert(entry.name, entry.bytes);
        }
        let mut take = |name: String| -> Result<Vec<u8>, FileError> {
            let bytes = rest.remove(name.as_str());
            bytes.map(<[u8]>::to_vec).ok_or(FileError::Form("an entry is missing"))
        };
        let HeadSubject { index, path, record, said, salt } = head.subject;
        let leaf = match (record, salt, said) {
            (Some(root), None, None) => SubjectLeaf::Record(root),
            (Some(_), _, _) => return Err(FileError::Form("a record that says a text")),
            (None, salt, said) if salt.is_some() == said.is_some() => SubjectLeaf::Statement {
                envelope: take("subject.json".to_owned())?,
                detail: salt.zip(said),
            },
            (None, _, _) => return Err(FileError::Form("a salt or a text by itself")),
        };
        let subject = Subject { leaf, index, path: hashes(&path)? };
        let mut links = Vec::new();
        for (place, link) in head.links.into_iter().enumerate() {
            if link.tokens.is_empty() || link.tokens.len() > MOST_TOKENS {
                return Err(FileError::Form("too few or too many tokens"));
            }
            let note = take(format!("{place:03}/head.note"))?;
            let mut tokens = BTreeMap::new();
            for label in link.tokens {
                let token = take(format!("{place:03}/{label}.tst"))?;
                tokens.insert(label, token);
            }
            let next = match link.next {
                None => None,
                Some(next) => Some(Next {
                    envelope: take(format!("{place:03}/renewal.json"))?,
                    anchors: take(format!("{place:03}/anchors.json"))?,
                    label: next.label,
                    token: TokenPlace {
                        index: next.token_index,
                        count: next.token_count,
                        path: hashes(&next.token_path)?,
                    },
                    index: next.index,
                    path: hashes(&next.path)?,
                }),
            };
            links.push(Link { note, tokens, next });
        }
        if rest.is_empty() {
            Ok(Self { subject, links })
        } else {
            Err(FileError::Form("an entry nobody names"))
        }
    }

    /// The leaf in question as it stands in the log.
    pub fn subject_leaf(&self) -> LogLeaf {
        match &self.subject.leaf {
            SubjectLeaf::Record(root) => LogLeaf::Record(*root),
            SubjectLeaf::Statement { envelope, .. } => LogLeaf::Statement(Digest::of(envelope)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(leaf: SubjectLeaf) -> RenewalFile {
        let tokens = BTreeMap::from([("test".to_owned(), vec![1])]);
        RenewalFile {
            subject: Subject { leaf, index: 0, path: Vec::new() },
            links: vec![Link { note: vec![2], tokens, next: None }],
        }
    }

    /// The file with another subject in its first entry.
    fn with(file: &RenewalFile, change: &dyn Fn(&mut HeadSubject)) -> Vec<u8> {
        let bytes = file.write().unwrap();
        let read = container::read(&bytes).unwrap();
        let mut entries: Vec<(String, Vec<u8>)> =
            read.iter().map(|entry| (entry.name.to_owned(), entry.bytes.to_vec())).collect();
        let mut head: Head = canonical::parse_exact(&entries[0].1).unwrap();
        change(&mut head.subject);
        entries[0].1 = canonical::to_bytes(&head).unwrap();
        container::write(&entries).unwrap()
    }

    /// What is wrong with a file of these links, if anything is.
    fn fault(links: Vec<Link>) -> Option<&'static str> {
        let root = RecordRoot::new(Digest::of(b"root"));
        let whole = RenewalFile { links, ..file(SubjectLeaf::Record(root)) };
        match RenewalFile::read(&whole.write().unwrap()) {
            Ok(read) => {
                assert_eq!(read, whole);
                None
            }
            Err(FileError::Form(fault)) => Some(fault),
            Err(other) => panic!("{other}"),
        }
    }

    fn link(tokens: usize) -> Link {
        let tokens = (0..tokens).map(|place| (format!("t{place}"), vec![1])).collect();
        Link { note: vec![2], tokens, next: None }
    }

    #[test]
    fn a_file_has_one_to_a_hundred_heads() {
        for (heads, wanted) in [
            (0, Some("too few or too many heads")),
            (1, None),
            (MOST_LINKS, None),
            (MOST_LINKS + 1, Some("too few or too many heads")),
        ] {
            assert_eq!(fault(vec![link(1); heads]), wanted, "{heads}");
        }
    }

    #[test]
    fn a_head_has_one_to_four_tokens() {
        for (tokens, wanted) in [
            (0, Some("too few or too many tokens")),
            (1, None),
            (MOST_TOKENS, None),
            (MOST_TOKENS + 1, Some("too few or too many tokens")),
        ] {
            assert_eq!(fault(vec![link(tokens)]), wanted, "{tokens}");
        }
    }

    #[test]
    fn a_leaf_is_a_record_or_a_statement_and_never_both() {
        let root = RecordRoot::new(Digest::of(b"root"));
        let record = file(SubjectLeaf::Record(root));
        let detail = Some(("00".to_owned(), "text".to_owned()));
        let statement = file(SubjectLeaf::Statement { envelope: b"{}".to_vec(), detail });
        for whole in [&record, &statement] {
            assert_eq!(RenewalFile::read(&with(whole, &|_| ())).unwrap(), *whole);
        }
        let says = |subject: &mut HeadSubject| {
            subject.salt = Some("00".to_owned());
            subject.said = Some("text".to_owned());
        };
        // A record beside a statement's envelope, a record that says a text, and half of what opens a text.
        let untold = file(SubjectLeaf::Statement { envelope: b"{}".to_vec(), detail: None });
        for broken in [
            with(&statement, &|subject| subject.record = Some(root)),
            with(&untold, &|subject| subject.record = Some(root)),
            with(&record, &says),
            with(&record, &|subject| subject.salt = Some("00".to_owned())),
            with(&record, &|subject| subject.record = None),
            with(&statement, &|subject| subject.salt = None),
            with(&statement, &|subject| subject.said = None),
        ] {
            let read = RenewalFile::read(&broken);
            assert!(matches!(read, Err(FileError::Form(_))), "{read:?}");
        }
    }
}
