//! What will be sent to whom, before anybody is invited; then what was sent and what was not.

use heqi_vocabulary::{Language, PartyId};
use maud::{Markup, html};

use super::About;
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{DeskLink, Link};
use crate::parts::{hidden, notice};
use crate::staff::field::Fields;
use crate::staff::{FieldTrouble, Trouble};
use crate::words::Words;

/// The invitations of a filing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct InvitePage {
    /// Whose form it is, and of which filing.
    pub about: About,
    /// Whether this platform sends messages at all.
    pub is_sending: bool,
    /// What the handler should know before, in the reader's language.
    pub hints: Vec<String>,
    /// Everybody who signs.
    pub invitees: Vec<Invitee>,
    /// Under which name the act is done once.
    pub key: String,
    /// What went wrong with the whole.
    pub trouble: Option<FieldTrouble>,
}

/// Somebody who signs.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Invitee {
    /// The party.
    pub party: PartyId,
    /// The name, with that of the person who signs for it.
    pub name: String,
    /// Where messages go, masked; empty where it cannot be reached.
    pub reached: String,
    /// How it stands, in the reader's language.
    pub stand: String,
    /// Whether it can be invited, and whether that is chosen.
    pub chosen: Option<bool>,
    /// The text message, and in how many segments it is sent.
    pub sms: Option<(String, usize)>,
    /// Subject and text of the mail.
    pub mail: Option<(String, String)>,
    /// Why it was not invited.
    pub trouble: Option<Trouble>,
}

/// The most segments that a gateway takes.
const MAX_SEGMENTS: usize = 3;

impl Page for InvitePage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.about.head(frame))
            (Fields::new(l, self.trouble.as_ref()).above())
            p .lead { (LEAD.in_language(l)) }
            @if !self.is_sending { (notice(NOT_SENDING.in_language(l))) }
            @for hint in &self.hints { (notice(hint)) }
            @if self.invitees.is_empty() {
                (notice(NOBODY.in_language(l)))
            } @else {
                form .decision method="post"
                    action=(Link::Desk(DeskLink::Invitations(self.about.filing))) {
                    (hidden(frame, &self.key))
                    @for invitee in &self.invitees { (invitee.shown(l)) }
                    @if self.invitees.iter().any(|one| one.chosen.is_some()) {
                        p .soft { (FINAL.in_language(l)) }
                        button .go type="submit" { (INVITE.in_language(l)) }
                    }
                }
            }
        }
    }

    fn foot(&self) -> Words {
        FOOT
    }

    fn style(&self) -> Option<Asset> {
        Some(Asset::StaffStyle)
    }

    fn samples() -> Vec<Self> {
        let text = "【示例商事文签】何静邀请您签署杭州示例青穗茶业有限公司的公司设立登记文件";
        let invitee = |n: u8, chosen, segments| Invitee {
            party: PartyId::from_bytes([n; 16]),
            name: "陈素英<b>\"'".into(),
            reached: "138****0001".into(),
            stand: "未邀请".into(),
            chosen,
            sms: Some((text.into(), segments)),
            mail: Some((
                "请签署：杭州示例青穗茶业有限公司".into(),
                "您好！\n请打开链接。<i>".into(),
            )),
            trouble: None,
        };
        let unreached =
            Invitee { reached: String::new(), sms: None, mail: None, ..invitee(4, None, 1) };
        let failed = Invitee {
            trouble: Some(Trouble {
                what: "今日已多次邀请该签署人，达到上限。".into(),
                next: "明天可再次邀请。".into(),
            }),
            ..invitee(5, Some(true), 4)
        };
        let sample = |invitees, trouble| Self {
            about: About::sample(),
            is_sending: true,
            hints: vec!["还没有上传关键材料：《授权委托书》。".into()],
            invitees,
            key: "0123456789abcdef".into(),
            trouble,
        };
        let trouble = |what: &str| {
            let trouble = Trouble { what: what.into(), next: "请核对后再邀请。".into() };
            Some(FieldTrouble { field: None, trouble })
        };
        vec![
            sample(vec![invitee(3, Some(true), 1), unreached], None),
            sample(vec![invitee(3, Some(false), 2), failed], trouble("有1人没有邀请成功。")),
            Self {
                is_sending: false, ..sample(Vec::new(), trouble("办件中还没有文书。"))
            },
        ]
    }
}

impl Invitee {
    fn shown(&self, l: Language) -> Markup {
        let id = format!("party-{}", self.party);
        let told = self.trouble.as_ref().map(|_| format!("{id}-trouble"));
        html! {
            fieldset {
                legend { (self.name) }
                @if let Some(Trouble { what, next }) = &self.trouble {
                    p id=[told.as_ref()] .notice { (what) " " (next) }
                }
                @if let Some(is_chosen) = self.chosen {
                    label .ground {
                        input type="checkbox" name="party" value=(self.party) checked[is_chosen]
                            aria-describedby=[told.as_ref()];
                        span { (CHOOSE.in_language(l)) }
                    }
                }
                p { (self.stand) }
                @if self.reached.is_empty() { p { (UNREACHED.in_language(l)) } } @else {
                    p .soft { (TO.in_language(l)) " " (self.reached) }
                }
                (self.messages(l))
            }
        }
    }

    fn messages(&self, l: Language) -> Markup {
        html! {
            @if let Some((text, segments)) = &self.sms {
                details {
                    summary { (SMS.in_language(l)) " · " (SEGMENTS.in_language(l).replace("{n}", &segments.to_string())) }
                    p { (text) }
                }
                @if *segments > MAX_SEGMENTS { (notice(TOO_LONG.in_language(l))) }
            }
            @if let Some((subject, text)) = &self.mail {
                details {
                    summary { (MAIL.in_language(l)) }
                    p { strong { (subject) } }
                    @for line in text.lines().filter(|line| !line.is_empty()) { p { (line) } }
                }
            }
        }
    }
}

const TITLE: Words = Words::new("邀请签署", "Invite to sign");
const LEAD: Words = Words::new(
    "核对将发送给每位签署人的内容，再一次发出。第一次邀请即开放签署：此后不能再添加当事人和文书。",
    "Check what each signer will be sent, then send it. The first invitation opens signing: after it no party and no document is added.",
);
const NOT_SENDING: Words = Words::new(
    "本平台没有设置短信和邮件，邀请不会发送给任何人。请联系平台。",
    "This platform sends no text messages and no mail: nobody is told of an invitation. Ask the platform.",
);
const NOBODY: Words = Words::new("还没有需要签署的当事人。", "There is nobody who signs yet.");
const CHOOSE: Words = Words::new("邀请此人", "Invite this one");
const UNREACHED: Words = Words::new("没有联系方式，不能发送。", "No contact: nothing can be sent.");
const TO: Words = Words::new("发送到：", "To:");
const SMS: Words = Words::new("短信内容", "Text message");
const SEGMENTS: Words = Words::new("按{n}条计费", "billed as {n}");
const TOO_LONG: Words = Words::new(
    "短信超过3条，网关可能拒收；有邮箱的会改发邮件。",
    "The text has more than 3 segments: the gateway may refuse it; where there is a mail address, mail is sent.",
);
const MAIL: Words = Words::new("邮件内容", "Mail");
const FINAL: Words = Words::new(
    "链接在发送时生成，只有签署人本人看到；再次邀请会使上一个链接失效。",
    "Links are made when they are sent, and only the signers see them; inviting again ends the link before.",
);
const INVITE: Words = Words::new("发出邀请", "Send the invitations");
const FOOT: Words = Words::new(
    "预览中链接以字母x代替；实际发送的内容以发送时为准。",
    "In the preview the letter x stands for the link's code; what counts is what is sent.",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_cannot_be_reached_has_no_box_and_a_text_that_is_too_long_is_told() {
        let pages = InvitePage::samples();
        let invitees: Vec<&Invitee> = pages.iter().flat_map(|page| &page.invitees).collect();
        assert!(invitees.len() > 3);
        for invitee in invitees {
            let shown = invitee.shown(Language::Zh).into_string();
            assert_eq!(shown.contains("type=\"checkbox\""), invitee.chosen.is_some(), "{shown}");
            assert_eq!(shown.contains("不能发送"), invitee.reached.is_empty(), "{shown}");
            let is_long = invitee.sms.as_ref().is_some_and(|(_, segments)| *segments > 3);
            assert_eq!(shown.contains("短信超过3条"), is_long, "{shown}");
            let described = format!("aria-describedby=\"party-{}-trouble\"", invitee.party);
            assert_eq!(shown.contains(&described), invitee.trouble.is_some(), "{shown}");
        }
    }
}
