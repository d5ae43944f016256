//! The form of an act: what is asked for, and in which words.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use super::OfficeAct;
use crate::frame::Frame;
use crate::link::{Link, OfficeLink};
use crate::parts::hidden;
use crate::words::{Words, bracketed};

/// What the forms of one application are filled with.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Seen {
    /// The application's number.
    pub no: String,
    /// Under which name an act is done once.
    pub key: String,
    /// The registered computers of the office.
    pub workstations: Vec<String>,
    /// Whoever has signed in.
    pub login: String,
    /// Digest of the draft that is shown.
    pub draft_sha256: String,
    /// Whether somebody objected and the draft tells of the signing.
    pub needs_tick: bool,
    /// What waits for a second person, in the reader's language.
    pub proposed: String,
    /// Its digest.
    pub proposed_sha256: String,
    /// The nine grounds of refusal, in the reader's language.
    pub grounds: Vec<String>,
}

/// The form of an act.
pub(in crate::office) fn form(act: OfficeAct, seen: &Seen, frame: &Frame) -> Markup {
    let l = frame.language;
    let action = Link::Office(OfficeLink::Do(seen.no.clone(), act.word().to_owned()));
    let upload = (act == OfficeAct::Seal).then_some("yes");
    let failed = upload.map(|_| FAILED.in_language(l));
    let sending = upload.map(|_| SENDING.in_language(l));
    html! {
        section .grave[act.is_grave()] aria-labelledby={ "act-" (act.word()) } {
            h3 id={ "act-" (act.word()) } { (act.title().in_language(l)) }
            form method="post" action=(action) data-upload=[upload]
                data-failed=[failed] data-sending=[sending] {
                (hidden(frame, &seen.key))
                (fields(act, seen, l))
            }
        }
    }
}

fn fields(act: OfficeAct, seen: &Seen, l: Language) -> Markup {
    let word = act.word();
    let go = |words: Words| html! { button type="submit" { (words.in_language(l)) } };
    let area = |label: Words| {
        html! {
            label for={ (word) "-text" } { (label.in_language(l)) }
            textarea id={ (word) "-text" } name="text" required maxlength="2000" rows="3" {}
        }
    };
    let line = |name: &str, label: Words, more: bool| {
        html! {
            label for={ (word) "-" (name) } { (label.in_language(l)) }
            input type="text" id={ (word) "-" (name) } name=(name) maxlength="200" required[more];
        }
    };
    let choice = |name: &str, label: Words, options: &[(&str, Words)]| {
        html! {
            label for={ (word) "-" (name) } { (label.in_language(l)) }
            select id={ (word) "-" (name) } name=(name) {
                @for (value, words) in options { option value=(value) { (words.in_language(l)) } }
            }
        }
    };
    match act {
        OfficeAct::Declare => html! {
            p { (DECLARE_LEAD.in_language(l)) }
            div .choice {
                button type="submit" name="choice" value="none" { (NO_INTEREST.in_language(l)) }
                button type="submit" name="choice" value="conflict" { (INTEREST.in_language(l)) }
            }
        },
        OfficeAct::Accept => html! { p { (ACCEPT_LEAD.in_language(l)) } (go(act.title())) },
        OfficeAct::TakeOver => html! { p { (TAKE_OVER_LEAD.in_language(l)) } (go(act.title())) },
        OfficeAct::Supplement => html! { (area(MISSING)) (go(act.title())) },
        OfficeAct::Pause => html! {
            (choice("choice", REASON_KIND, &[("verification", VERIFICATION), ("force_majeure", FORCE)]))
            (area(WHY)) (go(act.title()))
        },
        OfficeAct::Resume | OfficeAct::Archive | OfficeAct::HandIn => go(act.title()),
        OfficeAct::Complex => html! {
            p { (COMPLEX_LEAD.in_language(l)) }
            (choice("choice", COMPLEX, &[("complex", IS_COMPLEX), ("plain", NOT_COMPLEX)]))
            (area(WHY)) (go(SAVE))
        },
        OfficeAct::Recompute => html! { p { (RECOMPUTE_LEAD.in_language(l)) } (go(RUN)) },
        OfficeAct::Session => session_fields(seen, l),
        OfficeAct::Approve => html! {
            p { (APPROVE_LEAD.in_language(l)) }
            input type="hidden" name="shown" value=(seen.draft_sha256);
            @if seen.needs_tick {
                label .ground { input type="checkbox" name="tick" value="yes"; span { (TICK.in_language(l)) } }
            }
            (go(act.title()))
        },
        OfficeAct::Number => html! { (line("number", NUMBER, true)) (go(act.title())) },
        OfficeAct::Fee => html! {
            (choice("choice", FEE_STATE, &[("due", DUE), ("paid", PAID), ("waived", WAIVED)]))
            (line("fen", AMOUNT, false)) (line("receipt", RECEIPT, false)) (go(SAVE))
        },
        OfficeAct::Issue => html! { p { (ISSUE_LEAD.in_language(l)) } (go(act.title())) },
        OfficeAct::Seal => html! {
            label for="scan-file" { (SCAN.in_language(l)) }
            input .copy type="file" id="scan-file" name="file" accept="application/pdf,image/jpeg,image/png" required;
            p .notice role="status" hidden {}
            (go(act.title()))
        },
        OfficeAct::Deliver => html! {
            (choice("choice", WAY, &[("download", DOWNLOAD), ("counter", COUNTER), ("mail", MAIL)]))
            (line("waybill", WAYBILL, false)) (line("received_by", RECEIVED_BY, false)) (go(act.title()))
        },
        OfficeAct::Reexamine => html! {
            (choice("choice", DECISION, &[("upheld", UPHELD), ("corrected", CORRECTED), ("voided", VOIDED)]))
            (area(WHY)) (go(act.title()))
        },
        OfficeAct::Refuse => html! {
            p { (PROPOSE_LEAD.in_language(l)) }
            (ground_field(seen, l)) (area(WHY)) (go(act.title()))
        },
        OfficeAct::Terminate => html! {
            p { (PROPOSE_LEAD.in_language(l)) }
            (area(WHY)) (go(act.title()))
        },
        OfficeAct::Correct => html! { (area(CHANGES)) (go(act.title())) },
        OfficeAct::ApproveProposed => html! {
            p { (seen.proposed) }
            input type="hidden" name="shown" value=(seen.proposed_sha256);
            (go(act.title()))
        },
        OfficeAct::Arrived
        | OfficeAct::SendBack
        | OfficeAct::AskAgain
        | OfficeAct::Withdraw
        | OfficeAct::Revoke
        | OfficeAct::TurnDown
        | OfficeAct::TakeBack
        | OfficeAct::Void => html! { (area(WHY)) (go(act.title())) },
    }
}

/// By which of the nine grounds of the law.
fn ground_field(seen: &Seen, l: Language) -> Markup {
    html! {
        label for="refuse-ground" { (GROUND.in_language(l)) }
        select id="refuse-ground" name="ground" {
            @for (place, ground) in seen.grounds.iter().enumerate() {
                option value=(place + 1) { (place + 1) " " (ground) }
            }
        }
    }
}

fn session_fields(seen: &Seen, l: Language) -> Markup {
    html! {
        p { (SESSION_LEAD.in_language(l)) }
        label for="session-workstation" { (WORKSTATION.in_language(l)) }
        select id="session-workstation" name="workstation" {
            @for one in &seen.workstations { option value=(one) { (one) } }
        }
        label for="session-place" { (PLACE.in_language(l)) }
        input type="text" id="session-place" name="place" required maxlength="200";
        label for="session-code" { (OWN_CODE.in_language(l)) (bracketed(&seen.login, l)) }
        input .digits type="text" id="session-code" name="code" required maxlength="8" inputmode="numeric" autocomplete="off";
        label for="session-second" { (SECOND.in_language(l)) }
        input type="text" id="session-second" name="second" required maxlength="40" autocapitalize="none" spellcheck="false" autocomplete="off";
        label for="session-second-code" { (SECOND_CODE.in_language(l)) }
        input .digits type="text" id="session-second-code" name="second_code" required maxlength="8" inputmode="numeric" autocomplete="off";
        button type="submit" { (OPEN.in_language(l)) }
    }
}

const SENDING: Words =
    Words::new("正在上传，请不要关闭页面……", "Sending the file, please keep this page open…");
const FAILED: Words = Words::new(
    "文件没有送达，请检查网络后重试。",
    "The file did not arrive; check the network and try again.",
);
const DECLARE_LEAD: Words = Words::new(
    "本人及近亲属与申请人或申请事项是否有利害关系（《公证法》第二十三条）？申报后方可办理；申报有利害关系后不能收回。",
    "Do you or your close relatives have an interest in this matter (Notarisation Law art. 23)? Nothing can be done before you say so, and a conflict once declared is not taken back.",
);
const PROPOSE_LEAD: Words = Words::new(
    "由另一名审批人审批同意后生效，并书面告知申请人；审批前办理期限照常计算，您可以收回。",
    "It takes effect once another person approves it, and the applicant is told in writing; until then the clock runs on, and you can take it back.",
);
const NO_INTEREST: Words = Words::new("没有利害关系", "No interest");
const INTEREST: Words = Words::new("有利害关系，回避", "I have an interest: I step aside");
const ACCEPT_LEAD: Words = Words::new(
    "受理后发给公证受理通知书，15个工作日的法定期限开始计算，由您承办。",
    "A notice of acceptance is made, the 15 working days begin, and you are responsible.",
);
const TAKE_OVER_LEAD: Words = Words::new(
    "改由您承办后，提取会话须重新进行，草稿和审批作废；已取得的编号保留，重新审批后沿用。",
    "You become responsible; the extraction is done again, and draft and approval are dropped. A number that was given stays, for the approval that follows.",
);
const MISSING: Words = Words::new(
    "缺少的全部材料，每行一项。只能告知一次，告知后期限中止。",
    "Everything that is missing, one per line. It is asked for once, and the clock stands still.",
);
const REASON_KIND: Words = Words::new("中止原因", "Reason");
const VERIFICATION: Words = Words::new("核实有关情况", "Verification");
const FORCE: Words = Words::new("不可抗力", "Force majeure");
const WHY: Words = Words::new("说明", "Remark");
const CHANGES: Words = Words::new(
    "每行一处：原文 → 补正为。保存后出具补正公证书。",
    "One error per line: what it says → what it should say. A document of its own is made.",
);
const COMPLEX_LEAD: Words = Words::new(
    "重大、复杂的公证事项，审批前须集体讨论；标记后在审查清单第22项记录讨论情况和形成的意见。",
    "A major or complex matter is discussed together before it is approved; what was discussed is then noted at point 22.",
);
const COMPLEX: Words = Words::new("本申请", "This matter");
const IS_COMPLEX: Words =
    Words::new("属于重大、复杂，须集体讨论", "is major or complex: to be discussed");
const NOT_COMPLEX: Words = Words::new("不属于，取消标记", "is not: take the mark back");
const RECOMPUTE_LEAD: Words = Words::new(
    "由本机从持有的原始数据重新计算全部可核验事项，不使用以前的结论。",
    "Everything the machine can check is computed again from the bytes that are held; no earlier result is used.",
);
const RUN: Words = Words::new("运行系统预检", "Run the checks");
const APPROVE_LEAD: Words = Words::new(
    "您审批的是本页所示草稿。审批日期即公证书生效日期；编号随审批取得。",
    "You approve the draft shown here. The day of approval is the certificate's; the number comes with it.",
);
const TICK: Words = Words::new(
    "记录中有异议。本人已审阅签署情况段落，确认保留（《公证法》第三十一条第四项）。",
    "Somebody objected. I have read the paragraph about the signing and let it stand (art. 31 item 4).",
);
const NUMBER: Words = Words::new(
    "公证书编号，如（2026）浙杭临证经字第000123号",
    "Number, as the case system gave it",
);
const FEE_STATE: Words = Words::new("状态", "State");
const DUE: Words = Words::new("应收", "Due");
const PAID: Words = Words::new("已收", "Paid");
const WAIVED: Words = Words::new("减免", "Waived");
const AMOUNT: Words = Words::new("金额（元）", "Amount (yuan)");
const RECEIPT: Words = Words::new("收费票据号", "Receipt");
const SAVE: Words = Words::new("保存", "Save");
const ISSUE_LEAD: Words = Words::new(
    "生成、签章并加盖时间戳。没有有效时间戳不会出具，编号保留。",
    "Printed, sealed and time-stamped. Without a good time stamp nothing is issued, and the number waits.",
);
const SCAN: Words = Words::new("扫描件（PDF、JPEG或PNG）", "Scan (PDF, JPEG or PNG)");
const WAY: Words = Words::new("方式", "Way");
const DOWNLOAD: Words = Words::new("下载电子公证书", "Download");
const COUNTER: Words = Words::new("到窗口领取", "At the counter");
const MAIL: Words = Words::new("邮寄", "By mail");
const WAYBILL: Words = Words::new("运单号（邮寄时）", "Waybill (by mail)");
const RECEIVED_BY: Words = Words::new("签收人", "Received by");
const DECISION: Words = Words::new("决定", "Decision");
const UPHELD: Words = Words::new("维持", "Upheld");
const CORRECTED: Words = Words::new("补正", "Corrected");
const VOIDED: Words = Words::new("撤销", "Void");
const GROUND: Words = Words::new("依据（《公证法》第三十一条各项）", "Ground (art. 31, items)");
const SESSION_LEAD: Words = Words::new(
    "由承办公证员亲自办理，另一名工作人员在场，两人各自输入此刻的动态口令。",
    "The responsible notary in person, a second member of staff beside; both type the code their authenticator shows now.",
);
const WORKSTATION: Words = Words::new("登记的本处计算机", "Registered computer");
const PLACE: Words = Words::new("地点", "Place");
const OWN_CODE: Words = Words::new("您的动态口令", "Your code");
const SECOND: Words = Words::new("在场人员的登录名", "Login name of the person beside");
const SECOND_CODE: Words = Words::new("在场人员的动态口令", "Their code");
const OPEN: Words = Words::new("打开提取会话", "Open the session");
