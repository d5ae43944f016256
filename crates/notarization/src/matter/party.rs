//! Whether whoever applies is who signed (公证法 art. 31 item 2), as far as the machine can tell: by the
//! name, and by the number of the document where the held records name one of that kind. A namesake
//! passes by the name alone; where no number is held the machine says so, and the notary looks.
//!
//! Numbers stand in the questions that authorities were asked about the party, beside the signing or in
//! records of their own; one that the authority denied is not the person's, and one that an officer put
//! right is not any more. A document of another kind cannot be compared: that is left to the notary too.
//!
//! A company that signed is compared by its name and its credit code: [`company`].

use std::collections::BTreeSet;

use chrono::NaiveDate;
use heqi_evidence::attestation::{Answer, Attestation, PersonOutcome, Question};
use heqi_evidence::canonical;
use heqi_evidence::disclosure::Disclosure;
use heqi_identity::PersonalDocument;
use heqi_identity::personal_document::DocumentKind;
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::Digest;
use serde_json::Value;

use super::error::MatterError;
use super::form::{ApplicantKind, Application, is_same_name};

mod company;

use company::HeldCompany;

/// Questions and answers of one record that are looked at.
const QUESTIONS: usize = 32;

/// What the held records say of who signed. Personal: never printed.
pub(crate) struct HeldSigner {
    /// Of the person: of a company, who signed for it.
    names: Vec<String>,
    numbers: Vec<HeldNumber>,
    /// The company in whose name it was signed, where it was one.
    company: Option<HeldCompany>,
}

/// A number that a record names. Without a kind: of the kind whose form it has.
struct HeldNumber {
    kind: Option<DocumentKind>,
    number: String,
}

/// The number on the form beside those held.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum NumberCompared {
    /// One that is held is this one.
    Same,
    /// Of this kind of document another number is held.
    Other,
    /// No number of this kind is held.
    NotHeld,
}

impl HeldSigner {
    /// Somebody known under these names.
    pub(crate) const fn named(names: Vec<String>) -> Self {
        Self { names, numbers: Vec::new(), company: None }
    }

    /// Who signed in the name of this company.
    pub(crate) fn for_company(mut self, name: &str) -> Self {
        self.company = Some(HeldCompany::named(name));
        self
    }

    /// Takes the numbers out of a record about the signer: those asked about under one of its names, and
    /// the credit codes asked about under the name of its company.
    pub(crate) fn hear(&mut self, record: &Disclosure) {
        let identity = record.value("identity");
        let list = |member: &str| {
            let beside = identity.and_then(|identity| identity.get(member));
            let all = record.value(member).or(beside).and_then(Value::as_array);
            all.into_iter().flatten().take(QUESTIONS)
        };
        let denied: BTreeSet<Digest> = list("answers").filter_map(denied_question).collect();
        for question in list("questions") {
            let text = question.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
            let question = text.as_ref().unwrap_or(question);
            let says = |member: &str| question.get(member).and_then(Value::as_str);
            let Some(name) = says("name") else { continue };
            if digest_of(question).is_some_and(|asked| denied.contains(&asked)) {
                continue;
            }
            if let Some(number) = says("document_number").filter(|_| self.is_named(name)) {
                let kind = says("document_kind").and_then(kind_of);
                self.numbers.push(HeldNumber { kind, number: number.to_owned() });
            }
            if let (Some(company), Some(code)) = (&mut self.company, says("code")) {
                company.hear(name, code);
            }
        }
    }

    /// Takes what an officer put right of the signer: the number before is nobody's any more.
    pub(crate) fn put_right(&mut self, record: &Disclosure, today: NaiveDate) {
        let number =
            |slot: &str| Some(HeldNumber { kind: None, number: record.text(slot)?.to_owned() });
        // There may have been none before.
        let Some(after) = number("number_after") else { return };
        if let Some(wrong) = number("number_before").and_then(|before| before.read(today)) {
            self.numbers
                .retain(|held| held.read(today).is_none_or(|held| held.expose() != wrong.expose()));
        }
        self.numbers.push(after);
    }

    /// Whoever applies has a name of the one who signed and, where one of that kind is held, the number
    /// of its document; or is the company in whose name it was signed; or is the registry. That a person is
    /// who they say and acts for whom they say, and that an authority is one, the notary checks at the
    /// counter: points 1 and 2 of the list.
    ///
    /// # Errors
    /// [`MatterError::NotParty`]; of a company [`MatterError::NotCompany`] and
    /// [`MatterError::NotRepresentative`].
    pub(crate) fn admits(
        &self,
        application: &Application,
        today: NaiveDate,
    ) -> Result<(), MatterError> {
        let is_party = match application.kind {
            ApplicantKind::Regulator => true,
            ApplicantKind::Company => return self.admits_company(application, today),
            ApplicantKind::Signer => {
                self.is_named(&application.name)
                    && self.compare(application, today) != NumberCompared::Other
            }
        };
        if is_party { Ok(()) } else { Err(MatterError::NotParty) }
    }

    /// What the machine says of whoever applies at point 1, which a person ticks.
    pub(crate) fn sentences(
        &self,
        application: &Application,
        today: NaiveDate,
    ) -> Vec<[String; 2]> {
        match application.kind {
            ApplicantKind::Signer => vec![self.compare(application, today).sentence()],
            ApplicantKind::Company => self.company_sentences(application, today),
            ApplicantKind::Regulator => Vec::new(),
        }
    }

    /// How the number on the form stands beside those held.
    pub(crate) fn compare(&self, application: &Application, today: NaiveDate) -> NumberCompared {
        self.compare_document(&application.document_kind, &application.document_number, today)
    }

    fn compare_document(&self, kind: &str, number: &str, today: NaiveDate) -> NumberCompared {
        let typed =
            kind_of(kind).and_then(|kind| PersonalDocument::parse(kind, number, today).ok());
        let Some(typed) = typed else { return NumberCompared::NotHeld };
        let read = self.numbers.iter().filter_map(|held| held.read(today));
        let of_kind: Vec<_> = read.filter(|held| held.kind() == typed.kind()).collect();
        if of_kind.iter().any(|held| held.expose() == typed.expose()) {
            NumberCompared::Same
        } else if of_kind.is_empty() {
            NumberCompared::NotHeld
        } else {
            NumberCompared::Other
        }
    }

    fn is_named(&self, name: &str) -> bool {
        self.names.iter().any(|own| is_same_name(own, name))
    }
}

impl HeldNumber {
    fn read(&self, today: NaiveDate) -> Option<PersonalDocument> {
        let read = |kind| PersonalDocument::parse(kind, &self.number, today).ok();
        match self.kind {
            Some(kind) => read(kind),
            None => DocumentKind::ALL.into_iter().find_map(read),
        }
    }
}

impl NumberCompared {
    /// What the machine says of it at point 1, which a person ticks.
    pub(crate) fn sentence(self) -> [String; 2] {
        let (zh, en) = match self {
            Self::Same => (
                "系统比对：姓名和证件号码与存证记录中签署人的一致；人证是否一致由公证员核对",
                "the machine: name and number of the document are the signer's in the held records; that person and document belong together, the notary checks",
            ),
            Self::Other => (
                "系统比对：证件号码与存证记录中签署人的不一致，请公证员查明",
                "the machine: the number of the document is not the signer's in the held records; the notary finds out why",
            ),
            Self::NotHeld => (
                "系统只比对了姓名：存证记录中没有签署人此类证件的号码，同名的人系统不能区分，请公证员核对证件原件和本人",
                "the machine compared the name only: no number of such a document is held, and namesakes cannot be told apart; the notary looks at document and person",
            ),
        };
        [zh.to_owned(), en.to_owned()]
    }
}

fn kind_of(code: &str) -> Option<DocumentKind> {
    DocumentKind::ALL.into_iter().find(|kind| kind.code() == code)
}

fn digest_of(question: &Value) -> Option<Digest> {
    serde_json::from_value::<Question>(question.clone()).ok()?.digest().ok()
}

/// The question that an answer denies. Its signature is not looked at: it makes the machine compare
/// less, and whoever could forge it could as well have left the question out.
fn denied_question(answer: &Value) -> Option<Digest> {
    let envelope = Envelope::from_json(answer.as_str()?.as_bytes()).ok()?;
    let said: Attestation = canonical::parse(envelope.unverified_payload()).ok()?;
    let denies = matches!(
        said.answer,
        Answer::Person { outcome: PersonOutcome::Differs | PersonOutcome::NotFound }
            | Answer::Registry { verified_at: None }
            | Answer::Company { name_matches: false, .. }
    );
    denies.then_some(said.question_sha256)
}

#[cfg(test)]
mod tests;
