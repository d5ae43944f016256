//! A demo that goes on: logs, pages, coverage; one process per folder; a clean end.

use heqi_service_kit::system::SystemClock;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::note::VerifierKey;
use heqi_tlog::tile::{HashTile, TileKind, decode_entries, tiles_of};
use heqi_tlog::tree::{CompactRange, leaf_hash};
use serde_json::Value;

use crate::device::{self, Client};
use crate::program::{Demo, Folder, heqi, until_some};

fn key(demo: &Demo, name: &str) -> VerifierKey {
    demo.says(name).parse().unwrap()
}

async fn head(log: &Client, path: &str) -> SignedCheckpoint {
    SignedCheckpoint::parse(&log.get("", path).await.ok()).unwrap()
}

/// The newest head of a log that carries a line of each of these keys.
async fn cosigned(log: &Client, keys: &[VerifierKey]) -> SignedCheckpoint {
    until_some("a cosigned head", async || {
        let answer = log.get("", "/checkpoint").await;
        let head = SignedCheckpoint::parse(&answer.body).ok()?;
        let verified = head.note().verify(keys).ok()?;
        (verified.len() == keys.len()).then_some(head)
    })
    .await
}

/// That entries and tiles give the root of the head, read as any monitor reads them.
async fn recomputes(log: &Client, head: &SignedCheckpoint) {
    let size = head.checkpoint().size();
    let mut tree = CompactRange::new();
    let mut hashes = Vec::new();
    for tile in tiles_of(size) {
        let bytes = log.get("", &format!("/{tile}")).await.ok();
        match tile.kind() {
            TileKind::Entries => {
                for entry in decode_entries(&bytes, tile.width()).unwrap() {
                    tree.append(leaf_hash(entry));
                    hashes.push(leaf_hash(entry));
                }
            }
            TileKind::Hashes(0) => {
                let at = usize::try_from(tile.index() * 256).unwrap();
                let served = HashTile::decode(&bytes, tile.width()).unwrap();
                assert_eq!(served.hashes(), &hashes[at..at + served.hashes().len()]);
            }
            TileKind::Hashes(_) => {}
        }
    }
    assert_eq!((tree.size(), tree.root()), (size, head.checkpoint().root()));
}

#[tokio::test]
async fn the_logs_are_cosigned_by_the_other_side_and_recompute() {
    let folder = Folder::new();
    let demo = folder.start();
    let log = Client::of(demo.says("log_url"));
    let keys = ["log_vkey", "witness_vkey", "mirror_vkey"].map(|name| key(&demo, name));
    let newest = head(&log, "/head").await;
    newest.note().verify(&keys[..1]).unwrap();
    // Not behind: the head that was the newest a moment ago gets its cosignatures.
    let caught_up = until_some("the newest head to be cosigned", async || {
        let head = cosigned(&log, &keys).await;
        (head.checkpoint().size() >= newest.checkpoint().size()).then_some(head)
    })
    .await;
    recomputes(&log, &caught_up).await;

    let notary_log = Client::of(demo.says("notary_log_url"));
    let keys = ["notary_log_vkey", "platform_witness_vkey"].map(|name| key(&demo, name));
    recomputes(&notary_log, &cosigned(&notary_log, &keys).await).await;
    let of_another = key(&demo, "log_vkey");
    assert!(head(&notary_log, "/head").await.note().verify([&of_another]).is_err());
    assert_eq!(demo.end(), Some(0));
}

#[tokio::test]
async fn every_service_answers_for_its_health_and_coverage_says_that_all_is_held() {
    let folder = Folder::new();
    let demo = folder.start();
    for service in ["platform_url", "notary_url", "preservation_url"] {
        let client = Client::of(demo.says(service));
        for path in ["/healthz", "/readyz"] {
            client.get("", path).await.ok();
        }
        let metrics = client.get("", "/metrics").await;
        assert!(metrics.headers["content-type"].to_str().unwrap().contains("text"), "{service}");
        let metrics = String::from_utf8(metrics.ok()).unwrap();
        assert!(metrics.contains("# TYPE heqi_") && metrics.contains("# EOF"), "{service}");
    }
    for service in ["platform_url", "notary_url", "preservation_url"] {
        let alarms = Client::of(demo.says(service)).get("", "/alarms?lang=en").await.json();
        let names: Vec<_> = alarms["alarms"].as_array().unwrap().iter().collect();
        let everywhere =
            ["checkpoint_age", "sync_failures", "disk_wait", "clock_offset", "log_misbehaved"];
        for wanted in everywhere {
            let alarm = names.iter().find(|alarm| alarm["alarm"] == wanted);
            let alarm = alarm.unwrap_or_else(|| panic!("{service} does not watch {wanted}"));
            assert!(alarm["since"].is_null(), "{service}: {alarm}");
        }
    }
    for page in ["guide_url", "inbox_url"] {
        Client::of(demo.says(page)).get("", "/healthz").await.ok();
    }

    let platform = Client::of(demo.says("platform_url"));
    let integrator = demo.credential("integrator");
    let token = demo.visitor(&platform, &Client::of(demo.says("inbox_url"))).await;
    let signed = device::sign(&platform, &token, &SystemClock).await;
    assert!(signed["record_id"].is_string(), "{signed}");
    let coverage = until_some("everything to be held", async || {
        let coverage = platform.get(integrator, "/api/v1/coverage").await.json();
        let custodians = coverage["custodians"].as_array().unwrap();
        custodians.iter().all(|held| held["outstanding"] == 0).then_some(coverage)
    })
    .await;
    assert_eq!(coverage["signings"], 5 + 2, "the older filing has two");
    let custodians = coverage["custodians"].as_array().unwrap();
    assert_eq!(custodians.len(), 2);
    for held in custodians {
        assert_eq!(held["admitted"], coverage["records"]);
        assert_eq!((&held["refused"], &held["quarantined"]), (&0.into(), &0.into()));
    }
    assert_eq!(coverage["gaps"].as_array().unwrap().len(), 0);
    platform.get("", "/coverage").await.ok();
    // Each custodian has its own view, and finds that both logs match: the data centre two, the other one its own.
    for (service, count) in [("notary_url", 2), ("preservation_url", 1)] {
        until_some("both halves to match", async || {
            let page = Client::of(demo.says(service)).get("", "/coverage?lang=en").await.ok();
            let page = String::from_utf8(page).unwrap();
            assert!(!page.contains('✗'), "{service}: {page}");
            (page.matches("✓ match").count() == count).then_some(())
        })
        .await;
    }
    // Every authority stamps the newest head at once when somebody asks for it.
    let before = &coverage["time_authorities"];
    let stamped = platform.post(integrator, "/api/v1/time-stamps", &serde_json::json!({})).await;
    assert_eq!(stamped["every_authority_answered"], true, "{stamped}");
    for (now, before) in
        stamped["time_authorities"].as_array().unwrap().iter().zip(before.as_array().unwrap())
    {
        assert_ne!(now["newest_at"], before["newest_at"], "{stamped}");
    }
    assert_eq!(demo.end(), Some(0));

    // The next start knows that the visitor has signed.
    let again = folder.demo(&["--once"]).exits(0);
    assert_eq!(again.out.matches("✓ 2/2").count(), 5, "{}", again.out);
}

#[tokio::test]
async fn guide_and_inbox_speak_both_languages_and_load_nothing_from_outside() {
    let folder = Folder::new();
    let demo = folder.start();
    for (page, zh, en) in
        [("guide_url", "平台日志", "Platform log"), ("inbox_url", "演示收件箱", "curl -H")]
    {
        let client = Client::of(demo.says(page));
        for (language, html_lang, words) in [("zh", "zh-CN", zh), ("en", "en", en)] {
            let answer = client.get("", &format!("/?lang={language}")).await;
            let policy = answer.headers["content-security-policy"].to_str().unwrap().to_owned();
            assert!(policy.starts_with("default-src 'none';"), "{policy}");
            assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
            let html = String::from_utf8(answer.ok()).unwrap();
            assert!(html.contains(&format!("<html lang=\"{html_lang}\" ")), "{html}");
            assert!(html.contains(words), "{words} in {html}");
            assert!(!html.contains("<script"), "{html}");
            let addresses = html.match_indices("://").map(|(at, _)| &html[at..]);
            for address in addresses {
                assert!(address.starts_with("://127.0.0.1:"), "{}", &address[..30]);
            }
        }
        let style = client.get("", "/style.css").await.ok();
        assert!(!String::from_utf8(style).unwrap().contains("://"));
    }
    let guide = Client::of(demo.says("guide_url"));
    // The last of the ten pictures: as it stands in the docs, and told as what it is.
    let front = String::from_utf8(guide.get("", "/?lang=en").await.ok()).unwrap();
    assert!(front.contains("href=\"/rates?lang=en\""), "{front}");
    for (language, words) in [("zh", "不是这台机器此刻的速度"), ("en", "not on this machine now")]
    {
        let page = guide.get("", &format!("/rates?lang={language}")).await.ok();
        let page = String::from_utf8(page).unwrap();
        assert!(page.contains(words) && page.contains("src=\"/rates.svg\""), "{page}");
    }
    let picture = guide.get("", "/rates.svg").await;
    assert_eq!(picture.headers["content-type"], "image/svg+xml");
    assert!(picture.ok().starts_with(b"<svg "));
    for (path, file) in [("/bundle", "bundle_path"), ("/anchors.json", "anchors_path")] {
        assert_eq!(guide.get("", path).await.ok(), std::fs::read(demo.says(file)).unwrap());
    }
    assert_eq!(demo.end(), Some(0));
}

#[tokio::test]
async fn a_visitor_forges_in_five_ways_sees_which_half_contradicts_and_restores() {
    let folder = Folder::new();
    let demo = folder.start();
    let guide = Client::of(demo.says("guide_url"));
    let page = async |path: &str| String::from_utf8(guide.get("", path).await.ok()).unwrap();
    // `bad` is the class of the half that turns red.
    let red = |page: &str| page.matches("<g class=\"bad\">").count();
    let good = page("/tamper?lang=en").await;
    assert_eq!(red(&good), 0, "{good}");
    assert!(good.contains("The two halves match") && !good.contains(">Restore<"), "{good}");
    let ways = [
        ("one-byte", "✗ Platform's half (copy)"),
        ("swapped-photo", "✗ Notary's half"),
        ("moved-time", "✗ Notary's half"),
        ("dropped-event", "✗ Platform's half (copy)"),
        ("rewritten-log", "✗ Notary's half"),
    ];
    for (way, red_half) in ways {
        let link = format!("/tamper?do={way}");
        assert!(good.contains(&format!("href=\"{link}&amp;lang=en\"")), "{way}: {good}");
        let forged = page(&format!("{link}&lang=en")).await;
        assert!(forged.contains("✗ found out") && red(&forged) > 0, "{way}: {forged}");
        assert!(forged.contains(red_half), "{way}: {forged}");
        assert!(forged.contains("The record: no. "), "{way}: {forged}");
        assert!(forged.contains("<a class=\"go\" href=\"/tamper?lang=en\">Restore</a>"), "{way}");
        let alone = "The platform's half alone would look fine";
        assert_eq!(forged.contains(alone), way == "rewritten-log", "{way}: {forged}");
    }
    let rewritten = page("/tamper?do=rewritten-log&lang=zh").await;
    assert_eq!(red(&rewritten), 1, "{rewritten}");
    for words in ["只看平台这一半，看不出任何问题", "✓ 平台这一半", "复原", "两份互不相容的历史"]
    {
        assert!(rewritten.contains(words), "{words}: {rewritten}");
    }
    assert_eq!(guide.get("", "/tamper?do=anything").await.status, 404);
    // The way from the photo to the root is computed anew, and one byte is seen all the way up.
    let path = page("/path?lang=en").await;
    assert!(path.contains("✓ arrives at the root") && !path.contains("<li class=\"bad\">"));
    let changed = page("/path?do=one-byte&lang=en").await;
    assert!(changed.contains("✗ does not arrive at the root"), "{changed}");
    let steps = path.matches("<li class=").count();
    assert!(steps > 4, "photo, record, leaf, and nodes: {path}");
    assert_eq!(changed.matches("<li class=\"bad\">").count(), steps, "{changed}");
    // What visitors took home before is what they take home now.
    let kept = std::fs::read(demo.says("bundle_path")).unwrap();
    assert_eq!(guide.get("", "/bundle").await.ok(), kept);
    assert!(page("/tamper?lang=en").await.contains("The two halves match"));
    assert_eq!(demo.end(), Some(0));
}

#[tokio::test]
async fn the_guide_follows_everybody_through_the_steps_and_lets_the_handler_in() {
    let folder = Folder::new();
    let demo = folder.start();
    let guide = Client::of(demo.says("guide_url"));
    let page = async |path: &str| String::from_utf8(guide.get("", path).await.ok()).unwrap();
    let still = guide.get("", "/?lang=en").await;
    assert!(!still.headers.contains_key("refresh"));
    let live = guide.get("", "/?lang=en&live=yes").await;
    assert_eq!(live.headers["refresh"], "5");
    let live = String::from_utf8(live.ok()).unwrap();
    let lane = |page: &str, name: &str| {
        let (_, row) = page.split_once(&format!("<th scope=\"row\">{name}")).unwrap();
        row.split_once("</tr>").unwrap().0.to_owned()
    };
    assert_eq!(live.matches("<th scope=\"row\">").count(), 5, "{live}");
    assert!(lane(&live, "林嘉伟").contains("✓ 2/2"), "{live}");
    let waiting = lane(&live, "陈素英");
    assert_eq!(waiting.matches("class=\"done\"").count(), 1, "invited, and no more: {waiting}");

    // The visitor comes in and answers the consents; the guide tells by itself.
    let platform = Client::of(demo.says("platform_url"));
    let token = demo.visitor(&platform, &Client::of(demo.says("inbox_url"))).await;
    device::consent(&platform, &token).await;
    let now = lane(&page("/?lang=en").await, "陈素英");
    assert_eq!(now.matches("class=\"done\"").count(), 3, "invited, in, consents: {now}");
    device::sign(&platform, &token, &SystemClock).await;
    until_some("the visitor's lane", async || {
        lane(&page("/?lang=en").await, "陈素英").contains("✓ 2/2").then_some(())
    })
    .await;

    let large = page("/?lang=en&text=large").await;
    assert!(large.contains("class=\"large\"") && large.contains("/phone?lang=en&amp;text=large"));
    // The handler, security and audit have cards, and the accounts behind them open.
    let cards = page("/officers?lang=en").await;
    for (login, begins) in [
        ("he.jing", "/staff/filings"),
        ("shen.yan", "/staff/accounts"),
        ("xu.ming", "/staff/journal"),
    ] {
        assert!(cards.contains(&format!("id=\"{login}\"")), "{login}");
        let entering = guide.http.post(format!("{}/officers/{login}", demo.says("guide_url")));
        let entered = entering.send().await.unwrap();
        assert_eq!(entered.status(), 303, "{login}");
        let home = entered.headers()["location"].to_str().unwrap();
        assert!(home.ends_with(begins), "{home}");
        assert!(entered.headers().contains_key("set-cookie"), "{login} was let in");
    }
    // Who has used the code of now, as the demo's certificate and the click before have, comes in by the next one.
    for (login, wanted) in [("he.jing", "/staff/filings"), ("qian.wei", "/staff/cases")] {
        let again = guide.http.post(format!("{}/officers/{login}", demo.says("guide_url")));
        let again = again.send().await.unwrap();
        let home = again.headers()["location"].to_str().unwrap();
        assert!(home.ends_with(wanted), "{login}: {home}");
    }
    assert_eq!(demo.end(), Some(0));
}

#[tokio::test]
async fn the_button_stops_the_notary_for_a_while_and_everything_is_caught_up_with() {
    let folder = Folder::new();
    let demo = folder.start();
    let guide = Client::of(demo.says("guide_url"));
    let platform = Client::of(demo.says("platform_url"));
    let integrator = demo.credential("integrator");
    let coverage = async || platform.get(integrator, "/api/v1/coverage").await.json();
    let whole = async || {
        let now = coverage().await;
        let custodians = now["custodians"].as_array().unwrap();
        let is_held = |held: &Value| held["outstanding"] == 0 && held["admitted"] == now["records"];
        custodians.iter().all(is_held).then_some(now)
    };
    let before = until_some("everything to be held", async || whole().await).await;
    let token = demo.visitor(&platform, &Client::of(demo.says("inbox_url"))).await;
    let health = format!("{}/healthz", demo.says("notary_url"));
    let is_there = async || guide.http.get(&health).send().await.is_ok_and(|r| r.status() == 200);
    assert!(is_there().await, "before");

    // The button is on the page; it is gone for no time and for no longer than the button says.
    let page = String::from_utf8(guide.get("", "/?lang=zh").await.ok()).unwrap();
    assert!(page.contains("action=\"/outage\"") && page.contains("停掉公证处30秒"), "{page}");
    let press = async |asked: &str| {
        let outage = format!("{}/outage{asked}", demo.says("guide_url"));
        guide.http.post(outage).send().await.unwrap()
    };
    for never in ["?seconds=0", "?seconds=31", "?seconds=-1", "?seconds=long"] {
        assert_eq!(press(never).await.status(), 400, "{never}");
    }
    assert!(is_there().await, "nobody stopped it");

    let pressed = press("?seconds=2").await;
    assert_eq!(pressed.status(), 303);
    let shown = pressed.headers()["location"].to_str().unwrap();
    assert_eq!(shown, format!("{}/coverage?live=yes", demo.says("platform_url")));
    until_some("the notary to be absent", async || (!is_there().await).then_some(())).await;
    // Signing goes on and waits for nobody; so do the filings that are opened meanwhile.
    let signed = device::sign(&platform, &token, &SystemClock).await;
    assert!(signed["record_id"].is_string(), "{signed}");
    until_some("the notary to be back", async || is_there().await.then_some(())).await;

    let receipt = format!("/api/v1/receipts/{}", signed["record_id"].as_str().unwrap());
    until_some("the visitor's 2/2", async || {
        let deposited = platform.get(&token, &receipt).await.json()["deposited"].take();
        (deposited["held"] == 2 && deposited["of"] == 2).then_some(())
    })
    .await;
    let opened_meanwhile = 5;
    let after = until_some("everything to be held again", async || {
        let now = whole().await?;
        let grown = now["records"].as_u64().unwrap() - before["records"].as_u64().unwrap();
        (grown > opened_meanwhile).then_some(now)
    })
    .await;
    assert_eq!(after["gaps"].as_array().unwrap().len(), 0, "{after}");
    for held in after["custodians"].as_array().unwrap() {
        assert_eq!((&held["refused"], &held["quarantined"]), (&0.into(), &0.into()), "{held}");
    }
    assert_eq!(demo.end(), Some(0));
    folder.is_sound();
}

#[tokio::test]
async fn one_folder_has_one_process_and_a_signal_ends_it_with_sound_stores() {
    let folder = Folder::new();
    let demo = folder.start();
    let second = folder.demo(&["--once"]).exits(1);
    assert!(second.errors.contains("is in use by process"), "{}", second.errors);
    assert_eq!(folder.manifest(), demo.manifest, "the running demo lost its file");
    let store = folder.store("platform");
    for job in ["fsck", "rebuild"] {
        let ran = heqi(&["store", job, store.to_str().unwrap()]).exits(1);
        assert!(ran.errors.contains("is in use by process"), "{job}: {}", ran.errors);
    }
    let doctor = heqi(&["doctor", "--data-dir", folder.text(), "--lang", "en"]).exits(0);
    assert!(doctor.out.contains("✓ the notary data centre is ready"), "{}", doctor.out);
    assert!(!doctor.out.contains('✗'), "{}", doctor.out);

    assert_eq!(demo.end(), Some(0));
    folder.is_sound();
    let doctor = heqi(&["doctor", "--data-dir", folder.text(), "--lang", "zh"]).exits(1);
    assert!(doctor.out.contains("✗ 演示没有在运行"), "{}", doctor.out);
}
