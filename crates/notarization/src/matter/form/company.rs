//! Who acts for a company that applies, and what shows that they may (民法典 art. 61, 公证法 art. 26,
//! 公证程序规则 art. 18).

use serde::{Deserialize, Serialize};

use super::{Application, MaterialHandedIn};

/// The document of whoever acts for a company. Personal data: kept sealed.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "printed whole into the certificate")]
pub struct ActingDocument {
    /// Its kind, as `DocumentKind::code`.
    pub kind: String,
    /// Its number.
    pub number: String,
}

/// Without anything.
impl std::fmt::Debug for ActingDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ActingDocument(…)")
    }
}

/// By what somebody acts for a company.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a company acts by one of these")]
pub enum ActingBasis {
    /// Its legal representative, in person.
    LegalRepresentative,
    /// Somebody with a power of attorney.
    PowerOfAttorney,
}

impl ActingBasis {
    /// What has to be among the materials, as the form calls it.
    pub const fn materials(self) -> &'static [&'static str] {
        match self {
            Self::LegalRepresentative => &["营业执照", "法定代表人身份证明"],
            Self::PowerOfAttorney => &["营业执照", "法定代表人身份证明", "授权委托书"],
        }
    }

    /// Whether these materials name what shows the authority. What a shared register says of the licence
    /// need not be handed in, but is named as that (“营业执照（共享核验）”).
    pub(super) fn is_shown_by(self, materials: &[MaterialHandedIn]) -> bool {
        let is_named = |wanted: &&str| materials.iter().any(|one| one.name.contains(*wanted));
        self.materials().iter().all(is_named)
    }
}

/// Whoever acts for a company.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Acting<'a> {
    /// Their name.
    pub name: &'a str,
    /// By what they act.
    pub basis: ActingBasis,
    /// Their document.
    pub document: &'a ActingDocument,
}

/// Without who it is.
impl std::fmt::Debug for Acting<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Acting({:?})", self.basis)
    }
}

impl Application {
    /// Who acts for the company that applies; `None` where a person or an authority does.
    pub fn acting(&self) -> Option<Acting<'_>> {
        let document = self.acting_document.as_ref()?;
        let (name, basis) = match self.agent.as_deref() {
            Some(agent) => (agent, ActingBasis::PowerOfAttorney),
            None => (self.legal_representative.as_deref()?, ActingBasis::LegalRepresentative),
        };
        Some(Acting { name, basis, document })
    }
}
