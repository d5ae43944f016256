//! What the notary office does: one file per command, one commit per business act.
