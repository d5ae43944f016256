//! The document around every page: head, languages, heading, steps, foot.

use heqi_vocabulary::Language;
use maud::{DOCTYPE, Markup, html};

use crate::assets::Asset;
use crate::journey::Step;
use crate::link::Link;
use crate::words::Words;

/// A page of the platform.
pub trait Page {
    /// What it is called: in the tab and as its only first-level heading.
    fn title(&self, language: Language) -> String;

    /// What stands between heading and foot.
    fn content(&self, frame: &Frame) -> Markup;

    /// One line: what this page shows and what it does not.
    fn foot(&self) -> Words;

    /// The module that helps it, if one does.
    fn script(&self) -> Option<Asset> {
        None
    }

    /// The style sheet it has besides, if it has one.
    fn style(&self) -> Option<Asset> {
        None
    }

    /// One more style sheet, if it has one.
    fn further_style(&self) -> Option<Asset> {
        None
    }

    /// Where on the signer's way it stands.
    fn step(&self) -> Option<Step> {
        None
    }

    /// Examples of it: every state it can be in, every text at its longest.
    fn samples() -> Vec<Self>
    where
        Self: Sized;
}

/// Who reads, and what surrounds the page.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Frame {
    /// In which language.
    pub language: Language,
    /// Whether in large text.
    pub large: bool,
    /// The address of the page itself, without a query.
    pub here: Link,
    /// What forms of this session carry, so that no other site can send them.
    pub csrf: Option<String>,
    /// The name of the service.
    pub service: String,
    /// Whom to call.
    pub telephone: String,
}

#[cfg(test)]
impl Frame {
    /// Around a page on the signer's way.
    pub(crate) fn sample(language: Language) -> Self {
        Self {
            language,
            large: false,
            here: Link::Journey,
            csrf: Some("c5rf".into()),
            service: "示例商事文签".into(),
            telephone: "0571-0000110".into(),
        }
    }
}

/// The whole document.
pub fn render(page: &impl Page, frame: &Frame) -> String {
    let language = frame.language;
    let title = page.title(language);
    let size = if frame.large { "large" } else { "usual" };
    let [icon, touch, manifest] = if frame.here.is_held() {
        [Asset::HeldIcon, Asset::HeldIcon192, Asset::HeldManifest]
    } else {
        [Asset::Icon, Asset::Icon192, Asset::Manifest]
    };
    let document = html! {
        (DOCTYPE)
        html lang=(language.tag()) class=(size) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="format-detection" content="telephone=no";
                // The bar of an installed application is the paper of its page, in the dark as well: `--paper`.
                meta name="theme-color" content="#fbfaf6" media="(prefers-color-scheme: light)";
                meta name="theme-color" content="#161c1c" media="(prefers-color-scheme: dark)";
                @if let Some(csrf) = &frame.csrf { meta name="csrf" content=(csrf); }
                title { (title) " · " (frame.service) }
                link rel="icon" type="image/svg+xml" href=(Link::Asset(icon));
                link rel="manifest" href=(Link::Asset(manifest));
                link rel="stylesheet" href=(Link::Asset(Asset::Style));
                @for style in page.style().into_iter().chain(page.further_style()) {
                    link rel="stylesheet" href=(Link::Asset(style));
                }
                link rel="apple-touch-icon" href=(Link::Asset(touch));
                script type="module" src=(Link::Asset(Asset::Shell)) {}
                @if let Some(script) = page.script() {
                    script type="module" src=(Link::Asset(script)) {}
                }
            }
            body {
                a .skip href="#content" { (SKIP.in_language(language)) }
                header {
                    p .brand { (mark()) span { (frame.service) } }
                    (preferences(frame))
                }
                div id="network" role="status" {
                    p .notice data-net="offline" hidden { (OFFLINE.in_language(language)) }
                    p .notice data-net="slow" hidden { (SLOW.in_language(language)) }
                }
                main id="content" {
                    @if let Some(step) = page.step() { (step.bar(language)) }
                    h1 { (title) }
                    (page.content(frame))
                }
                footer { p { (page.foot().in_language(language)) } }
            }
        }
    };
    document.into_string()
}

/// Language and size of the text, as links: they work without a script.
fn preferences(frame: &Frame) -> Markup {
    let (to, name, tag) = match frame.language {
        Language::Zh => ("en", "English", "en"),
        Language::En => ("zh", "中文", "zh-CN"),
    };
    let (size, word) = if frame.large { ("usual", USUAL) } else { ("large", LARGE) };
    let here = frame.here.to_string();
    // A page of a list, or of what a code led to, is asked for by its address already.
    let joint = if here.contains('?') { "&" } else { "?" };
    html! {
        nav aria-label=(PREFERENCES.in_language(frame.language)) {
            a href={ (here) (joint) "text=" (size) } { (word.in_language(frame.language)) }
            a href={ (here) (joint) "lang=" (to) } hreflang=(tag) lang=(tag) { (name) }
        }
    }
}

/// The two halves of a tally that match.
fn mark() -> Markup {
    html! {
        svg .mark viewBox="0 0 32 32" aria-hidden="true" {
            path d="M4 5h10l3 4-3 4 3 4-3 4 3 6H4z" {}
            path .other d="M16 5h12v22h-9l-3-6 3-4-3-4 3-4z" {}
        }
    }
}

const OFFLINE: Words = Words::new(
    "没有网络（自{since}起）。已完成的步骤都已保存，本页输入的内容会保留。网络恢复后可以继续；已经点过的按钮会自动提交，不用再点。",
    "No network since {since}. The steps done are kept, and so is what you typed here. Go on when it is back; a button you have used is sent by itself then.",
);
const SLOW: Words = Words::new(
    "网络较慢，已提交一次，正在等待答复（自{since}起）。请不要重复点击或关闭页面。",
    "The network is slow. It was sent once and waits for the answer since {since}. Please do not tap again or close the page.",
);
const SKIP: Words = Words::new("跳到正文", "Skip to the content");
const PREFERENCES: Words = Words::new("语言和字号", "Language and text size");
const LARGE: Words = Words::new("大字", "Large text");
const USUAL: Words = Words::new("标准字号", "Usual text");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journey::OfflinePage;
    use crate::link::OfficeLink;

    #[test]
    fn language_and_size_keep_what_the_address_asks_for() {
        for (here, wanted) in [
            (Link::Held, "href=\"/my?lang=en\""),
            (
                Link::Office(OfficeLink::Group("accepted".into(), None)),
                "href=\"/staff/matters?at=accepted&amp;lang=en\"",
            ),
        ] {
            let frame = Frame {
                language: Language::Zh,
                large: false,
                here,
                csrf: None,
                service: "示例商事文签".into(),
                telephone: "0571-0000110".into(),
            };
            let page = render(&OfflinePage {}, &frame);
            assert!(page.contains(wanted), "{wanted} is not in {page}");
            assert!(page.contains(&wanted.replace("lang=en", "text=large")), "{page}");
        }
    }

    #[test]
    fn the_bar_of_a_page_and_of_an_installed_application_is_the_paper_of_the_style_sheet() {
        let style = std::str::from_utf8(Asset::Style.bytes()).unwrap();
        let papers = style.split("--paper: ").skip(1).filter_map(|rest| rest.split(';').next());
        let [light, dark] = <[&str; 2]>::try_from(papers.collect::<Vec<_>>()).unwrap();
        for (here, manifest) in
            [(Link::Journey, Asset::Manifest), (Link::Held, Asset::HeldManifest)]
        {
            let read: serde_json::Value = serde_json::from_slice(manifest.bytes()).unwrap();
            for colour in ["theme_color", "background_color"] {
                assert_eq!(read[colour], light, "{colour} of {}", manifest.name());
            }
            let frame = Frame { here, csrf: None, ..Frame::sample(Language::Zh) };
            let page = render(&OfflinePage {}, &frame);
            assert!(page.contains(manifest.name()), "{page}");
            for (scheme, paper) in [("light", light), ("dark", dark)] {
                let bar = format!("content=\"{paper}\" media=\"(prefers-color-scheme: {scheme})\"");
                assert!(page.contains(&bar), "{bar} is not in {page}");
            }
        }
    }
}
