//! The words of the two pages.

use std::fmt::Write as _;

use heqi_notify::catcher::Caught;
use heqi_vocabulary::{Language, MessageChannel};

use super::picture::Halves;
use super::{Shown, SignerShown};
use crate::demo::cast::{COMPANY, SIGNERS};

pub(super) fn guide(
    shown: &Shown,
    halves: &Halves,
    signers: &[SignerShown],
    has_bundle: bool,
    language: Language,
) -> String {
    let l = language;
    let mut body = String::new();
    let _ = write!(
        body,
        "<h1>{}</h1><p class=\"notice\">{}</p><ol class=\"five\">{}</ol>{}{}",
        l.pick("合契 Heqi 演示", "Heqi demo"),
        l.pick(
            "人物、公司均为虚构,无法律效力;各方在同一台机器上,不代表独立保管。",
            "People and companies are made up, no legal effect; all parties run on one machine, which is no independent custody.",
        ),
        five_sentences(l),
        ways_in(signers, has_bundle, l),
        halves.svg(l),
    );
    let _ = write!(
        body,
        "<h2>{} {} · {COMPANY}</h2>{}",
        l.pick("办件", "Filing"),
        shown.number,
        signer_list(signers, l)
    );
    let _ = write!(body, "<h2>{}</h2><ul class=\"links\">", l.pick("看看", "Look"));
    for (href, zh, en) in [
        (
            format!("{}/coverage?live=yes", shown.platform_url),
            "覆盖监控:每次签署存到了哪里",
            "Coverage: where every signing is held",
        ),
        (format!("{}/api/docs", shown.platform_url), "平台接口文档", "The platform's interface"),
        (
            format!("{}{}/checkpoint", shown.platform_url, shown.log_path),
            "平台日志的树头(公证处已核对)",
            "Head of the platform's log, cosigned by the notary",
        ),
        (
            format!("{}{}/checkpoint", shown.notary_url, shown.notary_log_path),
            "公证处日志的树头(平台已核对)",
            "Head of the notary's log, cosigned by the platform",
        ),
        (
            format!("{}/verify", shown.platform_url),
            "核验工具:在浏览器里核验证据包,不上传",
            "The verifier: checks a bundle in the browser and sends nothing",
        ),
        (
            shown.inbox_url.clone(),
            "收件箱:给最后一位的邀请",
            "Inbox: the invitation of the last signer",
        ),
    ] {
        let _ = write!(body, "<li><a href=\"{href}\">{}</a></li>", l.pick(zh, en));
    }
    if has_bundle {
        let _ = write!(
            body,
            "<li><a href=\"/bundle\">{}</a></li><li><a href=\"/anchors.json\">{}</a></li>",
            l.pick("下载证据包", "Download the evidence bundle"),
            l.pick("下载信任锚", "Download the trust anchors"),
        );
    }
    let _ = write!(
        body,
        "</ul><h2>{}</h2><pre><code>heqi verify demo.heqi.zip --anchors anchors.json\nheqi demo tamper</code></pre>",
        l.pick("怎样核验", "How to verify")
    );
    let foot = l.pick(
        "本页显示:两本日志此刻的树头、各人签署与存证进度。不显示:照片、位置、证件等个人信息。",
        "This page shows: both logs' heads right now, and how far each person's signing and deposit are. It does not show photos, places or identity documents.",
    );
    document(l, l.pick("合契演示", "Heqi demo"), &body, foot)
}

/// What a visitor can do: sign, and try to cheat.
fn ways_in(signers: &[SignerShown], has_bundle: bool, l: Language) -> String {
    let mut ways = String::from("<div class=\"ways\">");
    if let Some(visitor) = signers.last().filter(|signer| signer.link.is_some()) {
        let words = if visitor.deposited.is_none() {
            l.pick("我来签", "I sign")
        } else {
            l.pick("我来确认", "I confirm")
        };
        let _ = write!(ways, "<a class=\"go\" href=\"/phone\">{words}</a>");
    }
    if has_bundle {
        let try_it = l.pick("我来篡改", "I tamper");
        let _ = write!(ways, "<a class=\"button\" href=\"/tamper\">{try_it}</a>");
    }
    let review = l.pick("我来核验", "I review");
    let _ = write!(ways, "<a class=\"button\" href=\"/officers\">{review}</a>");
    let search = l.pick("我来监管", "I search");
    let _ = write!(
        ways,
        "<form class=\"way\" method=\"post\" action=\"/officers/zhou.zheng\"><button class=\"button\" type=\"submit\">{search}</button></form>"
    );
    let stop = l.pick("停掉公证处30秒", "Stop the notary for 30 s");
    let _ = write!(
        ways,
        "<form class=\"way\" method=\"post\" action=\"/outage\"><button class=\"button\" type=\"submit\">{stop}</button></form>"
    );
    ways.push_str("</div>");
    ways
}

/// The signer's pages in the frame of a phone, and the inbox beside it.
pub(super) fn phone(shown: &Shown, signers: &[SignerShown], l: Language) -> String {
    let lang = l.pick("zh", "en");
    let visitor = SIGNERS.last().and_then(|member| member.contact);
    let mut body = format!(
        "<h1>{}</h1><p>{}</p><p>{} <strong>{}</strong></p>",
        l.pick("我来签", "I sign"),
        l.pick(
            "您是陈素英（演示人物）。左边是她的手机，右边是她的收件箱：验证码和签署后的消息会自动出现在那里。",
            "You are Chen Suying (made up). Her phone is on the left, her inbox on the right: codes, and messages after signing, appear there by themselves.",
        ),
        l.pick("她的证件号码末四位（虚构）：", "The last four of her identity number (made up):"),
        visitor.map_or("", |contact| contact.last_four()),
    );
    // The visitor is the last of them, also after signing: to confirm, or to object.
    if let Some(link) = signers.last().and_then(|signer| signer.link.as_ref()) {
        let _ = write!(
            body,
            "<div class=\"desk\"><iframe class=\"phone\" title=\"{}\" src=\"{}{link}?lang={lang}\" allow=\"camera; geolocation\"></iframe>\
             <iframe class=\"inbox\" title=\"{}\" src=\"{}/?lang={lang}&amp;live=1\"></iframe></div>\
             <p><a href=\"{}{link}?lang={lang}\">{}</a></p>",
            l.pick("签署页面", "The signing page"),
            shown.platform_url,
            l.pick("收件箱", "Inbox"),
            shown.inbox_url,
            shown.platform_url,
            l.pick("在整个窗口中打开签署页面", "Open the signing page in the whole window"),
        );
    }
    let _ = write!(body, "<p><a href=\"/\">{}</a></p>", l.pick("回到导览", "Back to the guide"));
    let foot = l.pick(
        "本页显示:平台真实的签署页面和演示收件箱。不显示:其他人的信息。",
        "This page shows: the platform's real signing pages and the demo's inbox. It does not show anybody else's data.",
    );
    document(l, l.pick("我来签", "I sign"), &body, foot)
}

/// What `verify` says of each copy that was changed.
pub(super) fn tamper(judged: &[crate::demo::tamper::Judged], l: Language) -> String {
    let mut body = format!(
        "<h1>{}</h1><p>{}</p>",
        l.pick("我来篡改", "I tamper"),
        l.pick(
            "下面每一份都是证据包的副本，各改动一处，再由核验程序判断；原件没有改动。",
            "Each of these is a copy of the evidence bundle with one change, judged by the verifier; the original is untouched.",
        ),
    );
    if judged.is_empty() {
        let none = l.pick("还没有可以改动的证据包。", "There is no bundle to change yet.");
        let _ = write!(body, "<p>{none}</p>");
    }
    for one in judged {
        let verdict = if one.is_found_out {
            l.pick("✗ 被查出", "✗ found out")
        } else {
            l.pick("未查出", "not found out")
        };
        let _ = write!(
            body,
            "<article><h2>{}</h2><p><strong class=\"bad\">{verdict}</strong></p><pre tabindex=\"0\">{}</pre></article>",
            l.pick(one.zh, one.en),
            escaped(&one.report),
        );
    }
    let _ = write!(body, "<p><a href=\"/\">{}</a></p>", l.pick("回到导览", "Back to the guide"));
    let foot = l.pick(
        "本页显示:演示证据包的副本改动后核验程序的原话。不证明:原件内容属实。",
        "This page shows: the verifier's own words on changed copies of the demo's bundle. It does not prove that the original is true.",
    );
    document(l, l.pick("我来篡改", "I tamper"), &body, foot)
}

pub(super) fn inbox(shown: &Shown, signers: &[SignerShown], language: Language) -> String {
    let l = language;
    let mut body = String::new();
    let _ = write!(
        body,
        "<h1>{}</h1><p class=\"notice\">{}</p>",
        l.pick("演示收件箱", "Demo inbox"),
        l.pick(
            "平台发出的短信和邮件都送到本机的这个收件箱,不会发给任何人;号码和地址均为虚构。",
            "Text messages and e-mails of the platform end in this inbox on this machine; nobody gets them, and the numbers and addresses are made up.",
        ),
    );
    let waiting: Vec<_> = signers
        .iter()
        .filter(|signer| signer.deposited.is_none())
        .filter_map(|signer| Some((signer, signer.token.as_ref()?)))
        .collect();
    if waiting.is_empty() {
        let _ =
            write!(body, "<p>{}</p>", l.pick("没有待处理的邀请。", "No invitation is waiting."));
    }
    for (signer, token) in waiting {
        let _ = write!(
            body,
            "<article><h2>{} {}</h2><p>{} {} · {COMPANY}</p>",
            l.pick("致", "To"),
            signer.name,
            l.pick("邀请您签署办件", "You are invited to sign filing"),
            shown.number,
        );
        if let Some(link) = &signer.link {
            let _ = write!(
                body,
                "<p><a class=\"go\" href=\"{}{link}\" target=\"_top\">{}</a></p>",
                shown.platform_url,
                l.pick("打开签署页面", "Open the signing page"),
            );
        }
        let _ = write!(
            body,
            "<p>{}</p><pre tabindex=\"0\"><code>curl -H 'Authorization: Bearer {token}' {}/api/v1/ceremony</code></pre></article>",
            l.pick(
                "供程序使用的凭据，只能用于这一次签署:",
                "For programs: a credential that is good for this one ceremony only:"
            ),
            shown.platform_url,
        );
    }
    messages(&mut body, &shown.tray.newest_first(), l);
    let _ = write!(
        body,
        "<p><a href=\"{}\">{}</a></p>",
        shown.guide_url,
        l.pick("回到导览", "Back to the guide")
    );
    let foot = l.pick(
        "本页显示:演示中发出的短信、邮件和尚未使用的邀请。不显示:已完成签署的内容。",
        "This page shows: messages of the demo, and invitations that nobody used yet. It does not show what was signed.",
    );
    document(l, l.pick("演示收件箱", "Demo inbox"), &body, foot)
}

/// What reached the visitor, newest first: it stands beside the phone.
pub(super) fn inbox_of_visitor(shown: &Shown, l: Language) -> String {
    let visitor = SIGNERS.last().and_then(|member| member.contact);
    let is_hers = |caught: &Caught| {
        let addresses = visitor.map(|contact| [contact.mobile, contact.email]);
        addresses.into_iter().flatten().flatten().any(|address| address == caught.to)
    };
    let caught: Vec<_> = shown.tray.newest_first().into_iter().filter(is_hers).collect();
    let mut body = String::new();
    messages(&mut body, &caught, l);
    let foot = l.pick(
        "本页显示:发给陈素英的短信和邮件,每3秒刷新。不显示:发给其他人的消息。",
        "This page shows: messages to Chen Suying, looked for every 3 seconds. It does not show messages to others.",
    );
    document(l, l.pick("她的收件箱", "Her inbox"), &body, foot)
}

/// Messages hold what people typed.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The messages that were caught, newest first.
fn messages(body: &mut String, caught: &[Caught], l: Language) {
    let _ = write!(body, "<h2>{}</h2>", l.pick("短信和邮件", "Messages"));
    if caught.is_empty() {
        let _ = write!(body, "<p>{}</p>", l.pick("还没有消息。", "No message yet."));
    }
    for message in caught {
        let kind = match message.channel {
            MessageChannel::Sms => l.pick("短信", "Text message"),
            MessageChannel::Email => l.pick("邮件", "E-mail"),
        };
        let _ = write!(
            body,
            "<article><h3>{kind} · {} {}</h3><p>{}</p>",
            l.pick("致", "To"),
            escaped(&message.to),
            escaped(&message.received_at.for_people()),
        );
        if let Some(subject) = &message.subject {
            let _ = write!(body, "<p><strong>{}</strong></p>", escaped(subject));
        }
        for line in message.text.lines().filter(|line| !line.trim().is_empty()) {
            let _ = write!(body, "<p>{}</p>", escaped(line));
        }
        body.push_str("</article>");
    }
}

fn five_sentences(l: Language) -> String {
    [
        (
            "五位股东分居五城,同签一份公司设立文件。",
            "Five shareholders in five cities sign one company's founding documents.",
        ),
        ("每一步先写入只能追加的日志。", "Every step enters an append-only log first."),
        (
            "几秒内,公证处一方复核并留存一份。",
            "Within seconds the notary re-checks it and keeps a copy of its own.",
        ),
        ("谁改动一个字节,两半就对不上。", "Change one byte and the two halves no longer match."),
        ("四位已经签署,最后一位请您来签。", "Four have signed; the last signature is yours."),
    ]
    .iter()
    .fold(String::new(), |mut list, (zh, en)| {
        let _ = write!(list, "<li>{}</li>", l.pick(zh, en));
        list
    })
}

fn signer_list(signers: &[SignerShown], l: Language) -> String {
    let mut list = String::from("<ul class=\"signers\">");
    for signer in signers {
        let state = match signer.deposited {
            Some((held, of)) if held == of => {
                format!(
                    "<strong class=\"done\">{held}/{of}</strong> {}",
                    l.pick("已同步存证至公证处", "deposited with the notary")
                )
            }
            Some((held, of)) => {
                format!("<strong>{held}/{of}</strong> {}", l.pick("存证中", "being deposited"))
            }
            None => l.pick("… 等待签署", "… not signed yet").to_owned(),
        };
        let city = l.pick(signer.city_zh, signer.city_en);
        let _ = write!(list, "<li><span>{} · {city}</span><span>{state}</span></li>", signer.name);
    }
    list.push_str("</ul>");
    list
}

/// Everything shown is written by this program: nothing here comes from outside, so there
/// is nothing to escape.
pub(super) fn document(l: Language, title: &str, body: &str, foot: &str) -> String {
    let (other, name) = match l {
        Language::Zh => ("en", "English"),
        Language::En => ("zh", "中文"),
    };
    format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\
         <body><nav><a href=\"?lang={other}\" lang=\"{other}\">{name}</a></nav>\
         <main>{body}</main><footer>{foot}</footer></body></html>",
        l.tag()
    )
}
