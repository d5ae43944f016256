use super::*;
use crate::matter::form::{
    ActingDocument, CertificateLanguage, DeliveryWay, Lawsuit, PowerOfAttorney,
};
use crate::matter::rows::HeldPart;

fn at(text: &str) -> UtcMillis {
    text.parse().unwrap()
}

fn application() -> Application {
    Application {
        kind: ApplicantKind::Signer,
        name: "张三".into(),
        sex: Some("女".into()),
        born: "1949-12-31".parse().ok(),
        document_kind: "resident_id".into(),
        document_number: "11010519491231002X".into(),
        address: "杭州市临安区示例路1号".into(),
        phone: "0571-0000110".into(),
        legal_representative: None,
        agent: None,
        acting_document: None,
        legal_basis: None,
        purpose: "诉讼\n在杭州使用".into(),
        manner: "本人在手机上签署".into(),
        materials: Vec::new(),
        copies: 2,
        delivery: DeliveryWay::Download,
        litigation: None,
        duplicates: 0,
        language: CertificateLanguage::default(),
        lawsuit: Lawsuit::default(),
        medium: None,
        power_of_attorney: PowerOfAttorney::default(),
        witnesses: None,
    }
}

fn facts() -> Facts {
    let part = HeldPart {
        name: "record.json".into(),
        size_bytes: 1,
        sha256: String::new(),
        sm3: String::new(),
    };
    Facts {
        signer: "张三".into(),
        number: "1101**************".into(),
        signed_at: Some(at("2026-11-23T12:05:09.000Z")),
        documents: vec!["公司章程".into()],
        parts: vec![part.clone(), part],
        checked: vec!["示例核验机构实名信息核验".into()],
        unchecked: vec!["人脸比对或替代核验的结果".into()],
        answer: "confirmed".into(),
        answered_at: Some(at("2026-11-23T12:20:44.000Z")),
        answered_by: "短信通知后在线".into(),
        ..Facts::default()
    }
}

fn text_of(change: impl Fn(&mut Application, &mut Facts, &mut bool, &mut bool)) -> String {
    text_with((false, false), change)
}

fn text_with(
    (is_code_compared, is_proof_anew): (bool, bool),
    change: impl Fn(&mut Application, &mut Facts, &mut bool, &mut bool),
) -> String {
    let (mut application, mut facts) = (application(), facts());
    let (mut has_photo, mut is_disputed) = (true, false);
    change(&mut application, &mut facts, &mut has_photo, &mut is_disputed);
    certificate_text(&CertificateWords {
        application: &application,
        is_code_compared,
        accepted_at: at("2026-11-25T01:30:00.000Z"),
        platform_name: "示例商事文签平台",
        deposit_no: "CZ202611230000017",
        received_at: at("2026-11-23T12:05:11.000Z"),
        manifest: &DualDigest::of(b"manifest"),
        package: PackageWords {
            digests: &DualDigest::of(b"package"),
            is_narrowed: application.kind != ApplicantKind::Signer,
            is_proof_anew,
            has_photo,
        },
        session: SessionWords {
            second: "陆示例",
            place: "本处提取室",
            workstation: "提取专用机1号",
            from: at("2026-11-27T02:00:07.000Z"),
            to: at("2026-11-27T02:08:02.000Z"),
        },
        facts: &facts,
        is_disputed,
    })
}

#[test]
fn days_and_seconds_are_written_as_a_certificate_writes_them() {
    let late = at("2026-11-23T16:05:09.120Z");
    assert_eq!(chinese_day(late), "2026年11月24日");
    assert_eq!(chinese_second(late), "2026年11月24日0时05分09秒");
}

#[test]
fn every_obligatory_sentence_of_the_element_style_is_there_in_its_order() {
    let text = text_of(|_, _, _, _| {});
    let (manifest, package) = (DualDigest::of(b"manifest"), DualDigest::of(b"package"));
    let recorded = format!("SM3：{}；SHA-256：{}；各文件", manifest.sm3, manifest.sha256);
    let sealed = format!("SM3：{}；SHA-256：{}），一式2份", package.sm3, package.sha256);
    let mut from = 0;
    for wanted in [
        "申请人：张三，女，1949年12月31日出生，公民身份号码：11010519491231002X，住杭州市临安区示例路1号。\n公证事项：保全证据（电子数据）\n",
        "因诉讼 在杭州使用，于2026年11月25日向本处申请对本处电子数据保管系统中存证编号为CZ202611230000017的电子数据",
        "2026年11月23日20时05分11秒，本处系统自示例商事文签平台接收",
        "文件2件，清单见附件一",
        &recorded,
        "由平台（非公证机构管控）产生",
        "本处工作人员陆示例于2026年11月27日10时00分07秒至2026年11月27日10时08分02秒在本处提取室",
        "一、检查计算机及网络环境",
        "二、登录本处电子数据保管系统，检索存证编号CZ202611230000017，提取该编号项下全部电子数据",
        "结果：一致",
        "四、对电子签名、时间戳进行验证，结果见附件三",
        &sealed,
        "打印相关页面（附件五至附件七）",
        "2026年11月23日20时05分09秒，以“张三、1101**************”名义，经示例核验机构实名信息核验通过后，未见人脸比对或替代核验的结果，在《公司章程》上进行了电子签署；2026年11月23日20时20分44秒，以短信通知后在线方式作出“确认”的回复。",
        "其摘要值与2026年11月23日20时05分11秒存证时记录的摘要值一致；本公证书所附打印件、照片与提取的电子数据内容相符。",
        "不对文书所载法律行为的效力作出判断。",
    ] {
        let found = text[from..].find(wanted);
        from += found.unwrap_or_else(|| panic!("{wanted} behind {from} in {text}"));
    }
    assert!(!text.contains("提出异议"), "{text}");
}

#[test]
fn what_is_closed_in_the_package_is_said_where_it_is_sealed_and_where_it_is_certified() {
    let own = text_of(|_, _, _, _| {});
    assert!(!own.contains("第三人"), "{own}");
    let text = text_of(|application, _, _, _| application.kind = ApplicantKind::Regulator);
    let package = DualDigest::of(b"package");
    let sealed = format!(
        "SHA-256：{}），其中第三人的个人信息未予公开，以其摘要值代替，不影响对电子数据完整性的核验，一式2份",
        package.sha256
    );
    let certified = "系自本处电子数据保管系统提取，除第三人的个人信息以其摘要值代替外未作改动；提取的电子数据的摘要值与2026年11月23日20时05分11秒存证时记录的摘要值一致；";
    for wanted in [sealed.as_str(), certified] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
}

#[test]
fn a_log_proof_that_was_not_received_is_said_to_be_another_where_it_is_sealed_and_certified() {
    let received = text_of(|_, _, _, _| {});
    assert!(!received.contains("重作"), "{received}");
    let but = [
        (ApplicantKind::Signer, "，除日志证明重作外未作改动；"),
        (ApplicantKind::Regulator, "，除第三人的个人信息以其摘要值代替、日志证明重作外未作改动；"),
    ];
    for (kind, but) in but {
        let text = text_with((false, true), |application, _, _, _| application.kind = kind);
        for wanted in [
            "依其后经联署的树头重作，接收时的日志证明由本处留存，一式2份",
            &format!("{but}提取的电子数据的摘要值与2026年11月23日20时05分11秒存证时记录的"),
        ] {
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
    }
}

#[test]
fn edge_case_25_an_objection_is_told_beside_the_signing_and_judged_by_nobody() {
    let text = text_of(|_, facts, _, is_disputed| {
        facts.answer = "objected".into();
        facts.answered_by = "直接向公证机构".into();
        *is_disputed = true;
    });
    assert!(text.contains("以直接向公证机构方式作出“异议”的回复"), "{text}");
    assert!(
        text.contains("已有当事人提出异议") && text.contains("对异议是否成立不作判断"),
        "{text}"
    );
    // Whoever leaves the paragraph about the signing out still says that there is an objection, and
    // needs no tick for that.
    let rest: Vec<&str> = text.lines().filter(|line| !line.starts_with(TELLS_SIGNING)).collect();
    assert!(!rest.join("\n").contains(TELLS_SIGNING) && rest.join("\n").contains("提出异议"));
    // What is certified stays as it was: the data, not the act.
    assert!(text.contains("兹证明本公证书所附电子数据"), "{text}");
}

/// Domain study 11.4, in the words of the registry's decision.
#[test]
fn a_signature_that_the_registry_found_void_is_told_in_the_text_and_judged_by_nobody() {
    let plain = text_of(|_, _, _, _| {});
    assert!(!plain.contains(TELLS_VOID) && !plain.contains("无效"), "{plain}");
    let text = text_of(|_, facts, _, is_disputed| {
        facts.voided_at = Some(at("2026-11-24T01:02:03.000Z"));
        facts.voided_by = "示例区市场监督管理局".into();
        *is_disputed = true;
    });
    let told = "登记机关（示例区市场监督管理局）于2026年11月24日9时02分03秒就上述签署认定该签署无效，作出“该签署作废并重签”的处理（见附件七）";
    assert!(text.contains(told) && text.contains("对该项处理不作判断"), "{text}");
    // Behind what is told of the signing, before what is certified.
    assert!(text.find(TELLS_SIGNING) < text.find(TELLS_VOID), "{text}");
    assert!(text.find(TELLS_VOID) < text.find("兹证明"), "{text}");
    let without: Vec<&str> = text.lines().filter(|line| !line.contains(TELLS_VOID)).collect();
    let contested = Contested { objections: 1, is_void: true };
    assert_eq!(hides(&text, contested), None);
    assert_eq!(hides(&without.join("\n"), contested), Some(Rule::HidesVoid));
    assert_eq!(
        hides(&plain, Contested { is_void: false, ..contested }),
        Some(Rule::HidesObjection)
    );
    assert_eq!(hides(&plain, Contested::default()), None);
}

/// Edge case 22.
#[test]
fn edge_case_22_which_version_was_signed_is_told_where_another_stands_in_its_place() {
    assert!(!text_of(|_, _, _, _| {}).contains("替换"));
    let text = text_of(|_, facts, _, _| {
        facts.replaced = vec![ReplacedDocument {
            title: "公司章程".into(),
            version: 1,
            at: at("2026-11-24T01:02:03.000Z"),
            by: 2,
        }];
    });
    let told = "上述签署所涉《公司章程》为第1版，其后于2026年11月24日9时02分03秒由第2版替换，就第1版所作的签署自该时起不再计入该办件。";
    assert!(text.contains(told), "{text}");
}

#[test]
fn an_objection_that_was_taken_back_is_told_with_that() {
    let text = text_of(|_, facts, _, _| facts.answer = "taken_back".into());
    assert!(text.contains("作出“异议”的回复，其后已撤回该异议。"), "{text}");
}

#[test]
fn what_is_not_there_is_not_told() {
    let text = text_of(|_, facts, has_photo, _| {
        *facts = Facts { answer: String::new(), answered_at: None, ..facts.clone() };
        facts.number.clear();
        facts.checked.clear();
        *has_photo = false;
    });
    assert!(text.contains("以“张三”名义，未见人脸"), "{text}");
    assert!(text.contains("；至起草时未见其作出回复。"), "{text}");
    assert!(text.contains("所附打印件与提取的"), "{text}");
    // A record that cannot be read tells of no signing.
    let text = text_of(|_, facts, _, _| facts.signer.clear());
    assert!(!text.contains(TELLS_SIGNING), "{text}");
}

#[test]
fn an_authority_stands_with_its_code_and_its_representative_and_an_agent_has_a_line() {
    let text = text_of(|application, _, _, _| {
        application.kind = ApplicantKind::Regulator;
        application.name = "示例区市场监督管理局".into();
        application.document_number = "91330112MA00000159".into();
        application.legal_representative = Some("王强".into());
        application.agent = Some("李某".into());
    });
    let wanted = "申请人：示例区市场监督管理局，统一社会信用代码：91330112MA00000159（据申请人申报），住所：杭州市临安区示例路1号，法定代表人：王强。\n委托代理人：李某\n";
    assert!(text.starts_with(wanted), "{text}");
}

#[test]
fn a_company_stands_as_a_legal_person_and_its_agent_with_the_document() {
    let with = |is_code_compared: bool, agent: Option<&str>| {
        text_with((is_code_compared, false), |application, facts, _, _| {
            application.kind = ApplicantKind::Company;
            application.name = "杭州示例云栖投资有限公司".into();
            (application.sex, application.born) = (None, None);
            application.document_kind = "uscc".into();
            application.document_number = "91330112MA000004XN".into();
            application.legal_representative = Some("周建国".into());
            application.agent = agent.map(Into::into);
            application.acting_document = Some(ActingDocument {
                kind: "resident_id".into(),
                number: "330112196404169991".into(),
            });
            facts.signer = "杭州示例云栖投资有限公司（代表人：周建国）".into();
        })
    };
    let company = |agent| with(true, agent);
    let head = "申请人：杭州示例云栖投资有限公司，统一社会信用代码：91330112MA000004XN，住所：杭州市临安区示例路1号，法定代表人：周建国。\n";
    let text = company(None);
    assert!(text.starts_with(&format!("{head}公证事项：")), "{text}");
    assert!(text.contains("申请人杭州示例云栖投资有限公司因诉讼"), "{text}");
    assert!(text.contains("以“杭州示例云栖投资有限公司（代表人：周建国）、"), "{text}");
    assert!(!text.contains("330112196404169991"), "the representative acts as the company");
    // A code that nothing held was compared with is what the applicant says it is.
    let declared = with(false, None);
    assert!(declared.contains("：91330112MA000004XN（据申请人申报），住所"), "{declared}");
    assert!(!text.contains("据申请人申报"), "{text}");
    let text = company(Some("李四"));
    let agent = "委托代理人：李四，公民身份号码：330112196404169991\n公证事项：";
    assert!(text.starts_with(&format!("{head}{agent}")), "{text}");
}
