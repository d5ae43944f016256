//! What a field of the form is called when it cannot be taken.

use crate::matter::form::Field;
use crate::wording::{Class, Said, say};

pub(super) fn field_said(field: Field) -> Said {
    let (zh, en) = match field {
        Field::Applicant => ("申请人类别", "who applies"),
        Field::Name => ("姓名或名称", "name"),
        Field::Document => {
            ("证件类型与号码，或统一社会信用代码", "document and number, or credit code")
        }
        Field::Person => ("性别与出生日期", "sex and day of birth"),
        Field::Agent => (
            "委托代理人的授权委托书（《公证法》第二十六条）",
            "the agent's power of attorney (art. 26)",
        ),
        Field::Address => ("住址或住所", "address"),
        Field::Phone => ("联系电话", "telephone"),
        Field::LegalRepresentative => ("法定代表人", "legal representative"),
        Field::Acting => ("代表单位办理的人的姓名", "name of whoever acts for the company"),
        Field::ActingDocument => {
            ("代表单位办理的人的证件类型与号码", "document of whoever acts for the company")
        }
        Field::Authority => (
            "提交的材料（单位申请须列明营业执照、法定代表人身份证明，委托他人办理的并列明授权委托书，《公证程序规则》第十八条）",
            "materials (a company names 营业执照 and 法定代表人身份证明, with an agent also 授权委托书, Rules of Procedure art. 18)",
        ),
        Field::LegalBasis => ("法律依据和案号", "legal basis and case number"),
        Field::Purpose => ("用途", "purpose"),
        Field::Manner => ("证据形成的原因和方式", "how the evidence arose"),
        Field::Materials => ("提交的材料", "materials"),
        Field::Copies => ("份数（正本1至20，副本0至20）", "originals (1 to 20), copies (0 to 20)"),
        Field::Medium => {
            ("公证书形式（须与送达方式相符）", "form of the certificate, which the delivery brings")
        }
        Field::Language => ("公证书文字", "language of the certificate"),
        Field::Lawsuit => {
            ("是否正在诉讼或仲裁，有的须写明法院和案号", "lawsuit: yes with its court, or no")
        }
        Field::Delivery => ("送达方式", "delivery"),
        Field::Other => ("代理人或证人", "agent or witnesses"),
        Field::Truth => ("真实性承诺（《公证法》第二十七条）", "statement of truth (art. 27)"),
    };
    say(
        Class::BadInput,
        "application_field",
        ["申请表中的“{f}”未填写或格式不符，申请未提交。", "请更正后重新提交，其他内容无需重填。"],
        [
            "The field “{f}” of the form is missing or has not its form; nothing was submitted.",
            "Mend it and submit again.",
        ],
    )
    .with("{f}", zh, en)
}
