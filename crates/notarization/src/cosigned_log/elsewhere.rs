//! Witness and mirror of another custodian, asked by one that has neither.
//!
//! Whoever looks at a page waits for no other service: an answer that takes longer than [`PATIENCE`] is none, and after
//! that, a failure, or "nothing" that took longer than [`SLOW`], nobody asks again for [`PAUSE_MS`]. "Nothing" that comes
//! at once costs nobody anything, and a proof is kept, however slowly it came: neither is a reason to stop asking. Nothing that is shown is believed: a head counts by the keys
//! among the office's anchors alone, and a tile by the path to that head.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use heqi_evidence::anchors::{Anchors, CosignerAnchor, CosignerRole, LogAnchor};
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence_store::gate::CLOCK_LIMIT_MS;
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::note::{Note, SignatureLine, VerifiedSignature, VerifierKey};
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tile::TilePath;
use heqi_vocabulary::{Clock, UtcMillis};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::{NoProof, both_lines};

/// How long somebody who looks at a held record waits for a better proof of it.
pub const PATIENCE: Duration = Duration::from_millis(1_500);

/// The longest that an answer without a proof may take before nobody asks for a while: pages would wait for it, one
/// after the other, and have nothing of it.
pub const SLOW: Duration = Duration::from_millis(300);

/// How long nobody is asked after there was no answer, or none of use in time, in milliseconds.
pub const PAUSE_MS: i64 = 30_000;

/// Proofs that are kept, at about 3 KiB each.
const MOST_KEPT: usize = 1_024;

/// What is shown elsewhere, not verified; `None` when nothing is.
pub type Showing<'a, T> = Pin<Box<dyn Future<Output = Result<Option<T>, NotShown>> + Send + 'a>>;

/// A log as witness and mirror of another custodian show it.
pub trait ShownElsewhere: fmt::Debug + Send + Sync {
    /// The newest head with the mirror's line, and the witness's where it signed this very head.
    fn mirrored<'a>(&'a self, origin: &'a Origin) -> Showing<'a, SignedCheckpoint>;

    /// The newest head with the witness's line.
    fn witnessed<'a>(&'a self, origin: &'a Origin) -> Showing<'a, SignedCheckpoint>;

    /// A tile of the mirror.
    fn tile<'a>(&'a self, origin: &'a Origin, path: TilePath) -> Showing<'a, Vec<u8>>;
}

/// Why nothing was shown, without an address.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the other custodian's witness and mirror are not to be read: {0}")]
pub struct NotShown(String);

impl NotShown {
    /// For this reason.
    pub fn because(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// Where a record stands: SHA-256 of the origin, index, record.
pub(super) type Place = (String, u64, RecordRoot);

/// The other custodian's witness and mirror, and what came of asking them.
#[derive(Debug)]
pub(super) struct Elsewhere {
    shown: Arc<dyn ShownElsewhere>,
    /// Proofs that hold.
    made: Mutex<BTreeMap<Place, ProofFile>>,
    /// When it was last asked for nothing.
    in_vain_at: Mutex<Option<UtcMillis>>,
}

impl Elsewhere {
    pub(super) fn new(shown: Arc<dyn ShownElsewhere>) -> Self {
        Self { shown, made: Mutex::default(), in_vain_at: Mutex::default() }
    }

    /// The proof that was made before.
    pub(super) async fn made(&self, place: &Place) -> Option<ProofFile> {
        self.made.lock().await.get(place).cloned()
    }

    /// Keeps a proof that holds.
    pub(super) async fn keep(&self, place: Place, proof: &ProofFile) {
        let mut made = self.made.lock().await;
        if made.len() >= MOST_KEPT {
            made.pop_first();
        }
        made.insert(place, proof.clone());
    }

    /// Since when nobody is asked, while that lasts.
    pub(super) async fn paused_since(&self, clock: &dyn Clock) -> Option<UtcMillis> {
        // A clock that was set back ends the pause.
        let is_pause = |at: &UtcMillis| (0..PAUSE_MS).contains(&clock.now().millis_since(*at));
        self.in_vain_at.lock().await.filter(is_pause)
    }

    /// What comes of asking, if it comes soon; nobody is asked for a while after it did not.
    pub(super) async fn in_time<T>(
        &self,
        clock: &dyn Clock,
        asking: impl Future<Output = Result<Option<T>, NoProof>>,
    ) -> Result<Option<T>, NoProof> {
        if self.paused_since(clock).await.is_some() {
            return Ok(None);
        }
        let began = Instant::now();
        let answered = tokio::time::timeout(PATIENCE, asking).await;
        let answer = answered.unwrap_or_else(|_| Err(NotShown::because("too slow").into()));
        let is_in_vain = match &answer {
            Err(_) => true,
            Ok(None) => began.elapsed() > SLOW,
            Ok(Some(_)) => false,
        };
        if is_in_vain {
            *self.in_vain_at.lock().await = Some(clock.now());
        }
        answer
    }

    /// A head with the lines of log, witness and mirror, each by a key that the office knows as such, and none of a time
    /// that has not come by `now`; `None` while no such head is shown.
    pub(super) async fn head_of_both(
        &self,
        anchors: &Anchors,
        origin: &Origin,
        now: UtcMillis,
    ) -> Result<Option<SignedCheckpoint>, NotShown> {
        let Some(mirrored) = self.shown.mirrored(origin).await? else { return Ok(None) };
        if let Some(both) = of_both(&mirrored, origin, (anchors, now)) {
            return Ok(Some(both));
        }
        let Some(witnessed) = self.shown.witnessed(origin).await? else { return Ok(None) };
        if witnessed.note().text() != mirrored.note().text() {
            return Ok(None);
        }
        let both = both_lines(witnessed, &mirrored).ok();
        Ok(both.and_then(|both| of_both(&both, origin, (anchors, now))))
    }

    pub(super) async fn tile(
        &self,
        origin: &Origin,
        path: TilePath,
    ) -> Result<Option<Vec<u8>>, NotShown> {
        self.shown.tile(origin, path).await
    }
}

/// The head with the lines of log, witness and mirror that the office knows, and no others; `None` where one of the three is
/// missing. Before it is remembered: a head that somebody made up, or that only the log's own organisation cosigned, would
/// stand in the way of every other, and lines of strangers, as long as a note may be, would be kept and handed out in
/// every proof. Nor does a head count that was cosigned later than the clocks of two organisations may differ
/// ([`CLOCK_LIMIT_MS`]): remembered for its size, it would be handed out as newer than anything can be.
fn of_both(
    head: &SignedCheckpoint,
    origin: &Origin,
    (anchors, now): (&Anchors, UtcMillis),
) -> Option<SignedCheckpoint> {
    let logs = anchors.logs.iter().filter(|log| log.vkey.0.name() == origin.key_name());
    let logs: Vec<&LogAnchor> = logs.collect();
    let is_outside = |cosigner: &CosignerAnchor| {
        logs.iter().all(|log| log.organisation != cosigner.organisation)
    };
    let of = |role: CosignerRole| {
        let all = anchors.cosigners.iter();
        let cosigners = all.filter(|cosigner| cosigner.role == role && is_outside(cosigner));
        cosigners.map(|cosigner| &cosigner.vkey.0).collect::<Vec<_>>()
    };
    if head.checkpoint().origin() != origin {
        return None;
    }
    let latest = now.plus_millis(CLOCK_LIMIT_MS);
    let mut known = signed_by(head, logs.iter().map(|log| &log.vkey.0).collect(), latest)?;
    known.extend(signed_by(head, of(CosignerRole::Witness), latest)?);
    known.extend(signed_by(head, of(CosignerRole::Mirror), latest)?);
    // By the note, in which each line stands once: a key may be known twice, with two validities.
    let lines = head.note().signatures().iter().filter(|line| known.contains(line));
    let note = Note::new(head.note().text().to_owned(), lines.cloned().collect()).ok()?;
    SignedCheckpoint::from_note(note).ok()
}

/// The lines of these keys; `None` where there is none, or one that does not hold or says a time after `latest`.
fn signed_by<'a>(
    head: &'a SignedCheckpoint,
    keys: Vec<&'a VerifierKey>,
    latest: UtcMillis,
) -> Option<Vec<&'a SignatureLine>> {
    let verified = head.note().verify(keys).ok()?;
    let is_to_come = |signature: &VerifiedSignature<'_>| {
        signature.time().is_some_and(|time| time.posix_seconds() > latest.unix_seconds())
    };
    if verified.iter().any(is_to_come) {
        tracing::warn!(
            log.origin = %head.checkpoint().origin(), log.size = head.checkpoint().size(),
            "a head was cosigned at a time that has not come yet, and is not taken"
        );
        return None;
    }
    Some(verified.iter().map(VerifiedSignature::line).collect())
}

#[cfg(test)]
mod tests {
    use heqi_testkit::FixedClock;

    use super::*;

    #[derive(Debug)]
    struct Nobody;

    impl ShownElsewhere for Nobody {
        fn mirrored<'a>(&'a self, _: &'a Origin) -> Showing<'a, SignedCheckpoint> {
            Box::pin(async { Ok(None) })
        }

        fn witnessed<'a>(&'a self, _: &'a Origin) -> Showing<'a, SignedCheckpoint> {
            Box::pin(async { Ok(None) })
        }

        fn tile<'a>(&'a self, _: &'a Origin, _: TilePath) -> Showing<'a, Vec<u8>> {
            Box::pin(async { Ok(None) })
        }
    }

    /// An answer after so long.
    async fn after(
        took: Duration,
        answer: Result<Option<u8>, NoProof>,
    ) -> Result<Option<u8>, NoProof> {
        tokio::time::sleep(took).await;
        answer
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_that_comes_slowly_is_asked_for_once_in_a_while_and_no_page_waits_again() {
        let (there, clock) = (Elsewhere::new(Arc::new(Nobody)), FixedClock::at(NOON));
        let slowly = SLOW + SLOW;
        assert_eq!(there.in_time(&clock, after(slowly, Ok(None))).await.unwrap(), None);
        let since = there.paused_since(&clock).await;
        assert_eq!(since, Some(clock.now()));
        // Nobody waits, not even for what would come.
        let began = Instant::now();
        assert_eq!(there.in_time(&clock, after(slowly, Ok(Some(1)))).await.unwrap(), None);
        assert_eq!(began.elapsed(), Duration::ZERO);
        clock.advance_ms(PAUSE_MS);
        assert_eq!(there.paused_since(&clock).await, None);
        assert_eq!(there.in_time(&clock, after(slowly, Ok(Some(1)))).await.unwrap(), Some(1));
        assert_eq!(there.paused_since(&clock).await, None, "what came is kept, and was worth it");
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_that_comes_at_once_is_asked_for_again_and_no_answer_is_not() {
        let (there, clock) = (Elsewhere::new(Arc::new(Nobody)), FixedClock::at(NOON));
        for _ in 0..3 {
            assert_eq!(there.in_time(&clock, after(SLOW / 3, Ok(None))).await.unwrap(), None);
            assert_eq!(there.paused_since(&clock).await, None);
        }
        let failed = || Err(NotShown::because("unreachable").into());
        there.in_time(&clock, after(Duration::ZERO, failed())).await.unwrap_err();
        assert!(there.paused_since(&clock).await.is_some());
        clock.advance_ms(PAUSE_MS);
        there.in_time(&clock, after(PATIENCE + SLOW, Ok(Some(1)))).await.unwrap_err();
        assert!(there.paused_since(&clock).await.is_some(), "too slow");
    }

    const NOON: &str = "2026-11-23T12:00:00.000Z";
}
