//! One binary: demo, platform, notary, sync, verify, doctor, store, keys, load.
fn main() {}
