//! What stands in an evidence bundle, as rows of a document: the surroundings of an act, receipts, and
//! words for kinds, names and sources. Nothing is said that is not in the bundle.

use heqi_evidence::bundle::BundleParts;
use heqi_evidence::deposit::{DepositReceipt, Outcome};
use heqi_evidence::disclosure::{Attribute, Disclosure};
use heqi_evidence::schema::{RecordKind, RetentionClass};
use heqi_pki::dsse::Envelope;
use heqi_vocabulary::Provenance;
use serde_json::Value;

use crate::report::{CustodyRow, EnvironmentRow};

/// What a receipt says. Whether it is believed stands with the findings.
pub(crate) fn receipt(bytes: &[u8]) -> Option<DepositReceipt> {
    let envelope = Envelope::from_json(bytes).ok()?;
    heqi_evidence::canonical::parse(envelope.unverified_payload()).ok()
}

/// What was observed and reported around an act; `value` says how each is written.
pub(crate) fn environment(
    record: Option<&Disclosure>,
    parts: &BundleParts,
    value: impl Fn(&Attribute) -> String,
) -> Vec<EnvironmentRow> {
    let client = parts.client.as_ref().and_then(|bytes| Disclosure::parse(bytes).ok());
    let traces = |of: &Disclosure| -> Vec<EnvironmentRow> {
        let schema = of.schema();
        let act = act_words(of).to_owned();
        of.attributes()
            .filter(|(slot, _)| schema.class(*slot) == RetentionClass::Trace)
            .filter(|(slot, _)| !schema.is_reserved(*slot))
            .map(|(_, attribute)| EnvironmentRow {
                act: act.clone(),
                name: attribute_words(attribute.name).to_owned(),
                value: value(attribute),
                source: source(attribute.provenance).to_owned(),
            })
            .collect()
    };
    let mut rows = record.map(traces).unwrap_or_default();
    rows.extend(client.as_ref().map(traces).unwrap_or_default());
    rows
}

/// The slots that a part of a bundle keeps closed, with their names.
pub(crate) fn closed(of: &Disclosure) -> impl Iterator<Item = (u8, &'static str)> {
    let schema = of.schema();
    let named = (0..schema.slots).filter_map(move |slot| Some((slot, schema.name(slot)?)));
    named.filter(move |(slot, name)| !schema.is_reserved(*slot) && of.attribute(name).is_none())
}

pub(crate) fn custody(receipt: &DepositReceipt) -> CustodyRow {
    let outcome = match &receipt.outcome {
        Outcome::Admitted => "收存".to_owned(),
        Outcome::AdmittedWithFindings { findings } => {
            format!("收存，提示：{}", findings.join("、"))
        }
        Outcome::Refused { reason } => format!("拒收：{reason}"),
    };
    CustodyRow {
        custodian: custodian_words(&receipt.custodian).to_owned(),
        deposit: format!("{}，{}", receipt.deposit_no, crate::dates::short(receipt.received_at)),
        detail: format!(
            "{outcome}；日志 {} 第{}条；清单 SHA-256：{}",
            receipt.log_origin, receipt.leaf_index, receipt.manifest_sha256
        ),
    }
}

/// A value as it stands in the record; structured ones as JSON.
pub(crate) fn shown(attribute: &Attribute) -> String {
    match &attribute.value {
        serde_json::Value::Null => "—".to_owned(),
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

pub(crate) const fn source(provenance: Provenance) -> &'static str {
    match provenance {
        Provenance::Observed => "平台观察到",
        Provenance::Reported => "设备自述",
        Provenance::Attested => "第三方提供",
        Provenance::Reviewed => "人工核验",
        Provenance::Declared => "当事人申报",
        Provenance::Refused => "本人拒绝提供",
        Provenance::Absent => "未取得",
    }
}

/// Who keeps; its name in the receipt where there is no other.
fn custodian_words(name: &str) -> &str {
    match name {
        "data_centre" => "公证处数据中心",
        "preservation" => "实时保",
        other => other,
    }
}

/// What a record says happened: of a correction, where it is the minor's name and not that of who acts.
pub(crate) fn act_words(record: &Disclosure) -> &'static str {
    let changed = record.value("changed").and_then(Value::as_array);
    let is_wards = changed.is_some_and(|changed| changed.iter().any(|word| word == "ward_name"));
    if record.kind() == RecordKind::PersonCorrected && is_wards {
        "更正被监护人姓名"
    } else {
        kind_words(record.kind())
    }
}

pub(crate) fn kind_words(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::FilingOpened => "办件建立",
        RecordKind::FilingChanged => "办件变更",
        RecordKind::PartyRemoved => "移出当事人",
        RecordKind::ConsentGiven => "同意事项",
        RecordKind::Signing => "签署",
        RecordKind::Decline => "拒绝签署",
        RecordKind::Confirmation => "确认",
        RecordKind::Objection => "异议",
        RecordKind::Access => "查看证据",
        RecordKind::Erasure => "删除个人信息",
        RecordKind::LegalHold => "证据保全限制",
        RecordKind::CodeChecked => "验证码或证件末四位核对",
        RecordKind::Notification => "消息通知",
        RecordKind::IdentityVerified => "身份核验",
        RecordKind::ReviewDecided => "人工核验意见",
        RecordKind::HandedOver => "换设备办理",
        RecordKind::ReviewWanted => "转人工核验",
        RecordKind::DocumentRead => "确认读完文书",
        RecordKind::VideoRecorded => "朗读声明的视频",
        RecordKind::PersonSeen => "工作人员当面核对本人与证件",
        RecordKind::RegulatorQuery => "监管查询",
        RecordKind::RegulatorView => "监管查看",
        RecordKind::CertificateApplication => "申请公证书",
        RecordKind::ObjectionResolved => "异议处理",
        RecordKind::PersonCorrected => "更正姓名或证件号码",
        RecordKind::CompanySeal => "企业印章",
        RecordKind::GuardianshipShown => "监护关系",
        RecordKind::RiskNoted => "风险提示",
        RecordKind::Client => "签署人设备",
        other => other.as_str(),
    }
}

/// What an attribute is called; its name in the record where there is no other.
pub(crate) fn attribute_words(name: &'static str) -> &'static str {
    match name {
        "identity" => "身份核验内容",
        "photo_attempts" => "拍照次数",
        "strokes_sha256" => "手写签名",
        "client_address" => "来源地址",
        "forwarded_for" => "代理所报来源地址",
        "user_agent" => "浏览器",
        "received_at" => "服务器收到时间",
        "clock_offset_ms" => "设备时钟偏差（毫秒）",
        "tls" => "加密传输",
        "signed_at" => "设备所报签署时间",
        "time_zone" => "设备时区",
        "place" => "定位",
        "device" => "设备",
        "screen" => "屏幕",
        "language" => "语言",
        "key_custody" => "密钥保管",
        "dwell" => "停留时间",
        "software" => "页面版本",
        "sent_at" => "验证码发送时间",
        "wrong_entries" => "输错次数",
        "happened_at" => "发生时间",
        "gateway_reference" => "消息服务的编号",
        "offered_at" => "转交另一设备的时间",
        "claimed_at" => "另一设备打开的时间",
        "confirmed_at" => "原设备确认的时间",
        "other_client_address" => "另一设备的来源地址",
        "other_forwarded_for" => "另一设备的代理所报来源地址",
        "other_user_agent" => "另一设备的浏览器",
        "other_device" => "另一设备",
        "other_screen" => "另一设备的屏幕",
        "seconds" => "阅读时间（秒）",
        "page_seconds" => "各页阅读时间（秒）",
        "read_aloud" => "是否朗读",
        "flags" => "提示事项",
        "signals" => "提示所依据的数据",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_every_trace_of_a_record_has_a_chinese_name() {
        for schema in heqi_evidence::schema::ALL {
            let kind = schema.kind;
            assert!(!kind_words(kind).is_ascii(), "{kind}");
            let traces = schema.attributes().iter().copied();
            for (name, _) in traces.filter(|(_, class)| *class == RetentionClass::Trace) {
                assert!(!attribute_words(name).is_ascii(), "{name} of {kind}");
            }
        }
    }

    #[test]
    fn custodians_are_called_what_people_call_them_and_strangers_by_their_own_name() {
        assert_eq!(custodian_words("data_centre"), "公证处数据中心");
        assert_eq!(custodian_words("preservation"), "实时保");
        assert_eq!(custodian_words("archive.example"), "archive.example");
    }
}
