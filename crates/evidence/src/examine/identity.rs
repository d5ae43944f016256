//! Identity: who vouches that this is the person named. Proved by an answer that a provider among
//! the anchors signed, to a question about this very name; else the record says who looked, or who
//! answered, and nobody is said to vouch.

use heqi_pki::dsse::Envelope;
use heqi_vocabulary::Provenance;
use serde_json::Value;

use super::{Context, Decoded};
use crate::anchors::ProviderAnchor;
use crate::attestation::{Answer, Attestation, MAX_SKEW_MS, PersonOutcome, Question};
use crate::disclosure::Attribute;
use crate::statement::Statement as _;
use crate::verdict::{Claim, ClaimName, Reason};

/// The most answers that are looked at: a record of the platform holds at most four.
const MAX_ANSWERS: usize = 16;

pub(super) fn examine(decoded: &Decoded<'_>, context: Option<&Context<'_>>) -> Claim {
    let name = ClaimName::Identity;
    if !decoded.is_signing() {
        return Claim::not_proved(name, Reason::IdentityNotConcerned);
    }
    match decoded.record.attribute("party_name") {
        None => Claim::not_proved(name, Reason::IdentityNotDisclosed),
        Some(attribute) if attribute.provenance.is_empty() => {
            Claim::not_proved(name, Reason::IdentityNotDisclosed)
        }
        Some(attribute) if attribute.provenance == Provenance::Declared => {
            // Who answered is closed: whether an authority confirmed the name is not known here.
            match decoded.record.attribute("identity") {
                None => Claim::not_proved(name, Reason::IdentityNotDisclosed),
                Some(identity) => declared(decoded, context, identity),
            }
        }
        Some(_) => Claim::contradicted(
            name,
            Reason::RecordMalformed { detail: "party_name is not declared".into() },
        ),
    }
}

fn declared(decoded: &Decoded<'_>, context: Option<&Context<'_>>, identity: &Attribute) -> Claim {
    let name = ClaimName::Identity;
    let attested = (identity.provenance == Provenance::Attested).then_some(identity);
    if let (Some(context), Some(attested)) = (context, attested)
        && let Some(claim) = by_the_anchors(decoded, context, attested)
    {
        return claim;
    }
    let seen = identity.value.get("seen");
    let reason = match seen.and_then(|seen| seen.get("way")).and_then(Value::as_str) {
        Some("video") => Reason::IdentityByVideo,
        Some("counter") => {
            let office = seen.and_then(|seen| seen.get("office")).and_then(Value::as_str);
            Reason::IdentitySeenAtCounter { by: office.unwrap_or_default().to_owned() }
        }
        _ => {
            let by = attested.map(answered_by).unwrap_or_default();
            if by.is_empty() { Reason::IdentityDeclared } else { Reason::IdentityAttested { by } }
        }
    };
    Claim::not_proved(name, reason)
}

/// Who signed an answer about this signer, as the record says.
fn answered_by(attested: &Attribute) -> String {
    let names = attested.value.get("answered_by");
    let names = names.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    names.collect::<Vec<_>>().join("、")
}

/// What one signed answer comes to.
enum Weight<'a> {
    /// It says that this name is a person's, by a key that counts.
    Confirms(&'a ProviderAnchor),
    /// It says that name and number do not belong together.
    Denies(&'a ProviderAnchor),
    /// It is under a provider's name and not by its key, or answers something else than it says.
    Invalid(&'a ProviderAnchor),
    /// It says nothing here.
    Nothing,
}

/// What the answers come to by the anchors; `None` when no provider among them says anything.
fn by_the_anchors(
    decoded: &Decoded<'_>,
    context: &Context<'_>,
    attested: &Attribute,
) -> Option<Claim> {
    let list = |member| attested.value.get(member).and_then(Value::as_array);
    let (answers, questions) = (list("answers")?, list("questions"));
    let (mut confirms, mut denies) = (Vec::new(), None);
    for (at, answer) in answers.iter().enumerate().take(MAX_ANSWERS) {
        let question = questions.and_then(|questions| questions.get(at));
        match weigh(decoded, context, answer.as_str().unwrap_or_default(), question) {
            Weight::Invalid(provider) => {
                let by = provider.organisation.clone();
                let reason = Reason::IdentityAnswerInvalid { by };
                return Some(Claim::contradicted(ClaimName::Identity, reason));
            }
            Weight::Denies(provider) => denies = Some(provider),
            Weight::Confirms(provider) => confirms.push(provider),
            Weight::Nothing => {}
        }
    }
    if let Some(provider) = denies {
        let reason = Reason::IdentityDenied { by: provider.organisation.clone() };
        return Some(Claim::not_proved(ClaimName::Identity, reason));
    }
    let mut names: Vec<String> =
        confirms.iter().map(|provider| provider.organisation.clone()).collect();
    names.dedup();
    let test_only = confirms.iter().any(|provider| provider.test_only);
    let reason = Reason::IdentityConfirmed { by: names.join("、"), test_only };
    (!names.is_empty()).then(|| Claim::proved(ClaimName::Identity, names, reason))
}

fn weigh<'a>(
    decoded: &Decoded<'_>,
    context: &Context<'a>,
    answer: &str,
    question: Option<&Value>,
) -> Weight<'a> {
    let Ok(envelope) = Envelope::from_json(answer.as_bytes()) else { return Weight::Nothing };
    let unverified: Result<Attestation, _> = crate::canonical::parse(envelope.unverified_payload());
    let Ok(unverified) = unverified else { return Weight::Nothing };
    let named = |provider: &&ProviderAnchor| provider.provider == unverified.provider;
    let providers: Vec<&ProviderAnchor> =
        context.anchors.identity_providers.iter().filter(named).collect();
    let Some(first) = providers.first().copied() else { return Weight::Nothing };
    let signed = providers.iter().find_map(|provider| {
        let opened = Attestation::open(&envelope, std::slice::from_ref(&provider.key.0));
        opened.ok().map(|opened| (*provider, opened.into_statement()))
    });
    let Some((provider, attestation)) = signed else { return Weight::Invalid(first) };
    let answered_at = attestation.answered_at;
    let recorded_at = decoded.frame.place.recorded_at;
    if !context.counts(&provider.validity, answered_at)
        || answered_at.millis_since(recorded_at) > MAX_SKEW_MS
    {
        return Weight::Nothing;
    }
    // Without its question nobody sees whom an answer is about.
    let Some(question) = question else { return Weight::Nothing };
    let Some(parsed) = as_written(question) else { return Weight::Invalid(provider) };
    if attestation.answers(&parsed, &provider.provider, answered_at).is_err() {
        return Weight::Invalid(provider);
    }
    let (Question::Person { name: asked, .. } | Question::Registry { name: asked, .. }) = &parsed
    else {
        return Weight::Nothing;
    };
    if !is_signer(decoded, asked) {
        return Weight::Nothing;
    }
    match attestation.answer {
        Answer::Person { outcome: PersonOutcome::Matches }
        | Answer::Registry { verified_at: Some(_) } => Weight::Confirms(provider),
        Answer::Person { outcome: PersonOutcome::Differs | PersonOutcome::NotFound } => {
            Weight::Denies(provider)
        }
        _ => Weight::Nothing,
    }
}

/// A question in its one spelling.
fn as_written(value: &Value) -> Option<Question> {
    let question: Question = serde_json::from_value(value.clone()).ok()?;
    serde_json::to_value(&question).is_ok_and(|written| written == *value).then_some(question)
}

/// Whether this is the name of who signed: of the party, or of who represents it.
fn is_signer(decoded: &Decoded<'_>, asked: &str) -> bool {
    let name = |attribute| decoded.record.text(attribute);
    let signer = name("representative_name").or_else(|| name("party_name"));
    signer.is_some_and(|signer| one_dot(signer) == one_dot(asked))
}

/// Registers have one kind of dot in names (domain study 3.6); what was declared may have another.
fn one_dot(name: &str) -> String {
    const DOTS: [char; 4] = ['\u{2022}', '\u{30fb}', '\u{ff0e}', '\u{2027}'];
    name.chars().map(|c| if DOTS.contains(&c) { '\u{b7}' } else { c }).collect()
}
