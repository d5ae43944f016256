//! The notary's side as far as these tests need it: cosigns heads, signs receipts.

use heqi_evidence::anchors::Anchors;
use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::chain::ChainHead;
use heqi_evidence::deposit::{DepositReceipt, DualDigest, Outcome};
use heqi_evidence::examine::{Question, examine};
use heqi_evidence::verdict::{ClaimName, Status, Verdict};
use heqi_evidence_store::testing::note_signer;
use heqi_registration::Custodian;
use heqi_registration::deposit_queue::{
    Deposit, LeasedDeposit, NoteReceipt, deposit_bundle, lease, note_cosigned_head, note_receipt,
};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::cosignature::{CosignatureTime, Cosigner};
use heqi_tlog::note::VerifierKey;
use heqi_tlog::witness::{AddCheckpoint, WitnessDecision, decide};
use heqi_vocabulary::{Clock as _, DepositNo};

use crate::world::World;

pub(crate) fn log_key() -> VerifierKey {
    note_signer(7).verifier_key().clone()
}

impl World {
    pub(crate) fn anchors(&self) -> Anchors {
        let (_, notary_log) = heqi_testkit::Cast::logs(7);
        self.cast.anchors([&log_key(), notary_log.key()])
    }

    /// Examines a bundle file as a stranger with the anchors would.
    pub(crate) fn examine(&self, file: &[u8]) -> Verdict {
        let anchors = self.anchors();
        let question = Question { anchors: Some(&anchors), ..Question::default() };
        examine(&EvidenceBundle::read(file).unwrap(), &question)
    }

    pub(crate) fn cosigned(&self, head: &SignedCheckpoint, by: &Cosigner) -> SignedCheckpoint {
        let request = AddCheckpoint::new(0, Vec::new(), head.clone()).unwrap();
        let WitnessDecision::Accepted(accepted) = decide(request, &[log_key()], None) else {
            unreachable!("the first head of a log is accepted without a proof")
        };
        let seconds = self.clock.now().unix_seconds();
        let time = CosignatureTime::from_posix_seconds(seconds).unwrap();
        head.with_signature(accepted.persisted().cosign(by, time)).unwrap()
    }

    pub(crate) fn head(&self) -> SignedCheckpoint {
        self.platform.backend().log().head().checkpoint().clone()
    }

    /// Witness and mirror cosign the present head.
    pub(crate) async fn cosign_head(&self) {
        for by in [&self.cast.witness, &self.cast.mirror] {
            let head = self.cosigned(&self.head(), by);
            note_cosigned_head(&self.platform, &head).await.unwrap();
        }
    }

    fn cast_of(&self, custodian: Custodian) -> &heqi_testkit::Custodian {
        let place = usize::from(custodian == Custodian::Preservation);
        &self.cast.custodians[place]
    }

    /// The receipt a custodian gives for a deposit.
    pub(crate) fn receipt(&self, custodian: Custodian, deposit: &Deposit) -> DepositReceipt {
        let mut parts: Vec<DualDigest> =
            deposit.parts.immutable_parts().map(DualDigest::of).collect();
        parts.sort_unstable();
        parts.dedup();
        DepositReceipt {
            chain: deposit.chain,
            custodian: custodian.to_string(),
            deposit_no: DepositNo::new(
                self.clock.now(),
                u32::try_from(deposit.leaf_index).unwrap(),
            )
            .unwrap(),
            leaf_index: deposit.leaf_index,
            log_origin: self.platform.origin().to_string(),
            manifest_sha256: deposit.manifest_sha256,
            outcome: Outcome::Admitted,
            parts,
            received_at: self.clock.now(),
            record_root: deposit.record_root,
            seq: deposit.seq,
        }
    }

    pub(crate) fn chain_head(&self, custodian: Custodian, deposit: &Deposit) -> ChainHead {
        ChainHead {
            chain: deposit.chain,
            custodian: custodian.to_string(),
            root: deposit.record_root,
            seq: deposit.seq,
            time: self.clock.now(),
        }
    }

    /// What a custodian answers, signed.
    pub(crate) fn answer(
        &self,
        custodian: Custodian,
        deposit: &Deposit,
        change: impl FnOnce(&mut DepositReceipt, &mut ChainHead),
    ) -> NoteReceipt {
        let mut receipt = self.receipt(custodian, deposit);
        let mut head = self.chain_head(custodian, deposit);
        change(&mut receipt, &mut head);
        let by = self.cast_of(custodian);
        NoteReceipt {
            receipt: by.sign(&receipt),
            chain_head: Some(by.sign(&head)),
            manifest_sha256: deposit.manifest_sha256,
        }
    }

    pub(crate) async fn leased(&self, custodian: Custodian, limit: usize) -> Vec<LeasedDeposit> {
        lease(&self.platform, custodian, 60_000, limit).await.unwrap()
    }

    /// Both custodians receive everything that waits.
    pub(crate) async fn deposit_all(&self) -> usize {
        let mut deposited = 0;
        for custodian in Custodian::ALL {
            loop {
                let items = self.leased(custodian, 8).await;
                if items.is_empty() {
                    break;
                }
                for item in items {
                    let deposit =
                        deposit_bundle(&self.platform, item.payload.record_id).await.unwrap();
                    let answer = self.answer(custodian, &deposit, |_, _| {});
                    note_receipt(&self.platform, &item, answer).await.unwrap();
                    deposited += 1;
                }
            }
        }
        deposited
    }
}

/// Checks one claim.
#[track_caller]
pub(crate) fn expect(verdict: &Verdict, name: ClaimName, status: Status) {
    let claim = verdict.claim(name).unwrap();
    assert_eq!(claim.status, status, "{verdict:#?}");
}
