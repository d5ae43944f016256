//! The certificate a workbench issues: its text, its seven annexes, and what is inside.

use std::sync::Arc;

use heqi_evidence::bundle::EvidenceBundle;
use heqi_evidence::deposit::DualDigest;
use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::record::RecordDraft;
use heqi_evidence::verdict::Conclusion;
use heqi_notarization::matter::certificate_text::chinese_second;
use heqi_notarization::staff::OfficeRole;
use heqi_sealed_pdf::SignedPdf;
use heqi_testkit::{Story, Twists};
use heqi_verify::{DocumentExamination, Roots};
use heqi_vocabulary::Provenance;
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::story;
use crate::workbench::matter::{FORM, issued, numbered};
use crate::workbench::press::{press, press_with};
use crate::workbench::{Bureau, anchors_of};

const NUMBER: &str = "330112196404169991";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_certificate_is_issued_with_a_token_of_an_authority_whose_certificate_had_expired() {
    let old = |clock: &_, is_silent: &_| press_with(clock, is_silent, 11);
    let bureau = Box::pin(Bureau::with(story(), old)).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;
    let matter = Box::pin(numbered(&bureau, [&clerk, &notary, &approver], &FORM)).await;
    // It answers, its token is sound and of the root that is trusted; the number waits all the same.
    let refused = notary.act(&matter, "issue", &[]).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.text().await.unwrap().contains("未取得有效时间戳"));
    let none = notary.send(Method::GET, &format!("{matter}/certificate.pdf"), &[]).await;
    assert_ne!(none.status(), StatusCode::OK);
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_issued_certificate_has_every_obligatory_sentence_and_all_seven_annexes() {
    let story = story();
    let (photo, seen_at) = (story.photo(), story.seen_at());
    let records = story.records.len();
    let bureau = Box::pin(Bureau::with(story, press)).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;
    let matter = Box::pin(issued(&bureau, [&clerk, &notary, &approver])).await;
    let file = notary.send(Method::GET, &format!("{matter}/certificate.pdf"), &[]).await;
    let file = file.bytes().await.unwrap().to_vec();
    let sealed = SignedPdf::parse(file.clone()).unwrap();
    let sealed = sealed.verify(&bureau.roots, &bureau.time_roots).unwrap();
    let inside = |name: &str| {
        let found = sealed.embedded().iter().find(|one| one.name == name);
        found.unwrap_or_else(|| panic!("{name} is not inside")).bytes.clone()
    };
    let package = inside("evidence-001.heqi.zip");
    let bundle = EvidenceBundle::read(&package).unwrap().parts;
    let manifest = DualDigest::of(&bundle.deposit_manifest().to_bytes().unwrap());
    let dual = |bytes: &[u8]| DualDigest::of(bytes);
    let text = words_of(&file);

    // The text of the domain analysis, 5.5, from top to bottom.
    let received = chinese_second(seen_at);
    let mut from = 0;
    for wanted in [
        "公证书".to_owned(),
        "（2026）浙杭临证经字第000001号".to_owned(),
        "申请人：张三，女，1949年12月31日出生，公民身份号码：11010519491231002X，住杭州市临安区示例路1号。".to_owned(),
        "公证事项：保全证据（电子数据）".to_owned(),
        format!("向本处申请对本处电子数据保管系统中存证编号为{}的电子数据办理保全证据公证。", bureau.deposit),
        "经查，示例商事文签平台与本处电子数据保管系统对接。".to_owned(),
        format!("{received}，本处系统自示例商事文签平台接收上述存证编号项下电子数据（文件"),
        "清单见附件一），系统即时记录其摘要值".to_owned(),
        format!("SM3：{}；SHA-256：{}；", manifest.sm3, manifest.sha256),
        "接收时间及存证编号，并持续保存至今。".to_owned(),
        "根据《中华人民共和国公证法》《公证程序规则》的规定，本公证员与本处工作人员".to_owned(),
        "在本处提取室，使用本处计算机（提取专用机1号）进行了如下操作：".to_owned(),
        "一、检查计算机及网络环境（见附件二）；".to_owned(),
        format!("二、登录本处电子数据保管系统，检索存证编号{}，提取该编号项下全部电子数据；", bureau.deposit),
        "三、对提取的文件重新计算摘要值，与存证时记录的摘要值比对，结果：一致；".to_owned(),
        "四、对电子签名、时间戳进行验证，结果见附件三；".to_owned(),
        format!("SM3：{}；SHA-256：{}），一式1份，打印相关页面", dual(&package).sm3, dual(&package).sha256),
        "上述电子数据中记录：".to_owned(),
        "以“张三”名义，".to_owned(),
        "在《公司章程》上进行了电子签署；".to_owned(),
        "以在线方式作出“确认”的回复。".to_owned(),
        format!("兹证明本公证书所附电子数据（附件四）系自本处电子数据保管系统提取，其摘要值与{received}存证时记录的摘要值一致；"),
        "本公证书所附打印件、照片与提取的电子数据内容相符。".to_owned(),
        "本公证书仅对上述电子数据的接收、保管、提取过程及其完整性予以证明，不对文书所载法律行为的效力作出判断。".to_owned(),
        "公证处".to_owned(),
        "公证员：示例人员".to_owned(),
        "附件清单".to_owned(),
        "附件一电子数据清单及摘要值".to_owned(),
        "附件二公证工作记录".to_owned(),
        "附件三核验结果".to_owned(),
        "附件四证据包（内嵌于本电子公证书）".to_owned(),
        "附件五签署照片及签署环境信息表".to_owned(),
        beginning("SHA-256：", &dual(&photo).sha256.to_string()),
        beginning("SM3：", &dual(&photo).sm3.to_string()),
        "203.0.113.7".to_owned(),
        "附件六存证回执及日志证明".to_owned(),
        bureau.deposit.clone(),
        "附件七确认及异议记录".to_owned(),
        "张三确认在线".to_owned(),
        "answers.json".to_owned(),
    ] {
        let found = text[from..].find(&wanted);
        from += found.unwrap_or_else(|| panic!("{wanted} behind {from} in {text}"));
    }
    // Both ends of the session, to the second.
    let second = between(&text, "工作人员示例人员于", "在本处提取室");
    assert_eq!(second.matches('秒').count(), 2, "{second}");

    // What is printed of answers proves the records whose frames stand in the bundle.
    let answers: serde_json::Value = serde_json::from_slice(&inside("answers.json")).unwrap();
    let answers = answers["records"].as_array().unwrap();
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    let shown = Disclosure::parse(&heqi_evidence::canonical::to_bytes(answer).unwrap()).unwrap();
    assert_eq!(bundle.chain.len(), records);
    let frames = bundle.chain.iter().map(|frame| Disclosure::parse(frame).unwrap().root());
    assert!(frames.into_iter().any(|root| root == shown.root()), "the frame of the answer");
    assert!(shown.attribute("client_address").is_none());
    assert!(text.contains(&beginning("记录根：", &shown.root().to_string())));
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_registry_is_certified_masks_whoever_signed_and_tells_the_objection() {
    let asked = |draft: &mut RecordDraft| {
        let question = json!({
            "asks": "person", "document_kind": "resident_id", "document_number": NUMBER, "name": "张三",
        });
        let identity = json!({ "answers": [], "questions": [question] });
        draft.set("identity", identity, Provenance::Observed).unwrap();
    };
    let disputed = Twists { objection: true, record: Some(Box::new(asked)), ..Twists::default() };
    let bureau = Box::pin(Bureau::with(Story::tell(1, &disputed), press)).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;
    let mut form = FORM.to_vec();
    for (name, value) in [
        ("applicant", "regulator"),
        ("name", "示例区市场监督管理局"),
        ("document_number", "91330112MA00000159"),
    ] {
        form.iter_mut().find(|(one, _)| *one == name).unwrap().1 = value;
    }
    form.push(("legal_representative", "王强"));
    form.push(("legal_basis", "条例第四十条，临市监〔2026〕1号"));
    let matter = Box::pin(numbered(&bureau, [&clerk, &notary, &approver], &form)).await;
    notary.done(&matter, "issue", &[]).await;
    let file = notary.send(Method::GET, &format!("{matter}/certificate.pdf"), &[]).await;
    let file = file.bytes().await.unwrap().to_vec();
    let text = words_of(&file);
    for wanted in [
        "申请人：示例区市场监督管理局，统一社会信用代码：91330112MA00000159",
        "已有当事人提出异议，异议的内容及处理情况见附件七。本公证书对异议是否成立不作判断。",
        "，其中第三人的个人信息未予公开，以其摘要值代替，",
        "record.json：身份核验内容、拍照次数、来源地址、代理所报来源地址；client.json：定位。",
        "已遮盖（第三人信息）",
        "2条，随附",
        "张*异议（非本人",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
    for hidden in ["203.0.113", "不是我签的", "30.274084", NUMBER] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    // Nor do the files inside hold it, as they are when they are taken out.
    let sealed = SignedPdf::parse(file.clone()).unwrap();
    let sealed = sealed.verify(&bureau.roots, &bureau.time_roots).unwrap();
    for inside in sealed.embedded() {
        for hidden in ["203.0.113", "10.0.0.2", "不是我签的", "30274084", "120155070", NUMBER]
        {
            let is_there =
                inside.bytes.windows(hidden.len()).any(|bytes| bytes == hidden.as_bytes());
            assert!(!is_there, "{hidden} in {}", inside.name);
        }
    }
    // Whoever is handed it verifies all that is required of a certificate.
    let anchors = anchors_of(&bureau, &[bureau.office.custodian()]);
    let roots = Roots { seals: bureau.roots.clone(), times: bureau.time_roots.clone() };
    let found = DocumentExamination::of(file, Some(&anchors), roots, None).unwrap();
    assert_eq!(found.conclude(None), Conclusion::Proved, "{:?}", found.findings());
    bureau.running.stop().await;
}

/// The words of a PDF's pages without feet, line ends and spaces.
pub(crate) fn words_of(file: &[u8]) -> String {
    let mut text = String::new();
    heqi_paper::render(Arc::new(file.to_vec()), |page| {
        if let heqi_paper::PageText::Blocks(blocks) = page.text {
            let texts = blocks.into_iter().map(|block| block.text);
            let is_foot = |text: &String| text.starts_with('第') || text.contains("演示样章");
            text.extend(texts.filter(|text| !is_foot(text)));
        }
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    text.replace(char::is_whitespace, "")
}

/// As much of a digest as stands on the first line of a cell: lines of cells side by side are read
/// together.
fn beginning(before: &str, digest: &str) -> String {
    format!("{before}{}", &digest[..16])
}

/// What stands between two words.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let behind = text.split(before).nth(1).unwrap_or_else(|| panic!("{before} in {text}"));
    behind.split(after).next().unwrap()
}
