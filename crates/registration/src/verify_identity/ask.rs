//! Which questions are asked about a party, and of whom. Nobody is asked more than is needed:
//! no portrait of somebody whose name does not fit, and none where the registry has seen the
//! person itself.

use heqi_evidence::attestation::{PersonOutcome, Question};
use heqi_evidence::challenge::Nonce;
use heqi_filing::{Filing, PartyKind};
use heqi_identity::PersonName;
use heqi_vocabulary::PartyId;

use super::{Answered, Finding, Findings, REGISTRY_FRESH_MS};
use crate::contacts::{Contact, Identified};
use crate::platform::Platform;
use crate::ports::{Attested, NotAnswered};

/// Collects what proves answers.
#[derive(Default)]
struct Proofs {
    answers: Vec<String>,
    questions: Vec<serde_json::Value>,
}

impl Proofs {
    fn keep<T>(
        &mut self,
        outcome: Result<Attested<T>, NotAnswered>,
        port: &'static str,
    ) -> Finding<T> {
        if let Err(reason) = &outcome {
            // `NotAnswered` holds nothing personal and no address.
            tracing::warn!(port, reason = %reason, "identity question not answered");
        }
        let (finding, proof) = Finding::of(outcome);
        if let Some(proof) = proof {
            // An envelope is JSON text, and a question serialises: what does not is not kept
            // as proof, and the record then names the finding without it.
            if let (Ok(envelope), Ok(question)) =
                (String::from_utf8(proof.envelope), serde_json::to_value(&proof.question))
            {
                self.answers.push(envelope);
                self.questions.push(question);
            }
        }
        finding
    }
}

/// Asks everybody who is configured.
pub(super) async fn everybody(
    platform: &Platform,
    filing: &Filing,
    party: PartyId,
    contact: &Contact,
) -> Answered {
    let mut proofs = Proofs::default();
    let mut findings = Findings {
        real_name: Finding::NotAsked,
        asked_mobile: false,
        company: Finding::NotAsked,
        portrait: Finding::NotAsked,
        registry: Finding::NotAsked,
    };
    let mut portrait = None;
    let who = filing.party(party).map(heqi_filing::Party::who);
    if let (Some(who), Some(document)) = (who, contact.identified(platform.now())) {
        let person = Person { platform, name: person_name(who), document };
        findings.registry = person.registry(&mut proofs).await;
        let mobile = contact.e164();
        findings.asked_mobile = mobile.is_some();
        findings.real_name = person.real_name(mobile, &mut proofs).await;
        let fits = !matches!(
            findings.real_name.answer(),
            Some(PersonOutcome::Differs | PersonOutcome::NotFound)
        );
        if fits && !has_fresh_registry(platform, &findings) {
            (findings.portrait, portrait) = person.portrait(&mut proofs).await;
        }
    }
    if let (Some(PartyKind::Company { name, .. }), Some(code)) = (who, &contact.company_code) {
        findings.company = company(platform, name.as_str(), code.as_str(), &mut proofs).await;
    }
    let Proofs { answers, questions } = proofs;
    Answered { findings, answers, questions, portrait }
}

/// Whether the registry has verified the person itself, and not too long ago.
pub(crate) fn has_fresh_registry(platform: &Platform, findings: &Findings) -> bool {
    let verified = findings.registry.answer().copied().flatten();
    verified.is_some_and(|at| platform.now().millis_since(at) < REGISTRY_FRESH_MS)
}

/// The name as registers have it: NFC, one kind of dot.
fn person_name(who: &PartyKind) -> String {
    let declared = who.acting_person().as_str();
    PersonName::parse(declared)
        .map_or_else(|_| declared.to_owned(), |name| name.normalised().to_owned())
}

struct Person<'a> {
    platform: &'a Platform,
    name: String,
    document: Identified,
}

impl Person<'_> {
    fn nonce(&self) -> Nonce {
        Nonce::random(self.platform.entropy())
    }

    async fn registry(&self, proofs: &mut Proofs) -> Finding<Option<heqi_vocabulary::UtcMillis>> {
        let Some(port) = &self.platform.identity().registry else { return Finding::NotConfigured };
        let question = Question::Registry {
            document_kind: self.document.kind.to_owned(),
            document_number: self.document.number.clone(),
            name: self.name.clone(),
            nonce: self.nonce(),
        };
        proofs.keep(port.verified_at(question).await, "registry")
    }

    async fn real_name(
        &self,
        mobile: Option<String>,
        proofs: &mut Proofs,
    ) -> Finding<PersonOutcome> {
        let Some(port) = &self.platform.identity().real_name else { return Finding::NotConfigured };
        let question = Question::Person {
            document_kind: self.document.kind.to_owned(),
            document_number: self.document.number.clone(),
            mobile,
            name: self.name.clone(),
            nonce: self.nonce(),
        };
        proofs.keep(port.person(question).await, "real_name")
    }

    async fn portrait(
        &self,
        proofs: &mut Proofs,
    ) -> (Finding<bool>, Option<crate::ports::Portrait>) {
        let Some(port) = &self.platform.identity().portrait else {
            return (Finding::NotConfigured, None);
        };
        let question = Question::Portrait {
            document_kind: self.document.kind.to_owned(),
            document_number: self.document.number.clone(),
            name: self.name.clone(),
            nonce: self.nonce(),
        };
        let finding = proofs.keep(port.portrait(question).await, "portrait");
        let portrait = finding.answer().cloned().flatten();
        (finding.map(|held| held.is_some()), portrait)
    }
}

async fn company(
    platform: &Platform,
    name: &str,
    code: &str,
    proofs: &mut Proofs,
) -> Finding<(bool, heqi_evidence::attestation::CompanyStatus)> {
    let Some(port) = &platform.identity().real_name else { return Finding::NotConfigured };
    let question = Question::Company {
        code: code.to_owned(),
        name: name.to_owned(),
        nonce: Nonce::random(platform.entropy()),
    };
    let finding = proofs.keep(port.company(question).await, "company");
    finding.map(|found| (found.name_matches, found.status))
}
