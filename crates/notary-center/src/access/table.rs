//! Every route of the office and who may call it. What people open is decided by this table;
//! what organisations call is decided where it is handled, and said here.

use heqi_notarization::staff::OfficeRole;

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
    /// Everybody: nothing personal is here.
    Everybody,
    /// Whoever comes with a key of this scope.
    Key(&'static str),
    /// Another protocol decides: a log's own signature, or a peer's.
    Protocol,
    /// Whoever comes with the cookie of a session of the office, also before the second factor.
    Door,
    /// Whoever signed and came in with a code and a name: what is held of it, and of nobody else.
    Person,
    /// Staff of the office who have signed in with both factors.
    Staff(&'static [OfficeRole]),
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
    /// Whether people open it in a browser.
    pub fn is_page(&self) -> bool {
        is_page(self.path)
    }
}

/// Whether this path, or pattern of a path, is one of pages.
pub fn is_page(path: &str) -> bool {
    path == "/staff"
        || path == "/my"
        || path.starts_with("/my/")
        || path == "/coverage"
        || path == "/check"
        || path.starts_with("/staff/")
        || path.starts_with("/check/")
}

const fn get(path: &'static str, access: Access) -> Rule {
    Rule { verb: Verb::Get, path, access }
}

const fn post(path: &'static str, access: Access) -> Rule {
    Rule { verb: Verb::Post, path, access }
}

use Access::{Door, Everybody, Protocol, Staff};
use OfficeRole::{Approver, Archivist, Auditor, Clerk, Notary, Security};

/// Everybody who sees matters.
const READERS: Access = Staff(&[Clerk, Notary, Approver, Archivist, Auditor]);
/// Whoever does anything with one; what exactly, the state decides.
const WORKERS: Access = Staff(&[Clerk, Notary, Approver, Archivist]);
/// Whoever examines, drafts and approves; that they declared no interest, the matter decides.
const EXAMINERS: Access = Staff(&[Clerk, Notary, Approver]);
const BOOK: Access = Staff(&[Notary, Approver, Archivist, Auditor]);
const ARCHIVE: Access = Staff(&[Archivist, Auditor]);
const ACCOUNTS: Access = Staff(&[Security, Auditor]);
const ANYBODY_IN: Access = Staff(&[Clerk, Notary, Approver, Archivist, Auditor, Security]);

/// Every route of the service and who may call it.
pub const ACCESS_TABLE: &[Rule] = &[
    get("/healthz", Everybody),
    get("/readyz", Everybody),
    get("/metrics", Everybody),
    get("/alarms", Everybody),
    get("/openapi.json", Everybody),
    post("/deposits", Access::Key(super::DEPOSITS)),
    post("/erasures", Access::Key(super::DEPOSITS)),
    post("/chains/{chain}/holds", Access::Key(super::LEGAL_HOLD)),
    post("/chains/{chain}/holds/{hold}/lift", Access::Key(super::LEGAL_HOLD)),
    post("/applications", Access::Key(super::APPLICATIONS)),
    post("/witness/add-checkpoint", Protocol),
    post("/mirror/add-checkpoint", Protocol),
    post("/mirror/add-entries", Protocol),
    post("/peer/standing", Protocol),
    post("/holder-notices", Protocol),
    get("/verify.html", Everybody),
    get("/anchors.json", Everybody),
    get("/assets/{digest}/{name}", Everybody),
    get("/coverage", Everybody),
    get("/my", Everybody),
    post("/my/code", Everybody),
    post("/my/enter", Everybody),
    get("/my/evidence/{number}", Access::Person),
    get("/my/evidence/{number}/files/{sha256}", Access::Person),
    get("/my/evidence/{number}/bundle", Access::Person),
    get("/my/evidence/{number}/say", Access::Person),
    post("/my/evidence/{number}/say", Access::Person),
    post("/my/watch", Access::Person),
    get("/my/apply/{voucher}", Everybody),
    post("/my/apply/{voucher}", Access::Person),
    post("/my/leave", Access::Person),
    get("/check", Everybody),
    post("/check", Everybody),
    post("/check/file", Everybody),
    get("/check/{number}", Everybody),
    get("/staff", Everybody),
    post("/staff", Everybody),
    get("/staff/code", Door),
    post("/staff/code", Door),
    post("/staff/leave", Door),
    get("/staff/password", ANYBODY_IN),
    post("/staff/password", ANYBODY_IN),
    get("/staff/cases", ANYBODY_IN),
    get("/staff/matters", READERS),
    get("/staff/matters/{no}", READERS),
    get("/staff/matters/{no}/certificate.pdf", READERS),
    get("/staff/matters/{no}/paper", READERS),
    get("/staff/matters/{no}/notices/{notice}", READERS),
    get("/staff/matters/{no}/screens/{sha256}", READERS),
    get("/staff/matters/{no}/held/{sha256}", EXAMINERS),
    get("/staff/matters/{no}/renewals.zip", READERS),
    get("/staff/matters/{no}/dossier.zip", ARCHIVE),
    get("/staff/figures", READERS),
    post("/staff/matters/{no}/{act}", WORKERS),
    get("/staff/deposits", READERS),
    post("/staff/deposits", Staff(&[Clerk, Notary])),
    get("/staff/register", READERS),
    get("/staff/register/{year}", BOOK),
    get("/staff/accounts", ACCOUNTS),
    post("/staff/accounts/{account}/{act}", Staff(&[Security])),
];

/// The line of a route.
pub fn find(is_get: bool, path: &str) -> Option<&'static Rule> {
    let verb = if is_get { Verb::Get } else { Verb::Post };
    ACCESS_TABLE.iter().find(|rule| rule.verb == verb && rule.path == path)
}
