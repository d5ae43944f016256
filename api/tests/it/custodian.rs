//! What custodians and cosigners do, played by the test: they answer deposits and cosign
//! heads through the same doors as the worker.

use heqi_evidence::deposit::{DepositReceipt, DualDigest, Outcome};
use heqi_evidence::statement::Statement;
use heqi_registration::Custodian;
use heqi_registration::deposit_queue::{
    NoteReceipt, deposit_bundle, lease, note_cosigned_head, note_receipt,
};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::cosignature::{CosignatureTime, Cosigner};
use heqi_tlog::witness::{AddCheckpoint, WitnessDecision, decide};
use heqi_vocabulary::{Clock, DepositNo};

use crate::service::Service;

/// Answers everything that waits for `custodian` with `outcome`; how many records that was.
pub(crate) async fn answer(service: &Service, custodian: Custodian, outcome: &Outcome) -> u32 {
    let key = match custodian {
        Custodian::DataCentre => &service.cast.custodians[0].key,
        Custodian::Preservation => &service.cast.custodians[1].key,
    };
    let mut serial = 0;
    loop {
        let items = lease(&service.platform, custodian, 60_000, 16).await.unwrap();
        if items.is_empty() {
            return serial;
        }
        for item in items {
            let deposit = deposit_bundle(&service.platform, item.payload.record_id).await.unwrap();
            let mut parts: Vec<_> = deposit.parts.immutable_parts().map(DualDigest::of).collect();
            parts.sort();
            let received_at = service.clock.now();
            let receipt = DepositReceipt {
                chain: deposit.chain,
                custodian: custodian.as_str().to_owned(),
                deposit_no: DepositNo::new(received_at, serial).unwrap(),
                leaf_index: deposit.leaf_index,
                log_origin: service.platform.origin().to_string(),
                manifest_sha256: deposit.manifest_sha256,
                outcome: outcome.clone(),
                parts,
                received_at,
                record_root: deposit.record_root,
                seq: deposit.seq,
            };
            let receipt = receipt.sign(key).unwrap().as_bytes().to_vec();
            let manifest_sha256 = deposit.manifest_sha256;
            let note = NoteReceipt { receipt, chain_head: None, manifest_sha256 };
            note_receipt(&service.platform, &item, note).await.unwrap();
            serial += 1;
        }
    }
}

/// Cosigns the newest head.
pub(crate) async fn cosign(service: &Service, cosigners: &[&Cosigner]) {
    let head = service.backend().log().head().checkpoint().clone();
    let cosigned = cosigners.iter().fold(head, |head, cosigner| cosigned(service, &head, cosigner));
    note_cosigned_head(&service.platform, &cosigned).await.unwrap();
}

fn cosigned(service: &Service, head: &SignedCheckpoint, cosigner: &Cosigner) -> SignedCheckpoint {
    let log_key = service.platform.settings().log_key.clone();
    let request = AddCheckpoint::new(0, Vec::new(), head.clone()).unwrap();
    let WitnessDecision::Accepted(accepted) = decide(request, &[log_key], None) else {
        panic!("the first head of a log needs no proof");
    };
    let time = CosignatureTime::from_posix_seconds(service.clock.now().unix_seconds()).unwrap();
    head.with_signature(accepted.persisted().cosign(cosigner, time)).unwrap()
}
