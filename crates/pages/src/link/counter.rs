//! What of a confirmation at the counter has an address of its own.

/// Which step of it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there are two")]
pub enum CounterStep {
    /// Who confirms, by filing and card.
    Find,
    /// What the officer heard.
    Record,
}
