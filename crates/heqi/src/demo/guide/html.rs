//! The guide itself, and the phone beside the inbox.

use std::fmt::Write as _;

use super::picture::Halves;
use super::view::View;
use super::{FOLLOW_S, OlderShown, Shown, SignerShown, lanes};
use crate::demo::cast::{COMPANY, HANDLER, SIGNERS};

/// What the guide shows at this moment.
pub(super) struct Guide<'a> {
    pub(super) shown: &'a Shown,
    pub(super) halves: Halves,
    pub(super) signers: Vec<SignerShown>,
    pub(super) has_bundle: bool,
    pub(super) older: Option<OlderShown>,
    /// Whether the page looks again by itself.
    pub(super) is_live: bool,
}

impl Guide<'_> {
    pub(super) fn page(&self, l: View) -> String {
        let title = l.pick("合契 Heqi 演示", "Heqi demo");
        let mut body = format!(
            "<h1>{title}</h1><p class=\"notice\">{}</p><ol class=\"five\">{}</ol>{}{}",
            l.pick(
                "人物、公司均为虚构，无法律效力；各方在同一台机器上，不代表独立保管。",
                "People and companies are made up, no legal effect; all parties run on one machine, which is no independent custody.",
            ),
            five_sentences(l),
            self.ways_in(l),
            self.halves.svg(l.language),
        );
        let _ = write!(
            body,
            "<h2>{} {} · {COMPANY}</h2>{}{}",
            l.pick("办件", "Filing"),
            self.shown.number,
            self.lanes(l),
            self.liveness(l),
        );
        if let Some(older) = &self.older {
            body.push_str(&older.section(l));
        }
        body.push_str(&self.roles(l));
        body.push_str(&self.looks(l));
        let foot = l.pick(
            "本页显示：两本日志此刻的树头、各人签署与存证进度。不显示：照片、位置、证件等个人信息。",
            "This page shows: both logs' heads right now, and how far each person's signing and deposit are. It does not show photos, places or identity documents.",
        );
        l.document(self.here(), title, &body, foot)
    }

    const fn here(&self) -> &'static str {
        if self.is_live { "/?live=yes" } else { "/" }
    }

    fn lanes(&self, l: View) -> String {
        let lane = |signer: &SignerShown| {
            let city = l.pick(signer.city_zh, signer.city_en);
            (format!("{} · {city}", signer.name), signer.steps)
        };
        lanes::table(&self.signers.iter().map(lane).collect::<Vec<_>>(), l)
    }

    /// Whether the page follows, and the link to the other way.
    fn liveness(&self, l: View) -> String {
        let (href, words) = if self.is_live {
            let words = l.pick("每{}秒自动更新；停止更新", "Looks again every {} s; stand still");
            ("/", words)
        } else {
            let words = l.pick("跟随（每{}秒更新）", "Follow (looks again every {} s)");
            ("/?live=yes", words)
        };
        let words = words.replace("{}", &FOLLOW_S.to_string());
        format!("<p><a href=\"{}\">{words}</a></p>", l.link(href))
    }

    /// What a visitor can do: sign, try to cheat, and stop the notary.
    fn ways_in(&self, l: View) -> String {
        let mut ways = String::from("<div class=\"ways\">");
        if let Some(visitor) = self.signers.last().filter(|signer| signer.link.is_some()) {
            let words = if visitor.deposited.is_none() {
                l.pick("我来签", "I sign")
            } else {
                l.pick("我来确认", "I confirm")
            };
            let _ = write!(ways, "<a class=\"go\" href=\"{}\">{words}</a>", l.link("/phone"));
        }
        if self.has_bundle {
            let (to, words) = (l.link("/tamper"), l.pick("我来篡改", "I tamper"));
            let _ = write!(ways, "<a class=\"button\" href=\"{to}\">{words}</a>");
        }
        let (to, words) = (l.link("/officers"), l.pick("我来核验", "I review"));
        let _ = write!(ways, "<a class=\"button\" href=\"{to}\">{words}</a>");
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

    /// A card per role, with the way in.
    fn roles(&self, l: View) -> String {
        let officers = l.link("/officers");
        let card = |name: &str, what: &str, href: &str, go: &str| {
            format!(
                "<li class=\"card\"><h3>{name}</h3><p>{what}</p><p><a href=\"{href}\">{go}</a></p></li>"
            )
        };
        let enter = l.pick("选择身份进入", "Choose whom to enter as");
        let cards = [
            card(
                &format!("{} · {HANDLER}", l.pick("经办人", "Handler")),
                l.pick(
                    "看办件进行到哪一步；全部签署后由经办人确认。",
                    "Sees how the filing stands; confirms once everybody has signed.",
                ),
                &format!("{officers}#he.jing"),
                enter,
            ),
            card(
                l.pick("签署人 · 陈素英", "Signer · 陈素英"),
                l.pick("用手机签署，收件箱在旁边。", "Signs on a phone, her inbox beside it."),
                &l.link("/phone"),
                l.pick("打开手机", "Open the phone"),
            ),
            card(
                l.pick("登记机关", "Registry"),
                l.pick(
                    "核验人员看未经权威来源核验的签署；监管人员凭法律依据和案号查询。",
                    "A reviewer looks at signings that no authority confirmed; a regulator searches with a legal basis and a case number.",
                ),
                &format!("{officers}#li.na"),
                enter,
            ),
            card(
                l.pick("公证处", "Notary"),
                l.pick(
                    "受理、预检、提取、起草、审批、出证。",
                    "Accepts, checks, extracts, drafts, approves, issues.",
                ),
                &format!("{officers}#zhao.min"),
                enter,
            ),
            card(
                l.pick("已签署的人", "Whoever signed"),
                l.pick(
                    "不经过平台，直接看以自己名义保管的证据。",
                    "Sees what is held in their name, without the platform.",
                ),
                &format!("{}/my?lang={}", self.shown.world.preservation_url, l.tag()),
                l.pick("打开实时保", "Open the preservation service"),
            ),
        ];
        format!(
            "<h2>{}</h2><ul class=\"cards\">{}</ul>",
            l.pick("以谁的身份进入", "Enter as"),
            cards.concat()
        )
    }

    /// What there is to look at and to take home.
    fn looks(&self, l: View) -> String {
        let shown = self.shown;
        let mut list = format!("<h2>{}</h2><ul class=\"links\">", l.pick("看看", "Look"));
        for (href, zh, en) in [
            (
                format!("{}/coverage?live=yes", shown.platform_url),
                "覆盖监控：每次签署存到了哪里",
                "Coverage: where every signing is held",
            ),
            (
                format!("{}/api/docs", shown.platform_url),
                "平台接口文档",
                "The platform's interface",
            ),
            (
                format!("{}{}/checkpoint", shown.platform_url, shown.log_path),
                "平台日志的树头（公证处已核对）",
                "Head of the platform's log, cosigned by the notary",
            ),
            (
                format!("{}{}/checkpoint", shown.notary_url, shown.notary_log_path),
                "公证处日志的树头（平台已核对）",
                "Head of the notary's log, cosigned by the platform",
            ),
            (
                format!("{}/verify", shown.platform_url),
                "核验工具：在浏览器里核验证据包，不上传",
                "The verifier: checks a bundle in the browser and sends nothing",
            ),
            (
                shown.inbox_url.clone(),
                "收件箱：给最后一位的邀请",
                "Inbox: the invitation of the last signer",
            ),
        ] {
            let _ = write!(list, "<li><a href=\"{href}\">{}</a></li>", l.pick(zh, en));
        }
        let _ = write!(
            list,
            "<li><a href=\"{}\">{}</a></li>",
            l.link("/rates"),
            l.pick("速度占机器极限的比例", "Rates as a share of the machine's limit"),
        );
        if self.has_bundle {
            let _ = write!(
                list,
                "<li><a href=\"{}\">{}</a></li>",
                l.link("/path"),
                l.pick("从照片到树根，一步一步重算", "From the photo to the root, step by step"),
            );
            let _ = write!(
                list,
                "<li><a href=\"/bundle\">{}</a></li><li><a href=\"/anchors.json\">{}</a></li>",
                l.pick("下载证据包", "Download the evidence bundle"),
                l.pick("下载信任锚", "Download the trust anchors"),
            );
        }
        let _ = write!(
            list,
            "</ul><h2>{}</h2><pre tabindex=\"0\"><code>heqi verify demo.heqi.zip --anchors anchors.json\nheqi demo tamper</code></pre>",
            l.pick("怎样核验", "How to verify")
        );
        list
    }
}

/// The signer's pages in the frame of a phone, and the inbox beside it.
pub(super) fn phone(shown: &Shown, signers: &[SignerShown], l: View) -> String {
    let lang = l.tag();
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
             <iframe class=\"inbox\" title=\"{}\" src=\"{}/?lang={lang}&amp;live=yes\"></iframe></div>\
             <p><a href=\"{}{link}?lang={lang}\">{}</a></p>",
            l.pick("签署页面", "The signing page"),
            shown.platform_url,
            l.pick("收件箱", "Inbox"),
            shown.inbox_url,
            shown.platform_url,
            l.pick("在整个窗口中打开签署页面", "Open the signing page in the whole window"),
        );
    }
    body.push_str(&l.back());
    let foot = l.pick(
        "本页显示：平台真实的签署页面和演示收件箱。不显示：其他人的信息。",
        "This page shows: the platform's real signing pages and the demo's inbox. It does not show anybody else's data.",
    );
    l.document("/phone", l.pick("我来签", "I sign"), &body, foot)
}

fn five_sentences(l: View) -> String {
    [
        (
            "五位股东分居五城，同签一份公司设立文件。",
            "Five shareholders in five cities sign one company's founding documents.",
        ),
        ("每一步先写入只能追加的日志。", "Every step enters an append-only log first."),
        (
            "几秒内，公证处一方复核并留存一份。",
            "Within seconds the notary re-checks it and keeps a copy of its own.",
        ),
        ("谁改动一个字节，两半就对不上。", "Change one byte and the two halves no longer match."),
        ("四位已经签署，最后一位请您来签。", "Four have signed; the last signature is yours."),
    ]
    .iter()
    .fold(String::new(), |mut list, (zh, en)| {
        let _ = write!(list, "<li>{}</li>", l.pick(zh, en));
        list
    })
}
