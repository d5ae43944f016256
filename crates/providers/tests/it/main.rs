//! Contract tests: the adapters against a server on loopback that speaks the contract, and
//! against one that breaks it.

mod identity;
mod provider;
