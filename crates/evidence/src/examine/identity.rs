//! Identity: who vouches that this is the person named. Today nobody does, and the
//! verdict says so.

use heqi_vocabulary::Provenance;

use super::Decoded;
use crate::verdict::{Claim, ClaimName, Reason};

pub(super) fn examine(decoded: &Decoded<'_>) -> Claim {
    let name = ClaimName::Identity;
    if !decoded.is_signing() {
        return Claim::not_proved(name, Reason::IdentityNotConcerned);
    }
    match decoded.record.attribute("party_name") {
        None => Claim::not_proved(name, Reason::IdentityNotDisclosed),
        Some(attribute) if attribute.provenance.is_empty() => {
            Claim::not_proved(name, Reason::IdentityNotDisclosed)
        }
        Some(attribute) if attribute.provenance == Provenance::Declared => {
            Claim::not_proved(name, Reason::IdentityDeclared)
        }
        Some(_) => Claim::contradicted(
            name,
            Reason::RecordMalformed { detail: "party_name is not declared".into() },
        ),
    }
}
