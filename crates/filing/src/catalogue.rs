//! Which materials a matter takes (domain study, section 4): data, for whoever puts a filing together. What is key and
//! what may follow later is the policy of a place; this is that of the study. Nothing is refused by it.

use heqi_vocabulary::Language;

use crate::matter::Matter;

/// One material.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Material {
    /// Its code in the study.
    pub code: &'static str,
    /// Whether a filing without it is not accepted.
    pub is_key: bool,
    /// Whether the parties sign it, so that it is a document of the filing; all other materials go to the registry
    /// beside it.
    pub is_signed: bool,
    zh: &'static str,
    en: &'static str,
}

impl Material {
    /// What it is called.
    pub const fn title(&self, language: Language) -> &'static str {
        language.pick(self.zh, self.en)
    }

    /// Whether a document of this title is the material: titles are Chinese, whoever reads them.
    pub fn is(&self, title: &str) -> bool {
        title == self.zh
    }
}

/// The materials of a matter, in the order of the study.
pub const fn materials(matter: Matter) -> &'static [Material] {
    match matter {
        Matter::Establishment => &ESTABLISHMENT,
        Matter::Change => &CHANGE,
        Matter::EquityTransfer => &EQUITY_TRANSFER,
        Matter::OrdinaryCancellation => &ORDINARY_CANCELLATION,
        Matter::SimplifiedCancellation => &SIMPLIFIED_CANCELLATION,
    }
}

const fn signed(code: &'static str, is_key: bool, zh: &'static str, en: &'static str) -> Material {
    Material { code, is_key, is_signed: true, zh, en }
}

const fn beside(code: &'static str, is_key: bool, zh: &'static str, en: &'static str) -> Material {
    Material { code, is_key, is_signed: false, zh, en }
}

const ESTABLISHMENT: [Material; 12] = [
    signed("EST-01", true, "公司登记（备案）申请书", "application for registration"),
    signed("EST-02", true, "公司章程", "articles of association"),
    beside("EST-03", true, "股东主体资格文件或身份证明", "proof of who the shareholders are"),
    signed("EST-04", true, "法定代表人、董事、监事、经理任职文件", "resolution on offices"),
    beside("EST-05", false, "住所（经营场所）相关文件", "papers about the address"),
    beside("EST-06", true, "名称自主申报信息", "declaration of the name"),
    signed("EST-07", true, "授权委托书", "power of attorney"),
    beside("EST-08", true, "前置许可批准文件（如有）", "earlier approvals, if any"),
    signed("EST-09", true, "实名登记确认表", "confirmation of real names"),
    beside("EST-10", false, "受益所有人信息备案或承诺免报", "beneficial owners, or exemption"),
    beside("EST-11", false, "登记联络员信息", "contact for the registry"),
    beside("EST-12", true, "敏感信息页", "page of sensitive data"),
];

const CHANGE: [Material; 5] = [
    signed("CHG-01", true, "变更登记（备案）申请书", "application for a change"),
    signed("CHG-02", true, "股东会决议", "resolution of the shareholders"),
    signed("CHG-03", true, "章程修正案或新章程", "amended or new articles"),
    beside("CHG-04", false, "营业执照（副本）", "licence (duplicate)"),
    signed("CHG-05", true, "授权委托书", "power of attorney"),
];

const EQUITY_TRANSFER: [Material; 14] = [
    signed("EQT-01", true, "变更登记（备案）申请书", "application for a change"),
    signed("EQT-02", true, "股权转让协议", "agreement on the transfer"),
    signed(
        "EQT-03",
        true,
        "股东会决议或放弃优先购买权声明",
        "resolution, or waiver of the right of first refusal",
    ),
    signed("EQT-04", true, "章程修正案或新章程", "amended or new articles"),
    beside("EQT-05", true, "转让方、受让方身份或资格证明", "proof of who both sides are"),
    beside("EQT-06", false, "营业执照（副本）", "licence (duplicate)"),
    beside("EQT-07", true, "经办人身份证件", "the handler's identity document"),
    signed("EQT-08", true, "授权委托书", "power of attorney"),
    beside("EQT-09", true, "完税凭证", "proof that tax is paid"),
    beside("EQT-10", true, "个人股东变动情况报告表", "report on changed shareholders"),
    beside("EQT-11", false, "转让时点资产负债表或净资产评估报告", "balance sheet or appraisal"),
    beside("EQT-12", false, "股权原值及合理费用凭证", "proof of original value and costs"),
    beside("EQT-13", true, "个人所得税申报表", "income tax return"),
    beside("EQT-14", false, "印花税申报资料", "stamp duty return"),
];

const ORDINARY_CANCELLATION: [Material; 14] = [
    beside("CAN-01", false, "营业执照正、副本", "licence, both copies"),
    beside(
        "CAN-02",
        true,
        "清算组负责人或法定代表人身份证件",
        "identity document of the liquidator",
    ),
    beside("CAN-03", true, "经办人身份证件", "the handler's identity document"),
    signed("CAN-04", true, "授权委托书", "power of attorney"),
    signed("CAN-05", true, "解散（注销）股东会决议", "resolution to dissolve"),
    signed("CAN-06", true, "清算报告及股东会确认", "liquidation report and its confirmation"),
    signed("CAN-07", true, "企业注销登记申请书", "application for cancellation"),
    beside("CAN-08", false, "债权人公告证明", "proof of the creditors' notice"),
    beside("CAN-09", true, "清税证明", "tax clearance"),
    beside("CAN-10", true, "清税申报表", "tax clearance return"),
    beside("CAN-11", false, "发票及税控设备缴销资料", "return of invoices and devices"),
    beside("CAN-12", true, "企业清算所得税申报表", "liquidation income tax return"),
    beside("CAN-13", true, "社会保险登记注销申请表", "end of social insurance"),
    beside("CAN-14", false, "社保费结清或人员减员证明", "proof that insurance is paid"),
];

const SIMPLIFIED_CANCELLATION: [Material; 4] = [
    signed("SCN-01", true, "企业注销登记申请书", "application for cancellation"),
    signed("SCN-02", true, "全体投资人承诺书", "commitment of all investors"),
    beside("SCN-03", false, "营业执照正、副本", "licence, both copies"),
    signed("SCN-04", true, "授权委托书", "power of attorney"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::words::DocumentTitle;

    #[test]
    fn every_matter_has_something_that_everybody_signs_and_each_material_once() {
        for matter in Matter::ALL {
            let all = materials(matter);
            assert!(all.iter().any(|one| one.is_signed && one.is_key), "{matter}");
            let codes: BTreeSet<_> = all.iter().map(|one| one.code).collect();
            let titles: BTreeSet<_> = all.iter().map(|one| one.title(Language::Zh)).collect();
            assert_eq!((codes.len(), titles.len()), (all.len(), all.len()), "{matter}");
        }
    }

    #[test]
    fn the_title_of_a_material_is_one_that_a_document_can_have_and_is_found_by() {
        for material in Matter::ALL.into_iter().flat_map(materials) {
            let title: DocumentTitle = material.title(Language::Zh).parse().unwrap();
            assert!(material.is(title.as_str()), "{}", material.code);
            assert!(!material.is(material.title(Language::En)), "{}", material.code);
        }
    }
}
