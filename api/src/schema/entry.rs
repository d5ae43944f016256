//! How a signer comes in.

use utoipa::ToSchema;

use super::words::{
    CeremonyId, Digest, EntryStep, Instant, MessageChannel, MessageId, MessageState, PartyId,
    Purpose, RecordId,
};

/// What is asked at the door of a ceremony.
#[derive(ToSchema)]
pub(crate) struct EntryView {
    ceremony_id: CeremonyId,
    /// When the link ends.
    expires_at: Instant,
    step: EntryStep,
    /// Where a code can be sent.
    channels: Vec<Destination>,
    /// The code sent last.
    code: Option<CodeView>,
    /// Wrong identity numbers that are left.
    identity_tries_left: u8,
}

/// Where a message goes, masked.
#[derive(ToSchema)]
pub(crate) struct Destination {
    channel: MessageChannel,
    /// Enough to recognise one's own.
    masked: String,
}

/// A code that was sent.
#[derive(ToSchema)]
pub(crate) struct CodeView {
    channel: MessageChannel,
    /// Where to, masked.
    masked: Option<String>,
    sent_at: Instant,
    /// From this instant on it does not pass.
    expires_at: Instant,
    /// From this instant on another one can be sent.
    resend_at: Instant,
    /// Wrong entries that are left.
    tries_left: u8,
}

/// A code is on its way.
#[derive(ToSchema)]
pub(crate) struct CodeSent {
    channel: MessageChannel,
    /// Where to, masked.
    masked: String,
    sent_at: Instant,
    /// From this instant on it does not pass.
    expires_at: Instant,
    /// From this instant on another one can be sent.
    resend_at: Instant,
}

/// What was entered fits, and that is recorded.
#[derive(ToSchema)]
pub(crate) struct Passed {
    record_id: RecordId,
    record_root: Digest,
    /// What is asked next.
    step: EntryStep,
}

/// If there is such a party, a code is on its way.
#[derive(ToSchema)]
pub(crate) struct SentByNumber {
    /// From this instant on another one can be asked for.
    resend_at: Instant,
}

/// The signer may come in.
#[derive(ToSchema)]
pub(crate) struct Entered {
    /// The token of the ceremony, to be shown to the signer and nobody else.
    token: String,
}

/// A message to a party.
#[derive(ToSchema)]
pub(crate) struct MessageView {
    message_id: MessageId,
    party_id: PartyId,
    purpose: Purpose,
    queued_at: Instant,
    state: MessageState,
    /// The ways that were tried, the last one last.
    tried: Vec<MessageChannel>,
}
