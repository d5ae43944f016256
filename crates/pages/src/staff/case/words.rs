//! What the page of a case says.

use crate::words::Words;

pub(super) const CASE: Words = Words::new("身份核验 · 办件", "Identity case · filing");
pub(super) const BACK: Words = Words::new("返回待核验事项", "Back to the queue");
pub(super) const WHY: Words = Words::new("为什么需要人工核验", "Why a person must look");
pub(super) const PICTURES: Words = Words::new("请比对两张照片", "Compare the two pictures");
pub(super) const PORTRAIT: Words = Words::new("证件照片", "Portrait");
pub(super) const PORTRAIT_SOURCE: Words = Words::new(
    "来源：权威人口库，由核验机构签名答复",
    "From the population register, by a provider's signed answer",
);
pub(super) const NO_PORTRAIT: Words = Words::new(
    "没有权威证件照片。请另行核对证件原件后再作决定。",
    "There is no portrait of an authority. See the document itself before you decide.",
);
pub(super) const PHOTO: Words = Words::new("签署时拍摄的照片", "Photo taken while signing");
pub(super) const PHOTO_SOURCE: Words = Words::new(
    "来源：签署人的设备；摘要在签名之内",
    "From the signer's device; its digest is inside the signature",
);
pub(super) const NO_PHOTO: Words =
    Words::new("照片已依法删除。", "The photo was erased as the law demands.");
pub(super) const NOT_TAKEN: Words = Words::new(
    "签署人没有拍摄照片，也没有动作画面，由人工核验。",
    "The signer took no photo and did no actions; a person looks.",
);
pub(super) const ACTIONS: Words =
    Words::new("签署时要求的动作", "What was asked before the camera");
pub(super) const ACTIONS_HELP: Words = Words::new(
    "机器没有判断是否活体，请您逐张看：是否做了所要求的动作（左右以签署人自己为准，画面没有镜像）；是否与照片为同一人；有无翻拍屏幕或纸张的迹象；画面左下角是否有下列字符。做不到动作不能单独作为不予通过的理由；认为未按要求做动作的，请在理由中写明。字符：",
    "No machine has said whether this is alive; look at each: is it the action that was asked (left and right are the signer's own, and the picture is not mirrored); is it the person of the photo; is it a picture of a screen or of paper; are these characters in its lower left corner. Not being able to do one is no reason to refuse by itself; where an action was not followed, say so in your reason. Characters:",
);
pub(super) const NOT_DONE: Words =
    Words::new("签署人表示做不到", "The signer said that it cannot be done");
pub(super) const MISSING: Words = Words::new(
    "没有画面：未使用网页相机，或由接口签署",
    "No picture: not the page's camera, or signed over the interface",
);
pub(super) const VIDEO: Words =
    Words::new("签署人朗读声明的视频", "Video of the signer reading the statement");
pub(super) const VIDEO_SOURCE: Words = Words::new(
    "来源：签署人的设备，签署前录制；摘要在签名之内",
    "From the signer's device, recorded before signing; its digest is inside the signature",
);
pub(super) const SECONDS: Words = Words::new("秒", "s");
pub(super) const READ_ALOUD: Words =
    Words::new("视频中应读出的核验码：", "The number to be heard in the video:");
pub(super) const WATCH: Words = Words::new(
    "请核对：是否为证件上的人；是否本人清楚读出声明和核验码；有无他人指使或异常。没有证件照片的，请另行核对证件原件。",
    "See whether it is the person on the document; whether this person reads the statement and the number clearly; whether anybody else is prompting. Without a portrait, see the document itself.",
);
pub(super) const RISKS: Words = Words::new("风险提示", "Signs that do not fit together");
pub(super) const RISKS_HELP: Words = Words::new(
    "以上只是线索，不能单独作为不予通过的理由；出差、使用代理或电脑签署都可能出现。可联系签署人核实，或请其到窗口核验。",
    "These are signs, never a reason to refuse by themselves: travelling, a proxy or a desktop raise them too. Ask the signer, or have them come to the counter.",
);
pub(super) const SCAN: Words =
    Words::new("查看盖章扫描件（仅为图像）", "See the scan of the stamp (a picture only)");
pub(super) const CERTIFICATE: Words =
    Words::new("查看更正所凭的公安机关证明", "See the certificate of the police");
pub(super) const GUARDIANSHIP: Words =
    Words::new("查看监护关系证明", "See the proof of guardianship");
pub(super) const SOURCES: Words =
    Words::new("各来源的说法，以及由谁负责", "What each source says, and who vouches");
pub(super) const VOUCHES: Words = Words::new("负责方：", "vouched for by");
pub(super) const SIGNED: Words = Words::new("签名答复", "signed answer");
pub(super) const HANDLER: Words = Words::new("经办人申报，未核验", "the handler, not verified");
pub(super) const DEVICE: Words = Words::new("签署设备上报", "the signer's device");
pub(super) const PLATFORM: Words = Words::new("平台记录", "the platform's own record");
pub(super) const NOBODY: Words = Words::new("无", "nobody");
pub(super) const DECISION: Words = Words::new("核验意见", "Decision");
pub(super) const GROUNDS: Words = Words::new("理由（必填）", "Reason (required)");
pub(super) const GROUNDS_HELP: Words = Words::new(
    "2至500个字，写明比对了什么、依据是什么。理由随意见一并存证。",
    "2 to 500 characters: what you compared and on what you rely. It is kept with the decision.",
);
pub(super) const ACCEPT: Words = Words::new("是本人，予以通过", "It is this person: accept");
pub(super) const PROPOSE: Words =
    Words::new("不能确认，提出不予通过", "It cannot be told: propose to refuse");
pub(super) const OVERRULE: Words = Words::new("不同意，予以通过", "Disagree: accept");
pub(super) const CONFIRM: Words = Words::new("同意不予通过", "Agree: refuse");
pub(super) const WITHDRAW: Words = Words::new("撤回意见，予以通过", "Take it back: accept");
pub(super) const PROPOSED_BY: Words = Words::new("提出不予通过，时间", "proposed to refuse at");
pub(super) const OWN: Words = Words::new(
    "您已提出不予通过，须由本单位另一名工作人员复核。提出时间",
    "You proposed to refuse; another reviewer of your organisation must look. Proposed at",
);
pub(super) const ACCEPTED: Words = Words::new("已通过", "Accepted");
pub(super) const REFUSED: Words = Words::new("不予通过", "Refused");
pub(super) const FOUR_EYES: Words = Words::new(
    "一人即可通过；不予通过须两人意见一致，不能复核本人的意见。",
    "One reviewer accepts; a refusal takes two, and nobody confirms an own one.",
);
pub(super) const CASE_FOOT: Words = Words::new(
    "本页显示该签署人的姓名、身份和照片，供核验使用；每次查看都有记录。不显示证件号码全文、位置和设备信息。",
    "This page shows this signer's name, capacity and pictures for the decision; every look is recorded. It does not show the full number, the place or the device.",
);
