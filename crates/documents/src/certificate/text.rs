//! The text.

use super::input::{Answer, Applicant, CertificateInput, Deposit, Objection, SigningFact, Step};
use super::{StepKind, dates, ordinal};

/// An approved text: the lines of its head, and its paragraphs.
pub(super) fn approved(text: &str) -> (Vec<String>, Vec<String>) {
    const HEAD: [&str; 3] = ["申请人：", "委托代理人：", "公证事项："];
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_head = |line: &&str| HEAD.iter().any(|begin| line.starts_with(begin));
    let (head, body): (Vec<&str>, Vec<&str>) = lines.partition(is_head);
    let owned = |lines: Vec<&str>| lines.into_iter().map(str::to_owned).collect();
    (owned(head), owned(body))
}

/// Who applies, for what.
pub(super) fn opening(input: &CertificateInput) -> Vec<String> {
    let mut lines: Vec<String> = input.applicants.iter().map(applicant).collect();
    if let Some(agent) = &input.agent {
        lines.push(format!("委托代理人：{}，证件号码：{}。", agent.name, agent.number));
    }
    lines.push("公证事项：保全证据（电子数据）".to_owned());
    lines
}

fn applicant(applicant: &Applicant) -> String {
    let mut parts = Vec::new();
    let mut part = |text: String, is_given: bool| {
        if is_given {
            parts.push(text);
        }
    };
    match applicant {
        Applicant::Person { name, sex, born, document, number, address } => {
            part(name.clone(), true);
            part(sex.clone(), !sex.is_empty());
            part(format!("{born}出生"), !born.is_empty());
            part(format!("{document}：{number}"), true);
            part(format!("住{address}"), !address.is_empty());
        }
        Applicant::Organisation { name, credit_code, address, representative } => {
            part(name.clone(), true);
            part(format!("统一社会信用代码：{credit_code}"), true);
            part(format!("住所：{address}"), !address.is_empty());
            part(format!("法定代表人：{representative}"), !representative.is_empty());
        }
    }
    format!("申请人：{}。", parts.join("，"))
}

/// The paragraphs.
pub(super) fn body(input: &CertificateInput) -> Vec<String> {
    let mut paragraphs = vec![application(input)];
    paragraphs.extend(
        input
            .deposits
            .iter()
            .enumerate()
            .map(|(place, deposit)| received(input, deposit, place == 0)),
    );
    paragraphs.push(session(input));
    paragraphs.extend(steps(input));
    match &input.objection {
        Objection::None => paragraphs.extend(facts(input)),
        Objection::LeftOut => paragraphs.push(
            "上述电子数据中存有相关当事人提出异议的记录，本公证书对签署经过不作表述。".to_owned(),
        ),
        Objection::Stated { recorded_at } => {
            paragraphs.extend(facts(input));
            paragraphs.push(format!(
                "上述电子数据中同时记录：{}，相关当事人就上述签署提出异议。该异议的内容及处理情况见附件，\
                 本公证书对异议是否成立不作判断。",
                dates::second(*recorded_at)
            ));
        }
    }
    paragraphs.extend(conclusion(input));
    paragraphs
}

fn application(input: &CertificateInput) -> String {
    let names: Vec<&str> = input
        .applicants
        .iter()
        .map(|applicant| match applicant {
            Applicant::Person { name, .. } | Applicant::Organisation { name, .. } => name.as_str(),
        })
        .collect();
    format!(
        "申请人{}因{}，于{}向本处申请对{}中存证编号为{}的电子数据办理保全证据公证。",
        names.join("、"),
        input.purpose,
        dates::day(input.accepted_at),
        input.system,
        numbers(&input.deposits),
    )
}

fn numbers(deposits: &[Deposit]) -> String {
    let numbers: Vec<&str> = deposits.iter().map(|deposit| deposit.number.as_str()).collect();
    numbers.join("、")
}

fn received(input: &CertificateInput, deposit: &Deposit, is_first: bool) -> String {
    let beginning = if is_first {
        format!("经查，{}与本处电子数据保管系统对接。", input.platform)
    } else {
        String::new()
    };
    format!(
        "{beginning}{}，本处系统自{}接收存证编号{}项下电子数据（文件{}件，清单见附件一），系统即时记录其\
         摘要值（SM3：{}；SHA-256：{}）、接收时间及存证编号，并持续保存至今。该项电子数据由{}产生。",
        dates::second(deposit.received_at),
        input.platform,
        deposit.number,
        deposit.files,
        deposit.sm3,
        deposit.sha256,
        deposit.generated_by.words(),
    )
}

fn session(input: &CertificateInput) -> String {
    let session = &input.extraction;
    let (first, last) = (session.steps.first(), session.steps.last());
    let from = first.map_or_else(String::new, |step| dates::second(step.at));
    let to = last.map_or_else(String::new, |step| dates::clock(step.at));
    format!(
        "根据《中华人民共和国公证法》《公证程序规则》的规定，本公证员与本处{}于{from}至{to}在{}，使用本处\
         计算机（{}）进行了如下操作：",
        session.assistant, session.place, session.computer,
    )
}

fn steps(input: &CertificateInput) -> Vec<String> {
    let all = input.extraction.steps.len();
    let line = |(place, step): (usize, &Step)| {
        let end = if place + 1 == all { "。" } else { "；" };
        format!("{}、{}，{}{end}", ordinal(place), dates::clock(step.at), step_words(input, step))
    };
    input.extraction.steps.iter().enumerate().map(line).collect()
}

fn step_words(input: &CertificateInput, step: &Step) -> String {
    match step.kind {
        StepKind::CleanCheck => "检查计算机及网络环境的清洁性（见附件二）".to_owned(),
        StepKind::Search => {
            format!("登录本处电子数据保管系统，检索存证编号{}", numbers(&input.deposits))
        }
        StepKind::Extract => "提取上述编号项下全部电子数据".to_owned(),
        StepKind::Recompute => {
            "对提取的文件重新计算摘要值，与存证时记录的摘要值比对，结果：一致".to_owned()
        }
        StepKind::Verify => "对电子签名、时间戳进行验证，结果见附件三".to_owned(),
        StepKind::Seal => format!(
            "将提取的数据存入存储介质一式{}份并封存，打印相关页面共{}页",
            input.extraction.copies, input.extraction.printed_pages
        ),
    }
}

fn facts(input: &CertificateInput) -> Option<String> {
    if input.facts.is_empty() {
        return None;
    }
    let facts: Vec<String> = input.facts.iter().map(fact).collect();
    Some(format!("上述电子数据中记录：{}。", facts.join("；")))
}

fn fact(fact: &SigningFact) -> String {
    let signed = format!(
        "{}，以“{}、{}”名义，经{}、{}通过后，在《{}》上进行了电子签署",
        dates::second(fact.signed_at),
        fact.name,
        fact.number,
        fact.identity_check,
        fact.face_check,
        fact.document,
    );
    match &fact.confirmation {
        None => format!("{signed}，至提取时未见其作出回复"),
        Some(confirmation) => {
            let answer = match confirmation.answer {
                Answer::Confirmed => "确认",
                Answer::Objected => "异议",
            };
            let at = dates::second(confirmation.at);
            format!("{signed}；{at}，以{}方式作出“{answer}”的回复", confirmation.by)
        }
    }
}

fn conclusion(input: &CertificateInput) -> Vec<String> {
    let mut received: Vec<String> =
        input.deposits.iter().map(|deposit| dates::second(deposit.received_at)).collect();
    received.dedup();
    let mut paragraphs = vec![format!(
        "兹证明本公证书所附电子数据（附件四）系自本处电子数据保管系统提取，其摘要值与{}存证时记录的摘要值\
         一致；本公证书所附打印件、照片与提取的电子数据内容相符。",
        received.join("、")
    )];
    if input.states_limits {
        paragraphs.push(
            "本公证书仅对上述电子数据的接收、保管、提取过程及其完整性予以证明，不对文书所载法律行为的效力\
             作出判断。"
                .to_owned(),
        );
    }
    paragraphs
}
