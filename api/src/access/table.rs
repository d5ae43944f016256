//! The table.

use heqi_registration::Scope;

/// How a route is called.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the methods of the interface, version 1")]
pub enum Verb {
    /// GET, and HEAD with it.
    Get,
    /// POST.
    Post,
}

/// Who may call a route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever checks access must decide about each")]
pub enum Access {
    /// Everybody: nothing personal is here, or another protocol decides.
    Everybody,
    /// Whoever comes with the cookie of a signer's session: pages of that signer.
    Session,
    /// Nobody but these.
    Only {
        /// An API key with at least one of these scopes.
        scopes: &'static [Scope],
        /// The token of a signer.
        signer: bool,
    },
}

/// One line of the table.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a line of a table")]
pub struct Rule {
    /// How.
    pub verb: Verb,
    /// The route's pattern.
    pub path: &'static str,
    /// Who.
    pub access: Access,
}

impl Rule {
    /// Whether people open it in a browser and programs do not: it is no part of the interface
    /// that OpenAPI describes.
    pub fn is_page(&self) -> bool {
        is_page(self.path)
    }
}

/// Whether this path, or pattern of a path, is one of pages.
pub fn is_page(path: &str) -> bool {
    let alone = ["/", "/sign", "/verify"].contains(&path);
    alone || ["/s/", "/sign/", "/enter/", "/assets/"].iter().any(|begin| path.starts_with(begin))
}

/// Pages of a session that are open before the signer has said who it is.
pub(super) const AT_THE_DOOR: [&str; 5] =
    ["/sign", "/sign/code", "/sign/code/check", "/sign/identity", "/sign/leave"];

const fn get(path: &'static str, access: Access) -> Rule {
    Rule { verb: Verb::Get, path, access }
}

const fn post(path: &'static str, access: Access) -> Rule {
    Rule { verb: Verb::Post, path, access }
}

const fn keys(scopes: &'static [Scope]) -> Access {
    Access::Only { scopes, signer: false }
}

const fn signer_or(scopes: &'static [Scope]) -> Access {
    Access::Only { scopes, signer: true }
}

const EVERYBODY: Access = Access::Everybody;
const HANDLER: Access = keys(&[Scope::Filings]);
/// The registration authority and the notary.
const AUTHORITY: Access = keys(&[Scope::LegalHold]);
const SIGNER: Access = signer_or(&[]);

/// Every route of the service and who may call it.
pub const ACCESS_TABLE: &[Rule] = &[
    post("/api/v1/filings", HANDLER),
    get("/api/v1/filings/{filing_id}", HANDLER),
    get("/api/v1/filings/{filing_id}/messages", HANDLER),
    post("/api/v1/filings/{filing_id}/parties", HANDLER),
    post("/api/v1/filings/{filing_id}/parties/{party_id}/contact", HANDLER),
    post("/api/v1/filings/{filing_id}/documents", HANDLER),
    post("/api/v1/filings/{filing_id}/parties/{party_id}/invitations", HANDLER),
    post(
        "/api/v1/filings/{filing_id}/parties/{party_id}/confirmation",
        signer_or(&[Scope::Filings]),
    ),
    post("/api/v1/filings/{filing_id}/parties/{party_id}/objection", signer_or(&[Scope::Filings])),
    post(
        "/api/v1/filings/{filing_id}/parties/{party_id}/erasure",
        signer_or(&[Scope::DataProtection]),
    ),
    get(
        "/api/v1/filings/{filing_id}/personal-data",
        keys(&[Scope::Filings, Scope::DataProtection, Scope::LegalHold]),
    ),
    post("/api/v1/filings/{filing_id}/holds", AUTHORITY),
    post("/api/v1/filings/{filing_id}/holds/{record_id}/lift", AUTHORITY),
    get("/api/v1/documents/{document_id}", signer_or(&[Scope::Filings])),
    get("/api/v1/ceremony", SIGNER),
    get("/api/v1/ceremony/entry", SIGNER),
    post("/api/v1/ceremony/code", SIGNER),
    post("/api/v1/ceremony/code/check", SIGNER),
    post("/api/v1/ceremony/identity", SIGNER),
    // Who has neither link nor token: the answers say nothing about who takes part in what.
    post("/api/v1/entry/code", EVERYBODY),
    post("/api/v1/entry/check", EVERYBODY),
    post("/api/v1/ceremony/consents", SIGNER),
    post("/api/v1/ceremony/read", SIGNER),
    post("/api/v1/ceremony/decline", SIGNER),
    post("/api/v1/signings", SIGNER),
    post("/api/v1/signings/{signing_id}/capture", SIGNER),
    post("/api/v1/signings/{signing_id}/strokes", SIGNER),
    post("/api/v1/signings/{signing_id}/complete", SIGNER),
    post("/api/v1/signings/{signing_id}/decline", SIGNER),
    get("/api/v1/receipts/{record_id}", signer_or(&[Scope::Filings, Scope::Evidence])),
    get("/api/v1/records/{record_id}", signer_or(&[Scope::Evidence])),
    get("/api/v1/records/{record_id}/bundle", signer_or(&[Scope::Evidence])),
    // Whoever makes evidence or audits it may want its hour proved now.
    post("/api/v1/time-stamps", keys(&[Scope::Filings, Scope::Evidence])),
    // Looking at a link uses nothing up; using it gives a session to whoever has it.
    get("/", EVERYBODY),
    post("/enter/code", EVERYBODY),
    post("/enter/check", EVERYBODY),
    get("/s/{link}", EVERYBODY),
    post("/s/{link}", EVERYBODY),
    get("/sign", Access::Session),
    post("/sign/code", Access::Session),
    post("/sign/code/check", Access::Session),
    post("/sign/identity", Access::Session),
    post("/sign/consent", Access::Session),
    get("/sign/consent/{kind}", Access::Session),
    post("/sign/read", Access::Session),
    get("/sign/photo", Access::Session),
    get("/sign/drawing", Access::Session),
    get("/sign/decline", Access::Session),
    post("/sign/decline", Access::Session),
    post("/sign/leave", Access::Session),
    // Files of ours, the same for everybody.
    get("/assets/{digest}/{name}", EVERYBODY),
    get("/verify", EVERYBODY),
    // Numbers and random record ids only; the log tells everybody as much.
    get("/api/v1/coverage", EVERYBODY),
    get("/coverage", EVERYBODY),
    // The log is public by its nature; a witness trusts a log's signature, not its caller.
    get("/log/{log}/checkpoint", EVERYBODY),
    get("/log/{log}/head", EVERYBODY),
    get("/log/{log}/{tile:tile/.+}", EVERYBODY),
    post("/witness/add-checkpoint", EVERYBODY),
    get("/witness/{origin_sha256}/checkpoint", EVERYBODY),
    get("/witness/{origin_sha256}/fork-proof", EVERYBODY),
    // Signed with the key of a log this platform knows, or refused.
    post("/peer/standing", EVERYBODY),
    // Signed by the gateway, or refused.
    post("/api/v1/messages/reports", EVERYBODY),
    get("/api/openapi.json", EVERYBODY),
    get("/api/docs", EVERYBODY),
    get("/healthz", EVERYBODY),
    get("/readyz", EVERYBODY),
    get("/metrics", EVERYBODY),
    get("/alarms", EVERYBODY),
];
