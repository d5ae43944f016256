//! The list of `docs/LOGGING.md`, enforced: personal data is planted wherever a caller can
//! put it, in good requests and in bad ones, while the whole demo logs at every level. Then
//! everything that was written is searched: lines, figures, public pages, problems, files.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use heqi_service_kit::system::SystemClock;
use heqi_testkit::files;
use serde_json::json;

use crate::device::{self, Client};
use crate::program::{Demo, Folder};

/// What stands in the records of people. None of it is in the demo's own cast.
const PLANTED: [&str; 10] = [
    "欧阳娜娜甲乙丙丁",
    "杭州示例隐私保护茶业有限公司",
    "何静静静静静静",
    "关于秘密事项的决议文书",
    "因为我从未到过临安市",
    "PlantedDocumentBody",
    "PlantedAgent/9.9",
    "203.0.113.77",
    "330112196405120999",
    "13800001111",
];
/// Secrets that callers send. A refused one is not logged either.
const SECRETS: [&str; 2] = ["heqi_wrong_plantedsecret0001", "PlantedCookieValue42"];

#[tokio::test]
async fn personal_data_and_secrets_stand_in_no_line_no_figure_no_problem_and_no_file() {
    let folder = Folder::new();
    let elsewhere = Folder::new();
    let log = elsewhere.path().join("everything.log");
    let demo = folder.start_tracing(&log);
    let platform = caller(demo.says("platform_url"));
    let integrator = demo.credential("integrator").to_owned();

    let token = a_filing_with_planted_data(&platform, &integrator).await;
    let signed = device::sign(&platform, &token, &SystemClock).await;
    assert!(signed["record_id"].is_string(), "{signed}");
    let mut said = refused(&platform, &integrator, &token).await;
    for service in ["notary_url", "preservation_url"] {
        said.extend(refused(&caller(demo.says(service)), "", "").await);
    }
    said.extend(public(&demo).await);

    let token = token.clone();
    assert_eq!(demo.end(), Some(0));
    let lines = std::fs::read(&log).unwrap();
    assert!(lines.len() > 100_000, "every level is logged: {} bytes", lines.len());
    for planted in PLANTED.into_iter().chain(SECRETS).chain([token.as_str()]) {
        for spelling in spellings(planted) {
            let place = find(&lines, &spelling).map(|at| around(&lines, at));
            assert_eq!(place, None, "{planted} was logged");
            for (what, answer) in &said {
                assert!(find(answer, &spelling).is_none(), "{planted} was answered by {what}");
            }
            for path in files_under(folder.path()) {
                let bytes = std::fs::read(&path).unwrap();
                assert!(find(&bytes, &spelling).is_none(), "{planted} in {}", path.display());
            }
        }
    }
}

/// A client whose every request carries planted headers.
fn caller(base: &str) -> Client {
    let mut client = Client::of(base);
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("user-agent", "PlantedAgent/9.9".parse().unwrap());
    headers.insert("x-forwarded-for", "203.0.113.77".parse().unwrap());
    headers.insert("cookie", "session=PlantedCookieValue42".parse().unwrap());
    client.http =
        heqi_service_kit::Trust::Nobody.client().unwrap().default_headers(headers).build().unwrap();
    client
}

async fn a_filing_with_planted_data(platform: &Client, integrator: &str) -> String {
    let opening = json!({
        "matter": "establishment",
        "company_name": "杭州示例隐私保护茶业有限公司",
        "handler_name": "何静静静静静静",
    });
    let filing = platform.post(integrator, "/api/v1/filings", &opening).await;
    let base = format!("/api/v1/filings/{}", filing["filing_id"].as_str().unwrap());
    let title = "%E5%85%B3%E4%BA%8E%E7%A7%98%E5%AF%86%E4%BA%8B%E9%A1%B9%E7%9A%84%E5%86%B3%E8%AE%AE%E6%96%87%E4%B9%A6";
    let document = files::pdf("PlantedDocumentBody", 1);
    let path = format!("{base}/documents?title={title}");
    platform.upload(integrator, &path, "application/pdf", document).await;
    let party = json!({
        "kind": "person", "name": "欧阳娜娜甲乙丙丁", "capacities": ["shareholder"],
    });
    let party = platform.post(integrator, &format!("{base}/parties"), &party).await;
    let party = party["party_id"].as_str().unwrap();
    let path = format!("{base}/parties/{party}/invitations");
    let invited = platform.post(integrator, &path, &json!({})).await;
    invited["token"].as_str().unwrap().to_owned()
}

/// Bad requests of every kind; what each was answered.
async fn refused(service: &Client, integrator: &str, signer: &str) -> Vec<(String, Vec<u8>)> {
    let personal = "欧阳娜娜甲乙丙丁 330112196405120999 13800001111 因为我从未到过临安市";
    let mut said = Vec::new();
    for token in [integrator, signer, SECRETS[0]] {
        for path in [
            "/api/v1/filings/330112196405120999",
            "/api/v1/filings?name=13800001111&q=330112196405120999",
            "/api/v1/receipts/13800001111",
            "/api/v1/deposits/330112196405120999",
            "/13800001111/330112196405120999",
            "/log/13800001111/checkpoint",
        ] {
            let answer = service.get(token, path).await;
            assert!(answer.status >= 400, "{path}");
            said.push((format!("GET {path}"), answer.body));
        }
        for path in
            ["/api/v1/filings", "/api/v1/deposits", "/witness/add-checkpoint", "/api/v1/signings"]
        {
            for body in [
                json!({ "matter": personal, "company_name": personal, personal: personal })
                    .to_string(),
                format!("{{\"company_name\":\"{personal}"),
                personal.to_owned(),
            ] {
                for media_type in ["application/json", personal_media_type()] {
                    let answer = service.raw(token, path, media_type, body.clone().into()).await;
                    assert!(answer.status >= 400, "{path}");
                    said.push((format!("POST {path}"), answer.body));
                }
            }
        }
    }
    said
}

const fn personal_media_type() -> &'static str {
    "application/13800001111"
}

/// What anybody may read of the three services.
async fn public(demo: &Demo) -> Vec<(String, Vec<u8>)> {
    let mut said = Vec::new();
    for service in ["platform_url", "notary_url", "preservation_url"] {
        let client = Client::of(demo.says(service));
        for path in ["/metrics", "/alarms", "/readyz", "/coverage", "/api/v1/coverage"] {
            said.push((format!("{service}{path}"), client.get("", path).await.body));
        }
    }
    said
}

/// Whatever a planted text could be written as.
fn spellings(text: &str) -> Vec<Vec<u8>> {
    let escaped: Vec<String> = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let percent: Vec<String> = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let debug = format!("{:?}", text.as_bytes());
    let mut spellings = vec![
        text.as_bytes().to_vec(),
        escaped.concat().into_bytes(),
        percent.concat().into_bytes(),
        hex::encode(text).into_bytes(),
        debug.trim_matches(['[', ']']).as_bytes().to_vec(),
    ];
    for shift in 0..3 {
        let shifted = [&b"\0\0"[..shift], text.as_bytes()].concat();
        for encoded in [STANDARD_NO_PAD.encode(&shifted), URL_SAFE_NO_PAD.encode(&shifted)] {
            // What stands before and behind has a part in the letters at the ends. All others
            // count: fewer of them stand in a deposit number of a day that ends in 8.
            let inner = &encoded[[0, 2, 3][shift]..encoded.len() - 1];
            if inner.len() >= 8 {
                spellings.push(inner.as_bytes().to_vec());
            }
        }
    }
    spellings
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

fn around(bytes: &[u8], at: usize) -> String {
    let (from, to) = (at.saturating_sub(200), (at + 200).min(bytes.len()));
    String::from_utf8_lossy(&bytes[from..to]).into_owned()
}

fn files_under(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_under(&path)) } else { files.push(path) }
    }
    files
}
