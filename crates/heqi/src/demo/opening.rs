//! The requests that open a filing of the demo, each named by its place: a start that was interrupted
//! sends the same ones again, and each is answered as it was.

use bytes::Bytes;
use heqi_vocabulary::PartyId;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::cast::Member;
use super::seed::{SeededSigner, percent_encoded};
use crate::client::messages::{DocumentAttached, Invited};
use crate::client::{CallError, Caller};

/// One filing that is being opened.
pub(super) struct Opening<'a> {
    integrator: &'a Caller,
    name: &'static str,
    step: u32,
}

impl<'a> Opening<'a> {
    /// Nothing is sent yet. No two filings have the same name.
    pub(super) const fn new(integrator: &'a Caller, name: &'static str) -> Self {
        Self { integrator, name, step: 0 }
    }

    /// Sends the next request.
    pub(super) async fn post<R: DeserializeOwned>(
        &mut self,
        path: &str,
        body: &Value,
    ) -> Result<R, CallError> {
        let name = self.step_name();
        self.integrator.post_as(&name, path, body).await
    }

    /// Attaches a document.
    pub(super) async fn attach(
        &mut self,
        base: &str,
        (title, pdf): (&str, &'static [u8]),
    ) -> Result<(), CallError> {
        let path = format!("{base}/documents?title={}", percent_encoded(title));
        let (name, pdf) = (self.step_name(), Bytes::from_static(pdf));
        let _: DocumentAttached =
            self.integrator.post_bytes_as(&name, &path, "application/pdf", pdf).await?;
        Ok(())
    }

    /// Says how somebody is reached.
    pub(super) async fn declare(
        &mut self,
        base: &str,
        member: &Member,
        party_id: PartyId,
    ) -> Result<(), CallError> {
        if let Some(contact) = member.as_contact() {
            let path = format!("{base}/parties/{party_id}/contact");
            let _: Value = self.post(&path, &contact).await?;
        }
        Ok(())
    }

    /// Says how somebody is reached, and invites.
    pub(super) async fn invite(
        &mut self,
        base: &str,
        member: &Member,
        party_id: PartyId,
    ) -> Result<SeededSigner, CallError> {
        self.declare(base, member, party_id).await?;
        let path = format!("{base}/parties/{party_id}/invitations");
        let invited: Invited = self.post(&path, &json!({})).await?;
        Ok(SeededSigner {
            role: member.role.to_owned(),
            party_id,
            token: invited.token,
            link: Some(invited.link),
            record_id: None,
        })
    }

    fn step_name(&mut self) -> String {
        self.step += 1;
        format!("{}-{}", self.name, self.step)
    }
}
