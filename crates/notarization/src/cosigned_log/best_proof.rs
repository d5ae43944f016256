//! Which log proof of a held record is handed out: that of the deposit, or the one that was made anew.

use heqi_evidence::bundle::{BundleParts, EvidenceBundle};
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::examine::{Question, examine};
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::verdict::{ClaimName, Reason, Status, Verdict};
use heqi_tlog::proof_file::ProofFile;
use heqi_vocabulary::UtcMillis;

use crate::office::NotaryOffice;

/// What rests on the word of witness and mirror.
const BY_COSIGNERS: [ClaimName; 2] = [ClaimName::Witnessed, ClaimName::Mirrored];

/// The examination broke off: a defect of the program.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the examination of held parts broke off")]
pub(crate) struct BrokeOff;

/// Examines held parts as a stranger would at `at`, by the office's own anchors, and gives them with the log proof that
/// proves more: that of the deposit, or one under a head that witness and mirror have cosigned since.
pub(crate) async fn examine_with_best_proof(
    office: &NotaryOffice,
    parts: BundleParts,
    at: Option<UtcMillis>,
) -> Result<(BundleParts, Verdict), BrokeOff> {
    let (mut parts, of_deposited) = examine_aside(office, parts, at).await?;
    // Boxed: whoever examines is deep in other work already.
    let Some(anew) = Box::pin(proof_anew(office, &parts, &of_deposited)).await else {
        return Ok((parts, of_deposited));
    };
    let deposited = parts.proof.replace(anew);
    // The head may have been cosigned a moment ago, after the instant of the first examination.
    let at = at.map(|at| at.max(office.clock().now()));
    let (mut parts, of_new) = examine_aside(office, parts, at).await?;
    if proves_more(&of_new, &of_deposited) {
        return Ok((parts, of_new));
    }
    parts.proof = deposited;
    Ok((parts, of_deposited))
}

/// The bytes of the new proof, where the deposited one lacks a cosignature. An earlier cosignature says more than a later
/// one, so a proof that has both stays.
async fn proof_anew(
    office: &NotaryOffice,
    parts: &BundleParts,
    verdict: &Verdict,
) -> Option<Vec<u8>> {
    let log = office.cosigned_log()?;
    if BY_COSIGNERS.iter().all(|name| is_proved(verdict, *name)) {
        return None;
    }
    let deposited = ProofFile::parse(parts.proof.as_deref()?).ok()?;
    let record = RecordRoot::new(Disclosure::parse(&parts.record).ok()?.root());
    match log.prove(office, record, &deposited).await {
        Ok(proof) => Some(proof?.to_string().into_bytes()),
        Err(error) => {
            tracing::warn!(%error, "a held record keeps the log proof of its deposit");
            None
        }
    }
}

/// Whether both cosigners count now and nothing is worse than before: no claim, as with a head that is cosigned after a
/// key came to be distrusted, and not the last instant, as where the witness had cosigned the deposited head long before
/// the office's receipt.
fn proves_more(anew: &Verdict, deposited: &Verdict) -> bool {
    let is_worse =
        |name, status: Status| deposited.claim(name).is_some_and(|before| before.status < status);
    BY_COSIGNERS.iter().all(|name| is_proved(anew, *name))
        && !anew.claims().iter().any(|claim| is_worse(claim.name, claim.status))
        && not_after(deposited)
            .is_none_or(|before| not_after(anew).is_some_and(|now| now <= before))
}

fn is_proved(verdict: &Verdict, name: ClaimName) -> bool {
    verdict.claim(name).is_some_and(|claim| claim.status == Status::Proved)
}

/// The last instant at which it can have happened, to the second and in one zone, so that the texts are in the order of
/// time.
fn not_after(verdict: &Verdict) -> Option<&str> {
    match &verdict.claim(ClaimName::Time)?.reason {
        Reason::Between { to, .. }
        | Reason::BetweenTimestamped { to, .. }
        | Reason::OnlyNotAfter { to, .. }
        | Reason::OnlyNotAfterTimestamped { to, .. } => Some(to),
        _ => None,
    }
}

/// Hashing and signatures: not on the threads that answer requests.
async fn examine_aside(
    office: &NotaryOffice,
    parts: BundleParts,
    at: Option<UtcMillis>,
) -> Result<(BundleParts, Verdict), BrokeOff> {
    let office = office.clone();
    let examined = tokio::task::spawn_blocking(move || {
        let bundle = EvidenceBundle { parts, damaged: Vec::new() };
        let question = Question { anchors: Some(office.anchors()), at, received: None };
        let verdict = examine(&bundle, &question);
        (bundle.parts, verdict)
    });
    examined.await.map_err(|_| BrokeOff)
}
