//! What must hold after whatever happened, asked from outside: every receipt that was ever
//! given verifies, nothing is there twice, there is one history, both custodians hold
//! everything, and nobody contradicted anybody.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use heqi_evidence::leaf::{LogLeaf, RecordRoot};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::proof::verify_inclusion;
use heqi_tlog::proof_file::ProofFile;
use heqi_tlog::tile::{TileKind, decode_entries, tiles_of};
use heqi_tlog::tree::{CompactRange, Hash, leaf_hash};
use serde_json::Value;

use super::client::{Answered, Book, Client};
use super::work::read;
use super::{Town, Who};
use crate::reliability::Tried;

const SHORT: Duration = Duration::from_millis(40);
const LOG: &str = "/log/platform";
/// What no process may ever say: each is a log line of docs/OPERATING.md for evidence that
/// contradicts evidence.
const ALARMING: [&str; 7] = [
    "do not fit together",
    "contradict each other",
    "copy disagree",
    "rolled back",
    "set back",
    "both kept",
    "quarantine",
];

/// The log as it was seen so far: it may only grow.
#[derive(Debug, Default)]
pub(crate) struct History {
    entries: Vec<Vec<u8>>,
    /// Root of each size, from 0 on.
    roots: Vec<Hash>,
}

/// How many there were when everything was looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    pub(crate) signings: u64,
    pub(crate) records: u64,
}

impl Town {
    /// Looks at everything while all processes run. The answers from the `from`-th on are
    /// asked for once more, the earlier ones are only looked up. `is_all` says that the book
    /// holds every signing there can be.
    pub(crate) async fn audit(
        &self,
        history: &mut History,
        book: &Book,
        from: usize,
        is_all: bool,
    ) -> Tried<Counts> {
        let client = self.client(Who::Platform)?;
        self.repeat(&client, book, from).await?;
        let counts = self.until_all_is_held(&client).await?;
        let head = self.look_at_the_log(&client, history).await?;
        let leaves: u64 = history.entries.len().try_into()?;
        if leaves != counts.records || head.checkpoint().size() != leaves {
            return Err(format!("{} records and {leaves} leaves", counts.records).into());
        }
        let answered = book.since(0);
        let receipts: Vec<&Answered> = answered.iter().filter(|one| one.is_signing()).collect();
        let distinct: BTreeSet<String> =
            receipts.iter().map(|one| read(&one.answer, "record_id")).collect::<Tried<_>>()?;
        let given: u64 = distinct.len().try_into()?;
        if distinct.len() != receipts.len() || given > counts.signings {
            let signings = counts.signings;
            return Err(format!(
                "{} receipts, {given} records, {signings} signings",
                receipts.len()
            )
            .into());
        }
        if is_all && given != counts.signings {
            return Err(format!("{given} receipts and {} signings", counts.signings).into());
        }
        for one in receipts {
            self.look_at_a_receipt(&client, history, one).await?;
        }
        self.nobody_contradicts().await?;
        Ok(counts)
    }

    /// Ends everything in order and reads the three stores again. Each custodian has two
    /// leaves for each record, receipt and chain head; the data centre one more, its anchors.
    pub(crate) fn audit_stores(&mut self, counts: Counts) -> Tried<()> {
        self.stop_all()?;
        let leaves = self.fsck()?;
        let wanted = [counts.records, 1 + 2 * counts.records, 2 * counts.records];
        if leaves == wanted {
            Ok(())
        } else {
            Err(format!("{leaves:?} leaves for {wanted:?}").into())
        }
    }

    /// The same request again gets the same answer.
    async fn repeat(&self, client: &Client, book: &Book, from: usize) -> Tried<()> {
        for Answered { post, answer } in book.since(from) {
            let again = client.ask(book, &post).await?;
            let is_same = if post.path.ends_with("/complete") {
                lasting(&again)? == lasting(&answer)?
            } else {
                again == answer
            };
            if !is_same {
                let path = &post.path;
                return Err(format!("{path} was answered {answer}, and again {again}").into());
            }
        }
        Ok(())
    }

    /// Waits until both custodians have answered for every record and both cosigners have
    /// seen the newest head.
    async fn until_all_is_held(&self, client: &Client) -> Tried<Counts> {
        let deadline = Instant::now() + self.patience;
        loop {
            let coverage = client.read(&self.staff, "/api/v1/coverage").await?;
            let number = |name| read::<u64>(&coverage, name);
            let (signings, records) = (number("signings")?, number("records")?);
            let sizes = ["log_size", "logged", "witnessed_size", "mirrored_size"];
            let mut is_held = sizes.iter().all(|size| number(size).ok() == Some(records));
            for custodian in read::<Vec<Value>>(&coverage, "custodians")? {
                if read::<u64>(&custodian, "refused")? + read::<u64>(&custodian, "quarantined")? > 0
                {
                    return Err(format!("a custodian refused or contradicted: {custodian}").into());
                }
                is_held &= read::<u64>(&custodian, "admitted")? == records;
                is_held &= read::<u64>(&custodian, "outstanding")? == 0;
            }
            // Rows come first, the published head a moment later.
            let head = client.get("", &format!("{LOG}/checkpoint")).await;
            let head = head.ok().and_then(|head| SignedCheckpoint::parse(&head).ok());
            is_held &= head.is_some_and(|head| head.checkpoint().size() == records);
            if is_held {
                return Ok(Counts { signings, records });
            }
            if Instant::now() > deadline {
                return Err(format!("not everything comes to be held: {coverage}").into());
            }
            tokio::time::sleep(SHORT).await;
        }
    }

    /// Reads the whole log and computes every root again; the mirror has the same bytes.
    async fn look_at_the_log(
        &self,
        client: &Client,
        history: &mut History,
    ) -> Tried<SignedCheckpoint> {
        let head = SignedCheckpoint::parse(&client.get("", &format!("{LOG}/checkpoint")).await?)?;
        let keys = [&self.keys.log, &self.keys.witness, &self.keys.mirror].map(Clone::clone);
        if head.note().verify(&keys)?.len() != 3 {
            return Err(format!("the head lacks a line: {}", head.note().text()).into());
        }
        let centre = self.client(Who::DataCentre)?;
        let mirror = format!("/mirror/{}", head.checkpoint().origin().monitoring_path());
        let mut entries: Vec<Vec<u8>> = Vec::new();
        for tile in tiles_of(head.checkpoint().size()) {
            let ours = client.get("", &format!("{LOG}/{tile}")).await?;
            if centre.get("", &format!("{mirror}/{tile}")).await? != ours {
                return Err(format!("the mirror has other bytes of {tile}").into());
            }
            if tile.kind() == TileKind::Entries {
                entries.extend(decode_entries(&ours, tile.width())?.iter().map(|e| e.to_vec()));
            }
        }
        if !entries.starts_with(&history.entries) {
            return Err("an entry that was seen before is gone or another one".into());
        }
        if entries.iter().collect::<BTreeSet<_>>().len() != entries.len() {
            return Err("an entry is in the log twice".into());
        }
        let mut range = CompactRange::new();
        let mut roots = vec![range.root()];
        for entry in &entries {
            range.append(leaf_hash(entry));
            roots.push(range.root());
        }
        if !roots.starts_with(&history.roots) || range.root() != head.checkpoint().root() {
            return Err("the head is not of the history that was seen before".into());
        }
        *history = History { entries, roots };
        Ok(head)
    }

    /// A receipt holds as it was given, and as it is given now.
    async fn look_at_a_receipt(
        &self,
        client: &Client,
        history: &History,
        given: &Answered,
    ) -> Tried<()> {
        let record: String = read(&given.answer, "record_id")?;
        let path = format!("/api/v1/receipts/{record}");
        let now = client.read(&given.post.token, &path).await?;
        if lasting(&now)? != lasting(&given.answer)? {
            return Err(format!("the receipt was {} and is {now}", given.answer).into());
        }
        let root: RecordRoot = read(&given.answer, "record_root")?;
        let leaf = LogLeaf::Record(root).to_bytes();
        for receipt in [&given.answer, &now] {
            for flag in ["logged", "witnessed", "mirrored"] {
                let Some(proved) = receipt.get(flag).filter(|proved| !proved.is_null()) else {
                    continue;
                };
                let proof = ProofFile::parse(read::<String>(proved, "proof")?.as_bytes())?;
                self.verify(history, &proof, &leaf).map_err(|e| format!("{record} {flag}: {e}"))?;
            }
        }
        let flags = ["witnessed", "mirrored"];
        let deposited: Value = read(&now, "deposited")?;
        let held: u64 = read(&deposited, "held")?;
        if held != 2 || flags.iter().any(|flag| now.get(flag).is_none_or(Value::is_null)) {
            return Err(format!("{record} is not held by everybody: {now}").into());
        }
        Ok(())
    }

    /// Proof, head and leaf belong together and to the one history.
    fn verify(&self, history: &History, proof: &ProofFile, leaf: &[u8]) -> Tried<()> {
        let head = proof.checkpoint();
        head.note().verify(std::slice::from_ref(&self.keys.log))?;
        let (size, root) = (head.checkpoint().size(), head.checkpoint().root());
        verify_inclusion(proof.index(), size, leaf_hash(leaf), proof.path(), root)?;
        if history.roots.get(usize::try_from(size)?) != Some(&root) {
            return Err(format!("the head of size {size} is of another history").into());
        }
        let entry = history.entries.get(usize::try_from(proof.index())?);
        if entry.is_none_or(|entry| entry != leaf) {
            return Err(format!("leaf {} is another entry", proof.index()).into());
        }
        Ok(())
    }

    /// Neither custodian kept a proof against the platform, and no process ever said that
    /// evidence contradicts evidence.
    async fn nobody_contradicts(&self) -> Tried<()> {
        for who in Who::CUSTODIANS {
            let metrics = self.client(who)?.get("", "/metrics").await?;
            let metrics = String::from_utf8_lossy(&metrics).into_owned();
            let counted = |line: &&str| !line.trim_end().ends_with(" 0");
            let kept = metrics.lines().filter(|line| line.starts_with("heqi_misbehaviour"));
            if let Some(line) = kept.into_iter().find(counted) {
                return Err(format!("a custodian kept a proof against the platform: {line}").into());
            }
        }
        let said = self.said()?;
        match said
            .iter()
            .flat_map(|said| said.lines())
            .find(|line| ALARMING.iter().any(|words| line.contains(words)))
        {
            Some(line) => Err(format!("somebody said: {line}").into()),
            None => Ok(()),
        }
    }
}

/// What of a receipt never changes.
fn lasting(receipt: &Value) -> Tried<BTreeMap<&str, Value>> {
    let mut parts = BTreeMap::new();
    for name in ["record_id", "record_root", "recorded_at", "signing_id", "voucher", "filing_id"] {
        parts.insert(name, read(receipt, name)?);
    }
    parts.insert("index", read(&read::<Value>(receipt, "logged")?, "index")?);
    Ok(parts)
}
