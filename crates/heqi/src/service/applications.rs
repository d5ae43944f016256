//! Carries applications for certificates to the notary, and writes down what it answers.

use std::sync::Arc;

use heqi_notary_protocol::{
    ApplicationReply, ApplicationRequest, AuthorityForm, Backoff, CallError, NotaryClient,
};
use heqi_registration::Platform;
use heqi_registration::fault::Fault;
use heqi_registration::regulator::apply::{
    self, ApplicationAnswer, ApplicationLetter, Carrying, LeasedApplication, NotaryDesk,
    NotaryNotReached,
};
use heqi_service_kit::Shutdown;
use heqi_vocabulary::UtcMillis;

use super::queue_worker::{self, Queue};

/// Applications under way at the same time.
const IN_FLIGHT: usize = 4;
/// Longer than one call may take.
const LEASE_MS: i64 = 90_000;
const LONGEST_PAUSE_MS: i64 = 300_000;

/// The notary's desk behind its HTTP interface.
pub(super) struct CarriedByHttp(pub(super) NotaryClient);

impl NotaryDesk for CarriedByHttp {
    fn apply<'a>(&'a self, letter: &'a ApplicationLetter) -> Carrying<'a> {
        Box::pin(async move {
            match self.0.apply(&request(letter)).await {
                Ok(ApplicationReply::Received { application, query_code }) => {
                    Ok(ApplicationAnswer::Received { reference: application, code: query_code })
                }
                Ok(ApplicationReply::Refused { code }) => {
                    Ok(ApplicationAnswer::Refused { reason: code })
                }
                // Also where it has no such desk, or does not know us: a person sets that right.
                Err(error) => Err(NotaryNotReached(word(&error))),
            }
        })
    }
}

fn word(error: &CallError) -> String {
    error.to_string()
}

/// The notary's form. What is said of the evidence is what this platform is for; whoever examines
/// it knows better.
fn request(letter: &ApplicationLetter) -> ApplicationRequest {
    let applicant = &letter.applicant;
    ApplicationRequest {
        deposit: letter.deposit,
        form: AuthorityForm {
            applicant: "regulator".into(),
            name: applicant.name.clone(),
            document_number: applicant.code.clone(),
            address: applicant.address.clone(),
            phone: applicant.telephone.clone(),
            legal_representative: applicant.legal_representative.clone(),
            legal_basis: format!("{} {}", letter.legal_basis, letter.case_number),
            purpose: "办理市场主体登记争议案件使用".into(),
            manner: "申请人通过商事登记文签平台签署时形成，由公证处系统同步接收并保管".into(),
            materials: "监管查询记录，1".into(),
            copies: "1".into(),
            delivery: "download".into(),
            truth: "yes".into(),
        },
    }
}

/// Carries until it is told to stop.
///
/// # Errors
/// The platform's own store has stopped.
pub(super) async fn run_applications(
    platform: Arc<Platform>,
    desk: impl NotaryDesk,
    stop: Shutdown,
) -> Result<(), Fault> {
    let backoff = Backoff::default();
    queue_worker::run(&platform, Applications { platform: &platform, desk, backoff }, stop).await
}

/// The applications that wait.
struct Applications<'a, D> {
    platform: &'a Platform,
    desk: D,
    backoff: Backoff,
}

impl<D: NotaryDesk> Queue for Applications<'_, D> {
    type Item = LeasedApplication;

    fn name(&self) -> &'static str {
        "applications"
    }

    async fn recall(&self) -> Result<usize, Fault> {
        apply::recall(self.platform, LONGEST_PAUSE_MS).await
    }

    async fn lease(&self) -> Result<Vec<LeasedApplication>, Fault> {
        apply::lease(self.platform, LEASE_MS, IN_FLIGHT).await
    }

    async fn next_due(&self) -> Result<Option<UtcMillis>, Fault> {
        apply::next_due(self.platform).await
    }

    async fn work(&self, item: &LeasedApplication) -> Result<(), Fault> {
        let Some(letter) = apply::letter(self.platform, item).await? else {
            let nothing = ApplicationAnswer::Refused { reason: "ended".into() };
            return apply::note_answer(self.platform, item, &nothing).await;
        };
        match self.desk.apply(&letter).await {
            Ok(answer) => {
                tracing::info!(record.id = %letter.application, "application answered");
                apply::note_answer(self.platform, item, &answer).await
            }
            Err(error) => {
                let (record, attempts) = (letter.application, item.attempts);
                tracing::warn!(record.id = %record, %error, attempts, "application waits");
                let pause = self.backoff.wait_ms(attempts, self.platform.entropy());
                let pause = i64::try_from(pause).unwrap_or(LONGEST_PAUSE_MS).min(LONGEST_PAUSE_MS);
                apply::try_again(self.platform, item, self.platform.now().plus_millis(pause)).await
            }
        }
    }
}
