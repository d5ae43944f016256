//! Who takes part in a filing, in which capacities, and how far each has come.

use std::collections::BTreeSet;
use std::fmt;

use heqi_vocabulary::{Digest, DocumentId, Language, PartyId, SigningId, UtcMillis};
use serde::{Deserialize, Serialize};

use crate::confirmation::Confirmation;
use crate::review::{Review, ReviewOutcome};
use crate::words::{CompanyTitle, DeclaredName};

/// In what capacity somebody takes part.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum Capacity {
    /// A natural person who holds shares 股东.
    Shareholder,
    /// The legal representative of the company the filing is about 法定代表人.
    LegalRepresentative,
    /// Somebody acting for a company that holds shares 法人股东代表. The only capacity of
    /// a company, and the one by which a company counts as a shareholder.
    CorporateShareholderRepresentative,
    /// A supervisor of the company 监事.
    Supervisor,
    /// Who handles the filing 经办人: confirms as everybody does, and never signs by it.
    Handler,
}

impl Capacity {
    /// The word used on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Shareholder => "shareholder",
            Self::LegalRepresentative => "legal_representative",
            Self::CorporateShareholderRepresentative => "corporate_shareholder_representative",
            Self::Supervisor => "supervisor",
            Self::Handler => "handler",
        }
    }

    /// The name people read.
    pub const fn name(self, language: Language) -> &'static str {
        match self {
            Self::Shareholder => language.pick("股东", "shareholder"),
            Self::LegalRepresentative => language.pick("法定代表人", "legal representative"),
            Self::CorporateShareholderRepresentative => {
                language.pick("法人股东代表", "representative of a corporate shareholder")
            }
            Self::Supervisor => language.pick("监事", "supervisor"),
            Self::Handler => language.pick("经办人", "handler"),
        }
    }

    /// Whether somebody signs documents in this capacity. A handler may never sign for
    /// others, so nothing is signed as handler.
    pub const fn signs(self) -> bool {
        !matches!(self, Self::Handler)
    }

    /// Whether the party counts among the shareholders.
    pub const fn holds_shares(self) -> bool {
        matches!(self, Self::Shareholder | Self::CorporateShareholderRepresentative)
    }

    /// Whether a filing has room for one party in this capacity only.
    pub(crate) const fn is_single(self) -> bool {
        matches!(self, Self::LegalRepresentative | Self::Handler)
    }
}

impl fmt::Display for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A person, or a company acting through a person; every name as declared.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a third kind of party changes what is signed and printed"
)]
pub enum PartyKind {
    /// A natural person.
    Person {
        /// The person's name.
        name: DeclaredName,
    },
    /// A company that acts through its representative (民法典 art. 61).
    Company {
        /// The company's name.
        name: CompanyTitle,
        /// The person who signs for it.
        representative: DeclaredName,
    },
    /// A minor who holds shares, for whom a guardian acts (民法典 arts. 23, 27, 34; edge case 8).
    Ward {
        /// The minor's name.
        name: DeclaredName,
        /// The guardian, who signs.
        guardian: DeclaredName,
    },
}

impl PartyKind {
    /// The natural person who acts: the party itself, its representative or its guardian.
    pub const fn acting_person(&self) -> &DeclaredName {
        match self {
            Self::Person { name } => name,
            Self::Company { representative, .. } => representative,
            Self::Ward { guardian, .. } => guardian,
        }
    }

    /// The first capacity in which this kind of party cannot act: a company acts only
    /// through a representative, a person never as one; a minor holds shares and has no office
    /// (公司法 art. 178).
    pub(crate) fn unfit(&self, capacities: &BTreeSet<Capacity>) -> Option<Capacity> {
        let fits = |c: Capacity| match self {
            Self::Company { .. } => c == Capacity::CorporateShareholderRepresentative,
            Self::Person { .. } => c != Capacity::CorporateShareholderRepresentative,
            Self::Ward { .. } => c == Capacity::Shareholder,
        };
        capacities.iter().copied().find(|c| !fits(*c))
    }
}

/// One party's signature of one document version. It counts while that version is
/// current: a new version voids it and it stays here, as happened.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "plain facts of one signature")]
pub struct Signature {
    /// The version that was signed.
    pub document: DocumentId,
    /// The signing in which it happened; one signing may cover several documents.
    pub signing: SigningId,
    /// When the signing was completed, by the server's clock.
    pub at: UtcMillis,
    /// When the registry decided after an objection that it does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voided_at: Option<UtcMillis>,
}

/// That the handler took a party out, which signed nothing. It stays as somebody who took part once.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "plain facts of one removal")]
pub struct Removal {
    /// When.
    pub at: UtcMillis,
    /// Digest of the reason given, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_digest: Option<Digest>,
}

/// What stands where a person's name was erased.
pub const ERASED_NAME: &str = "已依法删除";

/// One party of one filing, with its signatures and its answer after signing.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    id: PartyId,
    who: PartyKind,
    capacities: BTreeSet<Capacity>,
    pub(crate) signatures: Vec<Signature>,
    pub(crate) confirmation: Confirmation,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) reviews: Vec<Review>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) removal: Option<Removal>,
}

impl Party {
    pub(crate) const fn new(id: PartyId, who: PartyKind, capacities: BTreeSet<Capacity>) -> Self {
        let confirmation = Confirmation::Pending {};
        Self {
            id,
            who,
            capacities,
            signatures: Vec::new(),
            confirmation,
            reviews: Vec::new(),
            removal: None,
        }
    }

    /// Its identifier.
    pub const fn id(&self) -> PartyId {
        self.id
    }

    /// Person or company.
    pub const fn who(&self) -> &PartyKind {
        &self.who
    }

    /// All capacities of this party; never empty.
    pub const fn capacities(&self) -> &BTreeSet<Capacity> {
        &self.capacities
    }

    /// The capacities in which it signs; empty for somebody who is only the handler.
    pub fn signing_capacities(&self) -> BTreeSet<Capacity> {
        self.capacities.iter().copied().filter(|c| c.signs()).collect()
    }

    /// Whether it signs at all.
    pub fn is_signer(&self) -> bool {
        self.capacities.iter().any(|c| c.signs())
    }

    /// Whether it holds shares, itself or as a company.
    pub fn is_shareholder(&self) -> bool {
        self.capacities.iter().any(|c| c.holds_shares())
    }

    /// Everything it signed, in its own order, voided signatures included.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Its signature of this document version, if one was not voided by a decision.
    pub fn signature_of(&self, document: DocumentId) -> Option<&Signature> {
        self.signatures.iter().find(|s| s.document == document && s.voided_at.is_none())
    }

    /// Takes part in these capacities as well.
    pub(crate) fn extend_capacities(&mut self, more: &BTreeSet<Capacity>) {
        self.capacities.extend(more);
    }

    /// Puts this name in the place of that of the natural person who acts. A company keeps its own,
    /// and so does a minor.
    pub(crate) fn correct_name(&mut self, corrected: DeclaredName) {
        match &mut self.who {
            PartyKind::Person { name }
            | PartyKind::Company { representative: name, .. }
            | PartyKind::Ward { guardian: name, .. } => *name = corrected,
        }
    }

    /// Puts this name in the place of a minor's; the guardian keeps the own. `false`: the party is no minor.
    pub(crate) fn correct_ward_name(&mut self, corrected: DeclaredName) -> bool {
        match &mut self.who {
            PartyKind::Ward { name, .. } => {
                *name = corrected;
                true
            }
            PartyKind::Person { .. } | PartyKind::Company { .. } => false,
        }
    }

    /// Puts [`ERASED_NAME`] in the place of the names of natural people. A company keeps its own.
    pub(crate) fn erase_names(&mut self) {
        let Ok(erased) = ERASED_NAME.parse::<DeclaredName>() else { return };
        match &mut self.who {
            PartyKind::Person { name } | PartyKind::Company { representative: name, .. } => {
                *name = erased;
            }
            PartyKind::Ward { name, guardian } => {
                name.clone_from(&erased);
                *guardian = erased;
            }
        }
    }

    /// Whether the name of the natural person was erased.
    pub fn is_erased(&self) -> bool {
        self.who.acting_person().as_str() == ERASED_NAME
    }

    /// Every case about its identity, in the order opened.
    pub fn reviews(&self) -> &[Review] {
        &self.reviews
    }

    /// Whether every case about its identity was accepted. A refused one never is again.
    pub fn is_reviewed(&self) -> bool {
        let accepted = |review: &Review| matches!(review.outcome, ReviewOutcome::Accepted { .. });
        self.reviews.iter().all(accepted)
    }

    /// Its answer after signing.
    pub const fn confirmation(&self) -> &Confirmation {
        &self.confirmation
    }

    /// Whether it takes part: it was not taken out.
    pub const fn takes_part(&self) -> bool {
        self.removal.is_none()
    }

    /// When and why it was taken out, if it was.
    pub const fn removal(&self) -> Option<&Removal> {
        self.removal.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_capacity_is_its_word_in_json() {
        for capacity in [
            Capacity::Shareholder,
            Capacity::LegalRepresentative,
            Capacity::CorporateShareholderRepresentative,
            Capacity::Supervisor,
            Capacity::Handler,
        ] {
            assert_eq!(serde_json::to_string(&capacity).unwrap(), format!("\"{capacity}\""));
        }
    }

    #[test]
    fn a_company_acts_only_through_a_representative_and_a_person_never_as_one() {
        let name: DeclaredName = "周建国".parse().unwrap();
        let company = PartyKind::Company {
            name: "杭州示例云栖投资有限公司".parse().unwrap(),
            representative: name.clone(),
        };
        let person = PartyKind::Person { name };
        let representing = BTreeSet::from([Capacity::CorporateShareholderRepresentative]);
        let own = BTreeSet::from([Capacity::Shareholder, Capacity::Supervisor]);
        assert_eq!(company.unfit(&representing), None);
        assert_eq!(company.unfit(&own), Some(Capacity::Shareholder));
        assert_eq!(person.unfit(&own), None);
        assert_eq!(person.unfit(&representing), Some(Capacity::CorporateShareholderRepresentative));
        assert_eq!(company.acting_person().as_str(), "周建国");
    }

    #[test]
    fn edge_case_8_a_guardian_acts_for_a_minor_who_holds_shares_and_has_no_office() {
        let ward = PartyKind::Ward {
            name: "林小茶".parse().unwrap(),
            guardian: "林嘉伟".parse().unwrap(),
        };
        assert_eq!(ward.acting_person().as_str(), "林嘉伟");
        assert_eq!(ward.unfit(&BTreeSet::from([Capacity::Shareholder])), None);
        for office in [
            Capacity::LegalRepresentative,
            Capacity::CorporateShareholderRepresentative,
            Capacity::Supervisor,
            Capacity::Handler,
        ] {
            assert_eq!(ward.unfit(&BTreeSet::from([office])), Some(office));
        }
        let id = PartyId::from_bytes([2; 16]);
        let mut party = Party::new(id, ward, BTreeSet::from([Capacity::Shareholder]));
        party.correct_name("林家伟".parse().unwrap());
        let PartyKind::Ward { name, guardian } = party.who() else { panic!("another kind") };
        assert_eq!((name.as_str(), guardian.as_str()), ("林小茶", "林家伟"));
        assert!(party.correct_ward_name("林晓茶".parse().unwrap()));
        let PartyKind::Ward { name, guardian } = party.who() else { panic!("another kind") };
        assert_eq!((name.as_str(), guardian.as_str()), ("林晓茶", "林家伟"));
        party.erase_names();
        let PartyKind::Ward { name, guardian } = party.who() else { panic!("another kind") };
        assert_eq!((name.as_str(), guardian.as_str()), (ERASED_NAME, ERASED_NAME));
    }

    #[test]
    fn who_is_only_the_handler_signs_nothing() {
        let id = PartyId::from_bytes([1; 16]);
        let who = PartyKind::Person { name: "何静".parse().unwrap() };
        let handler = Party::new(id, who.clone(), BTreeSet::from([Capacity::Handler]));
        assert!(!handler.is_signer() && handler.signing_capacities().is_empty());
        let both = BTreeSet::from([Capacity::Handler, Capacity::Shareholder]);
        let owner = Party::new(id, who, both);
        assert_eq!(owner.signing_capacities(), BTreeSet::from([Capacity::Shareholder]));
    }
}
