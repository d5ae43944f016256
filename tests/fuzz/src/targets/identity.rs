//! What people type about themselves: one spelling is kept, and nothing personal is printed.

use chrono::NaiveDate;
use heqi_identity::personal_document::DocumentKind;
use heqi_identity::{
    Calendar, CompanyName, Email, Fen, LastFour, Mobile, PersonName, PersonalDocument,
    RegistrationNo, Uscc, mrz,
};

/// Numbers of documents and codes.
pub(super) fn numbers(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let today = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap_or(NaiveDate::MAX);
    for kind in DocumentKind::ALL {
        match PersonalDocument::parse(kind, text, today) {
            Ok(read) => {
                let again = PersonalDocument::parse(kind, read.expose(), today).unwrap();
                assert_eq!(again, read, "what is kept is read again");
                assert!(!format!("{read:?}").contains(read.expose()), "a number is printed");
            }
            Err(error) => {
                // Words of the refusal itself are nobody's number.
                let digits = text.chars().filter(char::is_ascii_digit).count();
                let said = format!("{error} {error:?}");
                assert!(digits < 6 || !said.contains(text), "a refusal repeats its input");
            }
        }
    }
    if let Ok(code) = Uscc::parse(text) {
        assert_eq!(Uscc::parse(code.as_str()), Ok(code));
    }
    if let Ok(number) = RegistrationNo::from_archive(text) {
        assert_eq!(RegistrationNo::from_archive(&number.to_string()), Ok(number));
    }
    let _ = (LastFour::parse(text).is_ok(), mrz::passport_line_fits(text));
}

/// Names, addresses, amounts and calendars.
pub(super) fn words(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(name) = PersonName::parse(text) {
        let again = PersonName::parse(name.normalised()).unwrap();
        assert_eq!(again.normalised(), name.normalised());
    }
    if let Ok(name) = CompanyName::parse(text) {
        assert_eq!(CompanyName::parse(name.as_str()), Ok(name));
    }
    if let Ok(mobile) = Mobile::parse(text) {
        assert_eq!(Mobile::parse(mobile.expose()).unwrap(), mobile);
    }
    if let Ok(email) = Email::parse(text) {
        assert!(!email.expose().contains(|c: char| c.is_control()), "a second header");
        assert_eq!(Email::parse(email.expose()).unwrap(), email);
    }
    if let Ok(amount) = Fen::parse_yuan(text) {
        assert_eq!(Fen::parse_yuan(&amount.to_string()), Ok(amount));
    }
    let _ = Calendar::parse(text).is_ok();
}

/// One of each.
pub(super) fn number_seeds() -> Vec<Vec<u8>> {
    [
        "33011219881212998X",
        "810000198802029997",
        "933840198510019994",
        "E12345678",
        "H12345678",
        "1234567890A",
        "91330112MA000004XN",
        "9133O112MA00000159",
        "330185600000010",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    ]
    .map(|seed| seed.as_bytes().to_vec())
    .to_vec()
}

/// One of each.
pub(super) fn word_seeds() -> Vec<Vec<u8>> {
    [
        "龚𠮷",
        "阿依古丽•买买提",
        "示例(杭州)茶业有限公司",
        "+86 138-0571-0001",
        "+852 61234567",
        "li@例子.测试",
        "1,000,000.00",
        "2027 rest 0101-0103 work 0104",
    ]
    .map(|seed| seed.as_bytes().to_vec())
    .to_vec()
}
