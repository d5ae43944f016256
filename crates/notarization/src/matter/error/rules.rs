//! What the rules of a matter say to whoever meets them.

use heqi_vocabulary::Language;

use crate::matter::checklist::Item;
use crate::matter::state::Rule;
use crate::wording::{Class, Said, say};

#[expect(clippy::too_many_lines, reason = "a table of sentences")]
pub(super) fn rule_said(rule: Rule) -> Said {
    use Class::{BadInput, Conflict, Forbidden};
    match rule {
        Rule::Stage(_) => say(
            Conflict,
            "stage",
            ["该申请目前的状态不能办理此事项，未作更改。", "请刷新页面查看最新状态。"],
            [
                "This cannot be done at the present stage; nothing was changed.",
                "Reload the page and look at the stage.",
            ],
        ),
        Rule::Role => say(
            Forbidden,
            "role",
            ["您的岗位不能办理此事项。", "请由相应岗位的人员办理。"],
            ["People of your role do not do this.", "Let somebody of the right role do it."],
        ),
        Rule::Undeclared => say(
            Conflict,
            "interest_undeclared",
            ["您尚未就本申请作利益冲突申报。", "请先申报有无利害关系，再办理。"],
            [
                "You have not declared whether you have an interest in this matter.",
                "Declare it first.",
            ],
        ),
        Rule::Conflict => say(
            Forbidden,
            "interest_conflict",
            [
                "您已申报与本申请有利害关系，应当回避（《公证法》第二十三条第三项）。",
                "请由其他人员办理。",
            ],
            [
                "You have declared a conflict of interest (Notarisation Law art. 23 item 3).",
                "Somebody else has to take it.",
            ],
        ),
        Rule::Namesake => say(
            Forbidden,
            "interest_namesake",
            [
                "您与本申请的当事人同名，不能申报没有利害关系（《公证法》第二十三条第三项）。",
                "请申报回避，由其他人员办理。",
            ],
            [
                "You have the name of a party to this matter and cannot declare that you have no interest (Notarisation Law art. 23 item 3).",
                "Step aside; somebody else has to take it.",
            ],
        ),
        Rule::NotResponsible => say(
            Forbidden,
            "not_responsible",
            ["此事项由本申请的承办公证员办理。", "请由承办公证员办理，或先变更承办公证员。"],
            ["The responsible notary does this.", "Let them do it, or take the matter over first."],
        ),
        Rule::Clock => say(
            Conflict,
            "clock",
            ["办理期限当前的状态不允许此操作。", "请先恢复或结束正在进行的中止。"],
            ["The clock does not stand so.", "End the pause that lasts first."],
        ),
        Rule::AskedBefore => say(
            Conflict,
            "supplement_asked_before",
            [
                "补正事项已经一次性告知过，不能再次要求补正。",
                "请依据现有材料审查，或依法不予办理。",
            ],
            ["What was missing has been asked for, once and whole.", "Decide on what is there."],
        ),
        Rule::Quarantined => say(
            Conflict,
            "quarantined",
            [
                "持有的数据与存证时的摘要不一致，该申请已隔离，任何内容都没有覆盖。",
                "请勿出证；请通知技术与审计人员核查存储，并另行处理。",
            ],
            [
                "What is held is not what was deposited: the matter is quarantined and nothing was overwritten.",
                "Issue nothing; have the store examined by technicians and the auditor.",
            ],
        ),
        Rule::Open(item) => item_said(
            "checklist_open",
            item,
            ["审查清单第{n}项“{t}”尚未完成。", "请完成该项审查并填写说明。"],
            ["Point {n} of the checklist, “{t}”, is open.", "Complete it with a remark."],
        ),
        Rule::Failed(item) => item_said(
            "checklist_failed",
            item,
            ["审查清单第{n}项“{t}”核验不符，不能起草。", "请查看证据；不能消除的，依法不予办理。"],
            [
                "The evidence speaks against point {n}, “{t}”; nothing can be drafted.",
                "Look at the evidence; if it stays, refuse.",
            ],
        ),
        Rule::NoTick(item) => item_said(
            "checklist_no_tick",
            item,
            [
                "审查清单第{n}项“{t}”由系统核验或由程序产生，不能人工勾选。",
                "请先运行系统预检；仅“未能核验”的项可以附说明勾选。",
            ],
            [
                "Point {n}, “{t}”, takes no tick.",
                "Run the machine's checks; only what could not be shown takes one.",
            ],
        ),
        Rule::NoExtraction => say(
            Conflict,
            "no_extraction",
            [
                "没有已封存的提取会话，不能起草公证书。",
                "请由承办公证员与另一名工作人员完成提取会话。",
            ],
            [
                "There is no sealed extraction session, so nothing can be drafted.",
                "Complete the session, two persons together.",
            ],
        ),
        Rule::ExtractionThere => say(
            Conflict,
            "extraction_there",
            ["提取会话已经打开或已封存。", "请在该会话中继续。"],
            ["There is an extraction session already.", "Go on with that one."],
        ),
        Rule::NotNext(_) => say(
            Conflict,
            "extraction_order",
            ["提取会话须按顺序逐项进行，当前不是这一步。", "请按页面上可用的按钮操作。"],
            [
                "The acts of a session are done one by one, in order.",
                "Press the button that is open.",
            ],
        ),
        Rule::SamePerson => say(
            BadInput,
            "extraction_two_persons",
            [
                "提取会话需要两名不同的工作人员在场。",
                "请由另一名工作人员输入其本人的登录名和动态口令。",
            ],
            [
                "A second person has to be beside.",
                "Let another member of staff type their own login and code.",
            ],
        ),
        Rule::NotDiscussed => say(
            Conflict,
            "not_discussed",
            [
                "本申请已标记为重大、复杂，审批前须经集体讨论，讨论情况尚未记录。",
                "请在审查清单第22项记录讨论情况和形成的意见；不属于的，由承办公证员取消标记。",
            ],
            [
                "The matter was marked as major or complex, and no discussion stands on record.",
                "Note at point 22 what was discussed and concluded, or let the responsible notary take the mark back.",
            ],
        ),
        Rule::OwnDraft => say(
            Forbidden,
            "own_draft",
            [
                "不能审批自己起草、承办或提请的事项。",
                "请由起草人、提请人和承办公证员以外的审批人审批。",
            ],
            [
                "Nobody approves an own draft, an own matter, or what they put forward.",
                "Somebody else has to approve it.",
            ],
        ),
        Rule::ObjectionTick => say(
            Conflict,
            "objection_tick",
            [
                "记录中有异议，含有签署情况段落的草稿须由审批人另行勾选确认（《公证法》第三十一条第四项）。",
                "请确认后勾选，或退回删除该段落。",
            ],
            [
                "Somebody objected: the paragraph about the signing needs the approver's own tick (art. 31 item 4).",
                "Tick it after consideration, or send the draft back to have the paragraph removed.",
            ],
        ),
        Rule::AnswersUnseen => say(
            Conflict,
            "answers_unseen",
            [
                "系统预检之后，本签署又有异议，或被登记机关认定无效，审查清单第15项尚未反映，未作更改。",
                "请重新运行系统预检，审查第15项后再起草；待审批的，先退回。",
            ],
            [
                "Since the machine's checks somebody objected, or the registry found the signature void; point 15 does not show it yet, and nothing was changed.",
                "Run the checks again and look at point 15 before drafting; send back what waits for approval.",
            ],
        ),
        Rule::HidesVoid => say(
            Conflict,
            "hides_void",
            [
                "登记机关已认定本签署无效，公证书正文没有写明“该签署作废并重签”，未作更改。",
                "请按系统拟稿写明；待审批的，先退回；已取号的，撤销该号后另行办理。",
            ],
            [
                "The registry found this very signature void, and the text does not say so (该签署作废并重签); nothing was changed.",
                "Write it as the proposal does; send back what waits for approval, and void a number that was given.",
            ],
        ),
        Rule::HidesObjection => say(
            Conflict,
            "hides_objection",
            [
                "记录中有异议，公证书正文没有写明有人“提出异议”，未作更改。",
                "请按系统拟稿写明；待审批的，先退回；已取号的，撤销该号后另行办理。",
            ],
            [
                "Somebody objected, and the text does not say so (提出异议); nothing was changed.",
                "Write it as the proposal does; send back what waits for approval, and void a number that was given.",
            ],
        ),
        Rule::OtherDraft => say(
            Conflict,
            "draft_changed",
            ["草稿在您阅读后有改动，未审批。", "请重新阅读后再审批。"],
            ["The draft was changed after you saw it; nothing was approved.", "Read it again."],
        ),
        Rule::OtherYear => say(
            Conflict,
            "number_of_other_year",
            [
                "该申请已取得的编号属于另一年度，未审批。",
                "请作废该编号，由申请人另行申请；公证书编号的年度须与审批日期一致。",
            ],
            [
                "The number this application was given belongs to another year; nothing was approved.",
                "Void the number and take another application: the number's year is that of the approval.",
            ],
        ),
        Rule::FeeOpen => say(
            Conflict,
            "fee_open",
            ["公证费尚未收取或减免，不能出具。", "请登记收费票据号，或登记减免。"],
            [
                "The fee is neither paid nor waived, so nothing is issued.",
                "Note the receipt, or the waiver.",
            ],
        ),
        Rule::Paper => say(
            Conflict,
            "paper",
            ["纸质公证书的状态不允许此操作。", "请按“待签章、已签章、已送达”的顺序办理。"],
            ["The paper is not in that state.", "It is sealed first and delivered then."],
        ),
        Rule::Done => say(
            Conflict,
            "done_before",
            ["该事项已经办理过。", "请刷新页面查看。"],
            ["This was done before.", "Reload the page."],
        ),
        Rule::Waits => say(
            Conflict,
            "proposal_waits",
            [
                "该申请有提请审批的事项尚未审批，不能办理此事项，未作更改。",
                "请由审批人先审批同意或不同意，或由提请人收回。",
            ],
            [
                "Something that was put forward waits for a second person, so this cannot be done; nothing was changed.",
                "Have an approver approve it or turn it down, or have whoever put it forward take it back.",
            ],
        ),
        Rule::OthersProposal => say(
            Forbidden,
            "others_proposal",
            ["只有提请人可以收回其提请的事项。", "请由提请人收回，或由审批人审批。"],
            [
                "Only who put it forward takes it back.",
                "Let them do it, or let an approver decide it.",
            ],
        ),
        Rule::LookedAtAgain => say(
            Conflict,
            "reexamination_open",
            [
                "该公证书正在复查，尚未作出决定，不能归档，未作更改。",
                "请在复查决定经审批后再归档。",
            ],
            [
                "The certificate is being re-examined and nothing is decided yet, so it is not archived; nothing was changed.",
                "Archive it once the outcome is approved.",
            ],
        ),
        Rule::OtherNotary => say(
            Forbidden,
            "other_notary",
            [
                "复查由原承办人、审批人以外的公证员进行（《公证程序规则》第六十一条至第六十四条）。",
                "请由其他公证员办理。",
            ],
            [
                "A re-examination is done by another notary than those who issued and approved.",
                "Let another notary do it.",
            ],
        ),
        Rule::TooLate => say(
            Conflict,
            "reexamination_late",
            ["已超过申请复查的期限。", "当事人可依《公证法》第四十条向人民法院提起民事诉讼。"],
            [
                "The period for a re-examination is over.",
                "Whoever disputes the content may go to court (art. 40).",
            ],
        ),
    }
}

fn item_said(code: &'static str, item: Item, zh: [&str; 2], en: [&str; 2]) -> Said {
    say(Class::Conflict, code, zh, en).with("{n}", item.number(), item.number()).with(
        "{t}",
        item.title(Language::Zh),
        item.title(Language::En),
    )
}
