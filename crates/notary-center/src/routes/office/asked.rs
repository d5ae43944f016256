//! What an application's form says beside who applies and why, in words.

use heqi_notarization::matter::form::{
    Application, CertificateLanguage, DeliveryWay, Lawsuit, Medium, PowerOfAttorney,
};
use heqi_vocabulary::Language;

/// Names in both languages, and the value; empty where nothing was said.
pub(super) fn asked_for(
    application: &Application,
    l: Language,
) -> Vec<(&'static str, &'static str, String)> {
    let said = |zh: &'static str, en: &'static str| l.pick(zh, en).to_owned();
    let agent = application.agent.as_ref().map(|agent| {
        let seen = match application.power_of_attorney {
            PowerOfAttorney::Seen => said("授权委托书已核对", "power of attorney seen"),
            PowerOfAttorney::Unstated => {
                said("授权委托书尚未核对", "power of attorney not seen yet")
            }
        };
        match l {
            Language::Zh => format!("{agent}（{seen}）"),
            Language::En => format!("{agent} ({seen})"),
        }
    });
    let copies = match l {
        Language::Zh => format!("正本{}份，副本{}份", application.copies, application.duplicates),
        Language::En => {
            format!("{} originals, {} copies", application.copies, application.duplicates)
        }
    };
    let medium = application.medium.map(|medium| match medium {
        Medium::Electronic => said("电子", "electronic"),
        Medium::Paper => said("纸质", "paper"),
        Medium::Both => said("纸质和电子", "paper and electronic"),
    });
    let delivery = match application.delivery {
        DeliveryWay::Download => said("下载", "download"),
        DeliveryWay::Counter => said("到窗口领取", "at the counter"),
        DeliveryWay::Mail => said("邮寄", "by mail"),
    };
    let language = match application.language {
        CertificateLanguage::Zh => said("中文", "Chinese"),
    };
    let court = application.litigation.clone().unwrap_or_default();
    let lawsuit = match application.lawsuit {
        Lawsuit::No => said("申请人声明没有诉讼或仲裁", "none, as the applicant states"),
        Lawsuit::Yes => format!("{} {court}", said("申请人声明有：", "yes, as stated:")),
        Lawsuit::Unstated => {
            let nobody = said("申请时没有声明，请向申请人询问", "not stated; ask the applicant");
            format!("{nobody} {court}").trim_end().to_owned()
        }
    };
    vec![
        ("委托代理人", "Agent", agent.unwrap_or_default()),
        ("证人", "Witnesses", application.witnesses.clone().unwrap_or_default()),
        ("份数", "Copies", copies),
        ("形式", "Form", medium.unwrap_or_default()),
        ("文字", "Language", language),
        ("送达方式", "Delivery", delivery),
        ("是否涉诉", "Lawsuit", lawsuit),
    ]
}
