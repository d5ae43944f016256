use proptest::prelude::*;

use super::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

fn parse(text: &str) -> Result<ResidentId, ResidentIdError> {
    ResidentId::parse(text, today())
}

#[test]
fn the_worked_numbers_of_the_rules_are_read() {
    for (text, sex, born) in [
        ("330112199003079999", Sex::Male, (1990, 3, 7)),
        ("330112199207150005", Sex::Female, (1992, 7, 15)),
        ("33011219881212998X", Sex::Female, (1988, 12, 12)),
        ("33010619850909000X", Sex::Female, (1985, 9, 9)),
        ("330185197001019991", Sex::Male, (1970, 1, 1)),
        ("330112201501019999", Sex::Male, (2015, 1, 1)),
        ("11010519491231002X", Sex::Female, (1949, 12, 31)),
    ] {
        let id = parse(text).unwrap();
        let (year, month, day) = born;
        assert_eq!(id.born(), NaiveDate::from_ymd_opt(year, month, day).unwrap(), "{text}");
        assert_eq!(id.sex(), sex, "{text}");
        assert_eq!(id.expose(), text);
    }
}

#[test]
fn the_worked_numbers_that_are_wrong_are_refused_for_the_first_reason() {
    for (text, reason) in [
        ("330112199003079998", ResidentIdError::Checksum),
        ("330112199302300000", ResidentIdError::BirthDate),
        ("330112209003079999", ResidentIdError::BirthDate),
        ("330112189903079999", ResidentIdError::BirthDate),
        ("930112199003079999", ResidentIdError::Region),
        ("033112199003079999", ResidentIdError::Form),
        ("33011219900307999", ResidentIdError::Form),
        ("3301121990030799999", ResidentIdError::Form),
        ("33011219900307999A", ResidentIdError::Form),
        ("330112900307999", ResidentIdError::FifteenDigits),
        ("810000198802029997", ResidentIdError::ResidencePermit),
        ("", ResidentIdError::Form),
    ] {
        assert_eq!(parse(text).unwrap_err(), reason, "{text}");
    }
}

#[test]
fn full_width_lower_case_and_spaces_around_are_read() {
    let id = parse(" ３３０１１２１９８８１２１２９９８x ").unwrap();
    assert_eq!(id.expose(), "33011219881212998X");
}

#[test]
fn a_retired_county_and_a_minor_are_hints_and_no_reasons() {
    let hints = |text: &str| parse(text).unwrap().hints(today());
    assert_eq!(hints("330185197001019991"), [ResidentIdHint::RetiredRegion]);
    assert_eq!(hints("330112201501019999"), [ResidentIdHint::Minor]);
    assert_eq!(hints("330112199003079999"), []);
    assert_eq!(parse("330112201501019999").unwrap().age_on(today()), 11);
}

#[test]
fn a_birthday_adds_the_year_and_not_the_day_before() {
    let id = parse("330112199003079999").unwrap();
    let on = |y, m, d| id.age_on(NaiveDate::from_ymd_opt(y, m, d).unwrap());
    assert_eq!((on(2026, 3, 6), on(2026, 3, 7), on(1980, 1, 1)), (35, 36, 0));
}

#[test]
fn an_archive_number_becomes_the_one_of_eighteen() {
    let id = ResidentId::from_archive("330112900307999", today()).unwrap();
    assert_eq!(id.expose(), "330112199003079999");
    assert!(ResidentId::from_archive("330112901307999", today()).is_err());
}

#[test]
fn nothing_of_the_number_is_printed_and_no_message_says_a_digit() {
    let id = parse("330112199003079999").unwrap();
    assert_eq!(format!("{id:?}"), "ResidentId(…)");
    assert_eq!(id.masked(), "3301**************");
    for text in ["330112199003079998", "330112199302300000", "330112900307999"] {
        let error = parse(text).unwrap_err();
        for language in [Language::Zh, Language::En] {
            let said = error.explain(language);
            let said = format!("{error}{}{}{error:?}", said.what, said.next);
            assert!(!said.contains(&text[..15]) && !said.contains("9999"), "{said}");
        }
    }
}

#[test]
fn what_was_stored_is_read_back_and_what_is_wrong_is_not() {
    let id = parse("330112199003079999").unwrap();
    let json = serde_json::to_string(&id).unwrap();
    assert_eq!(serde_json::from_str::<ResidentId>(&json).unwrap(), id);
    assert!(serde_json::from_str::<ResidentId>("\"330112199003079998\"").is_err());
}

#[test]
fn a_day_of_birth_lies_between_1900_and_today_and_both_count() {
    for text in ["330112190001010006", "330112202611230001"] {
        assert!(parse(text).is_ok(), "{text}");
    }
    for text in ["330112189912310001", "330112202611240007"] {
        assert_eq!(parse(text).unwrap_err(), ResidentIdError::BirthDate, "{text}");
    }
}

#[test]
fn only_fifteen_digits_are_called_an_old_number() {
    assert_eq!(parse("330112900307999").unwrap_err(), ResidentIdError::FifteenDigits);
    for text in ["33011290030799A", "33011290030799X", "一二三四五", "33011290030799"] {
        assert_eq!(parse(text).unwrap_err(), ResidentIdError::Form, "{text}");
    }
    for text in ["", "12345", "33011290030799", "3301129003079999", "33011290030799X", "一二三四五"]
    {
        let archived = ResidentId::from_archive(text, today()).unwrap_err();
        assert_eq!(archived, ResidentIdError::Form, "{text}");
    }
}

#[test]
fn the_last_four_are_those_of_the_number() {
    for (text, last) in [("330112199003079999", "9999"), ("33011219881212998X", "998x")] {
        let asked = parse(text).unwrap().last_four().unwrap();
        assert!(asked.is(&LastFour::parse(last).unwrap()), "{text}");
        assert!(!asked.is(&LastFour::parse("0000").unwrap()), "{text}");
    }
}

#[test]
fn eighteen_is_of_age_and_more_than_120_is_to_be_looked_at() {
    let age = |years: i32| {
        let born = NaiveDate::from_ymd_opt(2026 - years, 11, 23).unwrap();
        ResidentIdHint::of_age(born, today())
    };
    assert_eq!([0, 17].map(age), [Some(ResidentIdHint::Minor); 2]);
    assert_eq!([18, 119, 120].map(age), [None; 3]);
    assert_eq!([121, 126].map(age), [Some(ResidentIdHint::ImplausibleAge); 2]);
    let oldest = parse("330112190511230009").unwrap();
    assert_eq!(oldest.hints(today()), [ResidentIdHint::ImplausibleAge]);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic_and_what_is_read_is_written_the_same(text in "\\PC{0,24}") {
        if let Ok(id) = parse(&text) {
            prop_assert_eq!(parse(id.expose()).unwrap(), id);
        }
    }

    #[test]
    fn one_wrong_character_is_always_noticed(place in 0usize..18, other in proptest::char::range('0', '9')) {
        let good = "330112199003079999";
        let mut changed: Vec<char> = good.chars().collect();
        changed[place] = other;
        let changed: String = changed.into_iter().collect();
        prop_assert_eq!(parse(&changed).is_ok(), changed == good);
    }
}
