//! What a machine can say of one signature: the examination that `verify` and the notary make, of
//! the bundle that would be exported, by the keys this platform was set up to believe.
//!
//! It says what the evidence proves and never whether a signature is genuine: that is for the
//! officer, and in the end for a court.

use heqi_evidence::anchors::Anchors;
use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::examine::{Question, examine};
use heqi_evidence::verdict::{ClaimName, Conclusion, Status, Verdict};
use heqi_vocabulary::Language;

use crate::decoding;
use crate::disclose::Attributes;
use crate::export_bundle::{ChainShown, bundle_in};
use crate::fault::{ActError, Fault};
use crate::ledger::KeptRecord;
use crate::platform::Platform;

/// The verdict on one signature.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignatureVerdict {
    /// Of all that is required together.
    pub status: Status,
    /// What an officer is told of it for the formal review.
    pub hint: Hint,
    /// Every claim by itself, in the order of a report. The certificate is not among them: whether
    /// one was issued is the notary's to say.
    pub claims: Vec<ClaimShown>,
}

/// One claim.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClaimShown {
    /// Which.
    pub name: ClaimName,
    /// What can be said of it.
    pub status: Status,
    /// Why, in Chinese and in English.
    pub reason: [String; 2],
    /// Whose word it rests on.
    pub vouched_by: Vec<String>,
}

impl ClaimShown {
    /// Why, in the reader's language.
    pub fn reason_in(&self, language: Language) -> &str {
        let [zh, en] = &self.reason;
        language.pick(zh, en)
    }
}

/// What an officer is told for the formal review (domain.md 11.6), never *genuine* or *forged*.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is shown in its own words")]
pub enum Hint {
    /// 无提示: everything asked for is proved.
    Nothing,
    /// 有提示 n 项: so many claims are contradicted.
    Some(usize),
    /// 待核实: something is not proved.
    ToBeChecked,
}

impl SignatureVerdict {
    fn of(verdict: &Verdict) -> Self {
        let shown = |name: &ClaimName| *name != ClaimName::Certificate;
        let claims: Vec<_> = verdict.claims().iter().filter(|claim| shown(&claim.name)).collect();
        let contradicted =
            claims.iter().filter(|claim| claim.status == Status::Contradicted).count();
        let is_open = claims.iter().any(|claim| claim.status == Status::NotProved);
        let status = match verdict.conclude(&ClaimName::required_by_default()) {
            Conclusion::Proved => Status::Proved,
            Conclusion::Contradicted => Status::Contradicted,
            Conclusion::SelfConsistent | Conclusion::NotProved => Status::NotProved,
        };
        let hint = match contradicted {
            0 if is_open => Hint::ToBeChecked,
            0 => Hint::Nothing,
            count => Hint::Some(count),
        };
        let claims = claims.into_iter().map(|claim| ClaimShown {
            name: claim.name,
            status: claim.status,
            reason: [Language::Zh, Language::En].map(|language| claim.reason.sentence(language)),
            vouched_by: claim.vouched_by.clone(),
        });
        Self { status, hint, claims: claims.collect() }
    }

    /// Of a file that cannot be read as a bundle: our own, so something is wrong with it.
    fn unreadable() -> Self {
        Self { status: Status::Contradicted, hint: Hint::Some(1), claims: Vec::new() }
    }
}

/// Examines the bundle of a record, with its chain as it was read.
pub(super) async fn verdict(
    platform: &Platform,
    kept: &KeptRecord,
    chain: &ChainShown,
) -> Result<SignatureVerdict, ActError> {
    let bytes = bundle_in(platform, kept, &Attributes::All, chain).await?;
    let anchors = platform.settings().anchors.clone();
    let judged = decoding::run(platform, move || judge(&bytes, anchors.as_deref())).await?;
    judged.ok_or_else(|| Fault::broken("the examination of a bundle of ours failed").into())
}

fn judge(bytes: &[u8], anchors: Option<&Anchors>) -> SignatureVerdict {
    let question = Question { anchors, ..Question::default() };
    match EvidenceBundle::read(bytes) {
        Ok(bundle) => SignatureVerdict::of(&examine(&bundle, &question)),
        Err(_) => SignatureVerdict::unreadable(),
    }
}
