//! What parties of a filing objected to on the platform, as the records say it, and which of it was said to a custodian
//! as well: by the rule of the office (ADR 0089), which reads the same records.

use std::collections::BTreeMap;

use heqi_evidence::holder_notice::NoticeKind;
use heqi_evidence::schema::RecordKind;
use heqi_filing::{Filing, Party, Signature};
use heqi_vocabulary::{PartyId, UtcMillis};

use crate::fault::Fault;
use crate::holder_notice::SaidToCustodian;
use crate::ledger::KeptRecord;
use crate::object::Ground;
use crate::platform::{Custodian, Platform};
use crate::regulator::traces::opened;

/// What is opened for them, as the record of the look lists it.
pub(super) const OPENED: [&str; 2] = ["ground", "against"];

/// What was objected to among some records of a filing, and what ended an objection.
pub(super) struct Objections {
    /// Oldest first.
    objected: Vec<Objected>,
    /// Who took one back, or nobody where the registry decided about all of them; and when.
    ended: Vec<(Option<PartyId>, UtcMillis)>,
    /// Until when everything is among these records, where there are later ones.
    known_until: Option<UtcMillis>,
}

/// One objection.
struct Objected {
    party: PartyId,
    at: UtcMillis,
    ground: Option<Ground>,
    /// The record, or the filing as a whole.
    against: Option<String>,
}

/// Every objection among these records, of which so many later ones are not listed. What was erased of one is not
/// told.
pub(super) fn objections(
    platform: &Platform,
    records: &[KeptRecord],
    not_listed: usize,
) -> Result<Objections, Fault> {
    let (mut objected, mut ended) = (Vec::new(), Vec::new());
    for kept in records {
        match (kept.kind, kept.about.party) {
            (RecordKind::Objection, Some(party)) => {
                let said = opened(platform, kept, &OPENED)?;
                let ground = said.parsed("ground");
                let against = said.text("against").map(ToOwned::to_owned);
                objected.push(Objected { party, at: kept.recorded_at, ground, against });
            }
            (RecordKind::ObjectionResolved, whose) => ended.push((whose, kept.recorded_at)),
            _ => {}
        }
    }
    let newest = records.last().map(|kept| kept.recorded_at);
    Ok(Objections { objected, ended, known_until: newest.filter(|_| not_listed > 0) })
}

impl Objections {
    /// On which ground a party objected; the last one counts.
    pub(super) fn ground_of(&self, party: PartyId) -> Option<Ground> {
        self.objected.iter().rev().filter(|one| one.party == party).find_map(|one| one.ground)
    }

    /// When the platform recorded the objection to a signing that was said to a custodian, by the custodian: where it
    /// did, and nothing ended the first of the two before the second.
    pub(super) fn recorded(
        &self,
        said: &[SaidToCustodian],
        signing: &KeptRecord,
        filing: &Filing,
    ) -> BTreeMap<Custodian, UtcMillis> {
        let recorded = self.against(signing, filing);
        let ended: Vec<_> = self
            .ended
            .iter()
            .filter(|(whose, _)| whose.is_none() || *whose == signing.about.party)
            .map(|(_, at)| *at)
            .collect();
        said.iter()
            // Whether what is later ended anything is not known here: better two that are one than one that is two.
            .filter(|one| self.known_until.is_none_or(|until| one.said_at <= until))
            .filter(|one| one.kind == NoticeKind::Objection)
            .filter_map(|one| Some((one.custodian, same(one.said_at, &recorded, &ended)?)))
            .collect()
    }

    /// When the signer of a record objected to it, or to the filing as a whole while the signing counted, and never to
    /// another record.
    fn against(&self, signing: &KeptRecord, filing: &Filing) -> Vec<UtcMillis> {
        let (own, whole) = (signing.record_id.to_string(), filing.id().to_string());
        let (void_at, replaced_at) = ends(signing, filing);
        let is_against = |one: &&Objected| {
            let against = one.against.as_deref();
            let is_named = against == Some(own.as_str());
            Some(one.party) == signing.about.party
                && one.at >= signing.recorded_at
                && (is_named || against.is_none_or(|against| against == whole))
                && void_at.is_none_or(|void_at| one.at <= void_at)
                && (is_named || replaced_at.is_none_or(|replaced_at| one.at <= replaced_at))
        };
        self.objected.iter().filter(is_against).map(|one| one.at).collect()
    }
}

/// When the registry found a signing void, and when the last of what was signed in it was replaced, if all was.
fn ends(signing: &KeptRecord, filing: &Filing) -> (Option<UtcMillis>, Option<UtcMillis>) {
    let party = signing.about.party.and_then(|party| filing.anyone(party));
    let signed = party.map_or(&[][..], Party::signatures);
    let of_this = signed.iter().filter(|one| Some(one.signing) == signing.about.signing);
    let void_at = of_this.clone().filter_map(|one| one.voided_at).min();
    let replaced_at = |one: &Signature| {
        let by = filing.document(one.document)?.superseded_by?;
        Some(filing.document(by)?.attached_at)
    };
    let replaced: Option<Vec<_>> = of_this.map(replaced_at).collect();
    (void_at, replaced.and_then(|all| all.into_iter().max()))
}

/// Which of the objections was said then: the last that was open, or else the first after it, unless something between
/// the two ended the earlier. What is recorded later than that is another one, as the certificate of the office says it.
fn same(said: UtcMillis, recorded: &[UtcMillis], ended: &[UtcMillis]) -> Option<UtcMillis> {
    let is_one = |at: &UtcMillis| {
        let between = (*at).min(said)..=(*at).max(said);
        !ended.iter().any(|ended| between.contains(ended))
    };
    let (before, after): (Vec<_>, Vec<_>) =
        recorded.iter().copied().filter(is_one).partition(|at| *at <= said);
    before.into_iter().max().or_else(|| after.into_iter().min())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_the_objection_that_was_open_then_or_else_the_first_after() {
        let at = |ms| UtcMillis::from_millis(ms).unwrap();
        let all = [at(10), at(30), at(50)];
        assert_eq!(same(at(20), &all, &[]), Some(at(10)), "the last that was open");
        assert_eq!(same(at(60), &all, &[]), Some(at(50)));
        assert_eq!(same(at(30), &all, &[]), Some(at(30)), "at one instant");
        assert_eq!(same(at(5), &all, &[]), Some(at(10)), "or the first after");
        assert_eq!(same(at(20), &all, &[at(15)]), Some(at(30)), "the one before was ended");
        assert_eq!(same(at(20), &all, &[at(15), at(25)]), None);
        assert_eq!(same(at(60), &all, &[at(55)]), None, "taken back, and then said anew");
        assert_eq!(same(at(20), &all, &[at(25)]), Some(at(10)), "ended later, and not between");
        assert_eq!(same(at(20), &[], &[]), None);
    }
}
