//! The matter and its states, pure: filings, documents, parties in capacities, ceremonies.
