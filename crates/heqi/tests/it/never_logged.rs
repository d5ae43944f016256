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
use crate::program::{Demo, Folder, comes_in};

/// What stands in the records of people. None of it is in the demo's own cast.
const PLANTED: [&str; 12] = [
    // Of somebody who comes in by code and number, and declines.
    "司马相如如如",
    "330112196405121033",
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

/// What the demo's own people typed into forms that were accepted, at the platform and in a matter of the notary that came
/// to a certificate. It stands in files that the demo makes for whoever looks at it; in no line.
const OF_THE_CAST: [&str; 13] = [
    "林嘉伟",
    "310115198806239993",
    "13900000001",
    "lin@example.com",
    "330112196405120006",
    "杭州示例青穗茶业有限公司",
    "示例市示例街道示例路2号",
    "0571-0000330",
    "沈书瑶",
    "330112197508170000",
    "13900000011",
    "杭州示例旧梦餐饮有限公司",
    "签署当天手机不在本人手里",
];

#[tokio::test]
async fn personal_data_and_secrets_stand_in_no_line_no_figure_no_problem_and_no_file() {
    let lines = nothing_is_told("text").await;
    assert!(serde_json::from_slice::<serde_json::Value>(&lines).is_err());
}

#[tokio::test]
async fn personal_data_and_secrets_stand_in_no_line_for_collectors_either() {
    let lines = nothing_is_told("json").await;
    let lines = String::from_utf8(lines).unwrap();
    for line in lines.lines() {
        let line: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        assert!(line["level"].is_string() && line["timestamp"].is_string(), "{line}");
    }
}

/// Runs the demo while it logs in this format, plants, and looks everywhere; the lines.
async fn nothing_is_told(format: &str) -> Vec<u8> {
    let folder = Folder::new();
    let elsewhere = Folder::new();
    let log = elsewhere.path().join("everything.log");
    let demo = folder.start_tracing(&log, format);
    let platform = caller(demo.says("platform_url"));
    let inbox = Client::of(demo.says("inbox_url"));
    let integrator = demo.credential("integrator").to_owned();

    let token = a_filing_with_planted_data(&platform, &integrator).await;
    let signed = device::sign(&platform, &token, &SystemClock).await;
    assert!(signed["record_id"].is_string(), "{signed}");
    // Two come in by a code each. The visitor signs with a place; the other declines for a planted reason.
    let (visitor, mobile) = (demo.credential("chen_suying").to_owned(), "13900000005");
    let mut codes = vec![comes_in((&platform, &inbox), &visitor, mobile, "0006").await];
    device::sign(&platform, &visitor, &SystemClock).await;
    let (decliner, code) = somebody_declines(&platform, &inbox, &integrator).await;
    codes.push(code);
    assert!(demo.manifest["certificate_path"].is_string(), "a matter came to a certificate");
    let mut said = refused(&platform, &integrator, &token).await;
    for service in ["notary_url", "preservation_url"] {
        said.extend(refused(&caller(demo.says(service)), "", "").await);
    }
    said.extend(public(&demo).await);

    let tokens = [token, visitor, decliner];
    assert_eq!(demo.end(), Some(0));
    let lines = std::fs::read(&log).unwrap();
    assert!(lines.len() > 100_000, "every level is logged: {} bytes", lines.len());
    let files: Vec<_> = files_under(folder.path())
        .into_iter()
        .map(|path| (std::fs::read(&path).unwrap(), path))
        .collect();
    for planted in PLANTED.into_iter().chain(SECRETS).chain([tokens[0].as_str()]) {
        for spelling in spellings(planted) {
            let place = find(&lines, &spelling).map(|at| around(&lines, at));
            assert_eq!(place, None, "{planted} was logged");
            for (what, answer) in &said {
                assert!(find(answer, &spelling).is_none(), "{planted} was answered by {what}");
            }
            for (bytes, path) in &files {
                assert!(find(bytes, &spelling).is_none(), "{planted} in {}", path.display());
            }
        }
    }
    for planted in OF_THE_CAST.into_iter().chain(tokens.iter().map(String::as_str)) {
        for spelling in spellings(planted) {
            let place = find(&lines, &spelling).map(|at| around(&lines, at));
            assert_eq!(place, None, "{planted} was logged");
        }
    }
    // Short numbers stand in lines by chance, one by one and not together.
    assert!(!codes.iter().all(|code| stands_alone(&lines, code)), "one-time codes were logged");
    for place in [["30274084", "120155070"], ["30.274084", "120.155070"]] {
        let is_told = place.iter().all(|part| find(&lines, part.as_bytes()).is_some());
        assert!(!is_told, "the place was logged");
    }
    lines
}

/// Somebody with a number of their own who comes in by it; token and code.
async fn somebody_declines(
    platform: &Client,
    inbox: &Client,
    integrator: &str,
) -> (String, String) {
    let opening = json!({
        "matter": "establishment", "company_name": "杭州示例隐私保护茶业有限公司",
    });
    let filing = platform.post(integrator, "/api/v1/filings", &opening).await;
    let base = format!("/api/v1/filings/{}", filing["filing_id"].as_str().unwrap());
    let document = files::pdf("PlantedDocumentBody", 1);
    let path = format!("{base}/documents?title=PlantedDocumentBody");
    platform.upload(integrator, &path, "application/pdf", document).await;
    let party = json!({ "kind": "person", "name": "司马相如如如", "capacities": ["shareholder"] });
    let party = platform.post(integrator, &format!("{base}/parties"), &party).await;
    let base = format!("{base}/parties/{}", party["party_id"].as_str().unwrap());
    let contact = json!({
        "mobile": "13800001111", "email": null, "id_number": "330112196405121033",
        "language": "zh", "company_code": null,
    });
    platform.post(integrator, &format!("{base}/contact"), &contact).await;
    let invited = platform.post(integrator, &format!("{base}/invitations"), &json!({})).await;
    let token = invited["token"].as_str().unwrap().to_owned();
    let code = comes_in((platform, inbox), &token, "13800001111", "1033").await;
    device::consent(platform, &token).await;
    let reason = json!({ "reason": "因为我从未到过临安市" });
    platform.post(&token, "/api/v1/ceremony/decline", &reason).await;
    (token, code)
}

/// Whether these digits stand somewhere as a number or a text of their own.
fn stands_alone(lines: &[u8], digits: &str) -> bool {
    let is_part = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(byte))
    };
    memchr::memmem::find_iter(lines, digits).any(|at| {
        let before = at.checked_sub(1).and_then(|at| lines.get(at));
        !is_part(before) && !is_part(lines.get(at + digits.len()))
    })
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
