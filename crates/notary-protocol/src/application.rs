//! Handing in an application for a certificate, in the name of the registration authority.

use heqi_vocabulary::DepositNo;
use serde::{Deserialize, Serialize};

use crate::http::CallError;
use crate::notary::NotaryClient;
use crate::problem::ProblemNote;

const MAX_ANSWER_BYTES: usize = 16 * 1024;
/// The longest name of an application, in characters.
const MAX_REFERENCE: usize = 64;

/// An application as it is handed in.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "the wire: both sides build it")]
pub struct ApplicationRequest {
    /// About which deposit of the notary's.
    pub deposit: DepositNo,
    /// The notary's form, as far as an authority fills it in.
    pub form: AuthorityForm,
}

/// What an authority says of itself (公证申请表).
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "the wire: both sides build it")]
pub struct AuthorityForm {
    /// Always `regulator`.
    pub applicant: String,
    /// The authority's full name.
    pub name: String,
    /// Its unified social credit code.
    pub document_number: String,
    /// Where it sits.
    pub address: String,
    /// Whom to call.
    pub phone: String,
    /// Who represents it.
    pub legal_representative: String,
    /// Law, article and case.
    pub legal_basis: String,
    /// What the certificate is for.
    pub purpose: String,
    /// How the evidence arose.
    pub manner: String,
    /// What is handed in, one per line: name, copies.
    pub materials: String,
    /// How many copies are wanted.
    pub copies: String,
    /// `download`, `counter` or `mail`.
    pub delivery: String,
    /// The statement of truth: `yes`.
    pub truth: String,
}

/// Without what it says.
impl std::fmt::Debug for ApplicationRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ApplicationRequest({})", self.deposit)
    }
}

impl std::fmt::Debug for AuthorityForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuthorityForm(…)")
    }
}

/// What the notary answers.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the caller does something else about each")]
pub enum ApplicationReply {
    /// It has it under this number, or had one of the same authority about the same deposit.
    Received {
        /// The number.
        application: String,
        /// The code with which the application is looked up there; a data centre may give none.
        query_code: Option<String>,
    },
    /// It does not take it.
    Refused {
        /// The code of the refusal.
        code: String,
    },
}

#[derive(Deserialize)]
struct Received {
    application: String,
    query_code: Option<String>,
}

/// A short word of letters, digits and hyphens.
fn is_plain(word: &str) -> bool {
    (1..=MAX_REFERENCE).contains(&word.len())
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

impl NotaryClient {
    /// Hands an application in. Sending the same again is harmless and gives the same answer.
    ///
    /// # Errors
    /// See [`CallError`]; where the service has no desk for applications the answer is a
    /// [`CallError::Refused`] with 404 or 405, and nothing was decided.
    pub async fn apply(
        &self,
        application: &ApplicationRequest,
    ) -> Result<ApplicationReply, CallError> {
        let body = serde_json::to_vec(application)
            .map_err(|_| CallError::Unintelligible { what: "an application that is no JSON" })?;
        let answer = self.post_json("/applications", body, MAX_ANSWER_BYTES).await?;
        match answer.status {
            200 | 201 => {
                let received: Received = serde_json::from_slice(&answer.body)
                    .map_err(|_| CallError::Unintelligible { what: "no number in the answer" })?;
                let Received { application, query_code } = received;
                if is_plain(&application) && query_code.as_deref().is_none_or(is_plain) {
                    Ok(ApplicationReply::Received { application, query_code })
                } else {
                    Err(CallError::Unintelligible { what: "a number in another form" })
                }
            }
            // The form or the matter itself: it would be refused again tomorrow.
            409 | 422 => Ok(ApplicationReply::Refused {
                code: ProblemNote::code_of(answer.status, &answer.body),
            }),
            _ => Err(answer.failure()),
        }
    }
}
