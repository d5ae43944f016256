//! The table.

use heqi_registration::Scope;
use heqi_registration::request::StaffRole;

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
    /// Whoever comes with the cookie of a session of staff, also before the second factor.
    StaffDoor,
    /// Staff who have signed in with both factors.
    Staff {
        /// In one of these roles.
        roles: &'static [StaffRole],
    },
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
    let alone =
        ["/", "/sign", "/verify", "/staff", "/handover", "/offline", "/regulator"].contains(&path);
    alone
        || [
            "/s/",
            "/c/",
            "/h/",
            "/sign/",
            "/handover/",
            "/enter/",
            "/staff/",
            "/regulator/",
            "/assets/",
        ]
        .iter()
        .any(|begin| path.starts_with(begin))
}

/// Pages of a session that are open before the signer has said who it is.
pub(super) const AT_THE_DOOR: [&str; 5] =
    ["/sign", "/sign/code", "/sign/code/check", "/sign/identity", "/sign/leave"];

/// Pages of a session that does one step of a signing on another device. It sees these and no
/// other, and no other session sees them.
pub(super) const AT_A_HANDOVER: [&str; 5] =
    ["/handover", "/handover/photo", "/handover/strokes", "/handover/facts", "/handover/done"];

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
/// A custodian that was set back, while people let it take back what it lost.
const RETURNING: Access = keys(&[Scope::CustodyReturn]);
const SIGNER: Access = signer_or(&[]);
/// Of the registry or of the notary; which cases they see the use case decides.
const REVIEWER: Access = Access::Staff { roles: &[StaffRole::Reviewer] };

/// Of a handler's firm.
const AT_THE_HANDLERS: Access = Access::Staff { roles: &[StaffRole::Handler] };

/// Of the registration authority; through which search they see what the use case decides.
const REGULATOR: Access = Access::Staff { roles: &[StaffRole::Regulator] };

/// Who lets accounts in and shuts them out; whose accounts the use case decides.
const SECURITY: Access = Access::Staff { roles: &[StaffRole::Security] };
/// Who reads what staff did; of whom the use case decides.
const AUDIT: Access = Access::Staff { roles: &[StaffRole::Auditor] };
const SECURITY_OR_AUDIT: Access =
    Access::Staff { roles: &[StaffRole::Security, StaffRole::Auditor] };

/// Whoever has signed in, in whatever role: what everybody has, the own account.
const ANY_STAFF: Access = Access::Staff { roles: &StaffRole::ALL };

/// Every route of the service and who may call it.
pub const ACCESS_TABLE: &[Rule] = &[
    post("/api/v1/filings", HANDLER),
    get("/api/v1/filings/{filing_id}", HANDLER),
    get("/api/v1/filings/{filing_id}/messages", HANDLER),
    post("/api/v1/filings/{filing_id}/parties", HANDLER),
    post("/api/v1/filings/{filing_id}/parties/{party_id}/contact", HANDLER),
    post("/api/v1/filings/{filing_id}/parties/{party_id}/removal", HANDLER),
    post("/api/v1/filings/{filing_id}/documents", HANDLER),
    post("/api/v1/filings/{filing_id}/parties/{party_id}/invitations", HANDLER),
    get("/api/v1/filings/{filing_id}/parties/{party_id}/invitation-sheet", HANDLER),
    post("/api/v1/filings/{filing_id}/capital", HANDLER),
    post("/api/v1/filings/{filing_id}/confirmation-requests", HANDLER),
    post("/api/v1/filings/{filing_id}/submission", HANDLER),
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
    post("/api/v1/ceremony/video", SIGNER),
    post("/api/v1/ceremony/decline", SIGNER),
    post("/api/v1/signings", SIGNER),
    post("/api/v1/signings/{signing_id}/capture", SIGNER),
    post("/api/v1/signings/{signing_id}/strokes", SIGNER),
    post("/api/v1/signings/{signing_id}/complete", SIGNER),
    post("/api/v1/signings/{signing_id}/decline", SIGNER),
    get("/api/v1/receipts/{record_id}", signer_or(&[Scope::Filings, Scope::Evidence])),
    get("/api/v1/records/{record_id}", signer_or(&[Scope::Evidence])),
    get("/api/v1/records/{record_id}/bundle", signer_or(&[Scope::Evidence])),
    get("/api/v1/records/{record_id}/renewals", signer_or(&[Scope::Evidence])),
    get("/api/v1/custody/{custodian}/receipts", RETURNING),
    get("/api/v1/custody/{custodian}/records/{record_id}", RETURNING),
    // Whoever makes evidence or audits it may want its hour proved now.
    post("/api/v1/time-stamps", keys(&[Scope::Filings, Scope::Evidence])),
    // Looking at a link uses nothing up; using it gives a session to whoever has it.
    get("/", EVERYBODY),
    post("/enter/code", EVERYBODY),
    post("/enter/check", EVERYBODY),
    get("/s/{link}", EVERYBODY),
    post("/s/{link}", EVERYBODY),
    get("/c/{link}", EVERYBODY),
    post("/c/{link}", EVERYBODY),
    get("/h/{link}", EVERYBODY),
    post("/h/{link}", EVERYBODY),
    get("/offline", EVERYBODY),
    get("/sign", Access::Session),
    post("/sign/code", Access::Session),
    post("/sign/code/check", Access::Session),
    post("/sign/identity", Access::Session),
    post("/sign/consent", Access::Session),
    get("/sign/consent/{kind}", Access::Session),
    post("/sign/read", Access::Session),
    get("/sign/pages/{document_id}/{number}", Access::Session),
    get("/sign/photo", Access::Session),
    get("/sign/begin", Access::Session),
    get("/sign/seal", Access::Session),
    post("/sign/seal", Access::Session),
    get("/sign/guardian", Access::Session),
    post("/sign/guardian", Access::Session),
    get("/sign/drawing", Access::Session),
    get("/sign/decline", Access::Session),
    post("/sign/decline", Access::Session),
    post("/sign/next", Access::Session),
    post("/sign/leave", Access::Session),
    // Where staff comes in; what is behind says nothing about who has an account.
    get("/staff", EVERYBODY),
    post("/staff", EVERYBODY),
    get("/staff/code", Access::StaffDoor),
    post("/staff/code", Access::StaffDoor),
    post("/staff/leave", Access::StaffDoor),
    get("/staff/password", ANY_STAFF),
    post("/staff/password", ANY_STAFF),
    get("/staff/cases", REVIEWER),
    get("/staff/cases/{case_id}", REVIEWER),
    get("/staff/cases/{case_id}/photo", REVIEWER),
    get("/staff/cases/{case_id}/portrait", REVIEWER),
    get("/staff/cases/{case_id}/frames/{number}", REVIEWER),
    get("/staff/cases/{case_id}/video", REVIEWER),
    get("/staff/cases/{case_id}/seal", REVIEWER),
    get("/staff/cases/{case_id}/correction", REVIEWER),
    get("/staff/cases/{case_id}/guardianship", REVIEWER),
    post("/staff/cases/{case_id}/decision", REVIEWER),
    get("/staff/objections/{filing_id}", REVIEWER),
    post("/staff/objections/{filing_id}", REVIEWER),
    // Which filings are a handler's own the use case decides.
    get("/staff/filings", AT_THE_HANDLERS),
    post("/staff/filings", AT_THE_HANDLERS),
    post("/staff/filings/confirmation", AT_THE_HANDLERS),
    post("/staff/filings/confirmation-requests", AT_THE_HANDLERS),
    post("/staff/filings/submission", AT_THE_HANDLERS),
    post("/staff/filings/removal", AT_THE_HANDLERS),
    post("/staff/filings/removal/done", AT_THE_HANDLERS),
    get("/staff/filings/new", AT_THE_HANDLERS),
    post("/staff/filings/new", AT_THE_HANDLERS),
    get("/staff/filings/{filing_id}", AT_THE_HANDLERS),
    post("/staff/filings/{filing_id}/documents", AT_THE_HANDLERS),
    get("/staff/filings/{filing_id}/parties", AT_THE_HANDLERS),
    post("/staff/filings/{filing_id}/parties", AT_THE_HANDLERS),
    get("/staff/filings/{filing_id}/parties/{party_id}", AT_THE_HANDLERS),
    post("/staff/filings/{filing_id}/parties/{party_id}", AT_THE_HANDLERS),
    get("/staff/filings/{filing_id}/capital", AT_THE_HANDLERS),
    post("/staff/filings/{filing_id}/capital", AT_THE_HANDLERS),
    get("/staff/filings/{filing_id}/invitations", AT_THE_HANDLERS),
    post("/staff/filings/{filing_id}/invitations", AT_THE_HANDLERS),
    get("/staff/corrections", REVIEWER),
    post("/staff/corrections", REVIEWER),
    get("/staff/counter", REVIEWER),
    post("/staff/counter", REVIEWER),
    post("/staff/counter/seen", REVIEWER),
    get("/staff/counter/confirmation", REVIEWER),
    post("/staff/counter/confirmation", REVIEWER),
    post("/staff/counter/confirmation/done", REVIEWER),
    // Accounts and acts, never evidence.
    get("/staff/accounts", SECURITY_OR_AUDIT),
    post("/staff/accounts/{account}/{act}", SECURITY),
    get("/staff/journal", AUDIT),
    get("/staff/journal/{day}", AUDIT),
    // Every search and every look is a record.
    get("/regulator", REGULATOR),
    post("/regulator/searches", REGULATOR),
    get("/regulator/searches/{query_id}", REGULATOR),
    get("/regulator/searches/{query_id}/filings/{filing_id}", REGULATOR),
    get("/regulator/searches/{query_id}/filings/{filing_id}/photos/{record_id}", REGULATOR),
    get("/regulator/searches/{query_id}/filings/{filing_id}/bundles/{record_id}", REGULATOR),
    get("/regulator/searches/{query_id}/filings/{filing_id}/court-package", REGULATOR),
    post(
        "/regulator/searches/{query_id}/filings/{filing_id}/documents/{document_id}/comparison",
        REGULATOR,
    ),
    post(
        "/regulator/searches/{query_id}/filings/{filing_id}/signatures/{record_id}/application",
        REGULATOR,
    ),
    post("/regulator/searches/{query_id}/filings/{filing_id}/holds", REGULATOR),
    post("/regulator/searches/{query_id}/filings/{filing_id}/holds/{record_id}/lift", REGULATOR),
    get("/sign/confirm", Access::Session),
    post("/sign/confirm", Access::Session),
    get("/sign/consents", Access::Session),
    post("/sign/consents", Access::Session),
    get("/sign/object", Access::Session),
    post("/sign/object", Access::Session),
    post("/sign/object/take-back", Access::Session),
    get("/sign/filing", Access::Session),
    get("/sign/other-way", Access::Session),
    post("/sign/other-way", Access::Session),
    get("/sign/name", Access::Session),
    post("/sign/name", Access::Session),
    get("/sign/handover", Access::Session),
    post("/sign/handover", Access::Session),
    post("/sign/handover/answer", Access::Session),
    get("/sign/handover/photo", Access::Session),
    // Of a session that does one step on another device, and of no other session.
    get("/handover", Access::Session),
    post("/handover/photo", Access::Session),
    post("/handover/strokes", Access::Session),
    post("/handover/facts", Access::Session),
    post("/handover/done", Access::Session),
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
    // Signed with the receipt key of a custodian of this platform, or refused.
    post("/holder-notices", EVERYBODY),
    // Signed by the gateway, or refused.
    post("/api/v1/messages/reports", EVERYBODY),
    get("/api/openapi.json", EVERYBODY),
    get("/api/docs", EVERYBODY),
    get("/healthz", EVERYBODY),
    get("/readyz", EVERYBODY),
    get("/metrics", EVERYBODY),
    get("/alarms", EVERYBODY),
];
