//! Consent and intent texts as they are shown: their places filled.

use heqi_filing::consent::fill;
use heqi_filing::{ConsentKind, ConsentText, Document, Filing, IntentStatement, Party, PartyKind};
use heqi_vocabulary::{Digest, Language};

use super::{ConsentView, IntentView};
use crate::add_party::party_words;
use crate::fault::Fault;
use crate::platform::Platform;
use crate::review_wanted::{ReviewWay, spoken, spoken_code};
use crate::rows::CeremonyContent;

/// Every consent, in the order in which people are asked: what everybody is asked, and what who
/// chose a video is.
pub(super) fn consents(
    platform: &Platform,
    content: &CeremonyContent,
    documents: &[&Document],
    language: Language,
) -> Result<Vec<ConsentView>, Fault> {
    let names = &platform.settings.names;
    let titles = titles(documents, language);
    let ceremony = &content.ceremony;
    let office = platform.settings().review_office.as_ref();
    let reviewer = office.map_or(names.notary_office.as_str(), |office| office.name.as_str());
    let by_video = content.other_way.is_some_and(|chosen| chosen.way == ReviewWay::Video);
    let values = |kind| {
        [
            ("reviewer", reviewer),
            ("notary_office", names.notary_office.as_str()),
            ("operator", names.operator.as_str()),
            ("verifier", names.verifier.as_str()),
            ("retention", names.retention.as_str()),
            ("telephone", names.contact_for(kind)),
            ("documents", titles.as_str()),
        ]
    };
    ConsentKind::ALL
        .into_iter()
        .filter(|kind| *kind != ConsentKind::VideoReview || (by_video && office.is_some()))
        .map(|kind| {
            let text = ConsentText::current(kind);
            let template = text.text(language);
            Ok(ConsentView {
                kind,
                title: kind.name(language),
                required: kind.is_required(),
                version: text.version,
                language: language.tag(),
                text: filled(template, &values(kind))?,
                template,
                text_sha256: text.digest(language),
                decision: ceremony.consents().get(&kind).map(|answer| answer.decision),
            })
        })
        .collect()
}

/// What the party states when it signs; `has_said_who` is whether the last four of the number
/// were asked for at the door and agreed.
pub(super) fn intent(
    filing: &Filing,
    party: &Party,
    documents: &[&Document],
    (has_said_who, language): (bool, Language),
) -> Result<IntentView, Fault> {
    let template = IntentStatement::new(filing.matter(), party.who()).text(language);
    let (_, party_name, _) = party_words(party.who());
    let pages: u32 = documents.iter().map(|document| document.pages.get()).sum();
    let (titles, pages) = (titles(documents, language), pages.to_string());
    // The last four themselves stand on no page: the text says that the person typed them and
    // that they agree with the number declared, or that nobody asked. Share and price stand in
    // the documents, and the text says so instead of leaving a gap.
    let last_four = if has_said_who {
        language.pick(
            "（本人已输入，与申报的证件号码一致）",
            "(typed by me; they agree with the number declared)",
        )
    } else {
        language.pick("（未核验）", "(not checked)")
    };
    let see_documents = language.pick("（见文书）", "(see documents)");
    let values = [
        ("name", party.who().acting_person().as_str()),
        ("id_last_four", last_four),
        ("documents", titles.as_str()),
        ("pages", pages.as_str()),
        ("percentage", see_documents),
        ("price", see_documents),
        ("company", if matches!(party.who(), PartyKind::Company { .. }) { party_name } else { "" }),
        ("ward", if matches!(party.who(), PartyKind::Ward { .. }) { party_name } else { "" }),
    ];
    let text = filled(&template, &values)?;
    let text_sha256 = Digest::of(template.as_bytes());
    Ok(IntentView { text, template, text_sha256 })
}

/// What is read aloud in a video, where one was chosen.
pub(super) fn spoken_text(
    platform: &Platform,
    content: &CeremonyContent,
    filing: &Filing,
    party: &Party,
    language: Language,
) -> Result<Option<String>, Fault> {
    let chosen = content.other_way.filter(|chosen| chosen.way == ReviewWay::Video);
    let Some(chosen) = chosen else { return Ok(None) };
    let code = spoken_code(platform, content.ceremony.id(), chosen.at);
    let values = [
        ("name", party.who().acting_person().as_str()),
        ("company", filing.company_name().as_str()),
        ("matter", filing.matter().name(language)),
        ("code", code.as_str()),
    ];
    filled(spoken(language), &values).map(Some)
}

/// Fills a text with those of the values it has places for.
fn filled(template: &str, values: &[(&str, &str)]) -> Result<String, Fault> {
    let has_place = |(name, _): &&(&str, &str)| template.contains(&format!("{{{name}}}"));
    let wanted: Vec<(&str, &str)> = values.iter().filter(has_place).copied().collect();
    fill(template, &wanted).map_err(Fault::broken)
}

fn titles(documents: &[&Document], language: Language) -> String {
    let separator = language.pick("》《", "\", \"");
    let titles: Vec<&str> = documents.iter().map(|document| document.title.as_str()).collect();
    titles.join(separator)
}
