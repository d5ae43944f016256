//! The inbox: what the platform sent, and the invitations that nobody used yet.

use std::fmt::Write as _;

use heqi_notify::catcher::Caught;
use heqi_vocabulary::MessageChannel;

use super::view::{View, escaped};
use super::{Shown, SignerShown};
use crate::demo::cast::{COMPANY, SIGNERS};

pub(super) fn page(shown: &Shown, signers: &[SignerShown], l: View) -> String {
    let mut body = String::new();
    let _ = write!(
        body,
        "<h1>{}</h1><p class=\"notice\">{}</p>",
        l.pick("演示收件箱", "Demo inbox"),
        l.pick(
            "平台发出的短信和邮件都送到本机的这个收件箱，不会发给任何人；号码和地址均为虚构。",
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
                "供程序使用的凭据，只能用于这一次签署：",
                "For programs: a credential that is good for this one ceremony only:"
            ),
            shown.platform_url,
        );
    }
    messages(&mut body, &shown.tray.newest_first(), l);
    let _ = write!(
        body,
        "<p><a href=\"{}{}\">{}</a></p>",
        shown.guide_url,
        l.link("/"),
        l.pick("回到导览", "Back to the guide")
    );
    let foot = l.pick(
        "本页显示：演示中发出的短信、邮件和尚未使用的邀请。不显示：已完成签署的内容。",
        "This page shows: messages of the demo, and invitations that nobody used yet. It does not show what was signed.",
    );
    l.document("/", l.pick("演示收件箱", "Demo inbox"), &body, foot)
}

/// What reached the visitor, newest first: it stands beside the phone.
pub(super) fn of_visitor(shown: &Shown, l: View) -> String {
    let visitor = SIGNERS.last().and_then(|member| member.contact);
    let is_hers = |caught: &Caught| {
        let addresses = visitor.map(|contact| [contact.mobile, contact.email]);
        addresses.into_iter().flatten().flatten().any(|address| address == caught.to)
    };
    let caught: Vec<_> = shown.tray.newest_first().into_iter().filter(is_hers).collect();
    let title = l.pick("她的收件箱", "Her inbox");
    let mut body = format!("<h1>{title}</h1>");
    messages(&mut body, &caught, l);
    let foot = l.pick(
        "本页显示：发给陈素英的短信和邮件，每3秒刷新。不显示：发给其他人的消息。",
        "This page shows: messages to Chen Suying, looked for every 3 seconds. It does not show messages to others.",
    );
    l.document("/?live=yes", title, &body, foot)
}

/// The messages that were caught, newest first.
fn messages(body: &mut String, caught: &[Caught], l: View) {
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
