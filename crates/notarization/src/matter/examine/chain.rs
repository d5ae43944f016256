//! What the held chain of a filing says around one signing: consents, answers, objections, names that were
//! put right; and what people said to a custodian, past the platform. Who signed is in [`super::signer`], and what
//! annex seven of a certificate shows of it in [`super::answers`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::holder_notice::NoticeKind;
use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::Reason;
use heqi_vocabulary::{Digest, UtcMillis};
use serde_json::Value;

use super::answers::TOLD;
use super::contested::{Contested, OBJECTED, SIGNATURE_VOID, Voided};
use super::person::number_of;
use super::signer::{is_of_ward, is_of_wards_name};
use super::versions::{Versions, signed_documents};
use super::{Found, found, held_record};
use crate::deposited::{DEPOSITS, DepositKey};
use crate::held_chain::HeldChain;
use crate::holder::notice::notices;
use crate::matter::checklist::Outcome;
use crate::matter::error::MatterError;
use crate::matter::rows::{Facts, ReplacedDocument};
use crate::office::NotaryOffice;

/// What came after a held signing, now.
pub(crate) async fn answer_held(
    office: &NotaryOffice,
    key: &DepositKey,
) -> Result<Answered, MatterError> {
    let Some(row) = DEPOSITS.durable_row(office.store(), key).await? else {
        return Ok(Answered::default());
    };
    let signing = held_record(office, &row.value).await?;
    let chain = Chain::read(office, key, row.value.chain).await?;
    let void = chain.void_of(&signing).and_then(Voided::read);
    let replaced = chain.versions.replaced_of(&signing);
    let objections = chain.objections(Some(&signing));
    Ok(Answered { objections, void, replaced, ..chain.answer(&signing) })
}

/// When a record was made: in a chain each is later than the one before.
pub(super) fn at(record: &Disclosure) -> Option<UtcMillis> {
    record.parsed("recorded_at")
}

/// What a signer answered.
#[derive(Default)]
pub(crate) struct Answered {
    /// `confirmed`, `objected`, `taken_back` (an objection and nothing since) or nothing.
    pub(crate) word: &'static str,
    /// When.
    pub(crate) at: Option<UtcMillis>,
    /// In what way, for people.
    pub(crate) way: String,
    /// How many objections there are, of anybody and by either way, one said by both counted once.
    pub(crate) objections: u32,
    /// That the registry found the signature void.
    pub(crate) void: Option<Voided>,
    /// Documents that were signed and are replaced by now.
    pub(crate) replaced: Vec<ReplacedDocument>,
}

impl Answered {
    /// What of it a certificate may not hide.
    pub(crate) fn contested(&self) -> Contested {
        Contested { objections: self.objections, is_void: self.void.is_some() }
    }
}

/// What the held chain of a filing says around one signing.
#[derive(Default)]
pub(super) struct Chain {
    /// Of all its records; `None` when one cannot be opened.
    pub(super) frames: Option<Vec<Vec<u8>>>,
    pub(super) consents: BTreeSet<Digest>,
    /// What guardians showed.
    pub(super) guardianships: BTreeSet<Digest>,
    pub(super) confirmations: Vec<Disclosure>,
    pub(super) objections: Vec<Disclosure>,
    /// What was decided about objections, by whoever objected or by the registry.
    pub(super) resolved: Vec<Disclosure>,
    /// What persons found who looked at signings.
    pub(super) reviewed: Vec<Disclosure>,
    /// Messages that went out.
    pub(super) notified: Vec<Disclosure>,
    /// Who takes part, by the party's identifier; newest name.
    pub(super) parties: BTreeMap<String, PartyNamed>,
    /// What authorities were asked about parties.
    pub(super) identified: Vec<Disclosure>,
    /// Names and numbers that an officer put right.
    pub(super) put_right: Vec<Disclosure>,
    /// When objections to this signing were said to a custodian, past the platform.
    pub(super) told: Vec<UtcMillis>,
    titles: BTreeMap<String, String>,
    /// Versions of its documents.
    pub(super) versions: Versions,
}

/// A party as a filing names it.
pub(super) struct PartyNamed {
    pub(super) name: String,
    pub(super) is_company: bool,
    /// Whether somebody else acts for it: a representative or a guardian.
    pub(super) is_represented: bool,
}

impl Chain {
    pub(super) async fn read(
        office: &NotaryOffice,
        about: &DepositKey,
        chain: Digest,
    ) -> Result<Self, MatterError> {
        let held = HeldChain::read(office, chain).await?;
        let mut read = Self { frames: held.frames()?, ..Self::default() };
        for record in held.records {
            read.take(record);
        }
        let said = notices(office, chain).await?;
        let objected = said
            .iter()
            .filter(|(root, notice)| *root == about.root && notice.kind == NoticeKind::Objection);
        read.told = objected.map(|(_, notice)| notice.said_at).collect();
        Ok(read)
    }

    pub(super) fn take(&mut self, record: Disclosure) {
        match record.kind() {
            RecordKind::ConsentGiven => {
                self.consents.insert(record.root());
            }
            RecordKind::GuardianshipShown => {
                self.guardianships.insert(record.root());
            }
            RecordKind::Confirmation => self.confirmations.push(record),
            RecordKind::Objection => self.objections.push(record),
            RecordKind::IdentityVerified => self.identified.push(record),
            RecordKind::ObjectionResolved => self.resolved.push(record),
            RecordKind::ReviewDecided => self.reviewed.push(record),
            RecordKind::Notification => self.notified.push(record),
            RecordKind::PersonCorrected => {
                if let (Some(party), Some(name)) = (record.text("party"), record.text("name_after"))
                    && let Some(named) = self.parties.get_mut(party)
                    // Of a company it is the representative who was named anew, of a minor the guardian, but where it
                    // says that it is the minor.
                    && (!named.is_represented || is_of_wards_name(&record))
                {
                    name.clone_into(&mut named.name);
                }
                self.put_right.push(record);
            }
            RecordKind::FilingChanged => {
                if let (Some(party), Some(name)) = (record.text("party"), record.text("party_name"))
                {
                    let is_company = record.text("party_kind") == Some("company");
                    let is_represented = is_company || is_of_ward(&record);
                    let named = PartyNamed { name: name.to_owned(), is_company, is_represented };
                    self.parties.insert(party.to_owned(), named);
                }
                if let (Some(digest), Some(title)) =
                    (record.text("document_sha256"), record.text("document_title"))
                {
                    self.titles.insert(digest.to_owned(), title.to_owned());
                }
                self.versions.take(&record);
            }
            _ => {}
        }
    }

    pub(super) fn confirmations(&self, signing: &Disclosure) -> Found {
        let own = self.confirmations.iter().any(|one| self.is_about(one, signing));
        let (yes, no) = (self.confirmations.len(), self.objections(Some(signing)));
        let both = self.said_by_both_ways(signing).count();
        let told = self.told.len().saturating_sub(both);
        let mut zh = format!(
            "确认 {yes} 份，异议 {no} 份（其中未经签署平台、直接向保管方提出 {told} 份）；签署人本人{}确认",
            if own { "已" } else { "未" }
        );
        let mut en = format!(
            "{yes} confirmations, {no} objections, {told} of them said to a custodian alone, past the platform; the signer has {}confirmed",
            if own { "" } else { "not " }
        );
        let void = self.void_of(signing).and_then(Voided::read);
        let (outcome, code) = match (&void, own, no) {
            (Some(_), _, _) => (Outcome::Unproved, SIGNATURE_VOID),
            (None, _, 1..) => (Outcome::Unproved, OBJECTED),
            (None, true, 0) => (Outcome::Passed, "confirmed"),
            (None, false, 0) => (Outcome::Unproved, "not_confirmed"),
        };
        if both > 0 {
            // Writing to a string does not fail.
            // Of those counted above, and no other one beside them.
            let _ = write!(
                zh,
                "；上述异议中有 {both} 份既由签署平台记录、又直接向保管方提出，只计一次"
            );
            let _ = write!(
                en,
                "; of these objections {both} was recorded by the platform and said to a custodian as well, and counts once"
            );
        }
        let replaced = self.versions.replaced_of(signing).len();
        if replaced > 0 {
            let _ = write!(
                zh,
                "；所签文件中有 {replaced} 份其后由新版本替换，此后的确认不是对原版本的确认"
            );
            let _ = write!(
                en,
                "; {replaced} of the documents signed were replaced since, and later answers are not about those"
            );
        }
        if let Some(Voided { at, by }) = void {
            let at = at.for_people();
            let _ = write!(zh, "；登记机关（{by}）已于 {at} 认定本签署无效：该签署作废并重签");
            let _ = write!(en, "; the registry ({by}) found this very signature void at {at}");
        }
        found(outcome, code, zh, en)
    }

    /// What the signer answered. An objection counts before a confirmation, whoever it was said to; one
    /// that the signer took back counts before a confirmation of before it only, and is told as taken back.
    pub(super) fn answer(&self, signing: &Disclosure) -> Answered {
        let party = signing.text("party");
        let about = |one: &&Disclosure| self.is_about(one, signing);
        let of_party = |one: &&Disclosure| one.text("party") == party;
        let taken_back = |one: &&Disclosure| one.text("outcome") == Some("taken_back");
        let back = self.resolved.iter().filter(of_party).filter(taken_back).filter_map(at).max();
        let objected = self.objections.iter().filter(about);
        let objected: Vec<_> = objected.filter_map(|one| Some((at(one)?, self.way(one)))).collect();
        let stands = objected.iter().filter(|(at, _)| back.is_none_or(|back| back < *at)).cloned();
        let told = self.told.iter().map(|at| (*at, TOLD.to_owned()));
        if let Some((first, way)) = stands.chain(told).min() {
            return Answered { word: "objected", at: Some(first), way, ..Answered::default() };
        }
        let confirmed = self.confirmations.iter().rfind(about);
        let confirmed = confirmed.map(|one| (at(one), self.way(one)));
        // All of them were taken back: what was confirmed since, or else that.
        if let Some((first, way)) = objected.into_iter().min()
            && confirmed.as_ref().is_none_or(|(at, _)| *at <= back)
        {
            return Answered { word: "taken_back", at: Some(first), way, ..Answered::default() };
        }
        match confirmed {
            Some((at, way)) => Answered { word: "confirmed", at, way, ..Answered::default() },
            None => Answered::default(),
        }
    }

    /// Whether the signer said this of this signing: after it, and before the registry found their signatures void or all that
    /// was signed in it was replaced, where that is so. What was said before is of a signing before it, and what came later
    /// of the one in its place; but whoever names the record of a signing speaks of that one.
    pub(super) fn is_about(&self, said: &Disclosure, signing: &Disclosure) -> bool {
        let (party, signed) = (signing.text("party"), at(signing));
        let void = self.void_of(signing).and_then(at);
        let said_at = at(said);
        let is_named =
            || said.text("against").is_some_and(|of| Some(of) == signing.text("record_id"));
        said.text("party") == party
            && said_at >= signed
            && void.is_none_or(|void| said_at <= Some(void))
            && (self.versions.counted_until(signing).is_none_or(|until| said_at <= Some(until))
                || is_named())
    }

    /// The decision of the registry by which this very signature does not count any more, if there is one: the first
    /// about this party's signatures after it, while it counted for anything.
    pub(super) fn void_of(&self, signing: &Disclosure) -> Option<&Disclosure> {
        let (party, signed) = (signing.text("party"), at(signing));
        let until = self.versions.counted_until(signing);
        let is_void = |one: &&Disclosure| {
            one.text("signatures_of").is_some_and(|of| Some(of) == party)
                && at(one) > signed
                && until.is_none_or(|until| at(one) <= Some(until))
        };
        self.resolved.iter().filter(is_void).min_by_key(|one| at(one))
    }

    /// What the certificate tells of the signing; `identity` is what the examination found of it.
    pub(super) fn facts(&self, signing: &Disclosure, identity: Option<&Reason>) -> Facts {
        let text = |name: &str| signing.text(name).unwrap_or_default().to_owned();
        let documents = signed_documents(signing)
            .map(|digest| {
                self.titles
                    .get(digest)
                    .cloned()
                    .unwrap_or_else(|| digest.chars().take(16).collect())
            })
            .collect();
        let answered = self.answer(signing);
        let void = self.void_of(signing).and_then(Voided::read);
        let (checked, unchecked) = self.checks(signing, identity);
        Facts {
            company: text("company_name"),
            signer: self.signer(signing),
            signed_at: signing.parsed("recorded_at"),
            documents,
            parts: Vec::new(),
            answer: answered.word.to_owned(),
            answered_at: answered.at,
            answered_by: answered.way,
            identity: signing.value("identity").map(Value::to_string).unwrap_or_default(),
            number: match number_of(signing) {
                // It stands behind the minor's name, and is the guardian's.
                number if is_of_ward(signing) && !number.is_empty() => {
                    format!("监护人证件号码{number}")
                }
                number => number,
            },
            checked,
            unchecked,
            voided_at: void.as_ref().map(|void| void.at),
            voided_by: void.map(|void| void.by).unwrap_or_default(),
            replaced: self.versions.replaced_of(signing),
        }
    }
}
