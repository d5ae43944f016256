//! How often a peer that does not answer is asked again, and how long we wait in between.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use heqi_notary_protocol::{Backoff, CallError};
use heqi_vocabulary::Entropy;

/// Asks again while an answer may still come.
#[derive(Clone)]
pub struct Patience {
    /// How often it is asked in all; at least once.
    pub attempts: u32,
    /// Pauses in between; a peer may ask for a longer one.
    pub backoff: Backoff,
    /// So that two monitors do not come back together.
    pub entropy: Arc<dyn Entropy>,
}

impl Patience {
    /// The first answer that is not a failure that may pass, or the last failure.
    pub(crate) async fn ask<T>(
        &self,
        mut call: impl AsyncFnMut() -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let mut failures = 0;
        loop {
            let error = match call().await {
                Err(error) if error.is_transient() => error,
                answer => return answer,
            };
            failures += 1;
            if failures >= self.attempts {
                return Err(error);
            }
            let CallError::Unavailable { retry_after_ms, .. } = error else { return Err(error) };
            let pause = self.backoff.wait_ms(failures, &*self.entropy);
            let pause = pause.max(retry_after_ms.unwrap_or(0));
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patience").field("attempts", &self.attempts).finish_non_exhaustive()
    }
}
