//! What somebody may go on from: a signing that counts, and a code that went to a known place.

use heqi_filing::{Entry, Party, Review, ReviewOutcome, Signature};
use heqi_vocabulary::{MessageChannel, SigningId};

use crate::fault::Fault;
use crate::message_queue;
use crate::platform::Platform;
use crate::rows;

/// Whether a signing still counts: it is not void after an objection, and no reviewer found that it
/// was somebody else.
pub(super) fn counts(party: &Party, signing: SigningId) -> bool {
    let stands = |one: &Signature| one.signing == signing && one.voided_at.is_none();
    let is_refused = |review: &Review| {
        review.signing == signing && matches!(review.outcome, ReviewOutcome::Refused { .. })
    };
    party.signatures().iter().any(stands) && !party.reviews().iter().any(is_refused)
}

/// Where the code that opened this door went or may have gone, and by what. Nowhere, when a newer one
/// was sent and not entered yet, and when nobody knows any more.
pub(super) async fn places_of_code(
    platform: &Platform,
    entry: &Entry,
) -> Result<Vec<(MessageChannel, String)>, Fault> {
    let Some(code) = entry.code().filter(|code| code.used) else { return Ok(Vec::new()) };
    let Some(message) = code.message else { return Ok(Vec::new()) };
    let row = rows::MESSAGES.row(platform.backend(), &message).await?;
    let Some(row) = row.map(|row| row.value) else { return Ok(Vec::new()) };
    let to = match message_queue::open(platform, message, &row) {
        Err(Fault::Erased) => return Ok(Vec::new()),
        other => other?,
    };
    let went = row.ways.iter().filter(|way| way.may_have_gone());
    let mut channels: Vec<_> = went.map(|way| way.channel).collect();
    if channels.is_empty() {
        channels.push(code.channel);
    }
    let place = |channel| Some((channel, to.address(channel)?.to_owned()));
    Ok(channels.into_iter().filter_map(place).collect())
}
