//! Of which part of a statement a refusal speaks.

/// In what a statement differs from its challenge.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum StatementPart {
    /// Another challenge, so another ceremony or filing.
    Challenge,
    /// Another party.
    Party,
    /// Other capacities.
    Capacities,
    /// Other documents, another order, or other page counts.
    Documents,
    /// Another certificate.
    Certificate,
    /// Another platform.
    Origin,
    /// Another statement of intent.
    Intent,
    /// Other consents.
    Consents,
    /// Another attribute tree than the one sent along.
    ClientRoot,
}

impl std::fmt::Display for StatementPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.words().0)
    }
}

impl StatementPart {
    /// The word for programs, then for people in Chinese and in English.
    pub(super) const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Challenge => ("challenge", "签署请求", "the signing request"),
            Self::Party => ("party", "签署人", "the party"),
            Self::Capacities => ("capacities", "签署身份", "the capacities"),
            Self::Documents => ("documents", "文书", "the documents"),
            Self::Certificate => ("certificate", "证书", "the certificate"),
            Self::Origin => ("origin", "平台", "the platform"),
            Self::Intent => ("intent", "意愿声明", "the statement of intent"),
            Self::Consents => ("consents", "授权同意", "the consents"),
            Self::ClientRoot => ("client_root", "设备信息", "the device's attributes"),
        }
    }
}
