//! Reasons in Chinese.

use super::{Reason, Stamped};

pub(super) fn sentence(reason: &Reason) -> String {
    match reason {
        Reason::PartsAgree { parts } => format!("全部 {parts} 个部分与各自摘要及相互引用一致"),
        Reason::Damaged { entry } => format!("{entry} 的内容与清单摘要不一致，文件已被改动"),
        Reason::RecordMalformed { detail } => format!("记录格式不合规：{detail}"),
        Reason::PartMalformed { entry } => format!("{entry} 格式不合规"),
        Reason::PartMissing { entry } => format!("签署记录缺少 {entry}"),
        Reason::PartUnexpected { entry } => format!("该类记录不应有 {entry}"),
        Reason::NotBound { attribute } => {
            format!("记录未披露 {attribute}，不能证明所附签名属于该记录")
        }
        Reason::Mismatch { what, against } => {
            format!("{}与{}不一致", word(what), beside(against))
        }
        Reason::AttachmentUnreferenced { entry } => format!("附件 {entry} 未被记录引用"),
        Reason::ChallengeExpired => "签署应答晚于挑战有效期".into(),
        Reason::SignatureValid { algorithm, serial, test_only } => {
            let mark = if *test_only { "，测试证书，不具有法律效力" } else { "" };
            format!("设备密钥（{algorithm}）签名有效，证书序列号 {serial}{mark}")
        }
        Reason::SignatureInvalid => "签名验证不通过，或由其他密钥作出".into(),
        Reason::OtherDeviceKey => "证书中的密钥不是挑战所绑定的设备密钥".into(),
        Reason::CertificateBroken => "证书链有误，签发关系不成立".into(),
        Reason::CertificateUntrusted => "证书链未通向所给信任锚".into(),
        Reason::ValidityNotProved => "不能证明签名作出于证书有效期内".into(),
        Reason::NoSignature => "该类记录不含签署人签名".into(),
        Reason::NoAnchors => "未提供信任锚，只能核对自身一致性".into(),
        Reason::IdentityDeclared => "姓名由经办人申报，未经权威来源核验".into(),
        Reason::IdentityAttested { by } => {
            format!("{by} 已就该签署人作出签名答复；其密钥不在信任锚中，请向其核实")
        }
        Reason::IdentityConfirmed { by, test_only } => {
            let mark = if *test_only { "，演示机构，不具有法律效力" } else { "" };
            format!("{by} 签名答复：姓名与证件号码一致{mark}；是否本人签署，另见照片或人工核验记录")
        }
        Reason::IdentityDenied { by } => {
            format!("{by} 签名答复：姓名与证件号码不一致，或查无此号")
        }
        Reason::IdentityAnswerInvalid { by } => {
            format!("以 {by} 名义的答复不是由其密钥签名，或与记录所载的询问不符")
        }
        Reason::IdentityByVideo => {
            "没有拍摄照片：由工作人员观看视频与证件比对，意见见此后的记录；未使用人脸识别".into()
        }
        Reason::IdentitySeenAtCounter { by } => {
            format!("没有拍摄照片：平台记录 {by} 的工作人员在窗口当面核对了本人与证件")
        }
        Reason::IdentityNotDisclosed => "身份信息未披露".into(),
        Reason::IdentityNotConcerned => "该类记录不涉及身份".into(),
        Reason::Included { index, size, origin } => {
            format!("位于日志 {origin} 第 {index} 条（树大小 {size}）")
        }
        Reason::NotIncluded => "日志证明不包含该记录".into(),
        Reason::NoProof => "证据包不含日志证明".into(),
        Reason::LogUnknown { origin } => format!("日志 {origin} 不在信任锚中"),
        Reason::LogSignatureInvalid => "日志树头签名无效".into(),
        Reason::LogKeyUnknown { origin } => format!(
            "日志 {origin} 的树头由信任锚中没有的密钥签名，不能采信；如该日志已更换密钥，请取得更新的信任锚后再次验证"
        ),
        Reason::KeyNotValidThen { who } => format!("{who} 的密钥在当时不可信"),
        Reason::Cosigned { at, .. } => format!("于 {at} 独立签名确认"),
        Reason::NotCosigned => "树头没有独立机构的相应签名".into(),
        Reason::Deposited { held, of } => format!("存证回执 {held}/{of}"),
        Reason::DepositedPartly { held, of } => format!("存证回执只有 {held}/{of}"),
        Reason::DepositRefused { custodian, code } => format!("{custodian} 拒绝接收：{code}"),
        Reason::ReceiptOfAnother { entry } => format!("回执 {entry} 属于其他记录或其他内容"),
        Reason::ReceiptInvalid { entry } => format!("回执 {entry} 签名无效或格式有误"),
        Reason::CompleteUpTo { seq, at, objections, resolved } => {
            complete(*seq, at, (*objections, *resolved))
        }
        Reason::NoChainHead => "没有公证机构对记录链的声明".into(),
        Reason::ChainBroken { detail } => format!("记录链不连续：{detail}"),
        Reason::ChainHeadInvalid => "记录链声明签名无效或格式有误".into(),
        Reason::ChainHeadDiffers { stated, found } => {
            format!(
                "公证机构记到第 {stated} 条，证据包到第 {found} 条或内容不同：有记录被删除或替换"
            )
        }
        Reason::NotInChain => "本记录不在所列记录链的相应位置".into(),
        Reason::Between { from, to } => format!("介于 {from} 与 {to} 之间；未取得可信时间戳"),
        Reason::OnlyNotAfter { to } => format!("不晚于 {to}；无法证明不早于何时；未取得可信时间戳"),
        Reason::BetweenTimestamped { from, to, stamped } => {
            format!("介于 {from} 与 {to} 之间；{}", stamp(stamped))
        }
        Reason::OnlyNotAfterTimestamped { to, stamped } => {
            format!("不晚于 {to}；无法证明不早于何时；{}", stamp(stamped))
        }
        Reason::TimeStampInvalid { entry } => format!("时间戳 {entry} 无效"),
        Reason::TimeStampOfAnother { entry } => format!("时间戳 {entry} 对应的不是旁边的树头"),
        Reason::TimeAnchorInvalid { entry } => {
            format!("{entry} 不是涵盖本记录的同一日志树头")
        }
        Reason::NoTime => "没有平台以外的时间；未取得可信时间戳".into(),
        Reason::TimeOutside => "平台记录的时间不在独立方证明的区间内".into(),
        Reason::NoCertificate => "尚未出具公证书".into(),
    }
}

fn complete(seq: u64, at: &str, (objections, resolved): (usize, usize)) -> String {
    let followed = match resolved {
        0 => String::new(),
        count => format!(
            "，异议处理 {count} 条（签署可能已被登记机关认定无效，请向登记机关或公证机构查询）"
        ),
    };
    format!("截至 {at} 共 {seq} 条记录，无缺漏；其中异议 {objections} 条{followed}")
}

fn stamp(stamped: &Stamped) -> String {
    let Stamped { at, by, test_only } = stamped;
    let mark = if *test_only { "（测试用，不具有法律效力）" } else { "" };
    format!("{by} 的可信时间戳{mark}：不晚于 {at}")
}

/// A name of an entry stands apart from Chinese text, a Chinese word does not.
fn beside(against: &str) -> String {
    let word = word(against);
    if word.is_ascii() { format!(" {word} ") } else { word.to_owned() }
}

/// The words for what two parts disagree about.
fn word(what: &str) -> &str {
    match what {
        "attachment" => "附件",
        "capacities" => "签署身份",
        "ceremony" => "签署过程",
        "certificate" => "证书",
        "challenge" => "挑战值",
        "checkpoint" => "日志树头",
        "client_root" => "设备属性",
        "consents" => "同意事项",
        "device_key" => "设备密钥",
        "documents" => "文件",
        "envelope" => "签署声明",
        "filing" => "办件",
        "intent" => "签署意愿",
        "its digest" => "其摘要",
        "origin" => "日志来源",
        "party" => "当事人",
        "photo" => "照片",
        "prior_records" => "此前记录",
        other => other,
    }
}
