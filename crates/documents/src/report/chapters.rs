//! The chapters.

use super::input::{DocumentDigests, ReportInput};
use crate::layout::Page;
use crate::{RenderError, dates};

/// Their titles, in order.
pub(super) const TITLES: [&str; 13] = [
    "一、报告信息",
    "二、主体及身份核验",
    "三、文件及摘要值",
    "四、意愿证据",
    "五、操作环境",
    "六、数字证书与时间戳",
    "七、事件时间线",
    "八、确认结果",
    "九、存证回执与日志证明",
    "十、系统运行状态",
    "十一、完整性核验及复核方法",
    "十二、数据来源标注",
    "十三、声明与限制",
];

pub(super) fn write(page: &mut Page<'_>, input: &ReportInput) -> Result<(), RenderError> {
    let mut titles = TITLES.into_iter();
    let mut next = |page: &mut Page<'_>| page.heading(titles.next().unwrap_or_default());

    next(page)?;
    page.pairs(vec![
        ("报告编号", input.number.clone()),
        ("出具方", input.issuer.full_name.clone()),
        ("申请人", input.applicant.clone()),
        ("用途", input.purpose.clone()),
        ("出具时间", dates::second(input.issued_at)),
    ])?;

    next(page)?;
    let subjects = input.subjects.iter().map(|one| {
        vec![one.name.clone(), one.number.clone(), one.capacity.clone(), one.check.clone()]
    });
    let columns = [("姓名或名称", 1.2), ("证件号码", 1.6), ("身份", 1.0), ("核验", 3.2)];
    page.listed(&columns, subjects.collect())?;

    next(page)?;
    let documents = input.documents.iter().map(document).collect();
    page.listed(&[("文件", 1.4), ("版本", 0.6), ("摘要值（SHA-256）", 4.6)], documents)?;

    next(page)?;
    let intents = input.intents.iter().map(|one| {
        vec![one.who.clone(), one.what.clone(), dates::short(one.at), one.detail.clone()]
    });
    let columns = [("何人", 1.0), ("事项", 1.5), ("时间", 1.3), ("内容", 3.2)];
    page.listed(&columns, intents.collect())?;

    next(page)?;
    let environment = input
        .environment
        .iter()
        .map(|one| vec![one.act.clone(), one.name.clone(), one.value.clone(), one.source.clone()]);
    let columns = [("操作", 1.0), ("项目", 1.2), ("内容", 3.2), ("来源", 1.1)];
    page.listed(&columns, environment.collect())?;

    next(page)?;
    certificates(page, input)?;

    next(page)?;
    let events = input.events.iter().map(|one| {
        vec![one.seq.to_string(), dates::short(one.at), one.what.clone(), one.root.to_string()]
    });
    let columns = [("链上序号", 0.7), ("时间", 1.3), ("事件", 1.3), ("记录根", 3.6)];
    page.listed(&columns, events.collect())?;

    next(page)?;
    let confirmations = input.confirmations.iter().map(|one| {
        let at = one.at.map_or_else(|| "—".to_owned(), dates::short);
        vec![one.who.clone(), one.answer.clone(), at, one.by.clone()]
    });
    let columns = [("何人", 1.2), ("回复", 1.4), ("时间", 1.4), ("方式", 1.2)];
    page.listed(&columns, confirmations.collect())?;

    next(page)?;
    let custody = input
        .custody
        .iter()
        .map(|one| vec![one.custodian.clone(), one.deposit.clone(), one.detail.clone()]);
    page.listed(&[("保管方", 1.3), ("存证", 2.0), ("结果及证明", 3.2)], custody.collect())?;

    next(page)?;
    let system = input.system.iter().map(|one| vec![one.system.clone(), one.state.clone()]);
    page.listed(&[("系统", 1.4), ("当时状态", 4.0)], system.collect())?;

    next(page)?;
    let lines = input
        .verification
        .iter()
        .map(|one| vec![one.what.clone(), one.finding.clone(), one.reason.clone()]);
    page.listed(&[("核验项", 1.2), ("结论", 0.8), ("说明", 3.4)], lines.collect())?;
    page.text(
        "复核方法：从本报告中取出证据包，以公证机构公布的信任锚，用公开的核验程序或核验网页脱机核验；\
         核验不需要网络，也不依赖出具方的系统。",
    )?;
    let inside = page.inside_rows();
    page.listed(&[("内嵌文件", 1.5), ("大小", 0.8), ("摘要值", 4.0)], inside)?;

    next(page)?;
    page.text("平台观察到：由平台服务器自行记录，如接收时间、来源地址。")?;
    page.text("设备自述：由签署人的设备报告，平台未能另行核实，如设备时间、定位、屏幕尺寸。")?;
    page.text("第三方提供：由身份核验、证书、时间戳等机构答复并签名，答复原文在证据包内。")?;
    page.text("当事人申报：由经办人或当事人填写，未经权威来源核对的均予标明。")?;

    next(page)?;
    page.text(
        "本报告是对平台所存电子数据的客观列示，不是公证书，不对文件所载法律行为的效力作出判断。",
    )?;
    page.text("本报告所称“核验通过”仅指所列数据自存证后未被改动、所列签名与证书相符。")?;
    page.text("需要公证书的，可持本报告或签署凭证号向公证机构申请。")?;
    Ok(())
}

fn document(document: &DocumentDigests) -> Vec<String> {
    let mut digests = vec![format!("签署前：{}", document.before)];
    digests.extend(document.after.iter().map(|(who, digest)| format!("{who}签署后：{digest}")));
    vec![document.title.clone(), document.version.clone(), digests.join("\n")]
}

fn certificates(page: &mut Page<'_>, input: &ReportInput) -> Result<(), RenderError> {
    let rows = input.certificates.iter().map(|one| {
        let test = if one.is_test_only { "\n测试证书，不具有法律效力" } else { "" };
        let valid = format!("{} 至 {}", dates::short(one.not_before), dates::short(one.not_after));
        vec![one.serial.clone(), format!("{}{test}", one.issuer), valid, one.algorithm.clone()]
    });
    let columns = [("证书序列号", 2.2), ("颁发者", 1.6), ("有效期", 1.9), ("算法", 1.0)];
    page.listed(&columns, rows.collect())?;
    if input.timestamps.is_empty() {
        page.text("未取得可信时间戳。")?;
        return Ok(());
    }
    let rows = input
        .timestamps
        .iter()
        .map(|one| vec![one.authority.clone(), dates::second(one.at), one.detail.clone()]);
    page.table(&[("时间戳机构", 1.6), ("时间", 1.8), ("策略及序号", 2.2)], rows.collect())?;
    Ok(())
}
