//! Made-up documents, for tests, previews and whoever wants to look. Nobody in them exists.

use heqi_evidence::deposit::DualDigest;
use heqi_vocabulary::{Digest, Sm3Digest, UtcMillis};

use crate::acceptance::AcceptanceInput;
use crate::certificate::{
    AnswerRow, Answers, Bundle, CertificateInput, CheckPlace, Deposit, EvidenceFile, Extraction,
    Fee, GeneratedBy, PhotoRow, SigningAnnex, Step, StepKind, VerificationLine,
};
use crate::correction::CorrectionInput;
use crate::notice::NoticeHead;
use crate::reexamination::ReexaminationInput;
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
        text: approved_text(&number, &bundle),
        issued_at: at("2026-11-28T08:00:00.000Z"),
        deposits: vec![Deposit {
            number: number.clone(),
            voucher_no: Some("PZ202611230000429".to_owned()),
        }],
        extraction: extraction(),
        files: files(&number),
        verification: verification(),
        signing: signing_annex(&number),
        answers: answers(),
        bundles: vec![Bundle { deposit_no: number, bytes: bundle }],
        check: CheckPlace {
            address: "https://notary.example/check/2026-1-7K4M".to_owned(),
            code: "7K4M-22QX".to_owned(),
        },
        fee: Fee::Paid { cents: 40_000, receipt_no: "示票2026112800017".to_owned() },
    }
}

/// The text of [`certificate`] as `notarization::matter::certificate_text` words it; that it does, a test
/// of `notary-center` says.
fn approved_text(number: &str, bundle: &[u8]) -> String {
    let (manifest, package) = (DualDigest::of(b"manifest"), DualDigest::of(bundle));
    [
        &format!(
            "申请人：龚𠮷㛃，女，1990年1月1日出生，公民身份号码：{}，住浙江省杭州市示例街道示例路2号。",
            masked("330106199001011234")
        ),
        "公证事项：保全证据（电子数据）",
        &format!(
            "申请人龚𠮷㛃因向人民法院提供证据，于2026年11月25日向本处申请对本处电子数据保管系统中存证编号为{number}的\
             电子数据办理保全证据公证。"
        ),
        &format!(
            "经查，示例商事文签平台与本处电子数据保管系统对接。2026年11月23日20时05分11秒，本处系统自示例商事文签平台\
             接收上述存证编号项下电子数据（文件3件，清单见附件一），系统即时记录其摘要值（存证清单的SM3：{}；\
             SHA-256：{}；各文件的SM3与SHA-256见附件一）、接收时间及存证编号，并持续保存至今。该项电子数据由平台\
             （非公证机构管控）产生。",
            manifest.sm3, manifest.sha256
        ),
        "根据《中华人民共和国公证法》《公证程序规则》的规定，本公证员与本处工作人员陆示例于2026年11月27日10时00分07秒\
         至2026年11月27日10时08分02秒在杭州市示例公证处202室，使用本处计算机（资产编号GZ-0017）进行了如下操作：",
        "一、检查计算机及网络环境（见附件二）；",
        &format!(
            "二、登录本处电子数据保管系统，检索存证编号{number}，提取该编号项下全部电子数据；"
        ),
        "三、对提取的文件重新计算摘要值，与存证时记录的摘要值比对，结果：一致；",
        "四、对电子签名、时间戳进行验证，结果见附件三；",
        &format!(
            "五、将提取的数据存入电子数据包并封存（附件四，SM3：{}；SHA-256：{}），一式2份，打印相关页面（附件五至\
             附件七）。",
            package.sm3, package.sha256
        ),
        "上述电子数据中记录：2026年11月23日20时05分09秒，以“龚𠮷㛃、3301**************”名义，经示例核验机构实名信息\
         核验、示例登记机关人工核验通过后，在《股东会决议》上进行了电子签署；2026年11月23日20时20分44秒，以短信通知后\
         在线方式作出“确认”的回复。",
        "兹证明本公证书所附电子数据（附件四）系自本处电子数据保管系统提取，其摘要值与2026年11月23日20时05分11秒存证\
         时记录的摘要值一致；本公证书所附打印件、照片与提取的电子数据内容相符。",
        "本公证书仅对上述电子数据的接收、保管、提取过程及其完整性予以证明，不对文书所载法律行为的效力作出判断。",
    ]
    .join("\n")
}

fn signing_annex(number: &str) -> SigningAnnex {
    let photo = "签署照片";
    let fact = |name: &str, value: &str, source: &str| EnvironmentRow {
        act: "签署".to_owned(),
        name: name.to_owned(),
        value: value.to_owned(),
        source: source.to_owned(),
    };
    SigningAnnex {
        photos: vec![PhotoRow {
            name: format!("attachments/{}.jpg", Digest::of(photo.as_bytes())),
            size_bytes: 121_447,
            received_at: Some(at("2026-11-23T12:05:07.000Z")),
            sha256: Digest::of(photo.as_bytes()),
            sm3: sm3(photo),
            // Nobody is shown in a sample.
            print: None,
        }],
        environment: vec![
            fact("来源地址", "203.0.113.7", "平台观察到"),
            fact("浏览器", "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36", "设备自述"),
            fact("服务器收到时间", "2026-11-23 20:05:09", "平台观察到"),
            fact("设备时钟偏差（毫秒）", "1200", "平台观察到"),
            fact("加密传输", "—", "未取得"),
            fact("设备所报签署时间", "2026-11-23 20:05:08", "设备自述"),
            fact("设备时区", "Asia/Shanghai", "设备自述"),
            fact("定位", "30.246000，119.715000，误差35米（WGS-84）", "设备自述"),
            fact("设备", "—", "本人拒绝提供"),
            fact("屏幕", "390×844", "设备自述"),
            fact("语言", "zh-CN", "设备自述"),
            fact("密钥保管", "webcrypto_non_extractable", "设备自述"),
            fact("停留时间", "3页，共120秒", "设备自述"),
        ],
        custody: vec![CustodyRow {
            custodian: "公证处数据中心".to_owned(),
            deposit: format!("{number}，2026-11-23 20:05:11"),
            detail: format!(
                "收存；日志 log.platform.example/first 第31条；清单 SHA-256：{}",
                Digest::of(b"manifest")
            ),
        }],
        closed: Vec::new(),
    }
}

fn answers() -> Answers {
    let row = |who: &str, at: UtcMillis| AnswerRow {
        who: who.to_owned(),
        what: "确认".to_owned(),
        at,
        way: "短信通知后在线".to_owned(),
        root: Some(Digest::of(who.as_bytes())),
    };
    Answers {
        rows: vec![
            row("龚𠮷㛃", at("2026-11-23T12:20:44.000Z")),
            row("陈**", at("2026-11-23T12:31:02.000Z")),
        ],
        file: br#"{"format":"heqi.certificate-answers/v1","records":[]}"#.to_vec(),
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

/// A re-examination that upholds.
pub fn reexamination() -> ReexaminationInput {
    ReexaminationInput {
        head: notice_head("FC202611280000001"),
        upholds: "（2026）杭示证经字第000001号".to_owned(),
        asked_at: at("2026-11-27T01:30:00.000Z"),
        reason: "公证书内容与存证数据一致。".to_owned(),
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
