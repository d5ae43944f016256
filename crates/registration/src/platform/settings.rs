//! What the operator decides, and who keeps deposits.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use heqi_evidence::anchors::Anchors;
use heqi_evidence_store::erasure::ErasureLedger;
use heqi_filing::{ConsentKind, Office};
use heqi_pki::keys::{PublicKey, Signer};
use heqi_tlog::note::VerifierKey;
use heqi_vocabulary::FilingNo;
use serde::{Deserialize, Serialize};

use crate::frozen::FrozenLog;
use crate::regulator::apply::Applicant;
use crate::risk::RiskSettings;

/// What the operator decides.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// The key of the platform's own log.
    pub log_key: VerifierKey,
    /// Keys the log signed with before, or will sign with next.
    pub other_log_keys: Vec<VerifierKey>,
    /// Logs of ours that are frozen, the oldest first: what stands in them is read there.
    pub frozen: Vec<FrozenLog>,
    /// Who witnesses the log: one cosignature of any of them counts.
    pub witness_keys: Vec<VerifierKey>,
    /// Who mirrors the log: one cosignature of any of them counts.
    pub mirror_keys: Vec<VerifierKey>,
    /// Where every record is deposited, with the keys that sign receipts.
    pub custodians: BTreeMap<Custodian, PublicKey>,
    /// The time authorities that are asked, by their labels.
    pub time_authorities: Vec<String>,
    /// Keys that custodians signed receipts with before, or will sign with next.
    pub other_receipt_keys: BTreeMap<Custodian, Vec<PublicKey>>,
    /// The key that signs erasure orders; without one nothing is erased that was deposited.
    pub order_key: Option<OrderKey>,
    /// Where destroyed keys are noted before they are destroyed; without it nothing is.
    pub erasure_ledger: Option<Arc<ErasureLedger>>,
    /// The names that consent texts are filled with.
    pub names: Names,
    /// How many photos and documents are decoded at once.
    pub decode_workers: usize,
    /// Where signers' pages are found: what links in messages begin with, without `/` at the
    /// end.
    pub public_url: String,
    /// Whether nobody is invited who cannot be sent a one-time code.
    pub code_required: bool,
    /// Whose reviewers decide where no authority says who somebody is; `None`: nobody does, and
    /// nothing waits for a decision.
    pub review_office: Option<Office>,
    /// What signs of a false position or device lead to.
    pub risk: RiskSettings,
    /// Who applies for certificates when a regulator does; `None`: nobody can from here.
    pub applicant: Option<Applicant>,
    /// The keys by which evidence is examined here, as the operator set them; without them a
    /// verdict says what is self-consistent and no more.
    pub anchors: Option<Arc<Anchors>>,
    /// Whether photos are decoded to the last pixel; integrators that capture themselves
    /// may switch it off, format and dimensions are checked all the same.
    pub check_pixels: bool,
    /// How many actions a signer is asked to do before the camera, at most [`heqi_filing::MAX_ACTIONS`].
    pub face_actions: u8,
    /// Filings that a demo acted out as if they were of the past: whoever looks at one is told.
    /// None in earnest.
    pub simulated_filings: BTreeSet<FilingNo>,
    /// Accounts of staff, by what is typed to come in, that nobody shuts out: whoever comes by a demo is each of its
    /// officers, and the next one would find them gone. None in earnest.
    pub kept_in: BTreeSet<String>,
}

/// How many actions are asked for where nobody decides otherwise.
pub const FACE_ACTIONS: u8 = 2;

impl Settings {
    /// Settings without cosigners and custodians.
    pub fn of_log(log_key: VerifierKey) -> Self {
        Self {
            log_key,
            other_log_keys: Vec::new(),
            frozen: Vec::new(),
            witness_keys: Vec::new(),
            mirror_keys: Vec::new(),
            custodians: BTreeMap::new(),
            time_authorities: Vec::new(),
            other_receipt_keys: BTreeMap::new(),
            order_key: None,
            erasure_ledger: None,
            names: Names::default(),
            public_url: "http://localhost".into(),
            code_required: false,
            review_office: None,
            risk: RiskSettings::default(),
            applicant: None,
            anchors: None,
            decode_workers: 2,
            check_pixels: true,
            face_actions: FACE_ACTIONS,
            simulated_filings: BTreeSet::new(),
            kept_in: BTreeSet::new(),
        }
    }
}

impl Settings {
    /// Whether a demo acted this filing out.
    pub fn is_simulated(&self, filing: FilingNo) -> bool {
        self.simulated_filings.contains(&filing)
    }

    /// Every key with which heads of our log may be signed.
    pub(crate) fn log_keys(&self) -> impl Iterator<Item = &VerifierKey> + Clone {
        std::iter::once(&self.log_key).chain(&self.other_log_keys)
    }

    /// Every key with which this custodian's receipts may be signed.
    pub(crate) fn receipt_keys(&self, custodian: Custodian) -> Vec<PublicKey> {
        let others = self.other_receipt_keys.get(&custodian).into_iter().flatten();
        self.custodians.get(&custodian).into_iter().chain(others).cloned().collect()
    }
}

/// The key that signs erasure orders. Never printed.
#[derive(Clone)]
pub struct OrderKey(Arc<dyn Signer>);

impl OrderKey {
    /// Takes the key.
    pub fn new(signer: Arc<dyn Signer>) -> Self {
        Self(signer)
    }

    pub(crate) fn signer(&self) -> &dyn Signer {
        &*self.0
    }
}

impl fmt::Debug for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OrderKey")
    }
}

/// Names and values that consent and intent texts are filled with when shown.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "a setting: operators fill it")]
pub struct Names {
    /// The notary office.
    pub notary_office: String,
    /// Who operates the platform.
    pub operator: String,
    /// Who compares faces.
    pub verifier: String,
    /// Until when signing photos are kept.
    pub retention: String,
    /// Whom to call.
    pub telephone: String,
    /// Whom to call at the notary office, to which data are provided (PIPL art. 23); left out: [`Self::telephone`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notary_telephone: Option<String>,
}

impl Names {
    /// Whom to call about what is consented to: whoever gets the data.
    pub fn contact_for(&self, kind: ConsentKind) -> &str {
        let notary = self.notary_telephone.as_deref();
        notary.filter(|_| kind == ConsentKind::NotaryProvision).unwrap_or(&self.telephone)
    }
}

impl Default for Names {
    fn default() -> Self {
        Self {
            notary_office: "示例公证处".into(),
            operator: "示例文签平台".into(),
            verifier: "示例文签平台".into(),
            retention: "公司注销后20年".into(),
            telephone: "0571-0000-0000".into(),
            notary_telephone: None,
        }
    }
}

/// Who keeps a deposit of every record.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "each custodian has a queue of its own")]
pub enum Custodian {
    /// The notary's data centre 公证处数据中心.
    DataCentre,
    /// The second custodian 实时保.
    Preservation,
}

impl Custodian {
    /// Both custodians.
    pub const ALL: [Self; 2] = [Self::DataCentre, Self::Preservation];

    /// The name in receipts and rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DataCentre => "data_centre",
            Self::Preservation => "preservation",
        }
    }
}

impl fmt::Display for Custodian {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Custodian {
    type Err = UnknownCustodian;

    fn from_str(text: &str) -> Result<Self, UnknownCustodian> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or(UnknownCustodian)
    }
}

/// The word names no custodian.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the custodians are data_centre and preservation")]
pub struct UnknownCustodian;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_gets_the_data_is_whom_to_call_about_it() {
        let names = Names { notary_telephone: Some("0571-0000220".into()), ..Names::default() };
        for kind in ConsentKind::ALL {
            let is_notary = kind == ConsentKind::NotaryProvision;
            let wanted = if is_notary { "0571-0000220" } else { "0571-0000-0000" };
            assert_eq!(names.contact_for(kind), wanted, "{kind}");
            assert_eq!(Names::default().contact_for(kind), "0571-0000-0000", "{kind}");
        }
        // A table of before is read as it was.
        let written = serde_json::to_value(Names::default()).unwrap();
        assert_eq!(written.as_object().unwrap().len(), 5);
        assert_eq!(serde_json::from_value::<Names>(written).unwrap(), Names::default());
    }
}
