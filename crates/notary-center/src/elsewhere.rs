//! Witness and mirror of the data centre, as the second custodian asks them.

use heqi_notarization::cosigned_log::elsewhere::{NotShown, Showing, ShownElsewhere};
use heqi_notary_protocol::{CallError, NotaryClient};
use heqi_tlog::checkpoint::{Origin, SignedCheckpoint};
use heqi_tlog::tile::TilePath;

/// The platform's log, as the data centre shows it to anybody.
#[derive(Clone, Debug)]
pub struct DataCentreLog(NotaryClient);

impl DataCentreLog {
    /// The log, asked by this client; its key is not needed.
    pub const fn new(client: NotaryClient) -> Self {
        Self(client)
    }
}

impl ShownElsewhere for DataCentreLog {
    fn mirrored<'a>(&'a self, origin: &'a Origin) -> Showing<'a, SignedCheckpoint> {
        Box::pin(async move { shown(self.0.mirrored_log(origin).checkpoint().await) })
    }

    fn witnessed<'a>(&'a self, origin: &'a Origin) -> Showing<'a, SignedCheckpoint> {
        Box::pin(async move { shown(self.0.witness().latest(origin).await) })
    }

    fn tile<'a>(&'a self, origin: &'a Origin, path: TilePath) -> Showing<'a, Vec<u8>> {
        Box::pin(async move { shown(self.0.mirrored_log(origin).tile(path).await) })
    }
}

fn shown<T>(answer: Result<Option<T>, CallError>) -> Result<Option<T>, NotShown> {
    answer.map_err(|error| NotShown::because(error.to_string()))
}
