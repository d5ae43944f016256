//! Every target, by the specification it attacks.
#![allow(clippy::unwrap_used, reason = "a fuzz target reports a broken promise by panicking")]

mod capture;
mod evidence;
mod form;
mod identity;
mod keys;
mod log;
mod paper;
mod sealed;
mod service;
mod store;
mod time;
mod video;

use crate::Target;

/// Randomness that is none: the same keys in every run.
pub(crate) struct Sevens;

impl heqi_vocabulary::Entropy for Sevens {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

/// Every target, in the order in which runs take them.
pub const TARGETS: &[Target] = &[
    Target { name: "note", run: log::note, seeds: log::note_seeds },
    Target { name: "vkey", run: log::vkey, seeds: log::note_seeds },
    Target { name: "signature_lines", run: log::signature_lines, seeds: log::note_seeds },
    Target { name: "checkpoint", run: log::checkpoint, seeds: log::checkpoint_seeds },
    Target { name: "cosignature", run: log::cosignature, seeds: log::cosignature_seeds },
    Target { name: "policy", run: log::policy, seeds: log::policy_seeds },
    Target { name: "tile_path", run: log::tile_path, seeds: log::tile_seeds },
    Target { name: "entry_bundle", run: log::entry_bundle, seeds: log::entry_bundle_seeds },
    Target { name: "hash_tile", run: log::hash_tile, seeds: log::tile_seeds },
    Target { name: "proof_file", run: log::proof_file, seeds: log::proof_file_seeds },
    Target { name: "add_checkpoint", run: log::add_checkpoint, seeds: log::witness_seeds },
    Target { name: "add_entries", run: log::add_entries, seeds: log::mirror_seeds },
    Target { name: "mirror_info", run: log::mirror_info, seeds: log::mirror_seeds },
    Target { name: "fork_proof", run: log::fork_proof, seeds: log::fork_seeds },
    Target { name: "jcs", run: evidence::jcs, seeds: evidence::jcs_seeds },
    Target { name: "dsse", run: keys::dsse, seeds: keys::dsse_seeds },
    Target { name: "statement", run: evidence::statement, seeds: evidence::statement_seeds },
    Target { name: "key_change", run: evidence::key_change, seeds: evidence::key_change_seeds },
    Target { name: "successor", run: evidence::successor, seeds: evidence::successor_seeds },
    Target { name: "attestation", run: evidence::attestation, seeds: evidence::attestation_seeds },
    Target {
        name: "chain_fork_proof",
        run: evidence::chain_fork_proof,
        seeds: evidence::chain_fork_seeds,
    },
    Target { name: "erasure", run: evidence::erasure, seeds: evidence::erasure_seeds },
    Target { name: "challenge", run: evidence::challenge, seeds: evidence::challenge_seeds },
    Target { name: "disclosure", run: evidence::disclosure, seeds: evidence::record_seeds },
    Target { name: "record", run: evidence::record, seeds: evidence::record_seeds },
    Target { name: "manifest", run: evidence::manifest, seeds: evidence::manifest_seeds },
    Target { name: "log_leaf", run: evidence::log_leaf, seeds: evidence::log_leaf_seeds },
    Target { name: "zip", run: evidence::zip, seeds: evidence::zip_seeds },
    Target { name: "bundle", run: evidence::bundle, seeds: evidence::zip_seeds },
    Target { name: "bundle_part", run: evidence::bundle_part, seeds: evidence::part_seeds },
    Target { name: "anchors", run: evidence::anchors, seeds: evidence::anchors_seeds },
    Target { name: "certificate", run: keys::certificate, seeds: keys::certificate_seeds },
    Target { name: "certificate_pem", run: keys::pem, seeds: keys::pem_seeds },
    Target { name: "public_key", run: keys::public_key, seeds: keys::public_key_seeds },
    Target { name: "time_request", run: time::request, seeds: time::request_seeds },
    Target { name: "time_response", run: time::response, seeds: time::response_seeds },
    Target { name: "time_token", run: time::token, seeds: time::token_seeds },
    Target { name: "time_root", run: time::root, seeds: time::root_seeds },
    Target { name: "deposit_reply", run: service::deposit_reply, seeds: service::reply_seeds },
    Target { name: "peer", run: service::peer, seeds: service::peer_seeds },
    Target { name: "deposit_list", run: service::deposit_list, seeds: service::deposit_list_seeds },
    Target { name: "receipt_list", run: service::receipt_list, seeds: service::receipt_list_seeds },
    Target { name: "problem", run: service::problem, seeds: service::problem_seeds },
    Target { name: "pdf", run: paper::pdf, seeds: paper::pdf_seeds },
    Target { name: "video", run: video::heads, seeds: video::seeds },
    Target { name: "capture", run: capture::packed, seeds: capture::seeds },
    Target { name: "sealed_pdf", run: sealed::pdf, seeds: sealed::pdf_seeds },
    Target { name: "seal", run: sealed::seal, seeds: sealed::seal_seeds },
    Target { name: "identity_numbers", run: identity::numbers, seeds: identity::number_seeds },
    Target { name: "identity_words", run: identity::words, seeds: identity::word_seeds },
    Target { name: "multipart", run: form::multipart, seeds: form::multipart_seeds },
    Target { name: "settings", run: service::settings, seeds: service::settings_seeds },
    Target { name: "store_name", run: store::store_name, seeds: store::name_seeds },
    Target { name: "frames", run: store::frames, seeds: store::frames_seeds },
    Target { name: "state_segment", run: store::state_segment, seeds: store::state_seeds },
    Target { name: "snapshot", run: store::snapshot, seeds: store::snapshot_seeds },
    Target { name: "ledger_segment", run: store::ledger_segment, seeds: store::ledger_seeds },
    Target { name: "object_segment", run: store::object_segment, seeds: store::object_seeds },
    Target { name: "vault_segment", run: store::vault_segment, seeds: store::vault_seeds },
    Target { name: "erasure_ledger", run: store::erasure_ledger, seeds: store::erasure_seeds },
    Target { name: "backup_header", run: store::backup_header, seeds: store::backup_header_seeds },
    Target {
        name: "backup_manifest",
        run: store::backup_manifest,
        seeds: store::backup_manifest_seeds,
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_every_target_knows_good_input() {
        let names: BTreeSet<&str> = TARGETS.iter().map(|target| target.name).collect();
        assert_eq!(names.len(), TARGETS.len());
        for target in TARGETS {
            assert!(!(target.seeds)().is_empty(), "{} starts from nothing", target.name);
        }
    }
}
