//! The documents that a message lists.

use heqi_filing::{Document, Filing, Party};
use heqi_vocabulary::Language;

use crate::messages::{MessageRow, Purpose};

/// The most documents that one message lists.
const MOST_LISTED: usize = 20;

/// What a message is about, line by line, each with the first of its digest (domain study 7.4): where somebody signed in
/// the party's name what was signed then, under the titles it had, whatever came in its place since; else every
/// document as it stands.
pub(super) fn documents(filing: &Filing, row: &MessageRow) -> String {
    match row.purpose {
        Purpose::SignedInYourName => {
            listed(&signed_then(filing, row).collect::<Vec<_>>(), row.language)
        }
        _ => current(filing, row.language),
    }
}

/// Every document as it stands, in the same way.
pub(super) fn current(filing: &Filing, language: Language) -> String {
    listed(&filing.current_documents().collect::<Vec<_>>(), language)
}

fn listed(told: &[&Document], language: Language) -> String {
    let line = |(place, document): (usize, &&Document)| {
        let digest: String = document.sha256.to_string().chars().take(8).collect();
        let title = document.title.as_str();
        match language {
            Language::Zh => format!("{place}.《{title}》（校验码{digest}）"),
            Language::En => format!("{place}. \"{title}\" (digest begins {digest})"),
        }
    };
    let mut lines: Vec<String> = (1..).zip(told).take(MOST_LISTED).map(line).collect();
    if told.len() > MOST_LISTED {
        let all = told.len().to_string();
        let rest = language.pick("……共{all}份", "… {all} in all");
        lines.push(rest.replace("{all}", &all));
    }
    lines.join("\n")
}

/// What the party signed in the signing that the message tells of. The record of a signing, its signatures and the
/// message bear one instant, and in a chain no two records do.
fn signed_then<'a>(filing: &'a Filing, row: &MessageRow) -> impl Iterator<Item = &'a Document> {
    let signatures = filing.party(row.party).map_or(&[][..], Party::signatures);
    let told = signatures.iter().find(|one| Some(one.at) == row.happened_at);
    let signing = told.map(|one| (row.party, one.signing));
    signing.into_iter().flat_map(move |(party, signing)| filing.documents_signed_in(party, signing))
}
