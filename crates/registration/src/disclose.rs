//! Opens attributes of a record for somebody who may see them. The look itself is a
//! record, made before anything is shown.

use std::collections::BTreeSet;

use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::record::ClientAttributes;
use heqi_evidence::schema::{RecordKind, Schema};
use heqi_vocabulary::RecordId;
use serde::Serialize;

use crate::ceremonies::require_inside;
use crate::erasure::rows::RESTRICTIONS;
use crate::fault::{ActError, Class, Fault};
use crate::ledger::{self, KeptRecord};
use crate::looks::{self, Purpose};
use crate::platform::Platform;
use crate::receipt::own;
use crate::request::{Actor, RequestFacts, Scope};
use crate::rows::Pair;
use crate::wording::{Told, refusals, say};

/// Which attributes. Those of the signer's device are named `client.{name}`.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "nothing lies between some and all")]
pub enum Attributes {
    /// These, and the frame.
    Named(BTreeSet<String>),
    /// All.
    All,
}

impl Attributes {
    /// Reads a list of names parted by commas; the empty list opens the frame only.
    pub fn listed(names: &str) -> Self {
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        Self::Named(names.map(ToOwned::to_owned).collect())
    }
}

/// What was opened.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Disclosed {
    /// The record.
    pub record_id: RecordId,
    /// Its root, which the disclosure proves.
    pub record_root: RecordRoot,
    /// The disclosure: canonical JSON, exactly as it hashes.
    pub record: serde_json::Value,
    /// The same of the signer's device, when attributes of it were asked for.
    pub client: Option<serde_json::Value>,
    /// The record of this look.
    pub access_record_id: RecordId,
}

/// Why nothing was opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiscloseError {
    /// See [`ActError`].
    #[error(transparent)]
    Act(#[from] ActError),
    /// Records of this kind have no such attribute.
    #[error("records of this kind have no attribute of a name asked for")]
    UnknownAttribute,
    /// The party asked for erasure, the law demands to keep: it is kept and not used.
    #[error("the data of this party are kept and not used any more")]
    Restricted,
}

impl From<Fault> for DiscloseError {
    fn from(fault: Fault) -> Self {
        Self::Act(fault.into())
    }
}

impl DiscloseError {
    fn told(&self) -> Told<'_> {
        match self {
            Self::Act(error) => Told::By(error),
            Self::UnknownAttribute => say(
                "attribute_unknown",
                ["该类记录没有所请求的信息项。", "请核对信息项名称，或下载完整证据包。"],
                [
                    "Records of this kind have no attribute of that name.",
                    "Check the name, or download the whole bundle.",
                ],
            )
            .is(Class::BadInput),
            Self::Restricted => say(
                "processing_restricted",
                [
                    "该签署人的信息已依法限制处理，仅作保存。",
                    "如因争议处理确需使用，请由登记机关或公证机构依法调取。",
                ],
                [
                    "The data of this party are kept because the law demands it, and not used.",
                    "For a dispute, the registration authority or the notary can demand them.",
                ],
            )
            .is(Class::Forbidden),
        }
    }
}

refusals!(DiscloseError);

/// Opens attributes of a record.
///
/// # Errors
/// See [`DiscloseError`].
pub async fn disclose(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    record: RecordId,
    attributes: &Attributes,
) -> Result<Disclosed, DiscloseError> {
    let kept = ledger::find(platform, record).await?;
    may_open(actor, &kept)?;
    require_inside(platform, actor).await?;
    not_restricted(platform, actor, &kept).await?;
    attributes.check(kept.kind)?;
    // Opened before the look is recorded, shown after: what cannot be opened is no look.
    let opened = kept.open(platform)?;
    let bytes = opened.disclose(|name| attributes.wants(name)).map_err(Fault::broken)?;
    let client = match kept.private(platform)?.filter(|_| attributes.wants_client()) {
        None => None,
        Some(private) => {
            let client = ClientAttributes::parse(private.client.as_bytes());
            let client = client.map_err(|_| Fault::broken("a kept device tree cannot be read"))?;
            let bytes = client.disclose(|name| attributes.wants_of_client(name));
            Some(json(&bytes.map_err(Fault::broken)?)?)
        }
    };
    let access_record_id =
        looks::record(platform, actor, facts, &kept, Purpose::Disclosure, attributes).await?;
    Ok(Disclosed {
        record_id: record,
        record_root: kept.root,
        record: json(&bytes)?,
        client,
        access_record_id,
    })
}

/// Staff who may look at evidence, and the party itself.
pub(crate) fn may_open(actor: &Actor, kept: &KeptRecord) -> Result<(), ActError> {
    match actor {
        Actor::ApiKey { .. } => actor.require(Scope::Evidence),
        Actor::Signer { .. } => own(actor, kept),
        Actor::Staff(_) => Err(ActError::Denied),
    }
}

/// What is kept only because the law demands it is not used: staff sees nothing of it, the
/// party itself does (个人信息保护法 art. 45).
pub(crate) async fn not_restricted(
    platform: &Platform,
    actor: &Actor,
    kept: &KeptRecord,
) -> Result<(), DiscloseError> {
    let (Actor::ApiKey { .. }, Some(party)) = (actor, kept.about.party) else { return Ok(()) };
    let key = Pair(kept.about.filing, party);
    let row = RESTRICTIONS.row(platform.backend(), &key).await.map_err(Fault::from)?;
    if row.is_some() { Err(DiscloseError::Restricted) } else { Ok(()) }
}

fn json(bytes: &[u8]) -> Result<serde_json::Value, Fault> {
    serde_json::from_slice(bytes).map_err(Fault::broken)
}

impl Attributes {
    /// Refuses names that records of this kind do not have.
    pub(crate) fn check(&self, kind: RecordKind) -> Result<(), DiscloseError> {
        let Self::Named(names) = self else { return Ok(()) };
        let known = |kind, name: &str| {
            let schema = Schema::newest(kind);
            schema.slot(name).is_some_and(|slot| !schema.is_reserved(slot))
        };
        let known = |name: &String| match name.strip_prefix(CLIENT) {
            Some(name) => kind == RecordKind::Signing && known(RecordKind::Client, name),
            None => known(kind, name),
        };
        if names.iter().all(known) { Ok(()) } else { Err(DiscloseError::UnknownAttribute) }
    }

    /// Whether an attribute of the record is to be opened.
    pub(crate) fn wants(&self, name: &str) -> bool {
        match self {
            Self::Named(names) => names.contains(name),
            Self::All => true,
        }
    }

    /// Whether an attribute of the signer's device is to be opened.
    pub(crate) fn wants_of_client(&self, name: &str) -> bool {
        self.wants(&format!("{CLIENT}{name}"))
    }

    fn wants_client(&self) -> bool {
        match self {
            Self::Named(names) => names.iter().any(|name| name.starts_with(CLIENT)),
            Self::All => true,
        }
    }

    /// The names as access records list them.
    pub(crate) fn listing(&self) -> Vec<String> {
        match self {
            Self::Named(names) => names.iter().cloned().collect(),
            Self::All => vec!["*".to_owned()],
        }
    }
}

const CLIENT: &str = "client.";
