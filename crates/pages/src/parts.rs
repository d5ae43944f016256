//! What pages are made of: forms, notices, lists of facts.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::frame::Frame;
use crate::link::Link;
use crate::words::Words;

/// What every form of a session carries: that this session made it, and under which name the
/// act is done once.
pub(crate) fn hidden(frame: &Frame, key: &str) -> Markup {
    html! {
        @if let Some(csrf) = &frame.csrf { input type="hidden" name="csrf" value=(csrf); }
        input type="hidden" name="key" value=(key);
    }
}

/// A sentence that stands out, with its kind in words for those who see no colour.
pub(crate) fn notice(text: &str) -> Markup {
    html! { p .notice { (text) } }
}

/// Over a filing that a demo acted out: nobody may take it for one that happened.
pub(crate) fn simulated(language: Language) -> Markup {
    notice(SIMULATED.in_language(language))
}

/// Names and values.
pub(crate) fn facts(rows: &[(&str, &str)]) -> Markup {
    html! {
        dl .facts {
            @for (name, value) in rows { div { dt { (name) } dd { (value) } } }
        }
    }
}

/// What a script shows when it comes to it: every text stands in the page, in its language,
/// and scripts hold none.
pub(crate) fn said(language: Language, texts: &[(&str, Words)]) -> Markup {
    html! {
        (lines(language, texts))
        noscript { p .notice { (NO_SCRIPT.in_language(language)) } }
    }
}

/// What the script says that sends a form with a file. Without it the form goes as any other.
pub(crate) fn said_of_a_file(language: Language) -> Markup {
    lines(
        language,
        &[
            ("waiting", WAITING),
            ("sending", SENDING_FILE),
            ("unreadable", UNREADABLE),
            ("too-large", TOO_LARGE),
            ("slow", SLOW),
            ("offline", OFFLINE),
        ],
    )
}

fn lines(language: Language, texts: &[(&str, Words)]) -> Markup {
    html! {
        div #said role="status" aria-live="polite" {
            @for (name, words) in texts {
                p .notice data-said=(name) hidden { (words.in_language(language)) }
            }
            // Whatever a page asks of the platform, the platform may be busy.
            p .notice data-said="busy" hidden { (BUSY.in_language(language)) }
            // Whatever goes wrong without a sentence of its own.
            p .notice data-said="broken" hidden { (BROKEN.in_language(language)) }
            p .notice data-said="problem" hidden {}
        }
    }
}

/// The way out that is always there.
pub(crate) fn ways_out(frame: &Frame) -> Markup {
    let language = frame.language;
    html! {
        p .ways {
            a href=(Link::Decline) { (DECLINE.in_language(language)) }
            span { (HELP.in_language(language)) " " (frame.telephone) }
        }
    }
}

const SIMULATED: Words = Words::new(
    "历史办件，情节为模拟：由演示程序在首次启动时生成，人物、公司均为虚构；所载时间均为生成时的真实时间。",
    "An older filing, acted out: the demo made it at its first start, people and companies are made up; every time in it is the true time of that.",
);
const SENDING_FILE: Words = Words::new(
    "正在上传文件，已上传{percent}%，请不要关闭页面。",
    "Sending the file, {percent} % so far; please keep this page open.",
);
const UNREADABLE: Words = Words::new(
    "这个文件无法读取，没有提交任何内容。请重新选择文件后再提交。",
    "This file cannot be read; nothing was sent. Choose the file again and send it.",
);
const TOO_LARGE: Words = Words::new(
    "这个文件超过8 MB，没有提交任何内容。请选择较小的文件，或重新拍照后再提交。",
    "This file has more than 8 MB; nothing was sent. Choose a smaller one, or take the picture again.",
);
const NO_SCRIPT: Words = Words::new(
    "这一步需要浏览器运行脚本。请开启脚本，或换一个浏览器打开同一链接；已填写的内容不会丢失。",
    "This step needs scripts. Allow them, or open the same link in another browser; nothing entered is lost.",
);
const DECLINE: Words = Words::new("我不想签署", "I do not want to sign");
const HELP: Words = Words::new("需要帮助请拨打", "For help call");
/// What scripts of more than one page say; they put moments and seconds into the places.
pub(crate) const OFFLINE: Words = Words::new(
    "网络中断（自{since}起），已完成的步骤已保存。恢复后自动继续，{next}秒后再试。",
    "The network has been down since {since}; the steps done are kept. It goes on by itself when the network is back; next try in {next} s.",
);
/// The same.
pub(crate) const SLOW: Words = Words::new(
    "网络较慢，仍在等待平台答复（自{since}起），不会重复提交，请不要关闭页面。",
    "The network is slow; waiting for the platform since {since}. Nothing is sent twice; please keep this page open.",
);
/// The same.
pub(crate) const UNFIT: Words = Words::new(
    "这个浏览器不能生成签名密钥。请用系统自带的浏览器打开您收到的签署链接；已填写的内容不会丢失。",
    "This browser cannot make a signing key. Open the link you received in the system's own browser; nothing entered is lost.",
);
const BUSY: Words = Words::new(
    "平台正忙（自{since}起），您的操作已保留，将于{next}自动再试，不会重复提交，请不要关闭页面。",
    "The platform has been busy since {since}. What you did is kept and tried again at {next} by itself; nothing is done twice. Please keep this page open.",
);
const BROKEN: Words = Words::new(
    "这一步没有完成，已完成的步骤都已保存，不会重复签署。请再点一次；仍不行，请刷新页面后继续，或联系经办人。",
    "This step did not go through; the steps done are kept and nothing is signed twice. Tap once more; if it fails again, load the page anew and go on, or ask the handler.",
);
/// The same.
pub(crate) const WAITING: Words =
    Words::new("正在处理，请不要关闭页面……", "Working, please keep this page open…");
