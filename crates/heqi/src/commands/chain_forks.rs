//! `heqi chain-forks`: what a custodian refused because it does not fit its chain, as proofs for others
//! (`docs/spec/chain-fork-proof.md`). The service must be stopped.

use std::io::{self, Write as _};

use heqi_notarization::chain_fork::chain_fork_proofs;
use heqi_vocabulary::Digest;

use crate::cli::ChainForksArgs;
use crate::service::notary;
use crate::settings::{self, NotarySettings};
use crate::{JobResult, in_runtime, keys, machine};

/// 1 when there was anything to write: a chain was forked.
pub(crate) fn run(args: &ChainForksArgs) -> JobResult {
    let settings: NotarySettings = settings::load(args.service.config.as_deref())?;
    in_runtime(async {
        let (clock, entropy) = machine();
        let (store, office) = notary::stopped_office(&settings, &clock, &entropy)?;
        let forks = chain_fork_proofs(&office).await;
        drop(office);
        store.close()?;
        let forks = forks?;
        let mut out = io::stdout();
        for proof in &forks.proofs {
            let text = proof.to_string();
            let digest = Digest::of(text.as_bytes()).to_string();
            let name = format!("{}.chain-fork-proof", digest.get(..16).unwrap_or(&digest));
            let path = args.to.join(name);
            keys::write_public(&path, text.as_bytes())?;
            let seq = proof.records().map(|record| record.frame().place.seq);
            let [first, second] = seq;
            writeln!(
                out,
                "{}  chain {}, places {first} and {second}",
                path.display(),
                proof.chain()
            )?;
        }
        for kept in &forks.without_proof {
            let root = kept.offered.root;
            writeln!(
                out,
                "refused record {root} ({}) proves nothing to others",
                kept.kind.as_str()
            )?;
        }
        if forks.proofs.is_empty() && forks.without_proof.is_empty() {
            writeln!(out, "no record was refused for its place in a chain")?;
        }
        Ok(u8::from(!forks.proofs.is_empty()))
    })
}
