//! Examples of a case.

use super::super::queue::{QueuePage, QueueRow};
use super::{
    ActionSeen, CaseAttachments, CasePage, DecisionForm, FrameThere, Said, SaidBy, ShotThere,
    VideoThere,
};
use crate::frame::Page as _;
use crate::staff::{Desk, Trouble};

pub(super) fn samples() -> Vec<CasePage> {
    let desk = Desk::sample;
    let row = QueuePage::samples().into_iter().flat_map(|page| page.rows).next();
    let said = |about: &str, what: &str, by, at: Option<&str>| Said {
        about: about.into(),
        what: what.into(),
        by,
        at: at.map(Into::into),
    };
    let action = |asked: &str, frame| ActionSeen { asked: asked.into(), frame };
    let sample = |row: QueueRow, form, has_portrait, trouble| CasePage {
        desk: desk(),
        row,
        matter: "公司设立登记".into(),
        company: "杭州示例青穗茶业有限公司".into(),
        name: "陈素英<b>\"'".into(),
        capacities: vec!["股东".into(), "监事".into()],
        said: vec![
            said(
                "姓名、证件号码、手机号码",
                "一致",
                SaidBy::Provider("示例实名".into()),
                Some("2026-11-23 20:00:00 +08:00"),
            ),
            said("姓名", "陈素英", SaidBy::Handler, None),
            said("拍摄方式", "系统相机", SaidBy::Device, None),
            said("签署时间", "2026-11-23 20:05:00 +08:00", SaidBy::Platform, None),
            said("人脸比对", "未比对", SaidBy::Nobody, None),
        ],
        photo: ShotThere::There,
        actions: vec![
            action("向左转头", FrameThere::There),
            action("张嘴", FrameThere::NotDone),
            action("抬头", FrameThere::Missing),
        ],
        frame_mark: "0f3ac211".into(),
        video: None,
        attachments: CaseAttachments::default(),
        has_portrait,
        signed_at: "2026-11-23 20:05:00 +08:00".into(),
        form,
        key: "0123456789abcdef".into(),
        grounds: String::new(),
        trouble,
    };
    let at = || "2026-11-23 20:30:00 +08:00".to_owned();
    let trouble = Trouble {
        what: "理由长度应为2至500个字。".into(), next: "请填写理由。".into()
    };
    let Some(row) = row else { return Vec::new() };
    vec![
        sample(row.clone(), DecisionForm::First, true, None),
        sample(
            row.clone(),
            DecisionForm::Second { by: "王强".into(), at: at() },
            false,
            Some(trouble),
        ),
        sample(row.clone(), DecisionForm::Own { at: at() }, true, None),
        CasePage {
            photo: ShotThere::NotTaken,
            actions: Vec::new(),
            video: Some(VideoThere { seconds: 21, code: "4071".into() }),
            ..sample(row.clone(), DecisionForm::First, true, None)
        },
        CasePage {
            attachments: CaseAttachments {
                notes: vec![
                    "签署人持境外证件。登记机关要求时，请核对身份文件的公证认证及其中文译本。"
                        .into(),
                ],
                risks: vec![
                    "位置的误差为0米，真实定位不会没有误差".into(),
                    "浏览器自称由程序操作".into(),
                ],
                has_scan: true,
                has_certificate: true,
                has_guardianship: true,
            },
            ..sample(row.clone(), DecisionForm::First, true, None)
        },
        sample(
            row,
            DecisionForm::Decided {
                accepted: false,
                at: at(),
                by: vec!["王强".into(), "李娜".into()],
            },
            true,
            None,
        ),
    ]
}
