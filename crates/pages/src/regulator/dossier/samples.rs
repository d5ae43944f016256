//! Examples of a filing as a regulator sees it.

use heqi_vocabulary::{DocumentId, FilingId, RecordId};

use super::super::Trace;
use super::super::results::QueryShown;
use super::{
    ApplicationShown, ClaimLine, DocumentLine, DossierPage, DwellStrip, EventLine,
    HandwritingShown, HoldLine, PartyLine, SignatureCard, StatusShown, TieLine,
};
use crate::staff::{Desk, Trouble};

pub(super) fn samples() -> Vec<DossierPage> {
    let card = |n: u8, status, hint: &str, application, apply_key| SignatureCard {
        record: RecordId::from_bytes([n; 16]),
        who: "陈素英<b>\"' · 股东、监事".into(),
        documents: vec!["公司章程".into(), "股东会决议".into()],
        at: "2026-11-23 20:05:00 +08:00".into(),
        voucher: "PZ20261123000000017".into(),
        deposits: "已同步存证至公证处 2/2：CZ20261123000000025、CZ20261123000000033".into(),
        has_photo: true,
        status,
        hint: hint.into(),
        claims: claims(),
        application,
        apply_key,
        found_void: (n == 2).then(|| "2026-11-25 10:00:00 +08:00".into()),
        said: if n == 2 {
            vec!["签署人向实时保提出异议 · 2026-11-24 09:00:00 +08:00（同日送达平台）".into()]
        } else {
            Vec::new()
        },
        // Of one that was not examined nothing was opened either.
        dwell: if status.is_some() { dwell() } else { Vec::new() },
        handwriting: (n != 3).then(|| handwriting(n == 2)),
        actions: if n == 1 {
            vec!["向左转头：有画面".into(), "张嘴：签署人表示做不到".into()]
        } else {
            Vec::new()
        },
    };
    let page = |signatures: Vec<SignatureCard>, holds, trouble| DossierPage {
        desk: Desk::sample(),
        query: QueryShown::sample(),
        trace: Trace::sample(4_711),
        filing: FilingId::from_bytes([2; 16]),
        number: "61842059".into(),
        company: "杭州示例青穗茶业有限公司".into(),
        matter: "公司设立登记".into(),
        state: "有异议，已暂停".into(),
        opened_at: "2026-11-23 19:00:00 +08:00".into(),
        is_simulated: signatures.len() == 1,
        ties: if signatures.is_empty() {
            Vec::new()
        } else {
            vec![tie("陈素英", 1, 0), tie("林嘉伟", 2, 0), tie("阿卜杜拉·阿卜杜热合曼", 3, 9)]
        },
        from: 0,
        not_listed: signatures.iter().filter(|card| card.status.is_none()).count() * 37,
        previous: None,
        next: signatures.iter().any(|card| card.status.is_none()).then_some(500),
        not_tied: signatures.iter().filter(|card| card.status.is_none()).count(),
        signatures,
        parties: vec![PartyLine {
            name: "杭州示例云栖投资有限公司 · 周建国".into(),
            capacities: "法人股东代表".into(),
            answer: "有异议：非本人签署".into(),
        }],
        documents: vec![document()],
        events: vec![EventLine {
            what: "签署 · 陈素英".into(),
            at: "2026-11-23 20:05:00 +08:00".into(),
            seq: 7,
            leaf: 4_700,
        }],
        holds,
        hold_key: "0123456789abcdef".into(),
        compare_key: "0123456789abcdef".into(),
        trouble,
    };
    let hold = HoldLine {
        record: RecordId::from_bytes([5; 16]),
        since: "2026-11-23 21:00:00 +08:00".into(),
        key: "0123456789abcdef".into(),
    };
    let sent = application();
    let trouble = Trouble {
        what: "未填写理由。".into(), next: "请填写案号或文书号。".into()
    };
    vec![
        page(Vec::new(), Vec::new(), None),
        page(
            vec![
                card(1, Some(StatusShown::Proved), "供形式审查参考：待核实", Some(sent), None),
                card(
                    2,
                    Some(StatusShown::Contradicted),
                    "供形式审查参考：有提示 1 项",
                    None,
                    Some("0123456789abcdef".to_owned()),
                ),
            ],
            vec![hold],
            Some(trouble),
        ),
        page(vec![card(3, None, "", None, None)], Vec::new(), None),
        // The last part of a long filing, in which nothing was signed.
        DossierPage { from: 500, previous: Some(0), ..page(Vec::new(), Vec::new(), None) },
    ]
}

fn claims() -> Vec<ClaimLine> {
    let signed = "签名与证书、设备公钥和签署声明相符。";
    vec![
        claim("签名", StatusShown::Proved, signed, "TEST ONLY CA"),
        claim("身份", StatusShown::NotProved, "没有权威来源说明签署人是谁。", ""),
        claim("记录齐全", StatusShown::Contradicted, "链条在第3条之后缺少一条。", ""),
    ]
}

fn document() -> DocumentLine {
    DocumentLine {
        document: DocumentId::from_bytes([3; 16]),
        title: "公司章程".into(),
        version: 2,
        pages: 12,
        sha256: "ab".repeat(32),
        is_current: true,
    }
}

fn application() -> ApplicationShown {
    ApplicationShown {
        state: "公证处已收到申请".into(),
        at: "2026-11-23 21:00:00 +08:00".into(),
        reference: Some("SQ202611230000011".into()),
        code: Some("AB23CD45EF".into()),
    }
}

fn dwell() -> Vec<DwellStrip> {
    vec![
        DwellStrip { title: "公司章程".into(), seconds: 96, pages: vec![40, 12, 0, 30, 14] },
        DwellStrip { title: "股东会决议".into(), seconds: 8, pages: Vec::new() },
    ]
}

fn handwriting(is_typed: bool) -> HandwritingShown {
    HandwritingShown {
        width: 640,
        height: 320,
        strokes: vec![
            vec![[120, 90, 0], [220, 84, 180], [330, 92, 360]],
            vec![[220, 40, 620], [214, 160, 800], [150, 270, 1_040]],
            vec![[232, 150, 1_300], [320, 230, 1_500], [420, 270, 1_720]],
        ],
        typed: is_typed.then(|| "陈素英".into()),
    }
}

fn tie(person: &str, phone: usize, device: usize) -> TieLine {
    TieLine {
        party: person.into(),
        person: person.into(),
        things: [
            Some((phone, format!("+86****000{phone}"))),
            (device < 9).then(|| (device, "Android<b>\"' · PGT-AN00 Mobile".into())),
            Some((0, "2001:0db8:85a3:0000:0000:8a2e:0370:7334".into())),
        ],
    }
}

fn claim(about: &str, status: StatusShown, reason: &str, by: &str) -> ClaimLine {
    ClaimLine { about: about.into(), status, reason: reason.into(), vouched_by: by.into() }
}
