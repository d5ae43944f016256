//! What is asked of those who know people and companies, and what they sign
//! (`docs/spec/attestation.md`).
//!
//! A question holds names and numbers and goes to the provider alone. The answer holds none:
//! it names the question by its digest, and a fresh nonce inside the question keeps that
//! digest from being guessed. So the signed answer can always be shown whole, and whoever
//! also opens the question sees that they belong together.

use heqi_vocabulary::{Digest, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::canonical::{self, CanonicalError};
use crate::challenge::Nonce;
use crate::statement::Statement;

const LABEL: &str = "heqi.identity-question/v1\n";
/// Answers are made for a question: one made this much earlier or later answers another.
pub const MAX_SKEW_MS: i64 = 5 * 60 * 1000;

/// A question to a provider. Personal data: it is sent to the provider and kept sealed.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "asks", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Question {
    /// Do name and number belong together, and the mobile number with them?
    Person {
        /// Kind of document, as `identity::personal_document::DocumentKind::code`.
        document_kind: String,
        /// Its number.
        document_number: String,
        /// The mobile number, where it is asked about too (three factors).
        mobile: Option<String>,
        /// The name, in NFC with one kind of dot.
        name: String,
        /// Fresh for each question.
        nonce: Nonce,
    },
    /// Does this company exist under this name, and how does it stand?
    Company {
        /// Unified social credit code.
        code: String,
        /// Its name.
        name: String,
        /// Fresh for each question.
        nonce: Nonce,
    },
    /// The portrait that the population register holds of this person.
    Portrait {
        /// Kind of document.
        document_kind: String,
        /// Its number.
        document_number: String,
        /// The name.
        name: String,
        /// Fresh for each question.
        nonce: Nonce,
    },
    /// Has the registry itself verified this person (登记注册身份验证)?
    Registry {
        /// Kind of document.
        document_kind: String,
        /// Its number.
        document_number: String,
        /// The name.
        name: String,
        /// Fresh for each question.
        nonce: Nonce,
    },
    /// Has the company sealed this document (电子营业执照, e-seal)?
    Seal {
        /// Unified social credit code.
        code: String,
        /// SHA-256 of the document.
        document_sha256: Digest,
        /// Fresh for each question.
        nonce: Nonce,
    },
}

impl Question {
    /// The digest by which an answer names its question.
    ///
    /// # Errors
    /// The question holds a text that canonical JSON cannot.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Ok(Digest::labelled(LABEL, &canonical::to_bytes(self)?))
    }
}

/// What a provider says about a question. Holds nothing personal.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "says", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Answer {
    /// To [`Question::Person`].
    Person {
        /// What was found.
        outcome: PersonOutcome,
    },
    /// To [`Question::Company`].
    Company {
        /// Whether the name is the registered one.
        name_matches: bool,
        /// How the company stands.
        status: CompanyStatus,
    },
    /// To [`Question::Portrait`].
    Portrait {
        /// SHA-256 of the picture that is handed out beside; none is held when null.
        sha256: Option<Digest>,
    },
    /// To [`Question::Registry`].
    Registry {
        /// When the registry verified the person; it has not when null.
        verified_at: Option<UtcMillis>,
    },
    /// To [`Question::Seal`].
    Seal {
        /// What was used.
        kind: SealKind,
        /// When the document was sealed; it was not when null.
        sealed_at: Option<UtcMillis>,
    },
}

/// What a real-name provider found.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the answer, version 1")]
pub enum PersonOutcome {
    /// Everything that was asked belongs together.
    Matches,
    /// Name and number do, the mobile number is somebody else's.
    MobileDiffers,
    /// Name and number do not.
    Differs,
    /// The number is in no register the provider can ask.
    NotFound,
}

/// How a company stands in the register.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the answer, version 1")]
pub enum CompanyStatus {
    /// 存续.
    InOperation,
    /// 吊销.
    Revoked,
    /// 注销.
    Cancelled,
    /// 经营异常.
    Abnormal,
    /// There is no such company.
    NotFound,
}

impl CompanyStatus {
    /// Whether a company in this state may sign: a company that is listed as abnormal still
    /// exists and may.
    pub const fn may_sign(self) -> bool {
        matches!(self, Self::InOperation | Self::Abnormal)
    }
}

/// With what a company sealed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the answer, version 1")]
pub enum SealKind {
    /// 电子营业执照.
    ElectronicLicence,
    /// 电子印章.
    ElectronicSeal,
}

/// A provider's answer, signed by it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// What it says.
    pub answer: Answer,
    /// When, by the provider's clock.
    pub answered_at: UtcMillis,
    /// Who, as its key is listed.
    pub provider: String,
    /// Which question, see [`Question::digest`].
    pub question_sha256: Digest,
}

impl Statement for Attestation {
    const PAYLOAD_TYPE: &'static str = "application/vnd.heqi.identity-attestation.v1+json";
}

/// Why a signed attestation is no answer to a question.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoAnswer {
    /// It names another question.
    #[error("the attestation is for another question")]
    OtherQuestion,
    /// It says something that was not asked.
    #[error("the attestation answers another kind of question")]
    OtherKind,
    /// It comes from another provider than its key's.
    #[error("the attestation names another provider")]
    OtherProvider,
    /// It was made too long before or after it was asked for.
    #[error("the attestation was made at another time than it was asked for")]
    OtherTime,
}

impl Attestation {
    /// Whether this answers the question, asked of this provider at this instant.
    ///
    /// # Errors
    /// [`NoAnswer`], the first that applies.
    pub fn answers(
        &self,
        question: &Question,
        provider: &str,
        asked_at: UtcMillis,
    ) -> Result<(), NoAnswer> {
        if question.digest().ok() != Some(self.question_sha256) {
            return Err(NoAnswer::OtherQuestion);
        }
        let same_kind = matches!(
            (question, self.answer),
            (Question::Person { .. }, Answer::Person { .. })
                | (Question::Company { .. }, Answer::Company { .. })
                | (Question::Portrait { .. }, Answer::Portrait { .. })
                | (Question::Registry { .. }, Answer::Registry { .. })
                | (Question::Seal { .. }, Answer::Seal { .. })
        );
        if !same_kind {
            return Err(NoAnswer::OtherKind);
        }
        if self.provider != provider {
            return Err(NoAnswer::OtherProvider);
        }
        if self.answered_at.millis_since(asked_at).abs() > MAX_SKEW_MS {
            return Err(NoAnswer::OtherTime);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use heqi_pki::keys::{Algorithm, SigningKey};
    use heqi_testkit::SeededEntropy;

    use super::*;

    fn question() -> Question {
        Question::Person {
            document_kind: "resident_id".to_owned(),
            document_number: "330112199003079999".to_owned(),
            mobile: None,
            name: "林嘉伟".to_owned(),
            nonce: Nonce::random(&SeededEntropy::labelled(1, "nonce")),
        }
    }

    fn now() -> UtcMillis {
        UtcMillis::from_millis(1_795_500_000_000).unwrap()
    }

    fn attestation() -> Attestation {
        Attestation {
            answer: Answer::Person { outcome: PersonOutcome::Matches },
            answered_at: now(),
            provider: "示例实名".to_owned(),
            question_sha256: question().digest().unwrap(),
        }
    }

    #[test]
    fn an_answer_is_signed_opened_and_belongs_to_its_question() {
        let key = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::labelled(1, "key"));
        let envelope = attestation().sign(&key).unwrap();
        let opened = Attestation::open(&envelope, &[key.public_key()]).unwrap();
        assert_eq!(opened.statement().answers(&question(), "示例实名", now()), Ok(()));
        let text = String::from_utf8_lossy(envelope.as_bytes()).into_owned();
        assert!(!text.contains("330112199003079999"));
        let other = SigningKey::generate(Algorithm::Ed25519, &SeededEntropy::labelled(2, "key"));
        assert!(Attestation::open(&envelope, &[other.public_key()]).is_err());
    }

    #[test]
    fn an_answer_to_another_question_kind_provider_or_time_does_not_count() {
        let asked = question();
        let changed = |change: &dyn Fn(&mut Attestation)| {
            let mut attestation = attestation();
            change(&mut attestation);
            attestation.answers(&asked, "示例实名", now()).unwrap_err()
        };
        assert_eq!(changed(&|a| a.question_sha256 = Digest::of(b"other")), NoAnswer::OtherQuestion);
        assert_eq!(changed(&|a| a.answer = Answer::Portrait { sha256: None }), NoAnswer::OtherKind);
        assert_eq!(changed(&|a| a.provider = "别家".to_owned()), NoAnswer::OtherProvider);
        let late = now().plus_millis(MAX_SKEW_MS + 1);
        assert_eq!(changed(&|a| a.answered_at = late), NoAnswer::OtherTime);
        let early = now().plus_millis(-MAX_SKEW_MS - 1);
        assert_eq!(changed(&|a| a.answered_at = early), NoAnswer::OtherTime);
    }

    #[test]
    fn the_nonce_makes_the_same_question_another_one() {
        let Question::Person { document_kind, document_number, mobile, name, .. } = question()
        else {
            unreachable!()
        };
        let nonce = Nonce::random(&SeededEntropy::labelled(2, "nonce"));
        let again = Question::Person { document_kind, document_number, mobile, name, nonce };
        assert_ne!(again.digest().unwrap(), question().digest().unwrap());
    }

    #[test]
    fn a_revoked_or_cancelled_company_may_not_sign() {
        use CompanyStatus::{Abnormal, Cancelled, InOperation, NotFound, Revoked};
        assert!([InOperation, Abnormal].into_iter().all(CompanyStatus::may_sign));
        assert!(![Revoked, Cancelled, NotFound].into_iter().any(CompanyStatus::may_sign));
    }

    #[test]
    fn an_answer_of_exactly_five_minutes_earlier_or_later_counts() {
        for skew in [-300_000, 300_000] {
            let answered_at = now().plus_millis(skew);
            let answer = Attestation { answered_at, ..attestation() };
            assert_eq!(answer.answers(&question(), "示例实名", now()), Ok(()));
            let answered_at = answered_at.plus_millis(skew.signum());
            let answer = Attestation { answered_at, ..attestation() };
            let refused = answer.answers(&question(), "示例实名", now());
            assert_eq!(refused, Err(NoAnswer::OtherTime));
        }
    }
}
