//! The texts of the domain study, 7.3, 7.4 and 11.4.

use super::Known;

/// What every message may say.
const PLACES: &[&str] = &[
    "company",
    "documents",
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
    "documents",
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
/// The same of a message to whoever somebody signed for, and in the mail how, where and with what.
const SIGNED: &[&str] = &[
    "company",
    "device",
    "documents",
    "handler",
    "link",
    "matter",
    "message",
    "method",
    "name",
    "number",
    "operator",
    "place",
    "telephone",
    "time",
];
/// What is for a mail alone: a text message is read over shoulders, and by whoever has the telephone.
pub(super) const MAIL_ONLY: [&str; 3] = ["device", "method", "place"];
/// Whoever asked a custodian to be told learns that something was signed, and when.
const HELD: &[&str] = &["link", "operator", "telephone", "time"];
/// The message with the code says nothing about anybody: whoever reads it over a shoulder
/// learns six digits.
const CODE: &[&str] = &["code", "operator", "telephone"];

/// Every purpose with its built-in texts: text message, subject, e-mail.
pub static PURPOSES: [Known; 13] = [
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
        word: "held_code",
        places: CODE,
        zh: [
            "验证码{code}，5分钟内有效，用于查看以您名义保管的证据。请勿告知他人。",
            "查看证据的验证码",
            "您的验证码是：{code}\n\n5分钟内有效，用于查看以您名义保管的签署证据。请勿告知他人，工作人员也不会索要。\n如非您本人操作，请忽略本邮件，或致电{telephone}。\n",
        ],
        en: [
            "Code {code}, valid for 5 minutes, to see the evidence held in your name. Tell nobody.",
            "Your code to see what is held",
            "Your code: {code}\n\nIt is valid for 5 minutes and shows the evidence that is held in your name. Tell nobody; no member of staff asks for it.\nIf you did not ask for it, ignore this mail or call {telephone}.\n",
        ],
    },
    Known {
        word: "held_signed",
        places: HELD,
        zh: [
            "有人以您的名义签了文件（{time}），证据已保管。不是您？打开{link}或打{telephone}",
            "有人以您的名义签署了文件",
            "您好！\n\n{time}（北京时间），有人以您的名义签署了文件，证据已由{operator}保管。\n如属实，无需操作。如非本人操作，请打开以下地址，用本邮箱登录后选择“有异议”，或致电{telephone}：\n{link}\n\n本邮件按您在{operator}的设置发送，可在该页面关闭。我们不会要求您提供密码、验证码或付款。\n",
        ],
        en: [
            "Documents were signed in your name ({time}); the evidence is held. Not you? Open {link} or call {telephone}",
            "Something was signed in your name",
            "Dear reader,\n\nat {time} (Beijing time) documents were signed in your name; {operator} holds the evidence.\nIf it was you there is nothing to do. If it was not, open this address, come in with this e-mail address and object, or call {telephone}:\n{link}\n\nYou asked {operator} for this mail and can stop it there. We never ask you for a password, a code or a payment.\n",
        ],
    },
    Known {
        word: "signed_in_your_name",
        places: SIGNED,
        zh: [
            "有人以您的名义签了{company}文件（{time}）。不是您？点{link}或打{telephone}",
            "请确认：{company}{matter}文件签署情况（{number}）",
            "{name}：您好！\n\n{time}（北京时间），有人以您的名义签署了{company}的{matter}文件（办件码{number}）：\n{documents}\n\n签署方式：{method}；签署地点：{place}；设备：{device}。\n\n如属实，请打开以下链接查看；如非本人操作，请在该页面选择“有异议”，办件将立即暂停，或致电{telephone}：\n{link}\n\n请勿转发本邮件。全部股东和经办人确认前，系统不会向登记机关提交。\n本邮件由系统发送，我们不会要求您提供密码、验证码或付款。\n",
        ],
        en: [
            "Somebody signed documents of {company} in your name ({time}). Not you? Open {link} or call {telephone}",
            "Please check: {company}, {matter} ({number})",
            "Dear {name},\n\nat {time} (Beijing time) these documents of {company} ({matter}, number {number}) were signed in your name:\n{documents}\n\nHow: {method}. Where: {place}. Device: {device}.\n\nIf it was you, have a look at them here. If it was not, object on that page, which stops the filing at once, or call {telephone}:\n{link}\n\nDo not forward this mail. Nothing is submitted to the registry before every shareholder and the handler have confirmed.\nThis mail is sent by a machine; we never ask you for a password, a code or a payment.\n",
        ],
    },
    Known {
        word: "all_signed",
        places: PLACES,
        zh: [
            "{company}{matter}文件已全部签署，请核对并确认：{link}",
            "请确认：{company}{matter}文件签署情况（{number}）",
            "{name}：您好！\n\n{company}的{matter}文件（办件码{number}）已由全部签署人签署，最后一次签署时间为{time}（北京时间）：\n{documents}\n\n请打开以下链接核对签署情况，并选择“确认”或“有异议”，请勿转发：\n{link}\n\n全部股东和经办人确认前，系统不会向登记机关提交；未答复不视为同意。\n本邮件由系统发送，我们不会要求您提供密码、验证码或付款。如有疑问请致电{telephone}。\n",
        ],
        en: [
            "All documents of {company} ({matter}) are signed; please check and confirm: {link}",
            "Please confirm: {company}, {matter} ({number})",
            "Dear {name},\n\nall signers have signed the documents of {company} ({matter}, number {number}), the last one at {time} (Beijing time):\n{documents}\n\nPlease check the signatures here, and confirm or object. Do not forward this link:\n{link}\n\nNothing is submitted to the registry before every shareholder and the handler have confirmed; no answer is not taken as a yes.\nThis mail is sent by a machine; we never ask you for a password, a code or a payment. Questions: {telephone}\n",
        ],
    },
    Known {
        word: "contact_changed",
        places: PLACES,
        zh: [
            "您在{company}办件中的联系方式已于{time}变更。不是您要求的？请打{telephone}",
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
    Known {
        word: "confirm_reminder",
        places: PLACES,
        zh: [
            "您尚未确认{company}{matter}文件，未确认前不会提交登记。{link}",
            "请确认：{company}{matter}文件签署情况（{number}）",
            "{name}：您好！\n\n{company}的{matter}文件（办件码{number}）已全部签署，还没有收到您的答复。\n请打开以下链接核对签署情况，并选择“确认”或“有异议”，请勿转发：\n{link}\n\n未答复不视为同意；全部股东和经办人确认前，系统不会向登记机关提交。\n本邮件由系统发送，我们不会要求您提供密码、验证码或付款。如有疑问请致电{telephone}。\n",
        ],
        en: [
            "You have not confirmed the documents of {company} ({matter}) yet; nothing is submitted before. {link}",
            "Please confirm: {company}, {matter} ({number})",
            "Dear {name},\n\nall signers have signed the documents of {company} ({matter}, number {number}), and we have no answer from you yet.\nPlease check the signatures here, and confirm or object. Do not forward this link:\n{link}\n\nNo answer is not taken as a yes; nothing is submitted to the registry before every shareholder and the handler have confirmed.\nThis mail is sent by a machine; we never ask you for a password, a code or a payment. Questions: {telephone}\n",
        ],
    },
    Known {
        word: "confirm_overdue",
        places: PLACES,
        zh: [
            "{company}{matter}文件逾期未确认，签署有效但不会提交登记。请联系经办人再次通知，如有疑问请打{telephone}",
            "逾期未确认：{company}{matter}文件（{number}）",
            "{name}：您好！\n\n{company}的{matter}文件（办件码{number}）在72小时内没有得到全部当事人的确认。\n已作出的签署仍然有效，但系统不会向登记机关提交，也不会视为有人同意。\n请联系经办人再次通知，收到通知后72小时内可以确认。签署情况可在此查看，请勿转发：\n{link}\n\n本邮件由系统发送，我们不会要求您提供密码、验证码或付款。如有疑问请致电{telephone}。\n",
        ],
        en: [
            "Not all have confirmed the documents of {company} in time. Signatures stand, nothing is submitted. Ask the handler or call {telephone}",
            "Not confirmed in time: {company}, {matter} ({number})",
            "Dear {name},\n\nnot every party has confirmed the documents of {company} ({matter}, number {number}) within 72 hours.\nThe signatures stand, but nothing is submitted to the registry, and nobody is taken to have agreed.\nHave the handler ask again; there are 72 hours to confirm from then on. The signatures can be seen here; do not forward this link:\n{link}\n\nThis mail is sent by a machine; we never ask you for a password, a code or a payment. Questions: {telephone}\n",
        ],
    },
    Known {
        word: "objection_received",
        places: PLACES,
        zh: [
            "已收到您的异议（办件{number}），该办件已暂停，工作人员将在1个工作日内联系您。",
            "已收到您的异议（{number}）",
            "{name}：您好！\n\n{time}（北京时间）已收到您对{company}的{matter}文件（办件码{number}）提出的异议，该办件已暂停，尚未提交登记的不会提交。\n工作人员将在1个工作日内联系您，由登记机关核查后处理。\n如果不是您提出的，请立即致电{telephone}。\n",
        ],
        en: [
            "Your objection to filing {number} has arrived. The filing is paused; staff will contact you within one working day.",
            "Your objection has arrived ({number})",
            "Dear {name},\n\nyour objection to the documents of {company} ({matter}, number {number}) arrived at {time} (Beijing time). The filing is paused: unless it was submitted before, it is not.\nStaff will contact you within one working day; the registry looks into it and decides.\nIf it was not you who objected, call {telephone} at once.\n",
        ],
    },
    Known {
        word: "filing_paused",
        places: PLACES,
        zh: [
            "{company}办件（{number}）因有人提出异议已暂停，工作人员核查后会通知您。如有疑问请打{telephone}",
            "办件已暂停（{number}）",
            "{name}：您好！\n\n{company}的{matter}办件（办件码{number}）因有当事人提出异议，已于{time}（北京时间）暂停，尚未提交登记的不会提交。\n工作人员核查后会通知每一位当事人，您目前无需操作。如有疑问请致电{telephone}。\n",
        ],
        en: [
            "The filing of {company} ({number}) is paused, because somebody objected. You will be told the outcome. Questions: {telephone}",
            "The filing is paused ({number})",
            "Dear {name},\n\nthe filing of {company} ({matter}, number {number}) was paused at {time} (Beijing time), because a party objected. Unless it was submitted before, it is not.\nEvery party will be told the outcome; there is nothing for you to do now. Questions: {telephone}\n",
        ],
    },
    Known {
        word: "objection_decided",
        places: PLACES,
        zh: [
            "{company}办件（{number}）的异议已由登记机关处理，请查看：{link} 如有疑问请打{telephone}",
            "异议已处理（{number}）",
            "{name}：您好！\n\n登记机关已于{time}（北京时间）对{company}的{matter}办件（办件码{number}）中的异议作出处理，处理结果和签署情况可在此查看，请勿转发：\n{link}\n\n如需重新签署，经办人会另行发送邀请。如有疑问请致电{telephone}。\n",
        ],
        en: [
            "The registry decided about the objection in filing {number} of {company}: {link} Questions: {telephone}",
            "The objection was decided ({number})",
            "Dear {name},\n\nthe registry decided at {time} (Beijing time) about the objection in the filing of {company} ({matter}, number {number}). The outcome and the signatures can be seen here; do not forward this link:\n{link}\n\nWhere a signature is wanted again, the handler sends an invitation. Questions: {telephone}\n",
        ],
    },
];
