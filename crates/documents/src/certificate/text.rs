//! The text, as somebody approved it. Its wording is proposed and edited elsewhere
//! (`notarization::matter::certificate_text`): what is printed is what the approver read.

/// An approved text: the lines of its head, and its paragraphs.
pub(super) fn approved(text: &str) -> (Vec<String>, Vec<String>) {
    const HEAD: [&str; 3] = ["申请人：", "委托代理人：", "公证事项："];
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_head = |line: &&str| HEAD.iter().any(|begin| line.starts_with(begin));
    let (head, body): (Vec<&str>, Vec<&str>) = lines.partition(is_head);
    let owned = |lines: Vec<&str>| lines.into_iter().map(str::to_owned).collect();
    (owned(head), owned(body))
}
