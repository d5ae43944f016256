//! What happened, provable in parts: evidence records, statements, receipts, bundles, verdicts.
