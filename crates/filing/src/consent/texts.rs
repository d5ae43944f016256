//! The texts word for word. A change of one character is a new version: add a constant
//! and put it in front; the old one stays, because records point to its digest.

use super::{ConsentKind, ConsentText};

/// Every version of every text, the newest of each kind first.
pub static CONSENT_TEXTS: &[&ConsentText] =
    &[&SIGNING_MANNER_1, &FACE_2, &FACE_1, &LOCATION_1, &NOTARY_PROVISION_1, &VIDEO_REVIEW_1];

pub(super) const fn current(kind: ConsentKind) -> &'static ConsentText {
    match kind {
        ConsentKind::SigningManner => &SIGNING_MANNER_1,
        ConsentKind::Face => &FACE_2,
        ConsentKind::Location => &LOCATION_1,
        ConsentKind::NotaryProvision => &NOTARY_PROVISION_1,
        ConsentKind::VideoReview => &VIDEO_REVIEW_1,
    }
}

static SIGNING_MANNER_1: ConsentText = ConsentText {
    kind: ConsentKind::SigningManner,
    version: 1,
    zh: "各方同意：\n\
        ①以本平台提供的电子签名方式签署上述文书，认可其与手写签名或盖章具有同等效力；\n\
        ②以本平台及{notary_office}记录、传输、保存、提取的电子数据作为签署事实的证据；\n\
        ③预留手机号码和电子邮箱为确认及送达地址。",
    en: "The parties agree:\n\
        (1) to sign the above documents by the electronic signature this platform provides, and to accept it as having the same effect as a handwritten signature or a seal;\n\
        (2) that the electronic data recorded, transmitted, kept and extracted by this platform and by {notary_office} serve as evidence of the signing;\n\
        (3) that the mobile number and e-mail address left here are the addresses for confirmation and service.",
};

static FACE_2: ConsentText = ConsentText {
    kind: ConsentKind::Face,
    version: 2,
    zh: "为确认由您本人签署《{documents}》，{operator}需采集您的人脸图像进行一次比对，并在签署时拍摄一张照片作为签署证据。页面请您做动作时，每个动作另拍一张小图，由工作人员查看是否为您本人当场拍摄；做不到的可以跳过，不影响签署。\n\
        · 处理方式：通过网络加密传输至{verifier}比对，人脸特征在比对完成后立即删除，不由机器判断是否活体；签署照片加密保存并同步存证至{notary_office}；动作画面由{operator}加密保存，与签署照片一同删除，不提供给公证处。未通过的照片加密保存30日后删除。\n\
        · 保存期限：签署照片和动作画面保存至{retention}；比对结果随签署凭证保存。\n\
        · 对您的影响：人脸信息属于敏感个人信息，泄露可能造成人身或财产损害，我们采取加密、访问控制等措施保护。\n\
        · 您可以拒绝。拒绝后可选择“视频人工核验”或“到窗口/公证处现场核验”，办理结果相同。\n\
        · 您可随时在“我的—授权管理”撤回同意；撤回不影响撤回前已完成的签署。\n\
        联系方式：{telephone}",
    en: "To confirm that you yourself sign \"{documents}\", {operator} needs to capture your face for one comparison, and to take one photo at the moment of signing as evidence of it. Where the page asks for movements, a small picture of each is taken as well, for staff to see whether it is you, here and now; skip what you cannot do and sign all the same.\n\
        · How: sent encrypted to {verifier} for comparison; the face features are deleted at once when the comparison is done, and no machine judges whether you are alive; the signing photo is kept encrypted and deposited with {notary_office}; the pictures of movements are kept encrypted by {operator}, deleted with the signing photo and not given to the notary office. A photo that does not pass is kept encrypted and deleted after 30 days.\n\
        · How long: the signing photo and the pictures of movements until {retention}; the result of the comparison with the signing voucher.\n\
        · What it means for you: face information is sensitive personal information; a leak could harm you or your property. We protect it by encryption and access control.\n\
        · You may refuse. You can then choose \"verification by a person over video\" or \"verification at the counter or the notary office\", with the same result.\n\
        · You may withdraw this consent at any time under \"Mine - Permissions\"; signings completed before remain unaffected.\n\
        Contact: {telephone}",
};

static FACE_1: ConsentText = ConsentText {
    kind: ConsentKind::Face,
    version: 1,
    zh: "为确认由您本人签署《{documents}》，{operator}需采集您的人脸图像进行一次比对，并在签署时拍摄一张照片作为签署证据。\n\
        · 处理方式：通过网络加密传输至{verifier}比对，活体检测视频和人脸特征在比对完成后立即删除；签署照片加密保存并同步存证至{notary_office}。未通过的照片加密保存30日后删除。\n\
        · 保存期限：签署照片保存至{retention}；比对结果随签署凭证保存。\n\
        · 对您的影响：人脸信息属于敏感个人信息，泄露可能造成人身或财产损害，我们采取加密、访问控制等措施保护。\n\
        · 您可以拒绝。拒绝后可选择“视频人工核验”或“到窗口/公证处现场核验”，办理结果相同。\n\
        · 您可随时在“我的—授权管理”撤回同意；撤回不影响撤回前已完成的签署。\n\
        联系方式：{telephone}",
    en: "To confirm that you yourself sign \"{documents}\", {operator} needs to capture your face for one comparison, and to take one photo at the moment of signing as evidence of it.\n\
        · How: sent encrypted to {verifier} for comparison; the liveness video and the face features are deleted at once when the comparison is done; the signing photo is kept encrypted and deposited with {notary_office}. A photo that does not pass is kept encrypted and deleted after 30 days.\n\
        · How long: the signing photo until {retention}; the result of the comparison with the signing voucher.\n\
        · What it means for you: face information is sensitive personal information; a leak could harm you or your property. We protect it by encryption and access control.\n\
        · You may refuse. You can then choose \"verification by a person over video\" or \"verification at the counter or the notary office\", with the same result.\n\
        · You may withdraw this consent at any time under \"Mine - Permissions\"; signings completed before remain unaffected.\n\
        Contact: {telephone}",
};

static LOCATION_1: ConsentText = ConsentText {
    kind: ConsentKind::Location,
    version: 1,
    zh: "为记录签署环境，需获取您当前的位置信息（一次）。您可以拒绝，不影响签署；拒绝情况将如实记录在签署凭证中。",
    en: "To record the circumstances of signing, your present position is read once. You may refuse and still sign; the refusal is then recorded as such in the signing voucher.",
};

static NOTARY_PROVISION_1: ConsentText = ConsentText {
    kind: ConsentKind::NotaryProvision,
    version: 1,
    zh: "您的姓名、证件号码、签署文件、签署照片及签署环境信息将提供给{notary_office}（联系方式：{telephone}），用于电子数据保管，并在您或登记机关依法申请时出具公证书。",
    en: "Your name, ID number, the documents signed, the signing photo and the circumstances of signing are provided to {notary_office} (contact: {telephone}), for the custody of electronic data, and for issuing a notarial certificate when you or the registry lawfully apply for one.",
};

static VIDEO_REVIEW_1: ConsentText = ConsentText {
    kind: ConsentKind::VideoReview,
    version: 1,
    zh: "由{reviewer}工作人员观看您朗读声明的视频，与证件照片人工比对，不使用人脸识别算法；视频加密保存至{retention}后删除，其摘要随签署凭证作为证据保存。\n\
        您可以不同意，改到窗口核验，办理结果相同。联系方式：{telephone}",
    en: "Staff of {reviewer} watches the video in which you read a statement aloud and compares it with the picture of your document; no face recognition is used. The video is kept encrypted until {retention} and then deleted; its digest is kept with the signing voucher as evidence.\n\
        You may decline and be checked at the counter instead, with the same result. Contact: {telephone}",
};

/// The digests of all texts, so that none changes unnoticed.
#[cfg(test)]
pub(super) const PINNED: &[&str] = &[
    "signing_manner 1 zh-CN 203f68798352e511a455d57b1c2f8a05ba56303e8db6abfeebcb1e62a21ade0d",
    "signing_manner 1 en 7d8db33134b8a2c71ae505266ef15f714b070d94a90b603f7e006477aab3387d",
    "face 2 zh-CN 25c985d20a10fc4bdba99201e433b269bfc8600631053f5cdbe5b3aaf4966a8b",
    "face 2 en 2c784eff2b88a0e1ad1575c7d0901d517d08e81e3c5853aeb2865dbb54ae7bba",
    "face 1 zh-CN 5d1d9849281574057687854984adf4630e02d818680c1951fb5aecf18c363db1",
    "face 1 en ece942584bc29bbd85c3da22ef37472535c70b486ceb13332fce0e41c29ec97d",
    "location 1 zh-CN 09e2d79fcad1925b30626e343cb0f8af1558e66c4a1d1dd8d7a14b49126d9da9",
    "location 1 en a1df39420c1bbcd151bed180e77c0972ce8385c61a060af25f8720bcf0e1bfc1",
    "notary_provision 1 zh-CN 502772ccd4ecff8a7f870f40ef834562b9c4d40874f84278f751856e4bdfbae9",
    "notary_provision 1 en 9e1c54888fb3eb2a8356ae49859ea70b30f899e3151683c4ff3a6570e05c674e",
    "video_review 1 zh-CN 003bb8ac02d473782fda59fcfffcc42b3f1fcc1c43f7663844c0fe3e17091217",
    "video_review 1 en c9e6c8503d56c45508fa29d61a5c026b73f9b5b6e8d97cb07dd1cbf3778776a5",
];
