//! Point 12: the live photo, and what is known of a comparison. The machine holds the photo and what
//! platform and reviewers wrote; it compares no faces itself, so it never says that this is the person.

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::disclosure::Disclosure;
use heqi_vocabulary::Digest;
use serde_json::Value;

use super::chain::Chain;
use super::{Found, failed, found, unproved};
use crate::matter::checklist::Outcome;

/// Why somebody must look at the faces, in the words of the record of a signing.
const OPEN: [&str; 4] =
    ["face_not_same", "face_not_compared", "portrait_unverified", "video_to_compare"];

pub(super) fn photo(signing: &Disclosure, bundle: &BundleParts, chain: &Chain) -> Found {
    let photo: Option<Digest> = signing.parsed("photo_sha256");
    if let Some(photo) = photo
        && !bundle.attachments.values().any(|bytes| Digest::of(bytes) == photo)
    {
        return failed(
            "photo_missing",
            "记录所载照片不在存证内容中",
            "the photo is not among the parts",
        );
    }
    let identity = signing.value("identity");
    let way = identity.and_then(|identity| identity.get("seen")?.get("way")?.as_str());
    let (zh, en) = match (photo, way) {
        (Some(_), _) => ("签署照片在存证内容中", "the photo is held"),
        (None, Some("video")) => ("签署人选择视频人工核验", "the signer chose a video"),
        (None, Some("counter")) => ("签署人在窗口由人员核对", "the signer was seen at a counter"),
        (None, _) => {
            return unproved("no_photo", "记录没有签署照片", "the record has no photo");
        }
    };
    let reasons = reasons(identity);
    let is_open = reasons.iter().any(|reason| OPEN.contains(reason));
    match (chain.review_of(signing), is_open) {
        (Some((office, decision)), _) => {
            let is_accepted = decision == "accepted";
            let (zh_said, en_said) = if is_accepted {
                ("认定为本人", "decided that it is this person")
            } else {
                ("认定不是本人或无法认定", "decided that it is not this person, or cannot be told")
            };
            found(
                if is_accepted { Outcome::Unproved } else { Outcome::Failed },
                if is_accepted { "face_accepted_by_reviewer" } else { "face_refused_by_reviewer" },
                format!("{zh}；{office}的核验人员{zh_said}"),
                format!("{en}; a reviewer of {office} {en_said}"),
            )
        }
        (_, true) if reasons.contains(&"face_not_same") => found(
            Outcome::Failed,
            "face_not_same",
            format!("{zh}；平台的比对未能确认为同一人，尚无核验人员的认定"),
            format!(
                "{en}; the platform's comparison did not find the same person, and no reviewer has decided"
            ),
        ),
        (_, true) => found(
            Outcome::Unproved,
            "face_not_compared",
            format!("{zh}；尚未与权威照片比对，也没有核验人员的认定"),
            format!(
                "{en}; nobody has compared it with an authority's portrait, and no reviewer has decided"
            ),
        ),
        (_, false) => found(
            Outcome::Unproved,
            "photo_without_face_result",
            format!("{zh}；记录没有载明需人工比对，也没有可重新计算的比对结果"),
            format!(
                "{en}; the record asks nobody to compare, and holds no result that can be recomputed"
            ),
        ),
    }
}

/// Why the platform asked for a reviewer.
fn reasons(identity: Option<&Value>) -> Vec<&str> {
    let reasons = identity.and_then(|identity| identity.get("review")?.get("reasons")?.as_array());
    reasons.into_iter().flatten().filter_map(Value::as_str).collect()
}
