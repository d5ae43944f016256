//! How, where and with what somebody signed in a person's name, for the mail that tells the person (domain study 7.4). No text
//! message says it: crate `notify` takes no template that would.

use heqi_evidence::attestation::PersonOutcome;
use heqi_evidence::disclosure::Disclosure;
use heqi_filing::CeremonyState;
use heqi_vocabulary::Language;

use crate::ceremonies;
use crate::fault::{ActError, Fault};
use crate::ledger;
use crate::messages::MessageRow;
use crate::platform::Platform;
use crate::review_wanted::ReviewWay;
use crate::risk::NotedPosition;
use crate::verify_identity::ask::has_fresh_registry;
use crate::verify_identity::{self, Findings};

/// The places `method`, `place` and `device`. What was erased since is not said.
pub(super) async fn circumstances(
    platform: &Platform,
    row: &MessageRow,
) -> Result<[(&'static str, String); 3], ActError> {
    let content = match row.ceremony {
        Some(ceremony) => there(ceremonies::load(platform, ceremony).await)?,
        None => None,
    };
    let content = content.map(|stored| stored.content);
    let seen = match content.as_ref().map(|content| content.ceremony.state()) {
        Some(CeremonyState::Signed { record, .. }) => {
            match there(ledger::find(platform, *record).await)? {
                Some(kept) => Some(opened(platform, &kept)?),
                None => None,
            }
        }
        _ => None,
    };
    let known = verify_identity::known(platform, row.filing, row.party).await?;
    let findings = known.and_then(|checked| checked.known).map(|known| known.findings);
    let is_named = findings.is_some_and(|findings| is_named(platform, &findings));
    let has_photo = seen.as_ref().is_some_and(|seen| seen.text("photo_sha256").is_some());
    let instead =
        seen.as_ref().and_then(|seen| seen.value("identity")?.get("seen")?.get("way")?.as_str());
    let checks = Checks { is_named, has_photo, instead };
    let position = content.as_ref().and_then(|content| content.position);
    let agent = seen.as_ref().and_then(|seen| seen.text("user_agent"));
    let l = row.language;
    Ok([
        ("method", checks.words(l)),
        ("place", place_words(position, l)),
        ("device", device_words(agent, l)),
    ])
}

/// `None`: it is not there any more.
fn there<T>(found: Result<T, ActError>) -> Result<Option<T>, ActError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(ActError::NotFound(_) | ActError::Fault(Fault::Erased)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn opened(platform: &Platform, kept: &ledger::KeptRecord) -> Result<Disclosure, Fault> {
    let record = kept.open(platform)?;
    let bytes = record.disclose(|name| matches!(name, "identity" | "photo_sha256" | "user_agent"));
    Disclosure::parse(&bytes.map_err(Fault::broken)?).map_err(Fault::broken)
}

/// Whether an authority said that name and number belong together. The registry's own check takes the place of an answer
/// that did not come, as long as it counts, and of none that says otherwise.
fn is_named(platform: &Platform, findings: &Findings) -> bool {
    match findings.real_name.answer() {
        Some(said) => matches!(said, PersonOutcome::Matches | PersonOutcome::MobileDiffers),
        None => has_fresh_registry(platform, findings),
    }
}

/// By what it was looked at who signs.
struct Checks<'a> {
    is_named: bool,
    has_photo: bool,
    /// The way that the signing rests on where no photo was taken ([`ReviewWay`]): another may have been begun before.
    instead: Option<&'a str>,
}

impl Checks<'_> {
    fn words(&self, l: Language) -> String {
        let is_seen = self.instead == Some(ReviewWay::Counter.as_str());
        let has_video = self.instead == Some(ReviewWay::Video.as_str());
        let checks = [
            (self.is_named, l.pick("实名信息核验", "name and number confirmed by an authority")),
            (is_seen, l.pick("工作人员当面核验", "person and document seen by an officer")),
            (has_video, l.pick("视频人工核验", "a video for a person to look at")),
            (self.has_photo, l.pick("签署照片", "a photo at the signing")),
        ];
        let said: Vec<&str> =
            checks.into_iter().filter_map(|(is_so, words)| is_so.then_some(words)).collect();
        if said.is_empty() {
            return l.pick("无实名核验结果和照片", "no check of identity and no photo").to_owned();
        }
        said.join(l.pick("+", ", "))
    }
}

/// To some ten kilometres, which city it was: a mailbox is no place for more.
fn place_words(position: Option<NotedPosition>, l: Language) -> String {
    let Some(position) = position else {
        return l.pick("设备未提供位置", "not told by the device").to_owned();
    };
    let [latitude, longitude] = position.in_tenths();
    let tenths = |value: i64| format!("{}.{}", value.abs() / 10, value.abs() % 10);
    let (north, east) = (tenths(latitude), tenths(longitude));
    match l {
        Language::Zh => {
            let ns = if latitude < 0 { "南纬" } else { "北纬" };
            let ew = if longitude < 0 { "西经" } else { "东经" };
            format!("{ns}{north}度、{ew}{east}度一带（设备自述，精确到约十公里）")
        }
        Language::En => {
            let ns = if latitude < 0 { "S" } else { "N" };
            let ew = if longitude < 0 { "W" } else { "E" };
            format!("near {north}° {ns}, {east}° {ew} (as the device says, to some ten kilometres)")
        }
    }
}

fn device_words(agent: Option<&str>, l: Language) -> String {
    match (agent.and_then(device_of), l) {
        (Some(device), Language::Zh) => format!("{device}（浏览器自述）"),
        (Some(device), Language::En) => format!("{device} (as the browser says)"),
        (None, l) => l.pick("未知", "unknown").to_owned(),
    }
}

/// The kind of a device, by what its browser calls itself. That is whatever somebody wanted it to be, and a mail of ours
/// repeats no sentence, address or telephone number of a stranger: of its words only a short name of a model is said.
fn device_of(agent: &str) -> Option<String> {
    let (_, family) = FAMILIES.into_iter().find(|(word, _)| agent.contains(word))?;
    let model = if family == ANDROID { model_of(agent) } else { None };
    Some(model.map_or_else(|| family.to_owned(), |model| format!("{family} {model}")))
}

const ANDROID: &str = "Android";
/// What stands in the names of browsers, and what it is called; the first that is found counts.
const FAMILIES: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    // The same from its version 5 on.
    ("OpenHarmony", "HarmonyOS"),
    (ANDROID, ANDROID),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
];

/// `Linux; Android 14; PGT-AN00 Build/…`: the name between the version and what follows it.
fn model_of(agent: &str) -> Option<&str> {
    let (_, inside) = agent.split_once('(')?;
    let (inside, _) = inside.split_once(')')?;
    let (_, behind) = inside.split_once(ANDROID)?;
    let parts = behind.split(';').skip(1);
    let mut named =
        parts.map(|part| part.split_once(" Build").map_or(part, |(name, _)| name).trim());
    let model = named.find(|part| !is_beside(part))?;
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, ' ' | '-' | '_');
    let digits = model.chars().filter(char::is_ascii_digit).count();
    let fits = (2..=20).contains(&model.len()) && digits <= 4 && model.chars().all(is_plain);
    fits.then_some(model)
}

/// Whether it is what browsers write before a model or in its place: a language (`zh-CN`), or the kind of device.
fn is_beside(part: &str) -> bool {
    let (language, region) = part.split_once(['-', '_']).unwrap_or((part, ""));
    let is_language = language.len() == 2 && matches!(region.len(), 0 | 2);
    let is_word = |text: &str| text.chars().all(|sign| sign.is_ascii_alphabetic());
    (is_language && is_word(language) && is_word(region))
        || matches!(part, "Mobile" | "Tablet" | "wv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_named_by_its_kind_and_a_short_model_and_by_nothing_a_stranger_wrote() {
        let android = |model: &str| format!("Mozilla/5.0 (Linux; Android 14; {model}) Chrome/130");
        for (agent, device) in [
            (android("PGT-AN00"), Some("Android PGT-AN00")),
            (android("Pixel 8 Pro Build/AP2A.240905.003"), Some("Android Pixel 8 Pro")),
            (android("K"), Some("Android")),
            // Many browsers in China name their language first, and Firefox says what kind of device it is.
            (android("zh-CN; PGT-AN00 Build/HUAWEI"), Some("Android PGT-AN00")),
            (android("zh-cn; 22081212C Build/TKQ1"), Some("Android")),
            (android("Mobile; rv:130.0"), Some("Android")),
            (android("打电话给我"), Some("Android")),
            (android("call 4001234567"), Some("Android")),
            (android("http://s.example"), Some("Android")),
            (android("a very long name of a model indeed"), Some("Android")),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)".into(), Some("iPhone")),
            (
                "Mozilla/5.0 (Phone; OpenHarmony 5.0) ArkWeb/4.1.6.1 Mobile".into(),
                Some("HarmonyOS"),
            ),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)".into(), Some("Windows")),
            ("您的签署已确认，请致电".into(), None),
        ] {
            assert_eq!(device_of(&agent).as_deref(), device, "{agent}");
        }
        assert_eq!(device_words(None, Language::Zh), "未知");
    }

    #[test]
    fn a_place_is_said_to_a_tenth_of_a_degree() {
        assert_eq!(place_words(None, Language::Zh), "设备未提供位置");
        let at = |e6| place_words(Some(NotedPosition::sample(e6)), Language::Zh);
        assert!(at([30_246_000, 119_761_000]).starts_with("北纬30.2度、东经119.8度一带"));
        assert!(at([-30_250_000, -40_000]).starts_with("南纬30.3度、东经0.0度一带"));
        let english = place_words(Some(NotedPosition::sample([-1_000_000, 0])), Language::En);
        assert!(english.starts_with("near 1.0° S, 0.0° E"), "{english}");
    }

    #[test]
    fn what_was_looked_at_is_listed_and_nothing_else() {
        let said = |is_named, has_photo, instead| {
            Checks { is_named, has_photo, instead }.words(Language::Zh)
        };
        assert_eq!(said(true, true, None), "实名信息核验+签署照片");
        assert_eq!(said(false, true, None), "签署照片");
        assert_eq!(said(true, false, Some("counter")), "实名信息核验+工作人员当面核验");
        assert_eq!(said(false, false, Some("video")), "视频人工核验");
        assert_eq!(said(false, false, None), "无实名核验结果和照片");
    }
}
