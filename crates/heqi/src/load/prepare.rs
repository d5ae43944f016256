//! What has to exist before anything is measured: filings, parties, documents,
//! invitations and consents, made over the same HTTP interface.

use std::sync::Arc;

use bytes::Bytes;
use heqi_vocabulary::{Clock, Entropy};
use serde_json::json;
use tokio::task::JoinSet;

use crate::client::device::{Begun, Device};
use crate::client::messages::{DocumentAttached, FilingOpened, Invited, PartyAdded};
use crate::client::{CallError, Caller};
use crate::demo::cast::DOCUMENTS;
use crate::photo;
use crate::world::World;

/// 公司法 article 42: at most fifty shareholders.
const SIGNERS_PER_FILING: usize = 50;
/// Filings prepared at the same time.
const PREPARING: usize = 16;

/// What every simulated device shares.
#[derive(Clone)]
pub(super) struct Floor {
    pub(super) integrator: Caller,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) document: Bytes,
}

/// A signing up to the photo, ready to be completed.
pub(super) struct Captured {
    pub(super) token: String,
    pub(super) begun: Begun,
    pub(super) photo: heqi_vocabulary::Digest,
}

impl Floor {
    /// What the devices of a world share.
    pub(super) fn of(world: &World) -> Self {
        Self {
            integrator: world.integrator.clone(),
            clock: world.shared_clock(),
            entropy: world.shared_entropy(),
            document: Bytes::from_static(DOCUMENTS[1].1),
        }
    }

    pub(super) fn device(&self, token: &str) -> Device<'_> {
        Device {
            caller: self.integrator.with_token(token),
            clock: self.clock.as_ref(),
            entropy: self.entropy.as_ref(),
        }
    }

    /// Invites `count` signers, consents given, and gives their tokens: one of each filing in
    /// turn, because people who sign at the same moment sign different things.
    pub(super) async fn invite(&self, count: usize) -> Result<Vec<String>, CallError> {
        let mut invited: Vec<Vec<String>> = Vec::new();
        let mut filings = JoinSet::new();
        let mut left = count;
        while left > 0 || !filings.is_empty() {
            while left > 0 && filings.len() < PREPARING {
                let signers = left.min(SIGNERS_PER_FILING);
                let floor = self.clone();
                filings.spawn(async move { floor.one_filing(signers).await });
                left -= signers;
            }
            if let Some(Ok(tokens)) = filings.join_next().await {
                invited.push(tokens?);
            }
        }
        Ok(in_turn(invited))
    }

    /// Brings signings up to the photo.
    pub(super) async fn capture(
        &self,
        tokens: Vec<String>,
        photo: &Bytes,
    ) -> Result<Vec<Captured>, CallError> {
        let mut captured = Vec::with_capacity(tokens.len());
        let mut running = JoinSet::new();
        let mut waiting = tokens.into_iter();
        loop {
            while running.len() < PREPARING {
                let Some(token) = waiting.next() else { break };
                let floor = self.clone();
                // Nobody sends another one's photo.
                let photo = photo::with_comment(photo, self.entropy.as_ref());
                running.spawn(async move {
                    let device = floor.device(&token);
                    let begun = device.begin().await?;
                    let photo = device.capture(&begun, photo).await?;
                    Ok::<_, CallError>(Captured { token, begun, photo })
                });
            }
            match running.join_next().await {
                Some(Ok(one)) => captured.push(one?),
                Some(Err(_)) => {}
                None => return Ok(captured),
            }
        }
    }

    async fn one_filing(&self, signers: usize) -> Result<Vec<String>, CallError> {
        let entropy = self.entropy.as_ref();
        let opening = json!({ "matter": "establishment", "company_name": "杭州示例测速有限公司" });
        let filing: FilingOpened =
            self.integrator.post("/api/v1/filings", &opening, entropy).await?;
        let base = format!("/api/v1/filings/{}", filing.filing_id);
        let path = format!("{base}/documents?title=measured");
        let _: DocumentAttached = self
            .integrator
            .post_bytes(&path, "application/pdf", self.document.clone(), entropy)
            .await?;
        let mut parties = Vec::with_capacity(signers);
        for number in 1..=signers {
            let party = json!({
                "kind": "person", "name": made_up(number), "capacities": ["shareholder"],
            });
            let path = format!("{base}/parties");
            let added: PartyAdded = self.integrator.post(&path, &party, entropy).await?;
            parties.push(added.party_id);
        }
        let mut tokens = Vec::with_capacity(signers);
        for party in parties {
            let path = format!("{base}/parties/{party}/invitations");
            let invited: Invited = self.integrator.post(&path, &json!({}), entropy).await?;
            self.device(&invited.token).consent().await?;
            tokens.push(invited.token);
        }
        Ok(tokens)
    }
}

/// The name of the signer with this number: names have no digits.
fn made_up(number: usize) -> String {
    let spoken =
        |digit: char| "〇一二三四五六七八九".chars().nth(digit.to_digit(10)?.try_into().ok()?);
    format!("示例{}", number.to_string().chars().filter_map(spoken).collect::<String>())
}

/// The first of every list, then the second of every list, and so on.
fn in_turn(mut lists: Vec<Vec<String>>) -> Vec<String> {
    let mut all = Vec::with_capacity(lists.iter().map(Vec::len).sum());
    while !lists.is_empty() {
        all.extend(lists.iter_mut().filter_map(Vec::pop));
        lists.retain(|list| !list.is_empty());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signers_of_one_filing_do_not_stand_side_by_side() {
        let list = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let lists = vec![list(&["a1", "a2", "a3"]), list(&["b1"]), list(&["c1", "c2"])];
        assert_eq!(in_turn(lists), ["a3", "b1", "c2", "a2", "c1", "a1"]);
    }
}
