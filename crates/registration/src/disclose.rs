//! Opens attributes of a record for somebody who may see them. The look itself is a
//! record, made before anything is shown.

use std::collections::BTreeSet;

use heqi_evidence::leaf::RecordRoot;
use heqi_vocabulary::RecordId;
use serde::Serialize;

use crate::fault::{ActError, Class};
use crate::platform::Platform;
use crate::request::{Actor, RequestFacts};
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
    todo!()
}
