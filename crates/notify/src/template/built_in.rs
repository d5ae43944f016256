//! The texts of the domain study, 7.3, 7.4 and 11.4.

use super::Known;

/// What every message may say.
const PLACES: &[&str] = &[
    "company",
    "handler",
    "link",
    "matter",
    "message",
    "name",
    "number",
    "operator",
    "telephone",
    "time",
];
const WITH_DATE: &[&str] = &[
    "company",
    "date",
    "handler",
    "link",
    "matter",
    "message",
    "name",
    "number",
    "operator",
    "telephone",
    "time",
];
/// The message with the code says nothing about anybody: whoever reads it over a shoulder
/// learns six digits.
const CODE: &[&str] = &["code", "operator", "telephone"];

/// Every purpose with its built-in texts: text message, subject, e-mail.
pub static PURPOSES: [Known; 6] = [
    Known {
        word: "invitation",
        places: WITH_DATE,
        zh: [
            "{handler}邀请您签署{company}的{matter}文件，请于{date}前打开{link}办理。本平台不会索要密码或转账。",
            "请签署：{company}{matter}文件（{number}）",
            "{name}：您好！\n\n{handler}邀请您签署{company}的{matter}文件（办件码{number}）。\n请于{date}（北京时间）前打开以下链接办理，请勿转发：\n{link}\n\n也可在平台首页输入办件码和您的手机号码或邮箱办理。\n打开后会向您发送验证码。本邮件由系统发送，我们不会要求您提供密码、验证码或付款。\n如有疑问请致电{telephone}。\n",
        ],
        en: [
            "{handler} invites you to sign documents of {company} ({matter}) by {date}: {link} We never ask for passwords or money.",
            "Please sign: {company}, {matter} ({number})",
            "Dear {name},\n\n{handler} invites you to sign the documents of {company}: {matter} (number {number}).\nOpen this link by {date} (Beijing time) and do not forward it:\n{link}\n\nYou can also enter the number and your own mobile number or e-mail address on the platform's first page.\nA code is sent to you when you open it. This mail is sent by a machine; we never ask you for a password, a code or a payment.\nQuestions: {telephone}\n",
        ],
    },
    Known {
        word: "code",
        places: CODE,
        zh: [
            "验证码{code}，5分钟内有效，用于签署确认。请勿告知他人。",
            "签署验证码",
            "您的验证码是：{code}\n\n5分钟内有效，用于签署确认。请勿告知他人，工作人员也不会索要。\n如非您本人操作，请忽略本邮件，或致电{telephone}。\n",
        ],
        en: [
            "Code {code}, valid for 5 minutes, to confirm a signature. Tell nobody.",
            "Your code for signing",
            "Your code: {code}\n\nIt is valid for 5 minutes and confirms a signature. Tell nobody; no member of staff asks for it.\nIf you did not ask for it, ignore this mail or call {telephone}.\n",
        ],
    },
    Known {
        word: "signed_in_your_name",
        places: PLACES,
        zh: [
            "有人以您的名义签了{company}文件({time})。不是您?点{link}或打{telephone}",
            "请确认：{company}{matter}文件签署情况（{number}）",
            "{name}：您好！\n\n{time}（北京时间），有人以您的名义签署了{company}的{matter}文件（办件码{number}）。\n如属实，请打开以下链接查看；如非本人操作，请在该页面选择“有异议”，办件将立即暂停，或致电{telephone}：\n{link}\n\n请勿转发本邮件。全部股东和经办人确认前，系统不会向登记机关提交。\n本邮件由系统发送，我们不会要求您提供密码、验证码或付款。\n",
        ],
        en: [
            "Somebody signed documents of {company} in your name ({time}). Not you? Open {link} or call {telephone}",
            "Please check: {company}, {matter} ({number})",
            "Dear {name},\n\nat {time} (Beijing time) documents of {company} ({matter}, number {number}) were signed in your name.\nIf it was you, have a look at them here. If it was not, object on that page, which stops the filing at once, or call {telephone}:\n{link}\n\nDo not forward this mail. Nothing is submitted to the registry before every shareholder and the handler have confirmed.\nThis mail is sent by a machine; we never ask you for a password, a code or a payment.\n",
        ],
    },
    Known {
        word: "all_signed",
        places: PLACES,
        zh: [
            "{company}{matter}文件已全部签署，请核对并确认：{link}",
            "请确认：{company}{matter}文件签署情况（{number}）",
            "{name}：您好！\n\n{company}的{matter}文件（办件码{number}）已由全部签署人签署，最后一次签署时间为{time}（北京时间）。\n请打开以下链接核对签署情况，并选择“确认”或“有异议”，请勿转发：\n{link}\n\n全部股东和经办人确认前，系统不会向登记机关提交；未答复不视为同意。\n本邮件由系统发送，我们不会要求您提供密码、验证码或付款。如有疑问请致电{telephone}。\n",
        ],
        en: [
            "All documents of {company} ({matter}) are signed; please check and confirm: {link}",
            "Please confirm: {company}, {matter} ({number})",
            "Dear {name},\n\nall signers have signed the documents of {company} ({matter}, number {number}), the last one at {time} (Beijing time).\nPlease check the signatures here, and confirm or object. Do not forward this link:\n{link}\n\nNothing is submitted to the registry before every shareholder and the handler have confirmed; no answer is not taken as a yes.\nThis mail is sent by a machine; we never ask you for a password, a code or a payment. Questions: {telephone}\n",
        ],
    },
    Known {
        word: "contact_changed",
        places: PLACES,
        zh: [
            "您在{company}办件中的联系方式已于{time}变更。不是您要求的?请打{telephone}",
            "您的联系方式已变更（{number}）",
            "{name}：您好！\n\n您在{company}办件（办件码{number}）中的联系方式已于{time}（北京时间）由经办人变更，24小时后启用。\n如果不是您要求的，请立即致电{telephone}。\n",
        ],
        en: [
            "Your contact for the filing of {company} was changed at {time}. You did not ask for it? Call {telephone}",
            "Your contact was changed ({number})",
            "Dear {name},\n\nyour contact for the filing of {company} (number {number}) was changed by the handler at {time} (Beijing time); it is used in 24 hours.\nIf you did not ask for that, call {telephone} at once.\n",
        ],
    },
    Known {
        word: "entry_locked",
        places: PLACES,
        zh: [
            "{company}办件的一个签署链接因证件末四位多次不符已锁定。请核对签署人信息后重新邀请。",
            "签署链接已锁定（{number}）",
            "{name}：您好！\n\n{company}办件（办件码{number}）的一个签署链接因证件号码末四位多次不符，已于{time}（北京时间）锁定。\n可能是他人打开了该链接。请核对签署人的证件号码和联系方式后重新发送邀请。\n",
        ],
        en: [
            "A signing link of {company} is locked: the identity number was wrong several times. Check the signer's details and invite again.",
            "A signing link is locked ({number})",
            "Dear {name},\n\na signing link of the filing of {company} (number {number}) was locked at {time} (Beijing time), because the last four of the identity number were wrong several times.\nSomebody else may have opened it. Check the signer's identity number and contact and invite again.\n",
        ],
    },
];
