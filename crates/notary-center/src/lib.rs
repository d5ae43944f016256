//! The notary data centre's service: witness, mirror, deposits, receipts.
