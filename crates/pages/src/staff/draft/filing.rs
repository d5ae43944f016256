//! A filing in preparation, as it stands.

use heqi_vocabulary::{DocumentId, FilingId, Language, PartyId};
use maud::{Markup, html};

use super::{DraftDocument, DraftMaterial, DraftParty};
use crate::assets::Asset;
use crate::frame::{Frame, Page};
use crate::link::{DeskLink, Link};
use crate::parts::{facts, hidden, notice};
use crate::staff::field::Fields;
use crate::staff::{Desk, FieldTrouble, Trouble};
use crate::words::Words;

/// The filing.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct DraftPage {
    /// Who has signed in.
    pub desk: Desk,
    /// The filing.
    pub filing: FilingId,
    /// Its number for people.
    pub number: String,
    /// The company.
    pub company: String,
    /// What is filed, in the reader's language.
    pub matter: String,
    /// Whether parties and documents are still put together.
    pub is_drafting: bool,
    /// What is there to be signed.
    pub documents: Vec<DraftDocument>,
    /// What the matter takes.
    pub materials: Vec<DraftMaterial>,
    /// Which document was chosen to be uploaded.
    pub which: String,
    /// The title as it was typed.
    pub title: String,
    /// Who takes part.
    pub parties: Vec<DraftParty>,
    /// The registered capital in yuan, and whether its shareholders are those of now.
    pub capital: Option<(String, bool)>,
    /// Under which name an act is done once.
    pub key: String,
    /// What went wrong.
    pub trouble: Option<FieldTrouble>,
}

impl Page for DraftPage {
    fn title(&self, language: Language) -> String {
        TITLE.in_language(language).to_owned()
    }

    fn content(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        html! {
            (self.desk.bar(frame))
            p { a .open href=(Link::HandlerFilings) { (BACK.in_language(l)) } }
            (Fields::new(l, self.trouble.as_ref()).above())
            (facts(&[
                (NUMBER.in_language(l), &self.number),
                (COMPANY.in_language(l), &self.company),
                (MATTER.in_language(l), &self.matter),
            ]))
            @if !self.is_drafting { (notice(OPEN.in_language(l))) }
            (self.documents_part(frame))
            (self.parties_part(frame))
            h2 id="invitations" { (INVITATIONS.in_language(l)) }
            p { a .go href=(Link::Desk(DeskLink::Invitations(self.filing))) { (INVITE.in_language(l)) } }
            form method="post" action=(Link::HandlerFilings) {
                (hidden(frame, &self.key))
                input type="hidden" name="number" value=(self.number);
                button type="submit" { (STAND.in_language(l)) }
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
        let party = |name: &str, capacities: &str, reached: &str, is_removable| DraftParty {
            party: PartyId::from_bytes([3; 16]),
            name: name.into(),
            capacities: capacities.into(),
            reached: reached.into(),
            has_number: is_removable,
            is_removable,
        };
        let material = |code: &str, title: &str, is_signed, is_there| DraftMaterial {
            code: code.into(),
            title: title.into(),
            is_key: true,
            is_signed,
            is_there,
        };
        let trouble = |field: &str, what: &str| FieldTrouble {
            field: Some(field.into()),
            trouble: Trouble { what: what.into(), next: "请核对后重新上传。".into() },
        };
        let sample = |is_drafting, trouble| Self {
            desk: Desk { name: "何静".into(), office: "示例代办".into(), ..Desk::sample() },
            filing: FilingId::from_bytes([1; 16]),
            number: "61842059".into(),
            company: "杭州示例青穗茶业有限公司".into(),
            matter: "公司设立登记".into(),
            is_drafting,
            documents: vec![DraftDocument {
                document: DocumentId::from_bytes([2; 16]),
                title: "公司章程<b>\"'".into(),
                about: "12页 · 第1版 · 345 KB".into(),
            }],
            materials: vec![
                material("EST-01", "公司登记（备案）申请书", true, false),
                material("EST-02", "公司章程", true, true),
                material("EST-12", "敏感信息页", false, false),
            ],
            which: "other".into(),
            title: "补充协议<i>".into(),
            parties: vec![
                party("何静", "经办人", "", false),
                party("陈素英<b>\"'", "股东、监事", "138****0001", true),
            ],
            capital: None,
            key: "0123456789abcdef".into(),
            trouble,
        };
        vec![
            sample(true, None),
            sample(true, Some(trouble("file", "该PDF设有密码或权限限制。"))),
            sample(true, Some(trouble("title", "文书名称的长度应为1至200个字符。"))),
            sample(true, Some(trouble("which", "该文书已在办件中。"))),
            Self { documents: Vec::new(), ..sample(true, None) },
            Self { capital: Some(("1,000,000.00".into(), false)), ..sample(true, None) },
            Self { capital: Some(("1,000,000.00".into(), true)), ..sample(false, None) },
        ]
    }
}

const TITLE: Words = Words::new("准备办件", "Prepare the filing");
const BACK: Words = Words::new("返回我经办的办件", "Back to the filings I handle");
const NUMBER: Words = Words::new("办件码", "Filing number");
const COMPANY: Words = Words::new("公司", "Company");
const MATTER: Words = Words::new("事项", "Matter");
const OPEN: Words = Words::new(
    "已开放签署，当事人和文书不能再添加。",
    "Signing is open: parties and documents are added no more.",
);
const INVITATIONS: Words = Words::new("四、邀请签署", "4. Invitations");
const INVITE: Words = Words::new("查看将发送的内容并邀请", "See what is sent, and invite");
const STAND: Words = Words::new("查看签署情况", "How the signatures stand");
const FOOT: Words = Words::new(
    "本页只显示由您经办的办件；您填写和上传的内容由您负责，未经核验。",
    "This page shows a filing you handle only; what you enter and upload is your own word, which nobody has checked.",
);

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: &DraftPage) -> String {
        let frame = Frame {
            here: Link::Desk(DeskLink::Filing(page.filing)),
            ..Frame::sample(Language::Zh)
        };
        page.content(&frame).into_string()
    }

    #[test]
    fn once_signing_is_open_nothing_is_uploaded_and_nobody_is_added() {
        for sample in DraftPage::samples() {
            let (page, filing) = (shown(&sample), sample.filing);
            for link in
                [DeskLink::Documents(filing), DeskLink::Parties(filing), DeskLink::Capital(filing)]
            {
                let leads = page.contains(&format!("=\"{}\"", Link::Desk(link)));
                assert_eq!(leads, sample.is_drafting, "{link}");
            }
            let invites = format!("=\"{}\"", Link::Desk(DeskLink::Invitations(filing)));
            assert!(page.contains(&invites), "somebody may be invited again");
        }
    }

    #[test]
    fn what_is_there_is_told_from_what_is_missing() {
        let page = shown(&DraftPage::samples()[0]);
        assert!(page.contains("公司章程 · 已上传"), "{page}");
        assert!(page.contains("公司登记（备案）申请书 · 未上传（关键材料）"), "{page}");
        assert!(!page.contains("<option value=\"EST-02\""), "it is replaced, not uploaded twice");
        assert!(page.contains("<option value=\"EST-01\""), "{page}");
    }
}
