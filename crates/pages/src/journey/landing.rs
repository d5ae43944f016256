//! Where the link leads: nothing personal, and whether this browser can do it.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::Link;
use crate::qr;
use crate::words::Words;

/// The first page. It says nothing of the filing: whoever has the link sees it.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct LandingPage {
    /// The code of the link.
    pub code: String,
    /// The whole link, for another browser or another device.
    pub address: String,
}

impl Page for LandingPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            p .lead { (ABOUT.in_language(l)) }
            p { (LEAD.in_language(l)) }
            ol .plain {
                @for line in STEPS { li { (line.in_language(l)) } }
            }
            section .checks aria-labelledby="checks" {
                h2 id="checks" { (CHECKS.in_language(l)) }
                ul .plain id="features" {
                    @for (name, words) in FEATURES {
                        li data-feature=(name) {
                            span .state aria-hidden="true" {}
                            (words.in_language(l))
                            @for (state, said) in STATES {
                                span data-state=(state) hidden { " · " (said.in_language(l)) }
                            }
                        }
                    }
                }
                noscript { p .notice { (UNFIT.in_language(l)) } }
            }
            (self.elsewhere(l))
            form #start method="post" action=(Link::Invitation(self.code.clone())) {
                button .go type="submit" { (START.in_language(l)) }
            }
            p .soft { (SAFE.in_language(l)) " " (frame.telephone) }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn script(&self) -> Option<Asset> {
        Some(Asset::Features)
    }

    fn samples() -> Vec<Self> {
        let code = "0123456789abcdefghjkmnpqrs".to_owned();
        let address = format!("https://sign.example.org/s/{code}");
        vec![Self { code, address }]
    }
}

impl LandingPage {
    /// What a browser is shown that cannot make a key: the same link for another one of this device,
    /// and for a phone. Nothing is lost by it, for nothing was used up.
    fn elsewhere(&self, l: Language) -> Markup {
        html! {
            section data-said="unfit" aria-labelledby="elsewhere" hidden {
                h2 id="elsewhere" { (ELSEWHERE.in_language(l)) }
                p .notice { (UNFIT.in_language(l)) }
                h3 { (BROWSER.in_language(l)) }
                p { (IN_APP.in_language(l)) }
                label for="this-link" { (ADDRESS.in_language(l)) }
                input type="text" id="this-link" readonly value=(self.address);
                button .gap type="button" id="copy" { (COPY.in_language(l)) }
                div role="status" {
                    p .notice data-copied="yes" hidden { (COPIED.in_language(l)) }
                    p .notice data-copied="no" hidden { (NOT_COPIED.in_language(l)) }
                }
                h3 { (PHONE.in_language(l)) }
                div .over {
                    (qr::code(&self.address, QR.in_language(l)))
                    p { (SCAN.in_language(l)) }
                }
            }
        }
    }
}

const TITLE: Words = Words::new("您有文件待签署", "Documents wait for your signature");
/// As much as may be said to whoever has the link: no company, no document, nobody's name.
const ABOUT: Words = Words::new(
    "一家公司正在办理登记（设立、变更或注销），有文件需要您本人签署，由经办人邀请您。为保护隐私，核对身份后才显示是哪家公司、什么事项、哪些文件。",
    "A company is being registered (set up, changed or closed), and documents for that need your own signature; the handler of the filing invites you. Which company, what is filed and which documents is shown once you have said who you are: that protects everybody.",
);
const LEAD: Words = Words::new(
    "请由收到链接的本人办理。全程约3分钟，可以随时中断，再次打开同一链接会回到中断的那一步。",
    "Only the person who got this link may use it. It takes about 3 minutes; you may stop at any time and the same link brings you back to where you stopped.",
);
const STEPS: [Words; 3] = [
    Words::new("核对身份，逐项选择是否同意", "Say who you are and answer each consent by itself"),
    Words::new("阅读文件", "Read the documents"),
    Words::new("现场拍照、手写签名、确认签署", "Take a photo, write your name, sign"),
];
const CHECKS: Words = Words::new("这台设备能否使用", "Whether this device will do");
const FEATURES: [(&str, Words); 4] = [
    ("camera", Words::new("使用相机拍照", "Taking a photo with the camera")),
    ("place", Words::new("读取位置（可以拒绝）", "Reading the position (you may refuse)")),
    ("memory", Words::new("中断后继续", "Going on after an interruption")),
    ("key", Words::new("在这台设备上签名", "Signing on this device")),
];
const STATES: [(&str, Words); 3] = [
    ("yes", Words::new("可以", "yes")),
    ("other", Words::new("可以，用另一种方式", "yes, in another way")),
    ("no", Words::new("不可以", "no")),
];
const UNFIT: Words = Words::new(
    "这个浏览器缺少签名需要的功能，无法签署。请用系统自带的浏览器打开同一链接，或换一台手机。",
    "This browser lacks what signing needs, so it cannot sign. Open the same link in the browser of your system, or on another phone.",
);
const ELSEWHERE: Words = Words::new("换一个浏览器或换一台手机", "Another browser or another phone");
const BROWSER: Words = Words::new("在这台设备的浏览器里打开", "In the browser of this device");
const IN_APP: Words = Words::new(
    "如果您是在聊天等应用里打开的，请点右上角“…”，选择“在浏览器打开”；或复制链接，粘贴到系统自带的浏览器里。",
    "If you opened it inside another app, choose “open in browser” in its menu; or copy the link and paste it into the browser of your system.",
);
const ADDRESS: Words = Words::new("您的签署链接", "Your link");
const COPY: Words = Words::new("复制链接", "Copy the link");
const COPIED: Words = Words::new(
    "已复制。请打开系统自带的浏览器，粘贴到地址栏。",
    "Copied. Open the browser of your system and paste it as the address.",
);
const NOT_COPIED: Words = Words::new(
    "浏览器不允许自动复制。链接已选中，请长按后选择“复制”。",
    "This browser does not let us copy. The link is selected: press it and choose “copy”.",
);
const PHONE: Words = Words::new("用另一台手机打开", "On another phone");
const QR: Words = Words::new("签署链接的二维码", "Code of your link, to be scanned with a phone");
const SCAN: Words = Words::new(
    "用您本人的手机相机扫描。链接只供您本人使用，请勿转发。",
    "Scan it with the camera of your own phone. The link is for you alone; pass it to nobody.",
);
const START: Words = Words::new("开始办理", "Start");
const SAFE: Words = Words::new(
    "本平台不会索要密码，也不会要求转账。如有疑问请拨打",
    "We never ask for a password or for money. If in doubt call",
);
const FOOT: Words = Words::new(
    "本页不显示任何办件、人员或文件内容；仅打开本页不会使用链接。",
    "This page shows no filing, person or document; opening it does not use the link.",
);

#[cfg(test)]
mod tests {
    use super::*;

    /// People first read what it is about, then what to do, and what the device can do last.
    #[test]
    fn the_first_words_say_what_it_is_about_and_nothing_of_the_filing() {
        for language in [Language::Zh, Language::En] {
            let frame = Frame { csrf: None, ..Frame::sample(language) };
            let page = LandingPage::samples().remove(0).content(&frame).into_string();
            let first = format!("<p class=\"lead\">{}</p>", ABOUT.in_language(language));
            assert!(page.starts_with(&first), "{page}");
            let place = |words: Words| page.find(words.in_language(language)).unwrap();
            let [camera, .., key] = FEATURES.map(|(_, words)| place(words));
            assert!(place(LEAD) < place(STEPS[0]) && place(STEPS[2]) < camera && camera < key);
            for technical in ["密钥", "signing key"] {
                assert!(!page.contains(technical), "{technical} in {page}");
            }
        }
    }
}
