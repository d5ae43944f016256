//! 我来篡改: the good bundle with every way to cheat, and what both halves say of a copy to which
//! one of them was done. 【复原】 leads back to the good bundle.

use std::fmt::Write as _;

use super::picture;
use super::view::{View, escaped};
use crate::demo::tamper::{Judged, Way};

/// What the visitor sees before anybody has signed.
pub(super) fn nothing_yet(l: View) -> String {
    let none = l.pick("还没有可以改动的证据包。", "There is no bundle to change yet.");
    framed("/tamper", &format!("<p>{none}</p>"), l)
}

/// One copy, or the good bundle.
pub(super) fn page(judged: &Judged, l: View) -> String {
    let here = judged.way.map_or_else(|| "/tamper".to_owned(), at);
    let mut body = format!(
        "<p>{}</p>",
        l.pick(
            "证据包的副本由您改动，再由核验程序和公证处那一半判断；原件始终不变。最后一种改动用的是平台自己的密钥。",
            "You change a copy of the evidence bundle; the verifier and the notary's half judge it, and the original is never touched. The last way uses the platform's own key.",
        ),
    );
    body.push_str(&deeds(judged.way, l));
    let what = judged
        .way
        .map_or_else(|| l.pick("原来的证据包", "The bundle as it is"), |way| way.words(l.language));
    let verdict = if judged.is_found_out {
        format!("<strong class=\"bad\">{}</strong>", l.pick("✗ 被查出", "✗ found out"))
    } else {
        format!("<strong class=\"done\">{}</strong>", l.pick("✓ 未见矛盾", "✓ nothing contradicts"))
    };
    let _ = write!(
        body,
        "<h2>{what}</h2><p>{verdict}</p><p>{}</p>{}<p>{}</p>",
        judged.halves.telling(l.language),
        picture::copy(&judged.halves, l.language),
        judged.halves.record(l.language),
    );
    if judged.way.is_some() {
        let (to, words) = (l.link("/tamper"), l.pick("复原", "Restore"));
        let _ = write!(body, "<p><a class=\"go\" href=\"{to}\">{words}</a></p>");
    }
    let titles = [
        l.pick("核验程序的原话", "The verifier's own words"),
        l.pick("两个树头放在一起", "Both heads side by side"),
    ];
    for (title, report) in titles.into_iter().zip(&judged.reports) {
        let _ = write!(
            body,
            "<h3>{title}</h3><pre tabindex=\"0\" role=\"region\" aria-label=\"{title}\">{}</pre>",
            escaped(report),
        );
    }
    framed(&here, &body, l)
}

fn at(way: Way) -> String {
    format!("/tamper?do={}", way.name())
}

/// What can be done to the copy; what was done is marked.
fn deeds(done: Option<Way>, l: View) -> String {
    let mut list =
        format!("<nav aria-label=\"{}\" class=\"ways\">", l.pick("怎样改动", "What to change"));
    for way in Way::ALL {
        let current = if done == Some(way) { " aria-current=\"page\"" } else { "" };
        let (to, words) = (l.link(&at(way)), way.button(l.language));
        let _ = write!(list, "<a class=\"button\" href=\"{to}\"{current}>{words}</a>");
    }
    list.push_str("</nav>");
    list
}

fn framed(here: &str, body: &str, l: View) -> String {
    let title = l.pick("我来篡改", "I tamper");
    let foot = l.pick(
        "本页显示：演示证据包的副本改动后核验程序的原话，以及两半各自的说法。不证明：原件内容属实。",
        "This page shows: the verifier's own words on changed copies of the demo's bundle, and what each half says. It does not prove that the original is true.",
    );
    l.document(here, title, &format!("<h1>{title}</h1>{body}{}", l.back()), foot)
}
