//! What came back from an authority.

use heqi_evidence::attestation::{CompanyStatus, PersonOutcome};
use heqi_vocabulary::UtcMillis;
use serde::{Deserialize, Serialize};

use crate::ports::{Attested, NotAnswered};

/// What came back to one question. Only [`Finding::Answered`] is an answer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "finding", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "whoever reads one decides about each")]
pub enum Finding<T> {
    /// There was no need, or nothing to ask with.
    NotAsked,
    /// Nobody is configured to be asked.
    NotConfigured,
    /// Nobody answered in time.
    Unreachable,
    /// The provider refused the call.
    Refused,
    /// What came back is no signed answer to the question.
    NotBelieved,
    /// A provider signed this.
    Answered {
        /// What.
        answer: T,
        /// When, by its clock.
        answered_at: UtcMillis,
        /// Who.
        provider: String,
    },
}

impl<T> Finding<T> {
    /// What was answered.
    pub const fn answer(&self) -> Option<&T> {
        match self {
            Self::Answered { answer, .. } => Some(answer),
            _ => None,
        }
    }

    /// Who answered.
    pub fn provider(&self) -> Option<&str> {
        match self {
            Self::Answered { provider, .. } => Some(provider),
            _ => None,
        }
    }

    /// The same about what is in the answer.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Finding<U> {
        match self {
            Self::NotAsked => Finding::NotAsked,
            Self::NotConfigured => Finding::NotConfigured,
            Self::Unreachable => Finding::Unreachable,
            Self::Refused => Finding::Refused,
            Self::NotBelieved => Finding::NotBelieved,
            Self::Answered { answer, answered_at, provider } => {
                Finding::Answered { answer: change(answer), answered_at, provider }
            }
        }
    }

    /// Whether somebody was asked and gave no answer that counts.
    pub const fn is_unanswered(&self) -> bool {
        matches!(self, Self::Unreachable | Self::Refused | Self::NotBelieved)
    }

    pub(super) fn of(outcome: Result<Attested<T>, NotAnswered>) -> (Self, Option<Attested<()>>) {
        match outcome {
            Ok(Attested { answer, provider, answered_at, question, envelope }) => {
                let proof = Attested {
                    answer: (),
                    provider: provider.clone(),
                    answered_at,
                    question,
                    envelope,
                };
                (Self::Answered { answer, answered_at, provider }, Some(proof))
            }
            Err(NotAnswered::NotConfigured) => (Self::NotConfigured, None),
            Err(NotAnswered::Unreachable(_)) => (Self::Unreachable, None),
            Err(NotAnswered::Refused(_)) => (Self::Refused, None),
            Err(NotAnswered::NotBelieved(_)) => (Self::NotBelieved, None),
        }
    }
}

/// What all authorities said about a party.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "plain facts of one check")]
pub struct Findings {
    /// Whether name, number and mobile number belong together.
    pub real_name: Finding<PersonOutcome>,
    /// Whether the mobile number was asked about.
    pub asked_mobile: bool,
    /// Whether the company's name is the registered one, and how it stands.
    pub company: Finding<(bool, CompanyStatus)>,
    /// Whether the population register holds a portrait.
    pub portrait: Finding<bool>,
    /// When the registry itself verified the person.
    pub registry: Finding<Option<UtcMillis>>,
}

impl Findings {
    /// Whether anybody who was asked gave no answer that counts.
    pub const fn is_unanswered(&self) -> bool {
        self.real_name.is_unanswered()
            || self.company.is_unanswered()
            || self.portrait.is_unanswered()
            || self.registry.is_unanswered()
    }

    /// Everybody who answered, each once.
    pub fn answered_by(&self) -> Vec<String> {
        let all = [
            self.registry.provider(),
            self.real_name.provider(),
            self.portrait.provider(),
            self.company.provider(),
        ];
        let mut names: Vec<String> = Vec::new();
        for name in all.into_iter().flatten() {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }
}
