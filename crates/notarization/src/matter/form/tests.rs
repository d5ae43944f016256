use super::*;

fn today() -> NaiveDate {
    "2026-11-28".parse().unwrap()
}

fn form() -> ApplicationForm {
    ApplicationForm {
        applicant: "signer".into(),
        name: "张三".into(),
        document_kind: "resident_id".into(),
        document_number: "11010519491231002X".into(),
        address: "杭州市临安区示例路1号".into(),
        phone: "0571-0000110".into(),
        purpose: "办理公司登记争议，在杭州市使用".into(),
        manner: "本人于2026年11月23日在手机上签署".into(),
        materials: "居民身份证复印件，2份\n存证回执".into(),
        copies: "2".into(),
        delivery: "download".into(),
        lawsuit: "no".into(),
        truth: "yes".into(),
        ..ApplicationForm::default()
    }
}

#[test]
fn a_form_is_read_once_and_sex_and_birth_come_from_the_number() {
    let read = form().parse(today()).unwrap();
    assert_eq!((read.sex.as_deref(), read.born), (Some("女"), "1949-12-31".parse().ok()));
    let names: Vec<_> = read.materials.iter().map(|m| (m.name.as_str(), m.copies)).collect();
    assert_eq!(names, [("居民身份证复印件", 2), ("存证回执", 1)]);
    assert_eq!(format!("{read:?}"), "Application(…)");
}

#[test]
fn the_first_field_without_its_form_is_named() {
    let wrong = |change: fn(&mut ApplicationForm)| {
        let mut form = form();
        change(&mut form);
        form.parse(today()).unwrap_err()
    };
    assert_eq!(wrong(|f| f.applicant = "neighbour".into()), Field::Applicant);
    assert_eq!(wrong(|f| f.name = "张".into()), Field::Name);
    assert_eq!(wrong(|f| f.document_number = "110105194912310021".into()), Field::Document);
    assert_eq!(wrong(|f| f.truth.clear()), Field::Truth);
    assert_eq!(wrong(|f| f.copies = "0".into()), Field::Copies);
    assert_eq!(wrong(|f| f.materials.clear()), Field::Materials);
    assert_eq!(wrong(|f| f.purpose = "x".repeat(501)), Field::Purpose);
    assert_eq!(wrong(|f| f.agent = "x".repeat(501)), Field::Other);
    assert_eq!(wrong(|f| f.duplicates = "21".into()), Field::Copies);
    assert_eq!(wrong(|f| f.duplicates = "two".into()), Field::Copies);
    assert_eq!(wrong(|f| f.language = "en".into()), Field::Language);
    assert_eq!(wrong(|f| f.witnesses = "x".repeat(501)), Field::Other);
    assert_eq!(wrong(|f| f.sex = "male".into()), Field::Person, "the number says 女");
    assert_eq!(wrong(|f| f.born = "1949-12-30".into()), Field::Person);
}

#[test]
fn an_authority_says_on_what_basis_it_asks() {
    let authority = ApplicationForm {
        applicant: "regulator".into(),
        name: "示例区市场监督管理局".into(),
        document_number: "91330112MA00000159".into(),
        legal_representative: "王强".into(),
        ..form()
    };
    assert_eq!(authority.parse(today()).unwrap_err(), Field::LegalBasis);
    let with = ApplicationForm {
        legal_basis: "条例第40条 临市监〔2026〕1号".into(), ..authority
    };
    assert_eq!(with.parse(today()).unwrap().kind, ApplicantKind::Regulator);
}

#[test]
fn a_lawsuit_is_said_yes_with_its_court_or_no() {
    let said = |lawsuit: &str, litigation: &str| {
        let form =
            ApplicationForm { lawsuit: lawsuit.into(), litigation: litigation.into(), ..form() };
        form.parse(today()).map(|read| (read.lawsuit, read.litigation))
    };
    let court = "杭州市临安区人民法院（2026）浙0112民初1号";
    assert_eq!(said("no", ""), Ok((Lawsuit::No, None)));
    assert_eq!(said("yes", court), Ok((Lawsuit::Yes, Some(court.to_owned()))));
    for (lawsuit, litigation) in
        [("", ""), ("", court), ("yes", " "), ("no", court), ("perhaps", ""), ("unstated", "")]
    {
        assert_eq!(said(lawsuit, litigation), Err(Field::Lawsuit), "{lawsuit} {litigation}");
    }
}

#[test]
fn what_is_wanted_is_what_the_delivery_brings() {
    let wanted = |medium: &str, delivery: &str| {
        let form = ApplicationForm { medium: medium.into(), delivery: delivery.into(), ..form() };
        form.parse(today()).map(|read| read.medium.unwrap())
    };
    assert_eq!(wanted("", "download"), Ok(Medium::Electronic));
    assert_eq!(wanted("", "mail"), Ok(Medium::Paper));
    assert_eq!(wanted("both", "counter"), Ok(Medium::Both));
    for (medium, delivery) in
        [("paper", "download"), ("both", "download"), ("electronic", "mail"), ("film", "mail")]
    {
        assert_eq!(wanted(medium, delivery), Err(Field::Medium), "{medium} {delivery}");
    }
    let form = ApplicationForm { duplicates: "3".into(), language: "zh".into(), ..form() };
    let read = form.parse(today()).unwrap();
    assert_eq!((read.copies, read.duplicates, read.language), (2, 3, CertificateLanguage::Zh));
}

#[test]
fn an_agent_is_taken_once_the_power_of_attorney_was_seen() {
    let agent = |power_of_attorney: &str| {
        let form = ApplicationForm {
            agent: "李四".into(),
            power_of_attorney: power_of_attorney.into(),
            ..form()
        };
        form.parse(today()).map(|read| read.power_of_attorney)
    };
    assert_eq!(agent("seen"), Ok(PowerOfAttorney::Seen));
    for said in ["", "unstated", "lost"] {
        assert_eq!(agent(said), Err(Field::Agent), "{said}");
    }
    let nobody = ApplicationForm { power_of_attorney: "seen".into(), ..form() };
    assert_eq!(nobody.parse(today()).unwrap().power_of_attorney, PowerOfAttorney::Unstated);
}

#[test]
fn where_the_number_does_not_say_sex_and_birth_are_asked() {
    let passport = |sex: &str, born: &str| {
        let form = ApplicationForm {
            document_kind: "passport".into(),
            document_number: "E12345678".into(),
            sex: sex.into(),
            born: born.into(),
            ..form()
        };
        form.parse(today()).map(|read| (read.sex.unwrap(), read.born.unwrap()))
    };
    let read = passport("female", "1990-01-31").unwrap();
    assert_eq!(read, ("女".to_owned(), "1990-01-31".parse().unwrap()));
    for (sex, born) in [
        ("", ""),
        ("female", ""),
        ("", "1990-01-31"),
        ("female", "2026-11-29"),
        ("female", "31.1.1990"),
        ("other", "1990-01-31"),
    ] {
        assert_eq!(passport(sex, born), Err(Field::Person), "{sex} {born}");
    }
}

#[test]
fn what_a_program_does_not_say_is_kept_as_said_by_nobody() {
    let sent = ApplicationForm {
        applicant: "regulator".into(),
        name: "示例区市场监督管理局".into(),
        document_number: "91330112MA00000159".into(),
        legal_representative: "王强".into(),
        legal_basis: "条例第40条 临市监〔2026〕1号".into(),
        agent: "赵六".into(),
        lawsuit: String::new(),
        ..form()
    };
    assert_eq!(sent.parse(today()), Err(Field::Agent));
    let read = sent.as_programs_send_it().parse(today()).unwrap();
    assert_eq!(
        (read.lawsuit, read.power_of_attorney, read.language),
        (Lawsuit::Unstated, PowerOfAttorney::Unstated, CertificateLanguage::Zh)
    );
    // A person who signed says it, whatever the form is called.
    let person = ApplicationForm { lawsuit: String::new(), ..form() }.as_programs_send_it();
    assert_eq!(person.parse(today()), Err(Field::Lawsuit));
}

#[test]
fn an_application_of_before_these_fields_is_read_and_says_nothing_more() {
    let mut kept = serde_json::to_value(form().parse(today()).unwrap()).unwrap();
    let fields = kept.as_object_mut().unwrap();
    for name in ["power_of_attorney", "witnesses", "duplicates", "medium", "language", "lawsuit"] {
        assert!(fields.remove(name).is_some(), "{name}");
    }
    let read: Application = serde_json::from_value(kept).unwrap();
    assert_eq!((read.lawsuit, read.medium, read.duplicates), (Lawsuit::Unstated, None, 0));
}

fn company() -> ApplicationForm {
    ApplicationForm {
        applicant: "company".into(),
        name: "杭州示例云栖投资有限公司".into(),
        document_kind: String::new(),
        document_number: "91330112MA000004XN".into(),
        legal_representative: "周建国".into(),
        acting_document_kind: "resident_id".into(),
        acting_document_number: "330112196404169991".into(),
        materials: "营业执照副本，1份\n法定代表人身份证明，1份".into(),
        ..form()
    }
}

#[test]
fn a_company_acts_by_its_legal_representative_or_by_an_agent_and_names_what_shows_it() {
    let read = company().parse(today()).unwrap();
    assert_eq!(
        (read.kind, read.document_kind.as_str(), read.sex.as_deref(), read.born),
        (ApplicantKind::Company, "uscc", None, None)
    );
    let acting = read.acting().unwrap();
    assert_eq!((acting.name, acting.basis), ("周建国", ActingBasis::LegalRepresentative));
    assert_eq!(acting.document.number, "330112196404169991");
    assert_eq!(
        format!("{acting:?} {:?}", acting.document),
        "Acting(LegalRepresentative) ActingDocument(…)"
    );

    let by_agent = |materials: &str, seen: &str| {
        let form = ApplicationForm {
            agent: "李四".into(),
            power_of_attorney: seen.into(),
            materials: materials.into(),
            ..company()
        };
        form.parse(today())
    };
    let all = "营业执照（共享核验），1份\n法定代表人身份证明，1份\n授权委托书原件，1份";
    let read = by_agent(all, "seen").unwrap();
    let acting = read.acting().unwrap();
    assert_eq!((acting.name, acting.basis), ("李四", ActingBasis::PowerOfAttorney));
    assert_eq!(by_agent(all, "").err(), Some(Field::Agent));
    assert_eq!(by_agent(all, "unstated").unwrap().power_of_attorney, PowerOfAttorney::Unstated);
    for missing in
        ["营业执照（共享核验），1份\n", "法定代表人身份证明，1份\n", "授权委托书原件，1份"]
    {
        let materials = all.replace(missing, "");
        assert_eq!(by_agent(&materials, "seen").err(), Some(Field::Authority), "{missing}");
    }
}

#[test]
fn what_a_company_leaves_out_is_named() {
    let wrong = |change: fn(&mut ApplicationForm)| {
        let mut form = company();
        change(&mut form);
        form.parse(today()).err()
    };
    assert_eq!(wrong(|f| f.name = "云栖".into()), Some(Field::Name));
    assert_eq!(wrong(|f| f.document_number = "91330112MA00000158".into()), Some(Field::Document));
    assert_eq!(wrong(|f| f.legal_representative.clear()), Some(Field::LegalRepresentative));
    assert_eq!(wrong(|f| f.agent = "13800000001".into()), Some(Field::Agent));
    assert_eq!(wrong(|f| f.acting_document_kind.clear()), Some(Field::ActingDocument));
    assert_eq!(
        wrong(|f| f.acting_document_number = "330112196404169990".into()),
        Some(Field::ActingDocument)
    );
    assert_eq!(wrong(|f| f.lawsuit.clear()), Some(Field::Lawsuit), "people are asked");
    // Nobody else has somebody who acts like this, whatever a form says.
    let person = ApplicationForm { applicant: "signer".into(), ..form() };
    let person = ApplicationForm { acting_document_kind: "resident_id".into(), ..person };
    assert!(person.parse(today()).unwrap().acting().is_none());
}

#[test]
fn an_application_of_a_person_is_kept_as_before_there_were_companies() {
    let kept = serde_json::to_value(form().parse(today()).unwrap()).unwrap();
    assert!(kept.get("acting_document").is_none());
    let company = company().parse(today()).unwrap();
    let kept = serde_json::to_value(company.clone()).unwrap();
    assert_eq!(kept["kind"], "company");
    let read: Application = serde_json::from_value(kept).unwrap();
    assert!(read == company);
}

#[test]
fn two_names_are_the_same_however_their_dots_were_typed() {
    assert!(is_same_name("阿依古丽·买买提", " 阿依古丽•买买提"));
    assert!(is_same_name("张三", "张三 "));
    assert!(!is_same_name("张三", "张三丰"));
    // What is no name is compared letter by letter, and never passes for one.
    assert!(is_same_name("公司A1", "公司A1") && !is_same_name("公司A1", "公司A2"));
    assert!(!is_same_name("张三", "") && !is_same_name("张三", "张三1"));
}
