//! What stands on the screen of an application, part by part.

use crate::staff::Trouble;

/// What came of a point.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each in words of its own")]
pub enum PointState {
    /// 核验通过, or ticked.
    Passed,
    /// 未能核验.
    Unproved,
    /// 核验不符, or ticked as failed.
    Failed,
    /// Nobody has looked.
    Open,
}

/// One point of the checklist.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PointRow {
    /// Its number.
    pub number: usize,
    /// What it is called, in the reader's language.
    pub title: String,
    /// Whether the machine answers for it.
    pub is_machine: bool,
    /// What came of it.
    pub state: PointState,
    /// When, with zone.
    pub at: String,
    /// On what it rests, in the reader's language.
    pub evidence: Vec<String>,
    /// What a person remarked, and who.
    pub remark: Option<(String, String)>,
    /// Whether it takes a tick of whoever looks.
    pub may_tick: bool,
}

/// One line of the working record.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct LineRow {
    /// What was done, in the reader's language.
    pub act: String,
    /// When, with zone.
    pub at: String,
    /// Whether it came out as it should.
    pub passed: bool,
    /// SHA-256 of what it gave out.
    pub output_sha256: String,
    /// What it gave out.
    pub output: String,
    /// SHA-256 of the page that was shown for it.
    pub screen: Option<String>,
}

/// One of the small documents.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DocumentRow {
    /// Its number.
    pub number: String,
    /// What it is, in the reader's language.
    pub title: String,
    /// Its time, with zone.
    pub at: String,
    /// SHA-256 of the file; nothing while it is being made.
    pub sha256: Option<String>,
    /// For what it waits, since when and until when, where it could not be made yet.
    pub waits: Option<String>,
}

/// A file of the held evidence.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct HeldRow {
    /// What it is, in the reader's language.
    pub what: String,
    /// How long it is, in bytes.
    pub size_bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// The extraction session.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct SessionView {
    /// Notary, second person, computer, place.
    pub head: String,
    /// What was done.
    pub lines: Vec<LineRow>,
    /// The button that is open: its word and its name in the reader's language.
    pub next: Option<(String, String)>,
    /// Whether all six came out as they should.
    pub is_sealed: bool,
}

/// The draft.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DraftView {
    /// What keeps it from being written, in the reader's language.
    pub blocked: Option<Trouble>,
    /// The text: as kept, or as proposed.
    pub text: String,
    /// Whether whoever looks may change it.
    pub may_edit: bool,
    /// Whether it is only proposed so far.
    pub is_proposal: bool,
}

/// One line of the application's record.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct RecordRow {
    /// Its place.
    pub seq: u64,
    /// When, with zone.
    pub at: String,
    /// Who, by account and role.
    pub by: String,
    /// What, in the reader's language.
    pub what: String,
    /// What was said.
    pub said: String,
}

/// A file that somebody of the staff took.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct TakenRow {
    /// When, with zone.
    pub at: String,
    /// Who, by account and role.
    pub by: String,
    /// What, in the reader's language.
    pub what: String,
}
