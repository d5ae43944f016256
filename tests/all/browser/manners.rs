//! What the page must not do, and whom it must not shut out.

use heqi_tests::browser::address_of;
use serde_json::Value;

use super::looking::AXE_FINDS;
use super::verifier::{Asked, LANGUAGES, Verifier, browser, page_file, root};

fn evidence(name: &str) -> Asked {
    let folder = root().join("tests/vectors/evidence");
    Asked { file: folder.join(name), anchors: Some(folder.join("anchors.json")), at: None }
}

/// Results that look different: all proved, contradicted, without anchors, unreadable.
fn looks() -> [Asked; 4] {
    [
        evidence("signing-with-chain.heqi.zip"),
        evidence("swapped-photo.heqi.zip"),
        Asked { anchors: None, ..evidence("signing.heqi.zip") },
        evidence("zip-truncated.heqi.zip"),
    ]
}

#[test]
fn the_page_asks_the_network_for_nothing_and_its_policy_is_never_broken() {
    let Some(mut browser) = browser() else { return };
    let mut verifier = Verifier::open(browser.page().unwrap());
    for asked in looks() {
        verifier.ask(&asked);
    }
    let trouble = verifier.page.trouble().unwrap();
    assert_eq!(trouble.requests, [address_of(&page_file())]);
    assert_eq!(trouble.errors, Vec::<String>::new());
    // The policy is there: a script of somebody else does not run and nothing can be sent.
    let breach = "(() => { const script = document.createElement('script'); \
         try { script.textContent = 'globalThis.breached = 1'; } catch { return 'refused'; } \
         document.head.append(script); return globalThis.breached ?? 'refused'; })()";
    assert_eq!(verifier.page.evaluate(breach).unwrap(), "refused");
    let sent = "fetch('https://example.org/').then(() => 'sent', () => 'refused')";
    assert_eq!(verifier.page.evaluate(sent).unwrap(), "refused");
    assert!(!verifier.page.trouble().unwrap().errors.is_empty(), "breaches are noticed");
}

#[test]
fn axe_finds_nothing_on_a_phone_and_on_a_desk_in_both_languages() {
    let Some(axe) = super::walk::axe() else { return };
    let Some(mut browser) = browser() else { return };
    let mut page = browser.page().unwrap();
    // axe makes scripts and styles the policy forbids; it looks at the page, it is not in it.
    page.ask("Page.setBypassCSP", &serde_json::json!({"enabled": true})).unwrap();
    let mut verifier = Verifier::open(page);
    verifier.page.evaluate(&axe).unwrap();
    for width in [320, 1280] {
        verifier.page.resize(width, 900).unwrap();
        for language in LANGUAGES {
            verifier.speak(language);
            verifier
                .page
                .evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
                .unwrap();
            for asked in looks() {
                verifier.ask(&asked);
                let found = verifier.page.evaluate(AXE_FINDS).unwrap();
                assert_eq!(found, Value::Array(Vec::new()), "{width} px, {language}, {asked:?}");
                let overflow = "document.documentElement.scrollWidth > window.innerWidth";
                assert_eq!(
                    verifier.page.evaluate(overflow).unwrap(),
                    false,
                    "{width} px, {language}"
                );
            }
        }
    }
    if let Ok(folder) = std::env::var("HEQI_PICTURES") {
        for (number, asked) in looks().iter().enumerate() {
            verifier.ask(asked);
            let picture = verifier.page.picture().unwrap();
            std::fs::write(format!("{folder}/verify-{number}.png"), picture).unwrap();
        }
    }
}

#[test]
fn every_control_is_reached_by_keyboard_and_large_enough_for_a_finger() {
    let Some(mut browser) = browser() else { return };
    let mut verifier = Verifier::open(browser.page().unwrap());
    verifier.page.resize(320, 900).unwrap();
    verifier.ask(&evidence("signing.heqi.zip"));
    verifier
        .page
        .evaluate("document.querySelector('details').open = true; document.body.focus()")
        .unwrap();
    let mut reached = Vec::new();
    let focused = "(() => { const at = document.activeElement; \
         return at === document.body ? null : at.id || at.value || at.dataset.language || at.className || at.tagName; })()";
    for _ in 0..40 {
        verifier.page.press("Tab", "\t").unwrap();
        let Value::String(name) = verifier.page.evaluate(focused).unwrap() else { break };
        reached.push(name);
    }
    for wanted in [
        "skip",
        "zh",
        "en",
        "bundle",
        "anchors",
        "renewals",
        "SUMMARY",
        "integrity",
        "certificate",
        "at",
        "renewal-keys",
        "time-roots",
        "button",
    ] {
        assert!(reached.iter().any(|name| name == wanted), "{wanted} among {reached:?}");
    }
    let small = "[...document.querySelectorAll('button, label.button, summary, input[type=text], textarea, fieldset label')]\
         .map((control) => [control.textContent, control.getBoundingClientRect()])\
         .filter(([, {width, height}]) => width < 44 || height < 44).map(([text]) => text)";
    assert_eq!(verifier.page.evaluate(small).unwrap(), Value::Array(Vec::new()));
}

#[test]
fn a_result_is_announced_and_every_claim_is_told_in_words() {
    let Some(mut browser) = browser() else { return };
    let mut verifier = Verifier::open(browser.page().unwrap());
    for (language, spoken) in LANGUAGES.into_iter().zip(["核验通过", "Proved"]) {
        verifier.speak(language);
        let report = verifier.ask(&evidence("signing-with-chain.heqi.zip"));
        let status =
            verifier.page.evaluate("document.querySelector('[role=status]').textContent").unwrap();
        assert!(status.as_str().unwrap().starts_with(spoken), "{status}");
        let shown = verifier.page.evaluate("document.querySelector('#result').innerText").unwrap();
        for claim in report["claims"].as_array().unwrap() {
            let reason = claim["reason"].as_str().unwrap();
            assert!(shown.as_str().unwrap().contains(reason), "{reason}");
        }
        let page = verifier.page.evaluate("document.body.innerText").unwrap();
        for banned in ["见证", "公证签名", "已公证", "已证明"] {
            assert!(!page.as_str().unwrap().contains(banned), "{banned}");
        }
    }
}

#[test]
fn both_files_can_be_dropped_and_asking_for_nothing_is_not_possible() {
    let Some(mut browser) = browser() else { return };
    let mut verifier = Verifier::open(browser.page().unwrap());
    let asked = evidence("signing.heqi.zip");
    let base64 = |path: &std::path::Path| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(std::fs::read(path).unwrap())
    };
    let drop = format!(
        "(async () => {{ const dropped = new DataTransfer(); \
           const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)); \
           dropped.items.add(new File([bytes('{}')], 'signing.heqi.zip')); \
           dropped.items.add(new File([bytes('{}')], 'anchors.json')); \
           document.dispatchEvent(new DragEvent('drop', {{dataTransfer: dropped, bubbles: true, cancelable: true}})); \
           const done = () => document.querySelector('#json')?.textContent.includes('\"exit\": 0'); \
           while (!done()) await new Promise(requestAnimationFrame); }})()",
        base64(&asked.file),
        base64(asked.anchors.as_deref().unwrap()),
    );
    verifier.page.evaluate(&drop).unwrap();
    assert_eq!(verifier.result(), asked.of_program("zh"));
    let none = "(async () => { for (const box of document.querySelectorAll('#require input:checked')) box.click(); \
         while (document.querySelector('#result').dataset.round === '') await new Promise(requestAnimationFrame); \
         return document.querySelectorAll('#require input:checked').length; })()";
    assert!(verifier.page.evaluate(none).unwrap().as_u64().unwrap() > 0);
}
