//! Until when the newest time stamps count, as the last round of renewals found it. Kept in memory; the first
//! round after a start finds it again.

use heqi_vocabulary::UtcMillis;
use parking_lot::Mutex;

/// When somebody has to see to another certificate of a time authority.
#[derive(Debug, Default)]
pub struct NewestStamps(Mutex<Option<UtcMillis>>);

impl NewestStamps {
    /// The newest stamps count until `until`, and are renewed `margin_ms` before.
    pub fn note(&self, until: Option<UtcMillis>, margin_ms: i64) {
        // No renewal helps against a certificate that still stamps when it ends.
        *self.0.lock() = until.map(|until| until.plus_millis(-(margin_ms / 3)));
    }

    /// Whether new stamps rest on a certificate that ends within a third of the margin.
    pub fn end_soon(&self, now: UtcMillis) -> bool {
        self.0.lock().is_some_and(|from| now > from)
    }
}
