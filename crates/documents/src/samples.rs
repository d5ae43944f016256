//! Made-up documents, for tests, previews and whoever wants to look. Nobody in them exists.

use heqi_vocabulary::{Digest, Sm3Digest, UtcMillis};

use crate::acceptance::AcceptanceInput;
use crate::certificate::{
    Answer, Applicant, Bundle, CertificateInput, CheckPlace, Confirmation, Deposit, EvidenceFile,
    Extraction, Fee, GeneratedBy, ListedAttachment, Objection, SigningFact, Step, StepKind,
    VerificationLine,
};
use crate::correction::CorrectionInput;
use crate::notice::NoticeHead;
use crate::refusal::RefusalInput;
use crate::report::{
    CertificateDetail, ConfirmationRow, CustodyRow, DocumentDigests, EnvironmentRow, EventRow,
    IntentRow, ReportInput, Subject, SystemState, TimestampDetail,
};
use crate::revocation::RevocationInput;
use crate::supplement::SupplementInput;
use crate::termination::TerminationInput;
use crate::withdrawal::WithdrawalInput;
use crate::{Office, SealFace, masked};

/// An office.
pub fn office() -> Office {
    Office {
        full_name: "中华人民共和国浙江省杭州市示例公证处".to_owned(),
        name: "杭州市示例公证处".to_owned(),
        address: "浙江省杭州市示例路1号".to_owned(),
        telephone: "0571-00000000".to_owned(),
        seal: SealFace::Sample,
    }
}

/// A certificate over one deposit of one signing. The bundle is of that many bytes, which are
/// no bundle.
pub fn certificate(bundle: Vec<u8>) -> CertificateInput {
    let number = "CZ202611230000017".to_owned();
    CertificateInput {
        number: "（2026）杭示证经字第000001号".to_owned(),
        office: office(),
        notary: "沈示例".to_owned(),
        applicants: vec![Applicant::Person {
            name: "龚𠮷㛃".to_owned(),
            sex: "女".to_owned(),
            born: "1990年1月1日".to_owned(),
            document: "公民身份号码".to_owned(),
            number: masked("330106199001011234"),
            address: "浙江省杭州市示例街道示例路2号".to_owned(),
        }],
        agent: None,
        purpose: "向人民法院提供证据".to_owned(),
        accepted_at: at("2026-11-25T01:30:00.000Z"),
        issued_at: at("2026-11-28T08:00:00.000Z"),
        platform: "示例商事文签平台".to_owned(),
        system: "本处电子数据保管系统".to_owned(),
        deposits: vec![Deposit {
            number: number.clone(),
            voucher_no: Some("PZ202611230000429".to_owned()),
            received_at: at("2026-11-23T12:05:11.000Z"),
            files: 3,
            sha256: Digest::of(&bundle),
            sm3: sm3("bundle"),
            generated_by: GeneratedBy::Platform,
        }],
        extraction: extraction(),
        facts: vec![SigningFact {
            signed_at: at("2026-11-23T12:05:09.000Z"),
            name: "龚𠮷㛃".to_owned(),
            number: masked("330106199001011234"),
            identity_check: "实名信息核验".to_owned(),
            face_check: "人脸比对".to_owned(),
            document: "股东会决议".to_owned(),
            confirmation: Some(Confirmation {
                at: at("2026-11-23T12:20:44.000Z"),
                by: "短信".to_owned(),
                answer: Answer::Confirmed,
            }),
        }],
        objection: Objection::None,
        states_limits: true,
        files: files(&number),
        verification: verification(),
        attachments: vec![
            ListedAttachment {
                title: "签署照片及环境信息表（第三人信息已遮盖）".to_owned(),
                form: "打印件2页".to_owned(),
            },
            ListedAttachment {
                title: "存证回执及日志证明".to_owned(),
                form: "内嵌于证据包".to_owned(),
            },
            ListedAttachment { title: "确认记录".to_owned(), form: "打印件1页".to_owned() },
        ],
        bundles: vec![Bundle { deposit_no: number, bytes: bundle }],
        check: CheckPlace {
            address: "https://notary.example/check/2026-1-7K4M".to_owned(),
            code: "7K4M-22QX".to_owned(),
        },
        fee: Fee::Paid { cents: 40_000, receipt_no: "示票2026112800017".to_owned() },
        approved_text: None,
    }
}

/// The extraction session of [`certificate`].
pub fn extraction() -> Extraction {
    let outcomes = [
        "未发现异常程序，系统时间与国家授时中心相差0.2秒",
        "命中1项",
        "提取3件，共214,500字节",
        "SHA-256与SM3均一致",
        "签名有效，时间戳有效",
        "写入光盘2张并封存",
    ];
    let steps = StepKind::ALL.into_iter().zip(outcomes).zip(0_i64..);
    let step = |((kind, outcome), place): ((StepKind, &str), i64)| Step {
        kind,
        at: at("2026-11-27T02:00:07.000Z").plus_millis(place * 95_000),
        operator: "沈示例".to_owned(),
        outcome: outcome.to_owned(),
        tool: (kind == StepKind::CleanCheck).then(|| Digest::of(b"tool")),
        screenshot: Some(Digest::of(outcome.as_bytes())),
    };
    Extraction {
        place: "杭州市示例公证处202室".to_owned(),
        assistant: "陆示例".to_owned(),
        computer: "资产编号GZ-0017".to_owned(),
        steps: steps.map(step).collect(),
        digests_agree: true,
        copies: 2,
        printed_pages: 5,
    }
}

/// A report about the signing of [`certificate`].
pub fn report(bundle: Vec<u8>) -> ReportInput {
    let signed_at = at("2026-11-23T12:05:09.000Z");
    let who = || "龚𠮷㛃".to_owned();
    let text = str::to_owned;
    let number = "CZ202611230000017".to_owned();
    let fact = |name: &str, value: &str, source: &str| EnvironmentRow {
        act: text("签署"),
        name: text(name),
        value: text(value),
        source: text(source),
    };
    let intent = |what: &str, before_ms: i64, detail: &str| IntentRow {
        who: who(),
        what: text(what),
        at: signed_at.plus_millis(-before_ms),
        detail: text(detail),
    };
    let event = |what: &str, before_ms: i64, seq: u64| EventRow {
        at: signed_at.plus_millis(-before_ms),
        what: text(what),
        seq,
        root: Digest::of(what.as_bytes()),
    };
    ReportInput {
        number: text("CB202611280000003"),
        issuer: Office {
            full_name: text("示例商事文签平台"),
            name: text("示例商事文签平台"),
            ..office()
        },
        applicant: who(),
        purpose: text("向公证机构申请公证"),
        issued_at: at("2026-11-28T08:00:00.000Z"),
        subjects: vec![Subject {
            name: who(),
            number: masked("330106199001011234"),
            capacity: text("股东"),
            check: text("实名信息核验（示例核验机构，2026-11-23 20:01:40）：一致；人脸比对：一致"),
        }],
        documents: vec![DocumentDigests {
            title: text("股东会决议"),
            version: text("1"),
            before: Digest::of(b"before"),
            after: vec![(who(), Digest::of(b"after"))],
        }],
        intents: vec![
            intent("同意个人信息处理", 300_000, "文本第3版"),
            intent("读完《股东会决议》", 120_000, "逐页阅读，共3页"),
            intent("意愿声明", 20_000, "朗读"),
        ],
        environment: vec![
            fact("来源地址", "203.0.113.*", "平台观察到"),
            fact("定位", "30.2460, 119.7150，误差35米", "设备自述"),
            fact("设备时间偏差", "1.2秒", "平台观察到"),
        ],
        certificates: vec![CertificateDetail {
            serial: text("4f02c1a7e90b4c1d8f6a55d2b7c3e901"),
            issuer: text("Heqi TEST ONLY Issuing CA"),
            not_before: signed_at.plus_millis(-90_000),
            not_after: signed_at.plus_millis(86_310_000),
            algorithm: text("Ed25519"),
            is_test_only: true,
        }],
        timestamps: vec![TimestampDetail {
            authority: text("示例时间戳机构"),
            at: at("2026-11-23T12:05:11.400Z"),
            detail: text("1.3.6.1.4.1.32473.3161 · 07"),
        }],
        events: vec![
            event("进入签署", 420_000, 29),
            event("确认读完文书", 120_000, 30),
            event("签署", 0, 31),
        ],
        confirmations: vec![ConfirmationRow {
            who: who(),
            answer: text("确认"),
            at: Some(at("2026-11-23T12:20:44.000Z")),
            by: text("短信"),
        }],
        custody: vec![CustodyRow {
            custodian: text("杭州市示例公证处"),
            deposit: format!("{number}，2026-11-23 20:05:11"),
            detail: text("收存；回执签名、日志包含证明在证据包内"),
        }],
        system: vec![SystemState {
            system: text("签署平台"),
            state: text("正常；日志头由公证处系统核对，间隔不超过60秒"),
        }],
        verification: verification(),
        bundles: vec![Bundle { deposit_no: number, bytes: bundle }],
        check: Some(CheckPlace {
            address: text("https://platform.example/check/CB202611280000003"),
            code: text("9P2D-04TA"),
        }),
    }
}

/// The head of a notice.
pub fn notice_head(number: &str) -> NoticeHead {
    NoticeHead {
        number: number.to_owned(),
        office: office(),
        recipient: "龚𠮷㛃".to_owned(),
        application_no: "SQ202611250000004".to_owned(),
        matter: "保全证据（电子数据）".to_owned(),
        notary: "沈示例".to_owned(),
        issued_at: at("2026-11-28T08:00:00.000Z"),
        check: Some(CheckPlace {
            address: "https://notary.example/check/0f1e2d3c?c=9P2D4T7A".to_owned(),
            code: "9P2D4T7A".to_owned(),
        }),
    }
}

/// An acceptance before the holidays of October.
pub fn acceptance() -> AcceptanceInput {
    AcceptanceInput {
        head: NoticeHead {
            issued_at: at("2026-09-24T08:00:00.000Z"),
            ..notice_head("SL202609240000002")
        },
        accepted_at: at("2026-09-24T02:00:00.000Z"),
        due_at: at("2026-10-22T09:00:00.000Z"),
        fee: "应收400.00元".to_owned(),
        query: Some("9P2D4T7A".to_owned()),
    }
}

/// A request for two papers.
pub fn supplement() -> SupplementInput {
    SupplementInput {
        head: notice_head("BC202611280000001"),
        items: vec!["授权委托书原件".to_owned(), "与申请事项利害关系的证明".to_owned()],
        due_at: at("2026-12-08T09:00:00.000Z"),
    }
}

/// A refusal.
pub fn refusal() -> RefusalInput {
    RefusalInput {
        head: notice_head("BY202611280000001"),
        reason: "当事人之间对申请公证的事项有争议。".to_owned(),
        ground: "《中华人民共和国公证法》第三十一条第（四）项".to_owned(),
    }
}

/// A termination.
pub fn termination() -> TerminationInput {
    TerminationInput {
        head: notice_head("ZZ202611280000001"),
        reason: "申请人逾期未补充材料。".to_owned(),
    }
}

/// A withdrawal.
pub fn withdrawal() -> WithdrawalInput {
    WithdrawalInput {
        head: notice_head("CH202611280000001"),
        withdrawn_at: at("2026-11-26T01:30:00.000Z"),
    }
}

/// A correction.
pub fn correction() -> CorrectionInput {
    CorrectionInput {
        head: notice_head("（2026）杭示证经字第000002号"),
        corrects: "（2026）杭示证经字第000001号".to_owned(),
        changes: vec![("示例街道".to_owned(), "示范街道".to_owned())],
    }
}

/// A revocation.
pub fn revocation() -> RevocationInput {
    RevocationInput {
        head: notice_head("CX202611280000001"),
        revokes: "（2026）杭示证经字第000001号".to_owned(),
        reason: "公证书内容与事实不符。".to_owned(),
    }
}

fn files(number: &str) -> Vec<EvidenceFile> {
    let file = |title: &str, size_bytes: u64, generated_by| EvidenceFile {
        deposit_no: number.to_owned(),
        title: title.to_owned(),
        size_bytes,
        sha256: Digest::of(title.as_bytes()),
        sm3: sm3(title),
        generated_by,
    };
    vec![
        file("签署记录", 4_812, GeneratedBy::Platform),
        file("《股东会决议》原文", 88_241, GeneratedBy::Platform),
        file("签署照片", 121_447, GeneratedBy::Platform),
    ]
}

fn verification() -> Vec<VerificationLine> {
    let line = |what: &str, finding: &str, reason: &str| VerificationLine {
        what: what.to_owned(),
        finding: finding.to_owned(),
        reason: reason.to_owned(),
    };
    vec![
        line("内容未被改动", "核验通过", "全部摘要值一致"),
        line("电子签名", "核验通过", "签名与证书对应，签署时证书有效"),
        line("写入存证日志", "核验通过", "包含证明成立"),
        line("日志只增未改", "核验通过", "公证处系统已核对"),
        line("签署时间", "核验通过", "2026-11-23 20:05:09 至 20:05:11 之间"),
    ]
}

fn at(text: &str) -> UtcMillis {
    // The texts of this file are instants; a test reads every one.
    text.parse().or_else(|_| UtcMillis::from_millis(0)).unwrap_or_else(|_| unreachable!())
}

fn sm3(text: &str) -> Sm3Digest {
    // No digest of anything: a pattern that is plain to see.
    Sm3Digest::from_bytes(*Digest::labelled("sample", text.as_bytes()).as_bytes())
}
