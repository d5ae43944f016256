//! The documents that a message lists.

use heqi_filing::{Document, Filing, Party};
use heqi_vocabulary::{Language, PartyId};

use crate::messages::Purpose;

/// The most documents that one message lists.
const MOST_LISTED: usize = 20;

/// What a message is about, line by line, each with the first of its digest (domain study 7.4): what the party
/// signed where somebody signed in its name, else every document as it stands.
pub(super) fn documents(
    filing: &Filing,
    (party, language): (PartyId, Language),
    purpose: Purpose,
) -> String {
    let signed = filing.party(party).map_or(&[][..], Party::signatures);
    let is_told = |document: &&Document| {
        purpose != Purpose::SignedInYourName
            || signed.iter().any(|signature| signature.document == document.id)
    };
    let told: Vec<&Document> = filing.current_documents().filter(is_told).collect();
    let line = |(place, document): (usize, &&Document)| {
        let digest: String = document.sha256.to_string().chars().take(8).collect();
        let title = document.title.as_str();
        match language {
            Language::Zh => format!("{place}.《{title}》（校验码{digest}）"),
            Language::En => format!("{place}. \"{title}\" (digest begins {digest})"),
        }
    };
    let mut lines: Vec<String> = (1..).zip(&told).take(MOST_LISTED).map(line).collect();
    if told.len() > MOST_LISTED {
        let all = told.len().to_string();
        let rest = language.pick("……共{all}份", "… {all} in all");
        lines.push(rest.replace("{all}", &all));
    }
    lines.join("\n")
}
