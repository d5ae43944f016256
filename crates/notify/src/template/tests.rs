use super::*;

fn values() -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("code", "012345".to_owned()),
        ("company", "杭州示例青穗茶业有限公司".to_owned()),
        ("date", "11月26日20:05".to_owned()),
        ("device", "Android PGT-AN00（浏览器自述）".to_owned()),
        ("documents", "1.《公司章程》（校验码ba7816bf）".to_owned()),
        ("handler", "何静".to_owned()),
        ("link", "https://s.example/s/0123456789".to_owned()),
        ("matter", "公司设立登记".to_owned()),
        ("message", "msg_0".to_owned()),
        ("method", "实名信息核验+签署照片".to_owned()),
        ("name", "龚𠮷".to_owned()),
        ("number", "61842059".to_owned()),
        ("operator", "示例文签平台".to_owned()),
        ("place", "北纬30.2度、东经119.7度一带".to_owned()),
        ("telephone", "0571-0000-0000".to_owned()),
        ("time", "11月23日20:05".to_owned()),
    ])
}

#[test]
fn every_built_in_template_is_one_an_operator_could_give_and_fits_three_segments() {
    let templates = Templates::built_in("示例商事文签", "Example Signing");
    for known in &PURPOSES {
        for language in [Language::Zh, Language::En] {
            check(known, &known.template(language)).unwrap();
            let words = templates.fill(known.word, language, &values()).unwrap();
            let (_, count) = segments(&words.sms);
            assert!(count <= MAX_SEGMENTS, "{} {}: {count}", known.word, language.tag());
            assert!(!words.email.contains('{') && !words.subject.is_empty());
            if known.word == "code" {
                assert_eq!(count, 1, "a code is one segment");
            }
        }
    }
}

/// The longest names there are, a link as long as ours, and the other language: refused by the gateway, a message
/// would reach nobody.
#[test]
fn the_longest_names_still_fit_three_segments_and_stand_whole_in_the_mail() {
    let templates = Templates::built_in("临安商事文签", "Lin'an Business Signing");
    let mut values = values();
    let (company, handler) = ("示".repeat(100), "阿".repeat(62));
    values.insert("company", company.clone());
    values.insert("handler", handler);
    values.insert("link", format!("https://sign.example.org/s/{}", "0".repeat(26)));
    let mut english = values.clone();
    english.insert("matter", "change of registration".into());
    for (language, values) in [(Language::Zh, &values), (Language::En, &english)] {
        for known in &PURPOSES {
            let words = templates.fill(known.word, language, values).unwrap();
            let (_, count) = segments(&words.sms);
            assert!(count <= MAX_SEGMENTS, "{} {count}: {}", known.word, words.sms);
            for place in ["{code}", "{link}", "{telephone}", "{date}", "{time}"] {
                let name = place.trim_matches(['{', '}']);
                let whole = &values[name];
                let is_asked = known.template(language).sms.contains(place);
                assert!(!is_asked || words.sms.contains(whole), "{} lacks {name}", known.word);
            }
            let is_named = known.template(language).email.contains("{company}");
            assert!(!is_named || words.email.contains(&company), "{}", known.word);
        }
    }
}

#[test]
fn a_message_that_is_short_enough_tells_every_name_whole() {
    let words = Templates::built_in("示例商事文签", "Example Signing")
        .fill("invitation", Language::Zh, &values())
        .unwrap();
    assert!(words.sms.contains("杭州示例青穗茶业有限公司"), "{}", words.sms);
    assert!(!words.sms.contains('…'), "{}", words.sms);
}

#[test]
fn a_company_is_told_as_people_call_it_where_that_saves_a_segment() {
    let templates = Templates::built_in("示例商事文签", "Example Signing");
    let mut values = values();
    let called = "示例青穗".repeat(11);
    let company = format!("杭州市临安区{called}有限公司");
    values.insert("company", company.clone());
    let words = templates.fill("invitation", Language::Zh, &values).unwrap();
    assert!(words.sms.contains(&format!("签署{called}的")), "{}", words.sms);
    assert_eq!(segments(&words.sms).1, 2, "{}", words.sms);
    let told_whole = words.sms.replace(&called, &company);
    assert_eq!(segments(&told_whole).1, 3, "{told_whole}");
    assert!(words.email.contains(&company), "{}", words.email);
    // Where it is too long all the same, what is cut is not the place in front.
    values.insert("handler", "阿".repeat(62));
    values.insert("link", format!("https://sign.example.org/s/{}", "0".repeat(26)));
    let words = templates.fill("invitation", Language::Zh, &values).unwrap();
    assert!(!words.sms.contains("杭州市"), "{}", words.sms);
    assert!(segments(&words.sms).1 <= MAX_SEGMENTS, "{}", words.sms);
}

#[test]
fn a_value_is_never_read_as_a_place() {
    let templates = Templates::built_in("a", "a");
    let mut values = values();
    values.insert("company", "{code}{name}".to_owned());
    let words = templates.fill("all_signed", Language::Zh, &values).unwrap();
    assert!(words.sms.contains("{code}{name}"));
}

#[test]
fn a_template_that_cannot_be_filled_is_refused_when_it_is_read() {
    let mut templates = Templates::built_in("a", "a");
    let template = |sms: &str| Template { sms: sms.into(), subject: "s".into(), email: "e".into() };
    let mut give = |purpose: &str, sms: &str| {
        templates.replace(purpose, Language::Zh, template(sms)).unwrap_err()
    };
    assert!(matches!(give("greeting", "a"), TemplateError::Purpose(_)));
    assert!(matches!(give("invitation", "{code}"), TemplateError::Place { .. }));
    assert!(matches!(give("invitation", "{link"), TemplateError::Open(_)));
    assert!(matches!(give("invitation", "已公证"), TemplateError::Banned { .. }));
    assert!(matches!(give("code", "123"), TemplateError::NoCode));
    let signed = "signed_in_your_name";
    assert!(matches!(give(signed, "{place}"), TemplateError::MailOnly { .. }));
    assert!(matches!(give("all_signed", "{place}"), TemplateError::Place { .. }));
}

#[test]
fn how_where_and_with_what_was_signed_stands_in_the_mail_and_in_no_text_message() {
    let templates = Templates::built_in("示例商事文签", "Example Signing");
    let values = values();
    for language in [Language::Zh, Language::En] {
        let words = templates.fill("signed_in_your_name", language, &values).unwrap();
        for place in built_in::MAIL_ONLY {
            let said = &values[place];
            assert!(words.email.contains(said), "{place}: {}", words.email);
            assert!(!words.sms.contains(said) && !words.subject.contains(said), "{place}");
        }
    }
}

#[test]
fn another_template_has_another_digest_and_values_do_not_change_it() {
    let mut templates = Templates::built_in("a", "a");
    let before = templates.fill("invitation", Language::Zh, &values()).unwrap();
    let mut others = values();
    others.insert("company", "别的".into());
    let same = templates.fill("invitation", Language::Zh, &others).unwrap();
    assert_eq!(before.template_sha256, same.template_sha256);
    let template = Template { sms: "{link}".into(), subject: "s".into(), email: "e".into() };
    templates.replace("invitation", Language::Zh, template).unwrap();
    let after = templates.fill("invitation", Language::Zh, &values()).unwrap();
    assert_ne!(before.template_sha256, after.template_sha256);
}
