//! The record of what was put right, and the certificate that it names.

use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_filing::DeclaredName;
use heqi_vocabulary::{FilingId, PartyId, RecordId};

use super::{Change, CorrectPerson};
use crate::contacts::IdNumber;
use crate::data_keys::{Sealing, data_key};
use crate::fault::Fault;
use crate::ledger::{About, Draft, NewRecord};
use crate::material::Material;
use crate::objects;
use crate::platform::Platform;
use crate::request::{Request, StaffMember};

/// What the certificate is, in records.
const MATERIAL_KIND: &str = "police_certificate";

/// A record that has no place yet, with its certificate in the store.
pub(super) struct Made {
    party: PartyId,
    name: DeclaredName,
    pub(super) change: Change,
    pub(super) id: RecordId,
    pub(super) record: NewRecord,
    pub(super) object: String,
}

impl Made {
    /// Whether it says this of this party.
    pub(super) fn is_of(&self, party: PartyId, name: &DeclaredName, change: &Change) -> bool {
        self.party == party && self.name == *name && self.change == *change
    }
}

/// Makes the record and stores the certificate, sealed for the person.
pub(super) fn make(
    platform: &Platform,
    request: &Request,
    member: &StaffMember,
    (command, change): (&CorrectPerson, Change),
    (certificate, filing, party): (&Material, FilingId, PartyId),
) -> Result<Made, Fault> {
    let about = (certificate, filing, party);
    let (id, record) = record(platform, request, member, (command, &change), about)?;
    let key = data_key(platform, filing, Some(party), Sealing::Class(RetentionClass::Person))?;
    let what = objects::of_material(id);
    let bytes = &certificate.bytes;
    let object = objects::put(platform.backend(), &key, &what, bytes, platform.entropy())?;
    let object = objects::name_of(&object)?.into();
    Ok(Made { party, name: command.name.clone(), change, id, record, object })
}

fn record(
    platform: &Platform,
    request: &Request,
    member: &StaffMember,
    (command, change): (&CorrectPerson, &Change),
    (certificate, filing, party): (&Material, FilingId, PartyId),
) -> Result<(RecordId, NewRecord), Fault> {
    let mut draft = Draft::new(platform, RecordKind::PersonCorrected);
    draft
        .observed("filing", filing.to_string())?
        .observed("party", party.to_string())?
        .observed("changed", change.words.clone())?
        .declared("name_before", Some(command.name.as_str()))?
        .reviewed("name_after", change.name_after.as_str())?
        .observed("material_kind", MATERIAL_KIND)?
        .reviewed("material_issuer", command.issuer.as_str())?
        .reviewed("material_issued_on", command.issued_on.to_string())?
        .observed("material_sha256", certificate.sha256.to_string())?
        .observed("material_format", certificate.format())?
        .reviewed("grounds", command.grounds.as_str())?
        .observed("office_kind", member.office.kind.code())?
        .observed("office", member.office.name.as_str())?
        .observed("officer", member.account.to_string())?
        .observed("officer_role", member.role.as_str())?
        .facts(&request.facts)?
        .journalled_by(member, "corrected");
    if let Some((before, after)) = &change.number {
        draft
            .declared("number_before", before.as_ref().map(IdNumber::as_str))?
            .reviewed("number_after", after.as_str())?;
    }
    let record_id = draft.record_id();
    Ok((record_id, draft.seal(platform, About::party(filing, party), None)?))
}
