//! The worker that deposits evidence with the notary and feeds its witness and mirror.
