//! What goes to a court: every bundle of a filing in one file, with the record of the search through which it is
//! seen, the keys that the platform goes by, a list with digests, and how anybody verifies it.
//!
//! The file is a container as bundles are (`docs/spec/bundle.md` section 1), so it is the same bytes for the same
//! evidence. It is bounded: a filing that does not fit goes on in a further part, which is a look of its own.

use heqi_evidence::bundle::EXTENSION;
use heqi_evidence::{canonical, container};
use heqi_vocabulary::{Digest, FilingId, RecordId};
use serde_json::{Value, json};

use super::record::{Looked, look};
use super::search::{SearchError, Seen, seen};
use super::traces::opened;
use crate::disclose::Attributes;
use crate::erasure::rows::{ERASURES, ErasureRow};
use crate::erasure::{Decision, MOST};
use crate::export_bundle::{ChainShown, bundle_in, bundle_of};
use crate::fault::{ActError, Fault, Thing};
use crate::ledger::{self, KeptRecord, places};
use crate::platform::Platform;
use crate::request::{Actor, RequestFacts};
use crate::rows::Pair;

mod turns;

pub(crate) use turns::PackageTurns;

/// The most records in one part: each bundle carries the frames of the whole chain.
pub const MOST_RECORDS: usize = 100;
/// The most bytes of bundles in one part, but for a single bundle that is larger.
const MOST_BYTES: usize = container::MAX_FILE_BYTES / 4 * 3;
/// What stands at the head of the list.
const FORMAT: &str = "heqi.court-package/v1";

/// A package, or a part of one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CourtPackage {
    /// A file name that says nothing personal.
    pub file_name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The record of this look, and the leaf of it.
    pub look: (RecordId, u64),
    /// Where the next part begins.
    pub next: Option<usize>,
}

/// Which places of how many are in a part. A place is no count: one whose record was lost with its store is empty.
#[derive(Clone, Copy)]
struct Part {
    from: usize,
    until: usize,
    of: usize,
}

impl Part {
    /// The part behind `from` whose last record stands at `last`: the next begins behind that place, however many
    /// records this one has. Where there is no record behind `from` any more, nothing follows.
    fn ending(from: usize, last: Option<u64>, of: usize) -> Self {
        let until = last.map_or(of, |last| usize::try_from(last).unwrap_or(usize::MAX));
        Self { from, until, of }
    }

    fn next(self) -> Option<usize> {
        (self.until < self.of).then_some(self.until)
    }
}

/// Packs the records of a filing behind the first `from`. The look is a record of its own, made before anything
/// is handed out.
///
/// # Errors
/// See [`SearchError`]; a part behind the last record is not there. `busy` while enough others are made.
pub async fn court_package(
    platform: &Platform,
    actor: &Actor,
    facts: &RequestFacts,
    (query, filing): (RecordId, FilingId),
    from: usize,
) -> Result<CourtPackage, SearchError> {
    let seen = seen(platform, actor, query, filing).await?;
    let _turn = platform.package_turns.take()?;
    let (mut files, records, part) = bundles(platform, &seen, from).await?;
    let asked = ledger::find(platform, query).await?;
    let asked = bundle_of(platform, &asked, &Attributes::All).await?;
    files.push((format!("query.{EXTENSION}"), asked));
    if let Some(anchors) = &platform.settings().anchors {
        let keys = canonical::to_bytes(&**anchors).map_err(Fault::broken)?;
        files.push(("platform-keys.json".to_owned(), keys));
    }
    let number = seen.filing.number();
    let next_part = part.next().map(|next| address(platform, (query, filing), next));
    let readme = readme(&number.to_string(), part, next_part.as_deref());
    files.push(("readme.txt".to_owned(), readme.into_bytes()));
    let look = look(platform, &seen, facts, (Looked::Package, None, &["*"])).await?;
    let leaf = ledger::find(platform, look).await?.index;
    let list = json!({
        "case_number": seen.view.case_number,
        "company": seen.filing.company_name().as_str(),
        "erasures": erasures(platform, seen.filing.id()).await?,
        "files": files.iter().map(|(name, bytes)| described(name, bytes)).collect::<Vec<_>>(),
        "filing": seen.filing.id().to_string(),
        "format": FORMAT,
        "from": part.from,
        "legal_basis": seen.view.basis,
        "look": { "leaf_index": leaf, "record": look.to_string() },
        "next": part.next(),
        "next_part": next_part,
        "number": number.to_string(),
        "of": part.of,
        "query": { "leaf_index": seen.view.leaf_index, "record": query.to_string() },
        "records": records,
        "until": part.until,
    });
    files.insert(0, ("list.json".to_owned(), canonical::to_bytes(&list).map_err(Fault::broken)?));
    let part_name = if from == 0 { String::new() } else { format!("-{from}") };
    Ok(CourtPackage {
        file_name: format!("{number}{part_name}.court.zip"),
        bytes: container::write(&files).map_err(Fault::broken)?,
        look: (look, leaf),
        next: part.next(),
    })
}

/// Where a further part is taken. A part that ends by its size ends where no page can know before it is made, so
/// the part itself says it.
fn address(platform: &Platform, (query, filing): (RecordId, FilingId), from: usize) -> String {
    let public = &platform.settings().public_url;
    format!("{public}/regulator/searches/{query}/filings/{filing}/court-package?from={from}")
}

/// The files of one part.
type Files = Vec<(String, Vec<u8>)>;

/// The bundles of a part, and what the list says of each record. No place before or behind the part is read, but once
/// for the frames that every bundle carries, and no record whole, but for the one whose bundle is found to have no
/// place in it.
async fn bundles(
    platform: &Platform,
    seen: &Seen<'_>,
    from: usize,
) -> Result<(Files, Vec<Value>, Part), SearchError> {
    let chain = seen.filing.chain();
    let of = places::length(platform, chain).await?;
    if from >= of {
        return Err(ActError::NotFound(Thing::Record).into());
    }
    let most = MOST_RECORDS.min(of.saturating_sub(from));
    let links = places::behind(platform, chain, (from, most)).await?;
    // After its places: each record of the part stands in it. And once for all of them.
    let chain = ChainShown::read(platform, chain).await?;
    let (mut files, mut records, mut taken) = (Files::new(), Vec::new(), 0);
    let mut last = None;
    for link in links {
        let kept = ledger::find(platform, link).await?;
        let bundle = match bundle_in(platform, &kept, &Attributes::All, &chain).await {
            Ok(bundle) => Some(bundle),
            // A document that was erased takes its bundle with it; the list says so.
            Err(ActError::Fault(Fault::Erased)) => None,
            Err(error) => return Err(error.into()),
        };
        let more = bundle.as_ref().map_or(0, Vec::len);
        if !has_place(records.len(), taken, more) {
            break;
        }
        taken += more;
        last = Some(kept.seq);
        let name = format!("bundles/{:05}.{EXTENSION}", kept.seq);
        records.push(record(&kept, bundle.is_some().then_some(&*name)));
        files.extend(bundle.map(|bundle| (name, bundle)));
    }
    Ok((files, records, Part::ending(from, last, of)))
}

/// What was decided to be erased of the filing, oldest first, and on which legal basis: the reason why something in a
/// bundle is closed or a bundle is missing.
async fn erasures(platform: &Platform, filing: FilingId) -> Result<Vec<Value>, ActError> {
    let within = format!("{filing}/");
    let rows = ERASURES.scan(platform.backend(), &within, None, MOST).await.map_err(Fault::from)?;
    let mut decided: Vec<(RecordId, ErasureRow)> = rows
        .into_iter()
        .map(|(Pair(_, record), row)| (record, row.value))
        .filter(|(_, row)| matches!(row.decision, Decision::Erased { .. }))
        .collect();
    decided.sort_by_key(|(_, row)| row.decided_at);
    let mut erasures = Vec::new();
    for (record, row) in decided {
        let kept = ledger::find(platform, record).await?;
        let said = opened(platform, &kept, &["basis"])?;
        erasures.push(json!({
            "at": row.decided_at.to_string(),
            "classes": row.classes,
            "legal_basis": said.text("basis"),
            "record": record.to_string(),
            "requested_by": row.requested_by.as_str(),
        }));
    }
    Ok(erasures)
}

/// Whether a bundle of `more` bytes has a place in a part with so many records and bytes. The first always has.
const fn has_place(records: usize, taken: usize, more: usize) -> bool {
    records == 0 || taken.saturating_add(more) <= MOST_BYTES
}

fn record(kept: &KeptRecord, file: Option<&str>) -> Value {
    json!({
        "at": kept.recorded_at.to_string(),
        "erased": kept.erased_classes().collect::<Vec<_>>(),
        "file": file,
        "kind": kept.kind.as_str(),
        "leaf_index": kept.index,
        "record": kept.record_id.to_string(),
        "seq": kept.seq,
        "voucher": kept.about.voucher.map(|voucher| voucher.to_string()),
    })
}

fn described(name: &str, bytes: &[u8]) -> Value {
    json!({ "name": name, "sha256": Digest::of(bytes).to_string(), "size_bytes": bytes.len() })
}

/// How anybody verifies what is here, without us.
fn readme(number: &str, part: Part, next_part: Option<&str>) -> String {
    let (first, last, of) = (part.from + 1, part.until, part.of);
    let (rest_zh, rest_en) = match next_part {
        Some(there) => (
            format!("其余记录在另一部分，须由查询人登录后另行导出：\n{there}"),
            format!("The rest is in a further part, to be taken by whoever searched:\n{there}"),
        ),
        None => ("其后没有更多记录。".to_owned(), "There are no later records.".to_owned()),
    };
    format!(
        "办件 {number} 电子证据包（供法院使用）\n\
         \n\
         本文件含第 {first} 至 {last} 条记录，共 {of} 条。{rest_zh}\n\
         \n\
         怎样核验（不需要登录，不需要信任平台）：\n\
         1. list.json 列出每个文件的 SHA-256；用任何工具重算并比对。\n\
         2. 从公证处自己的网站取得其签名的公钥清单（/anchors.json），不要使用本包内的公钥。\n\
         3. 对 bundles/ 下每个证据包运行：heqi verify 文件 --anchors anchors.json\n\
         \u{20}  或在浏览器中打开平台的 /verify 或公证处的 /verify.html，选入该文件；文件不会上传。\n\
         4. query.heqi.zip 是据以调取的那次查询的记录；本次导出的记录编号见 list.json 的 look。\n\
         platform-keys.json（如有）是平台自己所依据的公钥，仅供对照，它本身不证明任何事项。\n\
         核验结论说明证据能证明什么，不说明签名是真是假。\n\
         \n\
         Filing {number}: evidence for a court\n\
         \n\
         This file has records {first} to {last} of {of}. {rest_en}\n\
         \n\
         How to verify it, without an account and without trusting the platform:\n\
         1. list.json gives the SHA-256 of every file: compute it anew with any tool and compare.\n\
         2. Take the signed list of keys (/anchors.json) from the notary's own site, never from this file.\n\
         3. For each file below bundles/ run: heqi verify FILE --anchors anchors.json\n\
         \u{20}  or open /verify at the platform or /verify.html at the notary and choose it; nothing is uploaded.\n\
         4. query.heqi.zip is the record of the search through which this was seen; the record of this export is\n\
         \u{20}  named by look in list.json.\n\
         platform-keys.json, where it is here, has the keys the platform goes by: to compare with, no proof.\n\
         The outcome says what the evidence proves, and not whether a signature is genuine.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bundle_always_has_a_place_and_a_part_ends_by_size() {
        assert!(has_place(0, 0, MOST_BYTES + 1));
        assert!(has_place(1, MOST_BYTES - 1, 1));
        assert!(!has_place(1, MOST_BYTES, 1));
        assert!(!has_place(1, usize::MAX, usize::MAX), "no overflow");
    }

    #[test]
    fn the_next_part_begins_behind_the_last_place_of_this_one_however_many_records_it_has() {
        // A hundred records behind place 100, of which three places have none.
        let part = Part::ending(100, Some(203), 230);
        assert_eq!((part.until, part.next()), (203, Some(203)));
        assert_eq!(Part::ending(203, Some(230), 230).next(), None);
        assert_eq!(Part::ending(228, None, 230).next(), None, "the last two were lost");
    }

    #[test]
    fn the_readme_says_in_both_languages_which_part_it_is_and_takes_no_keys_from_the_package() {
        let all = readme("61842059", Part { from: 0, until: 7, of: 7 }, None);
        assert!(all.contains("第 1 至 7 条记录，共 7 条。其后没有更多记录。"), "{all}");
        assert!(all.contains("records 1 to 7 of 7. There are no later records."), "{all}");
        assert!(all.contains("不要使用本包内的公钥") && all.contains("never from this file"));
        // One that ended by its size, and so at no round number.
        let there = "https://platform.example/court-package?from=148";
        let some = readme("61842059", Part { from: 100, until: 148, of: 230 }, Some(there));
        assert!(some.contains("第 101 至 148 条"), "{some}");
        assert_eq!(some.matches(there).count(), 2, "in both languages: {some}");
    }
}
