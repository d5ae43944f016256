//! The words of the report that are not those of a claim.

use heqi_evidence::schema::RecordKind;
use heqi_evidence::verdict::Conclusion;
use heqi_vocabulary::Language;

/// What happened, for people.
pub(crate) fn kind(kind: RecordKind, language: Language) -> &'static str {
    match kind {
        RecordKind::FilingOpened => language.pick("办件建立", "filing opened"),
        RecordKind::FilingChanged => language.pick("办件变更", "filing changed"),
        RecordKind::ConsentGiven => language.pick("同意事项", "consent"),
        RecordKind::Signing => language.pick("签署", "signing"),
        RecordKind::Decline => language.pick("拒绝签署", "decline"),
        RecordKind::Confirmation => language.pick("确认", "confirmation"),
        RecordKind::Objection => language.pick("异议", "objection"),
        RecordKind::Access => language.pick("查看证据", "access to evidence"),
        RecordKind::Erasure => language.pick("删除个人信息", "erasure of personal data"),
        RecordKind::LegalHold => language.pick("证据保全限制", "legal hold"),
        RecordKind::CodeChecked => {
            language.pick("验证码或证件末四位核对", "code or number entered")
        }
        RecordKind::Notification => language.pick("消息通知", "message"),
        RecordKind::IdentityVerified => language.pick("身份核验", "identity check"),
        RecordKind::ReviewDecided => language.pick("人工核验意见", "decision of a reviewer"),
        RecordKind::HandedOver => language.pick("换设备办理", "step done on another device"),
        RecordKind::ReviewWanted => language.pick("转人工核验", "left to a person"),
        RecordKind::DocumentRead => language.pick("确认读完文书", "document read"),
        RecordKind::VideoRecorded => {
            language.pick("朗读声明的视频", "video of the statement read aloud")
        }
        RecordKind::PersonSeen => {
            language.pick("工作人员当面核对本人与证件", "person and card seen by an officer")
        }
        RecordKind::RegulatorQuery => language.pick("监管查询", "search by the regulator"),
        RecordKind::RegulatorView => language.pick("监管查看", "look by the regulator"),
        RecordKind::CertificateApplication => {
            language.pick("申请公证书", "application for a certificate")
        }
        RecordKind::ObjectionResolved => {
            language.pick("异议处理", "what followed from an objection")
        }
        RecordKind::PersonCorrected => {
            language.pick("更正姓名或证件号码", "name or number corrected")
        }
        RecordKind::CompanySeal => language.pick("企业印章", "seal of a company"),
        RecordKind::GuardianshipShown => language.pick("监护关系", "guardianship"),
        RecordKind::PartyRemoved => language.pick("移出当事人", "party taken out"),
        RecordKind::RiskNoted => language.pick("风险提示", "signs that do not fit together"),
        other => other.as_str(),
    }
}

/// The conclusion in one sentence.
pub(crate) fn conclusion(conclusion: Conclusion, language: Language) -> &'static str {
    match conclusion {
        Conclusion::Proved => language
            .pick("核验通过：全部必需项都已得到证明。", "Proved: every required claim is proved."),
        Conclusion::SelfConsistent => language.pick(
            "自身一致：各部分相互吻合，但未提供信任锚，不能证明由谁作出。",
            "Self-consistent: the parts fit each other, but without trust anchors nothing shows who made them.",
        ),
        Conclusion::NotProved => language.pick(
            "未能核验：没有发现矛盾，但有必需项缺少证明。",
            "Not proved: nothing is contradicted, but a required claim lacks its proof.",
        ),
        Conclusion::Contradicted => language.pick(
            "核验不符：文件中有内容相互矛盾或被改动。",
            "Contradicted: something in this file contradicts the rest or was altered.",
        ),
    }
}

/// What to do now.
pub(crate) fn next_step(
    conclusion: Conclusion,
    has_anchors: bool,
    language: Language,
) -> &'static str {
    match conclusion {
        Conclusion::Proved if has_anchors => language.pick(
            "把上面的信任锚摘要与公证处公布的摘要比对；两者不同，则以上结论不成立。",
            "Compare the digest of the anchors above with the one the notary publishes; if they differ, nothing above holds.",
        ),
        Conclusion::Proved | Conclusion::SelfConsistent => language.pick(
            "向公证处取得信任锚文件，再用 --anchors 核验一次。",
            "Get the anchors from the notary and run this again with --anchors.",
        ),
        Conclusion::NotProved => language.pick(
            "存证和核对可能尚未完成：稍后向平台重新下载证据包；或用 --require 只要求你需要的项目。",
            "Custody and witnessing may still be under way: download the bundle again later, or name only the claims you need with --require.",
        ),
        Conclusion::Contradicted => language.pick(
            "不要依据这个文件作判断。请原样保留它，并向出具方和公证处索取原件。",
            "Do not rely on this file. Keep it as it is, and ask its issuer and the notary for the original.",
        ),
    }
}
