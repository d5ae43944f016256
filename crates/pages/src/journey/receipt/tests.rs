use super::*;

#[test]
fn a_number_is_read_out_in_groups_of_four() {
    assert_eq!(grouped("PZ2026112300000017"), "PZ 2026 1123 0000 0017");
    assert_eq!(grouped(""), "");
}

/// One person in several capacities: the receipt names what was signed in, and leads on by a form.
#[test]
fn edge_case_06_the_receipt_names_the_capacity_and_the_next_one_of_the_same_person() {
    let [first, _, _, waits, company] = ReceiptPage::samples().try_into().unwrap();
    let next = waits.next.clone().unwrap();
    assert!(next.text(Language::Zh).starts_with("继续以“法人股东代表”身份签署（代表杭州"));
    assert!(next.text(Language::En).starts_with("Go on and sign as"));
    let own = NextCapacity { represents: None, ..next };
    assert_eq!(own.text(Language::Zh), "继续以“法人股东代表”身份签署");
    let frame = Frame::sample(Language::Zh);
    let shown = |page: &ReceiptPage| page.content(&frame).into_string();
    assert!(shown(&first).contains("股东、监事") && !shown(&first).contains("/sign/next"));
    assert!(shown(&waits).contains("action=\"/sign/next\""));
    assert!(shown(&company).contains("杭州示例云栖投资有限公司"));
}

/// Whoever comes back late finds the receipt, and no button that leads nowhere.
#[test]
fn whatever_needs_the_session_goes_with_it_and_the_way_back_is_told() {
    for language in [Language::Zh, Language::En] {
        let frame = Frame::sample(language);
        for page in ReceiptPage::samples() {
            let shown = page.content(&frame).into_string();
            assert!(shown.contains("data-session-s=\"1800\""), "{shown}");
            let (_, ended) = shown.split_once("<div id=\"ended\" role=\"status\">").unwrap();
            let (ended, rest) = ended.split_once("</div>").unwrap();
            assert!(ended.starts_with("<div class=\"notice\" hidden>"), "{ended}");
            assert!(ended.contains(COME_BACK.in_language(language)), "{ended}");
            assert!(ended.contains("href=\"/\""), "{ended}");
            let tags = rest.split('<').filter_map(|part| part.split('>').next());
            let needing: Vec<&str> =
                tags.filter(|tag| tag.contains("\"/sign") || tag.contains("\"/api/")).collect();
            assert!(needing.len() >= 5, "{needing:?}");
            // The form for another capacity goes with the section around it.
            for tag in needing.iter().filter(|tag| !tag.contains("\"/sign/next\"")) {
                assert!(tag.contains("data-in-session"), "{tag}");
            }
            assert!(shown.contains("/sign/next") == page.next.is_some(), "{shown}");
            let section = "aria-labelledby=\"next-capacity\" data-in-session";
            assert!(shown.contains(section) == page.next.is_some(), "{shown}");
        }
    }
}

#[test]
fn two_systems_of_one_office_are_told_as_that_and_two_offices_are_not() {
    let frame = Frame { csrf: None, ..Frame::sample(Language::Zh) };
    for is_one_office in [true, false] {
        let page = ReceiptPage { is_one_office, ..ReceiptPage::samples().remove(1) };
        let shown = page.content(&frame).into_string();
        assert_eq!(shown.contains("同一公证机构的两套系统"), is_one_office, "{shown}");
    }
}

#[test]
fn what_was_refused_for_good_is_not_told_as_under_way() {
    let refused = ReceiptPage::samples().remove(2);
    let flag = refused.flags.iter().find(|flag| flag.name == "deposited").unwrap();
    let line = flag.line(Language::Zh).into_string();
    assert!(line.contains("未全部存证至公证处（1/2）") && line.contains("不会自动重试"), "{line}");
    assert!(!line.contains("awaited") && !refused.is_whole(), "{line}");
}

/// Every state that waits says for what, since when, and when it is tried again.
#[test]
fn whatever_is_waited_for_says_since_when_and_the_next_try() {
    for (language, since, next) in [
        (Language::Zh, "自 2026-11-23 20:05:00", "下次自动重试：2026-11-23 20:05:32"),
        (Language::En, "since 2026-11-23 20:05:00", "again by itself at 2026-11-23 20:05:32"),
    ] {
        let waiting = ReceiptPage::samples().remove(0);
        let lines = waiting.flags.iter().filter_map(|flag| {
            let line = flag.line(language).into_string();
            (!matches!(flag.state, FlagState::There(_))).then_some(line)
        });
        let lines: Vec<String> = lines.collect();
        assert_eq!(lines.len(), 4);
        assert!(lines.iter().all(|line| line.contains(since)), "{lines:?}");
        assert_eq!(lines.iter().filter(|line| line.contains(next)).count(), 3, "{lines:?}");
        let whole = ReceiptPage::samples().remove(1);
        let mut lines = whole.flags.iter().map(|flag| flag.line(language).into_string());
        assert!(lines.all(|line| !line.contains("awaited")));
    }
}
