//! The machine's part of the checklist (系统预检，不代替公证员审查): everything is recomputed from
//! the bytes that are held, by the code of the offline verifier and under the office's own
//! anchors. No flag of an earlier examination is taken over.

use std::collections::{BTreeMap, BTreeSet};

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::deposit::{DepositReceipt, DualDigest};
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::statement::Statement as _;
use heqi_evidence::verdict::{ClaimName, Reason, Status, Verdict};
use heqi_vocabulary::{Digest, Language, UtcMillis};
use serde_json::Value;

use super::checklist::{Item, MachineCheck, Outcome};
use super::error::MatterError;
use super::rows::{Facts, HeldPart};
use crate::cosigned_log::examine_with_best_proof;
use crate::deposited::{DEPOSITS, DepositKey, DepositRow, PROOF, StoredPart, open_part, receipt};
use crate::held_chain;
use crate::office::NotaryOffice;

mod answers;
mod both_ways;
mod chain;
mod contested;
mod environment;
mod face;
mod person;
mod signer;
mod versions;

pub(crate) use answers::answers_held;
use chain::Chain;
pub(crate) use chain::answer_held;
pub(crate) use contested::{
    Contested, OBJECTED, SIGNATURE_VOID, contested_at_commit, contested_held, found_void,
};
pub(crate) use signer::{is_of_wards_name, names_held, signer_held};

/// What came of one point, with its sentences in Chinese and in English.
struct Found {
    outcome: Outcome,
    code: String,
    sentences: Vec<[String; 2]>,
}

/// What the machine found.
pub(crate) struct Examined {
    found: BTreeMap<Item, Found>,
    /// Objections in the held chain and said to a custodian, one by both ways counted once.
    pub(crate) objections: u32,
    /// What the record says.
    pub(crate) facts: Facts,
    /// The bundle as it is held, with receipt, chain and the log proof that proves most.
    pub(crate) bundle: Option<BundleParts>,
    /// Whether its log proof is another than was deposited.
    pub(crate) is_proof_anew: bool,
    /// Whether every held part has both digests of the receipt.
    pub(crate) digests_agree: bool,
    /// The claims, for the working record.
    pub(crate) claims: Vec<(String, String, String)>,
}

impl Examined {
    /// The points, as the state keeps them.
    pub(crate) fn checks(&self, at: UtcMillis) -> BTreeMap<Item, MachineCheck> {
        let check =
            |found: &Found| MachineCheck { at, outcome: found.outcome, code: found.code.clone() };
        self.found.iter().map(|(item, found)| (*item, check(found))).collect()
    }

    /// The sentences, which are kept sealed.
    pub(crate) fn sentences(&self) -> BTreeMap<Item, Vec<[String; 2]>> {
        self.found.iter().map(|(item, found)| (*item, found.sentences.clone())).collect()
    }

    /// One line for the record.
    pub(crate) fn summary(&self) -> String {
        let word = |(item, found): (&Item, &Found)| format!("{}:{}", item.number(), found.code);
        self.found.iter().map(word).collect::<Vec<_>>().join(" ")
    }
}

/// The record of a deposit, read from the bytes that are held.
pub(crate) async fn held_record(
    office: &NotaryOffice,
    row: &DepositRow,
) -> Result<Disclosure, MatterError> {
    let record = held_chain::record(office, row).await?;
    record.ok_or_else(|| MatterError::Broken("a deposit whose record cannot be read".into()))
}

/// Recomputes everything about a deposit.
pub(crate) async fn examine_held(
    office: &NotaryOffice,
    key: &DepositKey,
    submitted_at: UtcMillis,
) -> Result<Examined, MatterError> {
    let row = DEPOSITS.durable_row(office.store(), key).await?;
    let row = row.ok_or(MatterError::NoDeposit)?.value;
    let envelope = receipt(office, key).await?.ok_or(MatterError::NoDeposit)?;
    let own = [office.receipt_key().public_key()];
    let statement = DepositReceipt::open(&envelope, &own);

    // 1. Every part is opened; one that does not open, or has other bytes, is a difference.
    let (mut parts, mut held, mut differing) = (BTreeMap::new(), Vec::new(), Vec::new());
    for part in &row.parts {
        match open_part(office, row.chain, part).await {
            Ok(bytes) => {
                let dual = DualDigest::of(&bytes);
                held.push(held_part(part, &dual));
                parts.insert(part.name.clone(), (bytes, dual));
            }
            Err(error) if error.is_about_the_part() => differing.push(part.name.clone()),
            Err(error) => return Err(error.into()),
        }
    }
    let mut found = BTreeMap::new();
    found.insert(Item::DepositRecord, deposit_record(&row, submitted_at));
    let stated: BTreeSet<DualDigest> = statement
        .as_ref()
        .map(|s| s.statement().parts.iter().cloned().collect())
        .unwrap_or_default();
    let digests = digests(&parts, &stated, &differing);
    let digests_agree = digests.outcome == Outcome::Passed;
    found.insert(Item::Digests, digests);

    // 2. The chain, as far as it is held here; the statement about its end first, so that what is
    // added in between contradicts nobody.
    let chain_head = crate::chain_head(office, row.chain).await?;
    let chain = Chain::read(office, key, row.chain).await?;

    // 3. The bundle is put together again and examined as a stranger would.
    let mut bundle = assemble(&parts);
    bundle.deposits = vec![envelope.as_bytes().to_vec()];
    if let Some(frames) = &chain.frames {
        bundle.chain.clone_from(frames);
        bundle.chain_head = chain_head.map(|head| head.as_bytes().to_vec());
    }
    let record = Disclosure::parse(&bundle.record).ok();
    let judged = examine_with_best_proof(office, bundle, None).await;
    let (bundle, verdict) = judged.map_err(|error| MatterError::Broken(error.to_string()))?;
    of_verdict(&mut found, &verdict);
    if let Some(record) = &record {
        found.insert(Item::FaceAndPhoto, face::photo(record, &bundle, &chain));
        found.insert(Item::Consents, consents(record, &chain));
        let surroundings = environment::surroundings(record, bundle.client.as_deref());
        found.insert(Item::Environment, surroundings);
        found.insert(Item::Confirmations, chain.confirmations(record));
    } else {
        for item in [Item::FaceAndPhoto, Item::Consents, Item::Environment, Item::Confirmations] {
            found.insert(
                item,
                failed("record_unreadable", "签署记录不能读取", "the record cannot be read"),
            );
        }
    }
    found.insert(
        Item::SystemState,
        unproved(
            "system_state_not_deposited",
            "存证内容不含平台运行监控记录；请向平台调取当时的运行监控与对时记录",
            "the deposit holds no monitoring record of the platform; ask the platform for it",
        ),
    );
    let claims = verdict.claims().iter().map(|claim| {
        (claim.name.as_str().to_owned(), claim.status.as_str().to_owned(), claim.reason.code())
    });
    let claims = claims.collect();
    let identity = verdict.claim(ClaimName::Identity).map(|claim| &claim.reason);
    let objections = chain.objections(record.as_ref());
    let mut facts = record.map(|record| chain.facts(&record, identity)).unwrap_or_default();
    facts.parts = held;
    let deposited = parts.get(PROOF).map(|(bytes, _)| bytes.as_slice());
    let is_proof_anew = bundle.proof.as_deref() != deposited;
    let bundle = differing.is_empty().then_some(bundle);
    Ok(Examined { found, objections, facts, bundle, is_proof_anew, digests_agree, claims })
}

fn held_part(part: &StoredPart, dual: &DualDigest) -> HeldPart {
    HeldPart {
        name: part.name.clone(),
        size_bytes: part.size_bytes,
        sha256: dual.sha256.to_string(),
        sm3: dual.sm3.to_string(),
    }
}

/// The parts under their names, as a bundle.
fn assemble(parts: &BTreeMap<String, (Vec<u8>, DualDigest)>) -> BundleParts {
    let of = |name: &str| parts.get(name).map(|(bytes, _)| bytes.clone());
    let within = |folder: &'static str| {
        parts.iter().filter_map(move |(name, (bytes, _))| {
            Some((name.strip_prefix(folder)?.to_owned(), bytes.clone()))
        })
    };
    BundleParts {
        attachments: within("attachments/").collect(),
        certificates: within("certificates/").map(|(_, bytes)| bytes).collect(),
        challenge: of("challenge.json"),
        challenge_checkpoint: of("proof/challenge.checkpoint"),
        client: of("client.json"),
        envelope: of("envelope.json"),
        proof: of(PROOF),
        record: of("record.json").unwrap_or_default(),
        ..BundleParts::default()
    }
}

fn found(
    outcome: Outcome,
    code: impl Into<String>,
    zh: impl Into<String>,
    en: impl Into<String>,
) -> Found {
    Found { outcome, code: code.into(), sentences: vec![[zh.into(), en.into()]] }
}

fn failed(code: &str, zh: &str, en: &str) -> Found {
    found(Outcome::Failed, code, zh, en)
}

fn unproved(code: &str, zh: &str, en: &str) -> Found {
    found(Outcome::Unproved, code, zh, en)
}

fn deposit_record(row: &DepositRow, submitted_at: UtcMillis) -> Found {
    let at = row.received_at.for_people();
    if row.outcome.is_admitted() && row.received_at < submitted_at {
        let zh = format!("存证编号 {}，接收时间 {at}，早于申请时间", row.deposit_no);
        let en = format!("deposit {} received at {at}, before the application", row.deposit_no);
        found(Outcome::Passed, "deposited_before", zh, en)
    } else {
        failed(
            "not_deposited_before",
            "存证不早于申请，或未被接收",
            "not admitted before the application",
        )
    }
}

/// Both digests of every part are those of the receipt the office itself signed. The log proof
/// came beside and is no part of the receipt.
fn digests(
    parts: &BTreeMap<String, (Vec<u8>, DualDigest)>,
    stated: &BTreeSet<DualDigest>,
    differing: &[String],
) -> Found {
    let others = parts.iter().filter(|(name, (_, dual))| *name != PROOF && !stated.contains(dual));
    let mut wrong: Vec<String> = differing.to_vec();
    wrong.extend(others.map(|(name, _)| name.clone()));
    let missing =
        stated.iter().filter(|dual| !parts.values().any(|(_, held)| held == *dual)).count();
    if wrong.is_empty() && missing == 0 && !stated.is_empty() {
        let count = stated.len();
        return found(
            Outcome::Passed,
            "digests_agree",
            format!("{count} 个部分的 SHA-256 与 SM3 均与存证回执一致"),
            format!("SHA-256 and SM3 of all {count} parts are those of the receipt"),
        );
    }
    let names = wrong.join("、");
    found(
        Outcome::Failed,
        "digests_differ",
        format!("与存证回执不一致或不能读取的部分：{names}；缺少 {missing} 个部分"),
        format!("differing or unreadable: {names}; missing parts: {missing}"),
    )
}

/// Points 8 to 11 follow from claims of the verdict.
fn of_verdict(found: &mut BTreeMap<Item, Found>, verdict: &Verdict) {
    let map = [
        (Item::LogPath, &[ClaimName::Integrity, ClaimName::Logged, ClaimName::Witnessed][..]),
        (Item::TimeToken, &[ClaimName::Time]),
        (Item::Signature, &[ClaimName::SignedBy]),
        (Item::IdentityResults, &[ClaimName::Identity]),
    ];
    for (item, names) in map {
        let claims: Vec<_> = names.iter().filter_map(|name| verdict.claim(*name)).collect();
        let has = |status| claims.iter().any(|claim| claim.status == status);
        // A verifier says that validity is not proved; who certifies a signature does not leave it at that
        // (point 10: validity at signing time).
        let is_outside = claims.iter().any(|claim| claim.reason == Reason::ValidityNotProved);
        let is_contradicted = claims.len() < names.len() || has(Status::Contradicted);
        let outcome = if is_contradicted || is_outside {
            Outcome::Failed
        } else if has(Status::NotProved) {
            Outcome::Unproved
        } else {
            Outcome::Passed
        };
        let sentence = |claim: &&heqi_evidence::verdict::Claim| {
            let said = |language: Language| {
                format!("{}：{}", claim.name.title(language), claim.reason.sentence(language))
            };
            [said(Language::Zh), said(Language::En)]
        };
        let worst = claims.iter().max_by_key(|claim| claim.status);
        let code = worst.map_or_else(|| "claim_missing".to_owned(), |claim| claim.reason.code());
        found.insert(
            item,
            Found { outcome, code, sentences: claims.iter().map(sentence).collect() },
        );
    }
}

fn consents(record: &Disclosure, chain: &Chain) -> Found {
    let named: Vec<Digest> = record
        .value("prior_records")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|prior| prior.get("kind").and_then(Value::as_str) == Some("consent_given"))
        .filter_map(|prior| prior.get("root")?.as_str()?.parse().ok())
        .collect();
    let held = named.iter().filter(|root| chain.consents.contains(root)).count();
    let (of, all) = (named.len(), held == named.len());
    let (zh, en) = (
        format!("签署时绑定的同意记录 {of} 份，本处留存 {held} 份"),
        format!("{held} of the {of} consents bound by the signing are held"),
    );
    match (of, all) {
        (0, _) => unproved("no_consents", "签署没有绑定同意记录", "the signing binds no consents"),
        (_, true) => found(Outcome::Passed, "consents_held", zh, en),
        (_, false) => found(Outcome::Unproved, "consents_missing", zh, en),
    }
}
