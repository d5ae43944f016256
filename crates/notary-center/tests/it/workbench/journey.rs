//! From an application at the counter to a certificate that anybody checks.

use std::sync::atomic::Ordering;

use heqi_notarization::matter::number::CertificateNo;
use heqi_notarization::staff::OfficeRole;
use heqi_notary_center::press::is_believed;
use heqi_sealed_pdf::SignedPdf;
use heqi_vocabulary::{Clock as _, Digest};
use reqwest::{Method, StatusCode};

use super::Bureau;
use super::browser::{Browser, trouble};
use super::matter::{FORM, apply, approve_proposed};
use super::press::page_text;
use crate::support::http;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_application_becomes_a_certificate_that_anybody_checks() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;

    // A stranger is refused with the article, and what was typed is shown again.
    let mut stranger = FORM;
    stranger[1] = ("name", "李四");
    let refused = apply(&bureau, &clerk, &stranger).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let text = refused.text().await.unwrap();
    assert!(text.contains("《公证法》第三十一条第二项") && text.contains("李四"));

    // Whether there is a lawsuit is said, and an agent shows the power of attorney; what was typed
    // and chosen is shown again.
    let unsaid: Vec<_> = FORM.into_iter().filter(|(name, _)| *name != "lawsuit").collect();
    let agent: Vec<_> = FORM.into_iter().chain([("agent", "李四"), ("duplicates", "2")]).collect();
    for (form, said) in [(&unsaid, "是否正在诉讼或仲裁"), (&agent, "授权委托书")] {
        let refused = apply(&bureau, &clerk, form).await;
        assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(trouble(refused).await.contains(said), "{said}");
    }
    let again = apply(&bureau, &clerk, &agent).await.text().await.unwrap();
    assert!(again.contains("value=\"no\" required checked") && again.contains("value=\"李四\""));

    let with_agent: Vec<_> = agent.iter().copied().chain([("power_of_attorney", "seen")]).collect();
    let taken = apply(&bureau, &clerk, &with_agent).await;
    assert_eq!(taken.status(), StatusCode::SEE_OTHER, "{}", trouble(taken).await);
    let matter = taken.headers()["location"].to_str().unwrap().to_owned();
    assert!(matter.starts_with("/staff/matters/SQ"), "{matter}");
    let page = clerk.page(&matter).await;
    for said in [
        "李四（授权委托书已核对）",
        "正本1份，副本2份",
        "<dd>纸质</dd>",
        "<dd>中文</dd>",
        "申请人声明没有诉讼或仲裁",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let twice = apply(&bureau, &clerk, &FORM).await;
    assert_eq!(twice.status(), StatusCode::CONFLICT);

    for one in [&clerk, &notary, &approver] {
        one.done(&matter, "declare", &[("choice", "none")]).await;
    }
    notary.done(&matter, "accept", &[]).await;
    notary.done(&matter, "recompute", &[]).await;
    let page = notary.page(&matter).await;
    assert!(page.contains("核验通过") && page.contains("系统预检（不代替公证员审查）"));
    for number in 1..=22 {
        if notary.page(&matter).await.contains(&format!("{matter}/tick-{number}\"")) {
            let form = [("choice", "passed"), ("text", "已核对")];
            notary.done(&matter, &format!("tick-{number}"), &form).await;
        }
    }

    // No draft without a session; no session with a wrong code.
    let early = notary.act(&matter, "draft", &[("text", "兹证明")]).await;
    assert_eq!(early.status(), StatusCode::CONFLICT);
    assert!(early.text().await.unwrap().contains("没有已封存的提取会话"));
    let (own, beside) = (bureau.code(&notary), clerk.secret.code_at(bureau.clock.now()));
    let mut session = [
        ("workstation", "提取专用机1号"),
        ("place", "本处提取室"),
        ("code", own.as_str()),
        ("second", clerk.login),
        ("second_code", "000000"),
    ];
    let wrong = notary.act(&matter, "session", &session).await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    let (own, beside_again) = (bureau.code(&notary), clerk.secret.code_at(bureau.clock.now()));
    assert_ne!(beside, beside_again);
    session[2].1 = &own;
    session[4].1 = &beside_again;
    notary.done(&matter, "session", &session).await;
    for act in ["clean_environment", "search", "extract", "recompute", "verify", "seal"] {
        let pressed = notary.act(&matter, &format!("press-{act}"), &[]).await;
        assert_eq!(pressed.status(), StatusCode::SEE_OTHER, "{act}: {}", trouble(pressed).await);
        let shown = pressed.headers()["location"].to_str().unwrap().to_owned();
        // What is served has the digest of its own address, which is the one of the line.
        let page = notary.page(&shown).await;
        let sha256 = shown.rsplit('/').next().unwrap();
        assert_eq!(Digest::of(page.as_bytes()).to_string(), sha256, "{act}");
        assert!(notary.page(&matter).await.contains(sha256), "{act}");
        assert!(!page.contains("csrf") && page.contains("输出摘要"), "{act}");
        let again = approver.send(Method::GET, &format!("{shown}?lang=en"), &[]).await;
        assert_eq!(Digest::of(&again.bytes().await.unwrap()).to_string(), sha256, "{act}");
    }
    let page = notary.page(&matter).await;
    assert!(page.contains("已封存") && page.contains("本处提取室"), "no sealed session");
    let draft = page.split("maxlength=\"8000\">").nth(1).unwrap().split('<').next().unwrap();
    clerk.done(&matter, "draft", &[("text", draft)]).await;
    // Marked as complex it is discussed first; the mark is taken back by who set it.
    assert!(!page.contains(&format!("{matter}/tick-22\"")));
    let mark = |choice| [("choice", choice), ("text", "涉及多方")];
    notary.done(&matter, "complex", &mark("complex")).await;
    let page = clerk.page(&matter).await;
    assert!(page.contains("审批前须集体讨论") && page.contains(&format!("{matter}/tick-22\"")));
    let early = notary.act(&matter, "hand-in", &[]).await;
    assert!(trouble(early).await.contains("讨论情况尚未记录"));
    notary.done(&matter, "complex", &mark("plain")).await;
    notary.done(&matter, "complex", &mark("complex")).await;
    let opinion = [("choice", "passed"), ("text", "讨论后一致同意")];
    notary.done(&matter, "tick-22", &opinion).await;
    assert!(clerk.page(&matter).await.contains("讨论后一致同意"));
    notary.done(&matter, "hand-in", &[]).await;

    // Approval: never of an own draft, and only of what was shown.
    let page = approver.page(&matter).await;
    let shown = page.split("name=\"shown\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let own = clerk.act(&matter, "approve", &[("shown", shown)]).await;
    assert_eq!(own.status(), StatusCode::FORBIDDEN);
    assert!(own.text().await.unwrap().contains("不能审批自己起草"));
    let other = approver.act(&matter, "approve", &[("shown", "")]).await;
    assert_eq!(other.status(), StatusCode::CONFLICT);
    approver.done(&matter, "approve", &[("shown", shown)]).await;

    let open = notary.act(&matter, "issue", &[]).await;
    assert_eq!(open.status(), StatusCode::CONFLICT, "the fee is open");
    let paid = [("choice", "paid"), ("fen", "800"), ("receipt", "NO.0001")];
    clerk.done(&matter, "fee", &paid).await;
    // No certificate without a good time token; the number waits.
    bureau.is_silent.store(true, Ordering::SeqCst);
    let unstamped = notary.act(&matter, "issue", &[]).await;
    assert_eq!(unstamped.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(unstamped.headers().contains_key("retry-after"), "a page says when to come back");
    assert!(unstamped.text().await.unwrap().contains("未取得有效时间戳"));
    bureau.is_silent.store(false, Ordering::SeqCst);
    notary.done(&matter, "issue", &[]).await;
    let file = notary.send(Method::GET, &format!("{matter}/certificate.pdf"), &[]).await;
    let file = file.bytes().await.unwrap().to_vec();
    let sealed = SignedPdf::parse(file.clone()).unwrap();
    let sealed = sealed.verify(&bureau.roots, &bureau.time_roots).unwrap();
    let inside: Vec<&str> = sealed.embedded().iter().map(|one| one.name.as_str()).collect();
    assert!(inside.contains(&"evidence-001.heqi.zip"), "{inside:?}");
    assert!(sealed.seal().is_test_only());
    let flipped: Vec<u8> = file
        .iter()
        .enumerate()
        .map(|(at, byte)| if at == file.len() / 2 { byte ^ 1 } else { *byte })
        .collect();
    assert!(!is_believed(&flipped, &bureau.roots, &bureau.time_roots));

    assert!(page_text(&file).contains("截屏"), "the working record names what was shown");

    // Who of the staff opened a file stands on the page.
    let auditor = bureau.admit("he.qing", OfficeRole::Auditor).await;
    let page = auditor.page(&matter).await;
    let taken = page.split("工作人员取走的文件").nth(1).unwrap();
    assert!(taken.contains("<strong>公证书</strong>") && taken.contains("qian.wei · 公证员"));
    assert!(taken.contains("sun.li · 审批人"), "who looked at what the session showed");

    // Anybody checks: by the address of the QR code, and by number and code.
    let page = notary.page(&matter).await;
    assert!(page.contains("（2026）浙杭临证经字第000001号"));
    let code = page.split("<dt>校验码</dt><dd>").nth(1).unwrap().split('<').next().unwrap();
    let number: CertificateNo = "（2026）浙杭临证经字第000001号".parse().unwrap();
    let address = format!("/check/{}?c={code}", number.digest());
    let url = bureau.running.url();
    let scanned = http().get(format!("{url}{address}")).send().await.unwrap();
    assert_eq!(scanned.status(), StatusCode::OK);
    let scanned = scanned.text().await.unwrap();
    assert!(scanned.contains("现行有效") && scanned.contains("张*") && !scanned.contains("张三"));
    // In the other language it is the same answer.
    assert!(scanned.contains(&format!("href=\"{address}&amp;lang=en\"")), "{scanned}");
    let english = http().get(format!("{url}{address}&lang=en")).send().await.unwrap();
    assert!(english.text().await.unwrap().contains("and it stands"));
    let nobody = Browser {
        url: url.clone(),
        cookie: String::new(),
        login: "",
        secret: notary.secret.clone(),
    };
    // Whoever has only a file is told with what it is verified.
    let front = nobody.send(Method::GET, "/check", &[]).await.text().await.unwrap();
    for link in ["href=\"/verify.html\"", "href=\"/anchors.json\""] {
        assert!(front.contains(link), "{link} in {front}");
    }
    assert!(!front.contains("撤销公证书公告"), "{front}");
    let number = "(2026)浙杭临证经字第1号";
    let typed = nobody.send(Method::POST, "/check", &[("number", number), ("c", code)]).await;
    assert!(typed.text().await.unwrap().contains("现行有效"));
    let wrong = nobody.send(Method::POST, "/check", &[("number", number), ("c", "AAAA2222")]).await;
    assert_eq!(wrong.status(), StatusCode::NOT_FOUND);

    // The book of each year is found from the other.
    let book = notary.page("/staff/register").await;
    assert!(book.contains("（2026）浙杭临证经字第000001号"), "{book}");
    assert!(book.contains("href=\"/staff/register?year=2025\""), "{book}");
    let before = notary.page("/staff/register?year=2025").await;
    assert!(before.contains("该年度没有公证书编号"), "{before}");
    assert!(before.contains("href=\"/staff/register?year=2026\""), "{before}");
    let none = notary.send(Method::GET, "/staff/register?year=x", &[]).await;
    assert_eq!(none.status(), StatusCode::NOT_FOUND);

    // What was issued is taken back by two persons.
    notary.done(&matter, "revoke", &[("text", "申请人提供虚假材料")]).await;
    let alone = approver.act(&matter, "void", &[("text", "申请人提供虚假材料")]).await;
    assert_eq!(alone.status(), StatusCode::CONFLICT);
    assert!(approver.page("/staff/matters?at=issued").await.contains("有待审批的处理"));
    let own = notary.act(&matter, "approve-proposed", &[("shown", "0")]).await;
    assert_eq!(own.status(), StatusCode::FORBIDDEN);
    let stands = http().get(format!("{url}{address}")).send().await.unwrap().text().await.unwrap();
    assert!(stands.contains("现行有效"), "{stands}");
    approve_proposed(&approver, &matter).await;
    let voided = http().get(format!("{url}{address}")).send().await.unwrap().text().await.unwrap();
    assert!(voided.contains("已被撤销"), "{voided}");
    // And announced, without a code and without anybody's name.
    let front = nobody.send(Method::GET, "/check", &[]).await.text().await.unwrap();
    let announced = front.split("撤销公证书公告").nth(1).unwrap();
    assert!(announced.contains("（2026）浙杭临证经字第000001号"), "{announced}");
    assert!(!announced.contains('张'), "{announced}");
    bureau.running.stop().await;
}
