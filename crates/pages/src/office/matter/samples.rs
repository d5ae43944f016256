//! Examples of an application.

use super::super::{BarDay, ClockBar, DayKind, OfficeAct, OfficeDesk, Seen};
use super::{
    DocumentRow, DraftView, HeldRow, LineRow, MatterPage, PointRow, PointState, RecordRow,
    SessionView, TakenRow,
};
use crate::staff::Trouble;

#[expect(clippy::too_many_lines, reason = "examples, written out")]
pub(super) fn samples() -> Vec<MatterPage> {
    let point = |number, title: &str, is_machine, state, may_tick: bool| PointRow {
        number,
        title: title.into(),
        is_machine,
        state,
        at: "2026-11-24 10:00:00 +08:00".into(),
        evidence: vec!["9 个部分的 SHA-256 与 SM3 均与存证回执一致".into()],
        remark: may_tick.then(|| ("已核对原件<b>\"'".into(), "qian.wei".into())),
        may_tick,
    };
    let day = |label: &str, kind, is_past| BarDay { label: label.into(), kind, is_past };
    let clock = |is_urgent| ClockBar {
        days: vec![
            day("11-25", DayKind::Counts, true),
            day("11-26", DayKind::Paused, true),
            day("11-28", DayKind::Rest, false),
            day("11-30", DayKind::Counts, false),
        ],
        used: 1,
        left: 14,
        last_day: "2026-12-16".into(),
        is_provisional: is_urgent,
        is_paused: is_urgent,
        is_urgent,
    };
    let line = |act: &str, passed| LineRow {
        act: act.into(),
        at: "2026-11-24 10:05:00 +08:00".into(),
        passed,
        output_sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
        output: "{\"agree\":true}".into(),
        screen: passed
            .then(|| "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into()),
    };
    let document = |is_made: bool| {
        DocumentRow {
        number: "SL202611240000017".into(),
        title: "公证受理通知书".into(),
        at: "2026-11-24 09:30:00 +08:00".into(),
        sha256: is_made
            .then(|| "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into()),
        waits: (!is_made).then(|| {
            "待签章：等待时间戳服务应答；自 2026-11-24 09:30:01 +08:00 起等待，2026-11-24 09:40:01 +08:00 自动重试"
                .into()
        }),
    }
    };
    let trouble = |what: &str| Trouble { what: what.into(), next: "请按提示办理。".into() };
    let page = |stage: &str, acts: Vec<OfficeAct>| MatterPage {
        desk: OfficeDesk::sample(),
        seen: Seen {
            no: "SQ202611240000017".into(),
            key: "0123456789abcdef".into(),
            workstations: vec!["提取专用机1号".into()],
            login: "qian.wei".into(),
            draft_sha256: "ba7816bf8f01cfea".into(),
            needs_tick: true,
            proposed: "补正公证书 · 云西 → <b>云栖\"' · qian.wei · 2026-11-28 10:00:00 +08:00"
                .into(),
            proposed_sha256: "ba7816bf8f01cfea".into(),
            grounds: vec!["当事人与申请公证的事项没有利害关系的".into()],
        },
        stage: stage.into(),
        is_over: false,
        facts: vec![("申请人".into(), "陈素英".into()), ("用途".into(), "诉讼".into())],
        is_quarantined: false,
        clock: None,
        held: Vec::new(),
        points: Vec::new(),
        session: None,
        draft: None,
        acts,
        documents: Vec::new(),
        has_certificate: false,
        has_scan: false,
        may_export: false,
        record: vec![RecordRow {
            seq: 1,
            at: "2026-11-24 09:05:00 +08:00".into(),
            by: "zhao.min".into(),
            what: "申请".into(),
            said: "signer CZ202611240000011".into(),
        }],
        taken: vec![TakenRow {
            at: "2026-11-24 11:00:00 +08:00".into(),
            by: "wu.fang · 档案管理员".into(),
            what: "公证档案（含存证内容）".into(),
        }],
        trouble: None,
    };
    let points = || {
        vec![
            point(1, "申请人身份与民事行为能力", false, PointState::Open, true),
            point(7, "重算摘要与存证摘要一致（SHA-256、SM3）", true, PointState::Passed, false),
            point(9, "时间戳有效", true, PointState::Unproved, true),
            point(10, "电子签名、证书链与有效期", true, PointState::Failed, false),
        ]
    };
    let held = |what: &str| HeldRow {
        what: what.into(),
        size_bytes: 48_213,
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
    };
    let session = |is_sealed| SessionView {
        head: "钱伟、赵敏 · 提取专用机1号 · 提取室".into(),
        lines: vec![line("环境清洁性检查", true), line("检索", is_sealed)],
        next: (!is_sealed).then(|| ("extract".into(), "提取".into())),
        is_sealed,
    };
    let draft = |blocked, may_edit| DraftView {
        blocked,
        text: "申请人：陈素英\n兹证明……".into(),
        may_edit,
        is_proposal: may_edit,
    };
    vec![
        page("待受理", OfficeAct::ALL.to_vec()),
        MatterPage {
            clock: Some(clock(false)),
            held: vec![held("签署照片"), held("《公司章程<b>\"'》")],
            points: points(),
            session: Some(session(false)),
            draft: Some(DraftView {
                text: String::new(),
                ..draft(Some(trouble("没有已封存的提取会话，不能起草公证书。")), false)
            }),
            trouble: Some(trouble("提取会话须按顺序逐项进行，当前不是这一步。")),
            is_quarantined: true,
            ..page("审查中", vec![OfficeAct::Recompute])
        },
        MatterPage {
            clock: Some(clock(true)),
            session: Some(session(true)),
            draft: Some(draft(None, true)),
            documents: vec![document(true), document(false)],
            has_certificate: true,
            has_scan: true,
            may_export: true,
            is_over: true,
            ..page("已出具", Vec::new())
        },
    ]
}
