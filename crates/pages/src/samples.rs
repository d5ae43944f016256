//! Every page from its samples: what tests render, and what people look at.

use crate::board::CustodyPage;
use crate::frame::{Frame, Page, render};
use crate::holder::{
    HolderApplyPage, HolderCodePage, HolderDoorPage, HolderEvidencePage, HolderListPage,
    HolderSayPage,
};
use crate::journey::{
    AfterLandingPage, BeginPage, CodePage, ConfirmPage, ConsentPage, DeclinePage, DrawingPage,
    EndedPage, FrontPage, GuardianPage, HandoverLandingPage, HandoverPage, IdentityPage,
    LandingPage, NumberCodePage, ObjectPage, OfflinePage, OtherDevicePage, OtherWayPage,
    OwnConsentsPage, PhotoPage, ReadingPage, ReceiptPage, RefusedPage, SealPage, SignPage,
    SpecialNamePage, TimelinePage, VideoPage,
};
use crate::office::{
    AccountsPage, BookPage, CheckPage, DepositsPage, FiguresPage, MatterPage, OfficeQueuePage,
    ScreenPage,
};
use crate::regulator::{ComparisonPage, DossierPage, RegulatorPage, ResultsPage};
use crate::sheet::SheetPage;
use crate::staff::{
    CapitalPage, CasePage, ContactPage, CorrectionPage, CounterConfirmPage, CounterPage, DraftPage,
    FactorPage, HandlerPage, InvitePage, JournalPage, LoginPage, NewFilingPage, ObjectionPage,
    OwnPasswordPage, PartyPage, PasswordChangedPage, QueuePage, RecoveryPage, RemovalPage,
    StaffAccountsPage,
};
use crate::trouble::TroublePage;

/// Every sample of every page, rendered in `frame`, with its name.
pub fn rendered(frame: &Frame) -> Vec<(String, String)> {
    let mut pages = Vec::new();
    of::<LandingPage>("landing", frame, &mut pages);
    of::<FrontPage>("front", frame, &mut pages);
    of::<NumberCodePage>("number", frame, &mut pages);
    of::<CodePage>("code", frame, &mut pages);
    of::<IdentityPage>("identity", frame, &mut pages);
    of::<ConsentPage>("consent", frame, &mut pages);
    of::<RefusedPage>("refused", frame, &mut pages);
    of::<ReadingPage>("reading", frame, &mut pages);
    of::<SealPage>("seal", frame, &mut pages);
    of::<GuardianPage>("guardian", frame, &mut pages);
    of::<PhotoPage>("photo", frame, &mut pages);
    of::<HandoverPage>("handover", frame, &mut pages);
    of::<HandoverLandingPage>("handover-landing", frame, &mut pages);
    of::<OtherDevicePage>("other", frame, &mut pages);
    of::<VideoPage>("video", frame, &mut pages);
    of::<BeginPage>("begin", frame, &mut pages);
    of::<DrawingPage>("drawing", frame, &mut pages);
    of::<SignPage>("sign", frame, &mut pages);
    of::<ReceiptPage>("receipt", frame, &mut pages);
    of::<OtherWayPage>("other-way", frame, &mut pages);
    of::<SpecialNamePage>("special-name", frame, &mut pages);
    of::<AfterLandingPage>("after-landing", frame, &mut pages);
    of::<ConfirmPage>("confirm", frame, &mut pages);
    of::<ObjectPage>("object", frame, &mut pages);
    of::<TimelinePage>("timeline", frame, &mut pages);
    of::<SheetPage>("sheet", frame, &mut pages);
    of::<OfflinePage>("offline", frame, &mut pages);
    of::<DeclinePage>("decline", frame, &mut pages);
    of::<OwnConsentsPage>("own-consents", frame, &mut pages);
    of::<EndedPage>("ended", frame, &mut pages);
    of::<LoginPage>("staff-login", frame, &mut pages);
    of::<FactorPage>("staff-factor", frame, &mut pages);
    of::<RecoveryPage>("staff-recovery", frame, &mut pages);
    of::<OwnPasswordPage>("staff-password", frame, &mut pages);
    of::<PasswordChangedPage>("staff-changed", frame, &mut pages);
    of::<QueuePage>("staff-queue", frame, &mut pages);
    of::<ObjectionPage>("staff-objection", frame, &mut pages);
    of::<CounterPage>("staff-counter", frame, &mut pages);
    of::<CounterConfirmPage>("staff-counter-confirm", frame, &mut pages);
    of::<HandlerPage>("staff-handler", frame, &mut pages);
    of::<NewFilingPage>("staff-new-filing", frame, &mut pages);
    of::<DraftPage>("staff-draft", frame, &mut pages);
    of::<PartyPage>("staff-party", frame, &mut pages);
    of::<ContactPage>("staff-contact", frame, &mut pages);
    of::<CapitalPage>("staff-capital", frame, &mut pages);
    of::<InvitePage>("staff-invite", frame, &mut pages);
    of::<RemovalPage>("staff-removal", frame, &mut pages);
    of::<CorrectionPage>("staff-correction", frame, &mut pages);
    of::<CasePage>("staff-case", frame, &mut pages);
    of::<StaffAccountsPage>("staff-accounts", frame, &mut pages);
    of::<JournalPage>("staff-journal", frame, &mut pages);
    of::<OfficeQueuePage>("office-queue", frame, &mut pages);
    of::<DepositsPage>("office-deposits", frame, &mut pages);
    of::<MatterPage>("office-matter", frame, &mut pages);
    of::<ScreenPage>("office-screen", frame, &mut pages);
    of::<FiguresPage>("office-figures", frame, &mut pages);
    of::<BookPage>("office-book", frame, &mut pages);
    of::<AccountsPage>("office-accounts", frame, &mut pages);
    of::<CheckPage>("check", frame, &mut pages);
    of::<CustodyPage>("custody", frame, &mut pages);
    of::<HolderDoorPage>("held-door", frame, &mut pages);
    of::<HolderCodePage>("held-code", frame, &mut pages);
    of::<HolderListPage>("held-list", frame, &mut pages);
    of::<HolderEvidencePage>("held-evidence", frame, &mut pages);
    of::<HolderSayPage>("held-say", frame, &mut pages);
    of::<HolderApplyPage>("held-apply", frame, &mut pages);
    of::<RegulatorPage>("regulator-search", frame, &mut pages);
    of::<ResultsPage>("regulator-results", frame, &mut pages);
    of::<DossierPage>("regulator-filing", frame, &mut pages);
    of::<ComparisonPage>("regulator-comparison", frame, &mut pages);
    of::<TroublePage>("trouble", frame, &mut pages);
    pages
}

fn of<P: Page>(name: &str, frame: &Frame, pages: &mut Vec<(String, String)>) {
    for (at, sample) in P::samples().iter().enumerate() {
        pages.push((format!("{name}-{at}"), render(sample, frame)));
    }
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::Language;

    use super::*;
    use crate::link::Link;

    fn frame(language: Language, large: bool) -> Frame {
        Frame { large, ..Frame::sample(language) }
    }

    #[test]
    fn every_page_renders_in_both_languages_with_one_heading_and_a_foot() {
        for language in [Language::Zh, Language::En] {
            for large in [false, true] {
                for (name, page) in rendered(&frame(language, large)) {
                    assert_eq!(page.matches("<h1>").count(), 1, "{name}");
                    assert_eq!(page.matches("<footer><p>").count(), 1, "{name}");
                    let tag = format!("<html lang=\"{}\" class=\"", language.tag());
                    assert!(page.contains(&tag), "{name}");
                    assert!(!page.contains("<b>\"'"), "{name} wrote a value as markup");
                }
            }
        }
    }

    #[test]
    fn no_page_says_what_is_not_so() {
        // domain.md 11.6.
        for language in [Language::Zh, Language::En] {
            for (name, page) in rendered(&frame(language, false)) {
                for banned in ["见证", "公证签名", "已公证", "已证明"] {
                    assert!(!page.contains(banned), "{banned} in {name}");
                }
            }
        }
    }

    #[test]
    fn no_page_has_a_script_or_a_style_inside_or_asks_anybody_else() {
        for (name, page) in rendered(&frame(Language::Zh, false)) {
            assert!(!page.contains(" style=") && !page.contains("<style"), "{name}");
            assert!(!page.contains("onclick") && !page.contains("javascript:"), "{name}");
            for script in page.split("<script").skip(1) {
                assert!(script.starts_with(" type=\"module\" src=\"/assets/"), "{name}");
                assert!(script.contains("></script>"), "{name} has a script inside");
            }
            assert!(!page.contains("//") || !page.contains("src=\"http"), "{name}");
        }
    }

    #[test]
    fn an_english_page_has_no_chinese_but_names_and_the_link_to_chinese() {
        let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        for (name, page) in rendered(&frame(Language::En, false)) {
            // Values of samples are Chinese; pages whose samples hold none must hold none.
            if ![
                "landing",
                "after-landing",
                "object",
                "offline",
                "handover",
                "other",
                "front",
                "number",
                "code",
                "identity",
                "photo",
                "decline",
                "ended",
                "custody",
            ]
            .iter()
            .any(|one| name.starts_with(one) && !name.starts_with("other-way"))
            {
                continue;
            }
            // What was wrong with an entry is a value, too.
            if page.contains("id=\"trouble\"") {
                continue;
            }
            let own = page.replace("中文", "").replace("示例商事文签", "");
            assert!(
                !own.contains(han),
                "{name}: {:?}",
                own.chars().filter(|c| han(*c)).collect::<String>()
            );
        }
    }

    /// The words of a page, without its marks.
    fn words(page: &str) -> Vec<&str> {
        page.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text).collect()
    }

    #[test]
    fn a_chinese_page_has_no_english_but_the_link_to_english_and_names_of_formats() {
        let asked = [
            "landing",
            "after-landing",
            "object-",
            "offline",
            "front",
            "number",
            "identity",
            "photo",
            "decline",
            "ended",
            "video",
            "begin",
            "drawing",
            "seal",
            "guardian",
        ];
        for (name, page) in rendered(&frame(Language::Zh, false)) {
            if !asked.iter().any(|one| name.starts_with(one)) {
                continue;
            }
            for text in words(&page) {
                // The places that a script fills.
                let filled =
                    text.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
                let text: String = filled.collect();
                let is_word = |word: &&str| word.len() > 2;
                let all = text.split(|c: char| !c.is_ascii_alphabetic()).filter(is_word);
                for word in all {
                    let is_known = ["English", "JPEG", "PDF", "quot"].contains(&word);
                    assert!(is_known, "{name}: {word} in {text}");
                }
            }
        }
    }

    /// A phone that only takes the photo for a PC has fewer buttons than the device that signs.
    #[test]
    fn a_sentence_that_a_script_shows_names_no_button_that_the_page_has_not() {
        // What the browser itself asks, and what the record says.
        let elsewhere = ["不提供", "未授权"];
        for (name, page) in rendered(&frame(Language::Zh, false)) {
            for said in page.split("data-said=\"").skip(1) {
                let (said, _) = said.split_once("</p>").unwrap();
                let labels = said.split('“').skip(1).filter_map(|rest| rest.split('”').next());
                for label in labels.filter(|label| !elsewhere.contains(label)) {
                    // Said only where everything is there, and nothing waits any more.
                    if label == "重新开始拍照" && !page.contains("data-stand=\"done\"") {
                        continue;
                    }
                    let named = page.matches(&format!("“{label}")).count();
                    assert!(page.matches(label).count() > named, "{name}: no “{label}”");
                }
            }
        }
    }

    /// Eight megabytes take minutes on a slow network: whoever waits sees how far it is.
    #[test]
    fn a_signer_s_form_with_a_file_says_how_much_of_it_was_sent() {
        let script = Link::Asset(crate::assets::Asset::Upload).to_string();
        let mut told = Vec::new();
        for (name, page) in rendered(&frame(Language::Zh, false)) {
            if !page.contains(&script) {
                continue;
            }
            assert!(page.contains("enctype=\"multipart/form-data\""), "{name}");
            let sending = page.split("data-said=\"sending\"").nth(1).unwrap();
            assert!(sending.split('<').next().unwrap().contains("{percent}%"), "{name}");
            // It works without the script as well.
            assert!(!page.contains("<noscript>"), "{name}");
            told.push(name);
        }
        let count = |kind: &str| told.iter().filter(|name| name.starts_with(kind)).count();
        assert_eq!((count("seal-"), count("guardian-"), told.len()), (3, 3, 6), "{told:?}");
    }

    /// Who cannot see the page hears the label of a field, and what was wrong with it.
    #[test]
    fn every_field_has_a_label_and_whatever_went_wrong_is_told_by_the_field() {
        for (name, page) in rendered(&frame(Language::Zh, false)) {
            let has_trouble = page.contains("id=\"trouble\"");
            let kinds =
                ["<input type=\"text\"", "<input class=\"digits\" type=\"text\"", "<textarea"];
            let fields = kinds.iter().flat_map(|kind| page.split(kind).skip(1));
            let fields: Vec<_> = fields.filter_map(|field| field.split('>').next()).collect();
            for field in &fields {
                let id = field.split_once("id=\"").and_then(|(_, id)| id.split('"').next());
                let id = id.unwrap_or_else(|| panic!("{name}: a field without a name: {field}"));
                assert!(page.contains(&format!("for=\"{id}\"")), "{name}: {id} has no label");
            }
            let is_asked = [
                "code",
                "identity",
                "staff-login",
                "staff-factor",
                "staff-removal",
                "staff-objection",
            ];
            if has_trouble && is_asked.iter().any(|one| name.starts_with(one)) {
                let told = fields.iter().any(|field| field.contains("describedby=\"trouble\""));
                assert!(told, "{name}: no field tells what went wrong");
            }
        }
    }

    /// Where there are several documents, every button says of which it is.
    #[test]
    fn every_button_of_a_document_is_told_by_its_title() {
        for (name, page) in rendered(&frame(Language::En, false)) {
            for article in page.split("<article class=\"document\" id=\"").skip(1) {
                let place = article.split('"').next().unwrap();
                let article = article.split("</article>").next().unwrap();
                let told = format!("aria-describedby=\"{place}-title\"");
                let buttons = article.split("<button").skip(1);
                for button in buttons.chain(article.split("<a class=\"open\"").skip(1)) {
                    let button = button.split('>').next().unwrap();
                    assert!(button.contains(&told), "{name}: {button}");
                }
            }
        }
    }

    #[test]
    fn every_form_of_a_session_carries_its_token() {
        for (name, page) in rendered(&frame(Language::Zh, false)) {
            for form in page.split("<form").skip(1) {
                let form = form.split("</form>").next().unwrap();
                if form.contains("method=\"get\"") {
                    // A search changes nothing.
                    continue;
                }
                let doors = [
                    "/s/",
                    "/h/",
                    "/c/",
                    "/enter/",
                    "/staff\"",
                    "/my/code",
                    "/my/enter",
                    "/check\"",
                    "/check/file\"",
                ];
                let is_of_a_session =
                    !doors.iter().any(|path| form.contains(&format!("action=\"{path}")));
                assert_eq!(form.contains("name=\"csrf\""), is_of_a_session, "{name}");
                assert!(form.contains("method=\"post\""), "{name}");
            }
        }
    }
}
