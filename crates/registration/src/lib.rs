//! What the signing platform does: one file per command, one commit per business act.
