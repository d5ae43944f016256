//! Every page from its samples, in both languages, as the service serves it: nothing scrolls sideways on small screens
//! or in large text, everything can be hit with a finger, axe finds nothing, and nobody else is asked for anything.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use actix_web::{App, HttpResponse, HttpServer, web};
use heqi_pages::{Frame, Link, samples};
use heqi_tests::browser::Page;
use heqi_vocabulary::Language;
use serde_json::json;

use super::looking::{DESK, PHONE, faults};
use super::verifier::browser;
use super::walk::axe;

/// What is wide of the screen, or nothing.
const OVERFLOW: &str = "(() => { const wide = document.documentElement.scrollWidth; \
     if (wide <= innerWidth) return ''; \
     const out = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 0.5); \
     return `${wide} > ${innerWidth}: ` + out.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(' | '); })()";
/// Pages of people who sit at a desk.
const AT_A_DESK: [&str; 4] = ["staff-", "office-", "regulator-", "timeline"];

/// Every page from its samples, as the service serves it; the address of the first.
fn gallery() -> (String, Vec<String>, actix_web::dev::ServerHandle) {
    let frame = |language, large| Frame {
        language,
        large,
        here: Link::Journey,
        csrf: Some("c5rf".into()),
        service: "示例商事文签 · 杭州市临安区".into(),
        telephone: "0571-0000110".into(),
    };
    // Rendered once: every page is asked for several times.
    let mut all = BTreeMap::new();
    for (tag, language) in [("zh", Language::Zh), ("en", Language::En)] {
        for (size, large) in [("usual", false), ("large", true)] {
            for (name, page) in samples::rendered(&frame(language, large)) {
                all.insert(format!("{tag}/{size}/{name}"), page);
            }
        }
    }
    let names = samples::rendered(&frame(Language::Zh, false));
    let names = names.into_iter().map(|(name, _)| name).collect();
    let all = Arc::new(all);
    let page = move |path: web::Path<(String, String, String)>| {
        let (language, size, name) = path.into_inner();
        let found = all.get(&format!("{language}/{size}/{name}")).cloned();
        std::future::ready(found.map_or_else(
            || HttpResponse::NotFound().finish(),
            |page| HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page),
        ))
    };
    let asset = |path: web::Path<(String, String)>| async move {
        let found = heqi_pages::assets::Asset::named(&path.1);
        found.map_or_else(
            || HttpResponse::NotFound().finish(),
            |asset| HttpResponse::Ok().content_type(asset.media_type()).body(asset.bytes()),
        )
    };
    let server = HttpServer::new(move || {
        App::new()
            .route("/page/{language}/{size}/{name}", web::get().to(page.clone()))
            // Where the script of every page takes them for pages on a signer's way.
            .route("/sign/page/{language}/{size}/{name}", web::get().to(page.clone()))
            .route("/assets/{digest}/{name}", web::get().to(asset))
    });
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    (base, names, handle)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_in_chinese_fits_small_screens_and_large_text_and_is_for_everybody() {
    look_at_all("zh").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_in_english_fits_small_screens_and_large_text_and_is_for_everybody() {
    look_at_all("en").await;
}

/// Edge case 2: what a device elsewhere makes of them. A second instant behind each makes lines longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_with_two_time_zones_fit_small_screens_and_are_for_everybody() {
    let Some(mut browser) = browser() else { return };
    let axe = axe();
    let (base, names, handle) = gallery();
    let mut page = browser.page().unwrap();
    page.ask("Emulation.setTimezoneOverride", &json!({ "timezoneId": "Asia/Kolkata" })).unwrap();
    let mut found = Vec::new();
    // Of those with instants, the ones that do not look again and again.
    let is_asked = |name: &str| name.starts_with("timeline-") || name.starts_with("confirm-");
    for name in names.iter().filter(|name| is_asked(name)) {
        let place = format!("{name} in two time zones");
        for size in ["large", "usual"] {
            page.open(&format!("{base}/sign/page/en/{size}/{name}")).unwrap();
            for width in [320, 360, 1280] {
                page.resize(width, 740).unwrap();
                fits(&mut page, &format!("{place}, {size}, {width} px"), &mut found);
            }
        }
        let both = "[...document.querySelectorAll('[data-zone=device]')]\
             .filter((one) => one.textContent.includes('+05:30 where you are')).length > 0";
        if name.starts_with("timeline-") {
            assert_eq!(page.evaluate(both).unwrap(), json!(true), "{place}");
        }
        if let Some(folder) = std::env::var_os("SAMPLE_PICTURES") {
            page.resize(360, 740).unwrap();
            let file = format!("{name}.en.zones.360.png");
            std::fs::write(Path::new(&folder).join(file), page.picture().unwrap()).unwrap();
        }
        let sight = if AT_A_DESK.iter().any(|one| name.starts_with(one)) { &DESK } else { &PHONE };
        let faults = faults(&mut page, axe.as_deref(), sight);
        found.extend(faults.into_iter().map(|fault| format!("{place}: {fault}")));
    }
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
    handle.stop(false).await;
}

async fn look_at_all(language: &str) {
    let Some(mut browser) = browser() else { return };
    let axe = axe();
    let (base, names, handle) = gallery();
    assert!(names.len() > 20, "{names:?}");
    let mut page = browser.page().unwrap();
    let mut found = Vec::new();
    for name in &names {
        let place = format!("{name} in {language}");
        // These look again and again, and lead on by themselves.
        let is_restless = name.starts_with("handover");
        page.ask("Emulation.setScriptExecutionDisabled", &json!({ "value": is_restless })).unwrap();
        for size in ["large", "usual"] {
            page.open(&format!("{base}/page/{language}/{size}/{name}")).unwrap();
            // 320 px is 1280 at 400 % (WCAG 2.2, 1.4.10); 1280 at 200 % is 640 px.
            for (width, scale) in [(320, 1), (640, 2)] {
                let screen = json!({
                    "width": width, "height": 740, "deviceScaleFactor": scale, "mobile": false,
                });
                page.ask("Emulation.setDeviceMetricsOverride", &screen).unwrap();
                fits(&mut page, &format!("{place}, {size}, {width} px"), &mut found);
            }
        }
        for width in [1280, 360] {
            page.resize(width, 740).unwrap();
            fits(&mut page, &format!("{place}, {width} px"), &mut found);
            // For whoever wants to look: pictures of every page.
            if let Some(folder) = std::env::var_os("SAMPLE_PICTURES") {
                let file = format!("{name}.{language}.{width}.png");
                std::fs::write(Path::new(&folder).join(file), page.picture().unwrap()).unwrap();
            }
        }
        let sight = if AT_A_DESK.iter().any(|one| name.starts_with(one)) { &DESK } else { &PHONE };
        // axe is a script, and there is none where scripts are off: the browser test of the handover has it.
        let axe = axe.as_deref().filter(|_| !is_restless);
        found.extend(
            faults(&mut page, axe, sight).into_iter().map(|fault| format!("{place}: {fault}")),
        );
        // Only the text twice as large, on a phone (1.4.4): how phones enlarge.
        let twice = "document.documentElement.style.fontSize = \
             `${2 * parseFloat(getComputedStyle(document.documentElement).fontSize)}px`; 0";
        page.evaluate(twice).unwrap();
        fits(&mut page, &format!("{place}, text twice"), &mut found);
    }
    assert!(
        found.is_empty(),
        "{} faults of {} pages:\n{}",
        found.len(),
        names.len(),
        found.join("\n")
    );
    let trouble = page.trouble().unwrap();
    // The browser draws the knobs of a video by pictures of its own.
    let is_ours = |url: &&String| url.starts_with(&base) || url.starts_with("data:image/svg+xml");
    let failed: Vec<_> = trouble.requests.iter().filter(|url| !is_ours(url)).collect();
    assert!(failed.is_empty(), "pages ask others: {failed:?}");
    handle.stop(false).await;
}

/// That nothing is wider than the screen.
fn fits(page: &mut Page<'_>, place: &str, found: &mut Vec<String>) {
    let wide = page.evaluate(OVERFLOW).unwrap();
    if wide != "" {
        found.push(format!("{place} scrolls sideways: {wide}"));
    }
}
