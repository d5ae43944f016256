//! What does not fit together in what a device and its network say (edge cases 13 and 19): kept as flags in
//! a record before the signing's own, shown to a reviewer in words, never a reason to refuse.
//!
//! Each flag is a sign that anybody with ordinary tools can avoid, and that honest people raise: a
//! desktop without a receiver, a traveller, a company's proxy. So none of them says *fraud*.

use std::collections::BTreeSet;
use std::net::IpAddr;

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::schema::RecordKind;
use heqi_evidence_store::changeset::Changeset;
use heqi_filing::ConsentKind;
use heqi_vocabulary::{RecordId, SigningId, UtcMillis};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::act::Attempts;
use crate::ceremonies::{self, StoredCeremony};
use crate::fault::{ActError, Fault};
use crate::filings;
use crate::ledger::{self, About, Draft};
use crate::platform::Platform;
use crate::request::{Request, RequestFacts};
use crate::rows::{CeremonyContent, CeremonyRecord, SigningRow};

mod flag;
mod place;

pub use flag::RiskFlag;
pub(crate) use place::NotedPosition;
use place::{Earlier, Place};

/// A position this old is not of now, in seconds: browsers are asked for a fresh one.
const STALE_S: i64 = 300;
/// How far position and time zone may lie apart, in degrees of longitude. All of China has one
/// time: its west is 47 degrees from the meridian of that time.
const FAR_DEGREES: i64 = 60;
/// How far a device's clock may be off, in milliseconds (edge case 34).
const CLOCK_OFF_MS: i64 = 5 * 60_000;
const MICRO: i64 = 1_000_000;
/// As fast as an airliner, in metres a second: nobody signs twice and travels faster between.
const FASTEST_M_S: i64 = 280;
/// So far apart two positions of one place may be beside what they say of their errors, in metres:
/// a desktop is found by its network.
const SLACK_M: i64 = 50_000;

/// What the operator decides about flags.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a setting: operators fill it")]
pub struct RiskSettings {
    /// Whether a reviewer decides because of one. Without an office that reviews, nobody does.
    pub is_reviewed: bool,
    /// Networks of data centres, as the operator has them from elsewhere; none by default.
    pub data_centres: Vec<IpNet>,
}

impl Default for RiskSettings {
    fn default() -> Self {
        Self { is_reviewed: true, data_centres: Vec::new() }
    }
}

/// What flags are computed from: whole numbers, as the device and the connection gave them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Signals {
    place: Option<Place>,
    position_age_s: Option<i64>,
    utc_offset_minutes: Option<i64>,
    clock_offset_ms: i64,
    is_automated: bool,
    is_virtual_camera: bool,
    user_agents: Vec<String>,
    earlier: Option<Earlier>,
}

impl Signals {
    /// From the device's own tree and what the server saw.
    pub(crate) fn of(client: &Disclosure, signed_at: UtcMillis, facts: &RequestFacts) -> Self {
        let window = client.value("screen");
        let whole = |name: &str| window.and_then(|window| window.get(name)).and_then(Value::as_i64);
        let agents = [client.text("user_agent").map(ToOwned::to_owned), facts.user_agent.clone()];
        Self {
            place: client.value("place").and_then(Place::of),
            position_age_s: whole("position_age_s"),
            utc_offset_minutes: whole("utc_offset_minutes"),
            clock_offset_ms: signed_at.millis_since(facts.received_at),
            is_automated: window.and_then(|window| window.get("automated"))
                == Some(&Value::Bool(true)),
            is_virtual_camera: client
                .text("capture_source")
                .is_some_and(|source| source.ends_with(VIRTUAL_CAMERA)),
            user_agents: agents.into_iter().flatten().collect(),
            earlier: None,
        }
    }

    /// Where the device says it was, signing at this instant.
    pub(crate) fn position(&self, at: UtcMillis) -> Option<NotedPosition> {
        self.place.map(|place| NotedPosition { at, place })
    }

    /// The flags they raise.
    pub(crate) fn flags(&self, address: IpAddr, settings: &RiskSettings) -> BTreeSet<RiskFlag> {
        let mut flags = BTreeSet::new();
        let mut raise = |is_raised: bool, flag| {
            if is_raised {
                flags.insert(flag);
            }
        };
        if let Some(place) = &self.place {
            raise(place.accuracy_m == 0, RiskFlag::PositionWithoutError);
            let age = self.position_age_s.unwrap_or(0);
            raise(!(-60..=STALE_S).contains(&age), RiskFlag::PositionNotOfNow);
            raise(self.is_far_from_time_zone(*place), RiskFlag::PositionFarFromTimeZone);
            raise(self.is_out_of_reach(*place), RiskFlag::PositionsTooFarApart);
        }
        raise(self.clock_offset_ms.saturating_abs() > CLOCK_OFF_MS, RiskFlag::ClockFarOff);
        let named = |words: &[&str]| {
            self.user_agents.iter().any(|agent| words.iter().any(|word| agent.contains(word)))
        };
        raise(self.is_automated || named(&AUTOMATED), RiskFlag::AutomatedBrowser);
        raise(named(&EMULATED), RiskFlag::Emulator);
        raise(self.is_virtual_camera, RiskFlag::VirtualCamera);
        let is_of_data_centre = settings.data_centres.iter().any(|net| net.contains(&address));
        raise(is_of_data_centre, RiskFlag::DataCentreAddress);
        flags
    }

    /// A minute of time is a quarter of a degree.
    fn is_far_from_time_zone(&self, place: Place) -> bool {
        let Some(minutes) = self.utc_offset_minutes else { return false };
        let apart = (place.longitude_e6 - minutes.clamp(-840, 840) * (MICRO / 4)).abs();
        // Round the globe the other way.
        apart.min(360 * MICRO - apart) > FAR_DEGREES * MICRO
    }

    /// Whether nobody gets here in the time since the earlier signature.
    fn is_out_of_reach(&self, place: Place) -> bool {
        let Some(earlier) = self.earlier else { return false };
        let travelled = earlier.seconds.max(0).saturating_mul(FASTEST_M_S);
        let errors = place.accuracy_m.saturating_add(earlier.place.accuracy_m);
        let reach_km = travelled.saturating_add(errors).saturating_add(SLACK_M) / 1000;
        let reach_km = f64::from(i32::try_from(reach_km).unwrap_or(i32::MAX));
        place.metres_to(earlier.place) / 1000.0 > reach_km
    }

    /// As the record says them.
    fn value(&self) -> Value {
        let mut members = Map::new();
        let mut set = |name: &str, value: Option<i64>| {
            if let Some(value) = value {
                members.insert(name.to_owned(), value.into());
            }
        };
        set("accuracy_m", self.place.map(|place| place.accuracy_m));
        set("longitude_e6", self.place.map(|place| place.longitude_e6));
        set("position_age_s", self.position_age_s);
        set("utc_offset_minutes", self.utc_offset_minutes);
        set("clock_offset_ms", Some(self.clock_offset_ms));
        if let Some(Earlier { place, seconds }) = self.earlier {
            set("latitude_e6", self.place.map(|place| place.latitude_e6));
            set("earlier_accuracy_m", Some(place.accuracy_m));
            set("earlier_latitude_e6", Some(place.latitude_e6));
            set("earlier_longitude_e6", Some(place.longitude_e6));
            set("earlier_seconds", Some(seconds));
        }
        members.insert("automated".to_owned(), self.is_automated.into());
        if self.is_virtual_camera {
            members.insert("virtual_camera".to_owned(), true.into());
        }
        Value::Object(members)
    }
}

/// What a page says whose camera goes by the name of a program, here or (with more before it) on
/// another device (edge case 19).
const VIRTUAL_CAMERA: &str = "virtual_camera_stream";
/// What browsers that programs drive call themselves.
const AUTOMATED: [&str; 3] = ["HeadlessChrome", "PhantomJS", "Puppeteer"];
/// What emulated phones call themselves.
const EMULATED: [&str; 7] = [
    "Android SDK built for",
    "sdk_gphone",
    "Emulator",
    "Genymotion",
    "BlueStacks",
    "NoxPlayer",
    "MuMu",
];

/// The flags of a signing, as they are on record.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotedRisks {
    pub(crate) signing: SigningId,
    pub(crate) record: RecordId,
    pub(crate) flags: BTreeSet<RiskFlag>,
}

/// Puts the flags of a signing on record, once, before the signing's own record. Gives the
/// ceremony as it is then; without flags nothing is written.
///
/// No limit of records switches this off: whoever filled the ceremony first would be rid of flags.
/// It needs none of its own, because flags of a signing only ever grow, and there are few.
pub(crate) async fn note(
    platform: &Platform,
    request: &Request,
    (row, signing): (&SigningRow, SigningId),
    signals: &Signals,
    mut stored: StoredCeremony,
) -> Result<StoredCeremony, ActError> {
    let settings = &platform.settings().risk;
    let mut signals = signals.clone();
    signals.earlier = earlier(platform, &stored.content, request.facts.received_at).await?;
    let flags = signals.flags(request.facts.client_address, settings);
    let mut attempts = Attempts::default();
    loop {
        let known = stored.content.risks.as_ref().filter(|known| known.signing == signing);
        let mut all = known.map(|known| known.flags.clone()).unwrap_or_default();
        if flags.is_subset(&all) {
            return Ok(stored);
        }
        // What an earlier try of the same signing raised is not taken back by a later one.
        all.extend(&flags);
        let filing = filings::load(platform, row.filing).await?.filing;
        let next = ledger::next_place(platform, filing.chain()).await?;
        let mut draft = Draft::new(platform, RecordKind::RiskNoted);
        let words: Vec<&str> = all.iter().map(|flag| flag.code()).collect();
        let is_reviewed = settings.is_reviewed && platform.settings().review_office.is_some();
        draft
            .observed("filing", row.filing.to_string())?
            .observed("ceremony", row.ceremony.to_string())?
            .observed("party", row.party.to_string())?
            .observed("signing", signing.to_string())?
            .observed("flags", words)?
            .reported("signals", Some(signals.value()))?
            .observed("is_reviewed", is_reviewed)?
            .facts(&request.facts)?;
        let about = About {
            ceremony: Some(row.ceremony),
            signing: Some(signing),
            ..About::party(row.filing, row.party)
        };
        let record = draft.seal(platform, about, None)?;
        let mut changes = Changeset::new();
        let root = record.write(platform, &mut changes, &next)?;
        let mut content = stored.content.clone();
        let record_id = record.record_id();
        content.records.push(CeremonyRecord::of(RecordKind::RiskNoted, record_id, root));
        content.risks = Some(NotedRisks { signing, record: record_id, flags: all });
        stored.replace(platform, &mut changes, &content)?;
        attempts.commit(platform, changes).await?;
        stored = ceremonies::load(platform, row.ceremony).await?;
    }
}

/// Where the person signed before it came on to this ceremony: not where that was erased, nor where
/// the consent to the position was taken back.
async fn earlier(
    platform: &Platform,
    content: &CeremonyContent,
    now: UtcMillis,
) -> Result<Option<Earlier>, ActError> {
    let Some(from) = content.came_from else { return Ok(None) };
    let before = match ceremonies::load(platform, from).await {
        Ok(stored) => stored.content,
        Err(ActError::Fault(Fault::Erased)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let noted = before.position.filter(|_| before.ceremony.has_granted(ConsentKind::Location));
    Ok(noted
        .map(|noted| Earlier { place: noted.place, seconds: now.millis_since(noted.at) / 1000 }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 9));

    fn honest() -> Signals {
        Signals {
            place: Some(at(119_725_000, 20)),
            position_age_s: Some(2),
            utc_offset_minutes: Some(480),
            clock_offset_ms: 300,
            is_automated: false,
            is_virtual_camera: false,
            user_agents: vec!["Mozilla/5.0 (Linux; Android 14; PGT-AN00) Chrome/130 Mobile".into()],
            earlier: None,
        }
    }

    fn flags(change: impl FnOnce(&mut Signals)) -> BTreeSet<RiskFlag> {
        let mut signals = honest();
        change(&mut signals);
        signals.flags(ADDRESS, &RiskSettings::default())
    }

    const fn at(longitude_e6: i64, accuracy_m: i64) -> Place {
        Place { accuracy_m, latitude_e6: 30_234_000, longitude_e6 }
    }

    /// Signed before so long ago, this far north and east.
    fn before(seconds: i64, latitude_e6: i64, longitude_e6: i64) -> BTreeSet<RiskFlag> {
        let place = Place { accuracy_m: 20, latitude_e6, longitude_e6 };
        flags(|s| s.earlier = Some(Earlier { place, seconds }))
    }

    #[test]
    fn edge_case_13_two_positions_of_one_sitting_are_compared_by_how_fast_one_travels() {
        // Lin'an to Beijing is 1,110 km and takes an airliner more than an hour.
        let beijing = (39_904_000, 116_407_000);
        let far = BTreeSet::from([RiskFlag::PositionsTooFarApart]);
        assert_eq!(before(60, beijing.0, beijing.1), far);
        assert_eq!(before(3_000, beijing.0, beijing.1), far);
        assert!(before(4_500, beijing.0, beijing.1).is_empty());
        // The same street; the next town, found by the network; a clock that went back.
        assert!(before(60, 30_234_100, 119_725_100).is_empty());
        assert!(before(60, 30_274_000, 120_155_000).is_empty());
        assert!(before(-5, 30_234_000, 119_725_000).is_empty());
        // Who gives no second position has none to compare.
        let place = at(0, 20);
        let silent = |s: &mut Signals| {
            s.place = None;
            s.earlier = Some(Earlier { place, seconds: 1 });
        };
        assert!(flags(silent).is_empty());
        let date_line = [at(179_990_000, 20), at(-179_990_000, 20)];
        assert!(date_line[0].metres_to(date_line[1]) < 3_000.0, "neighbours");
    }

    #[test]
    fn edge_case_13_an_honest_phone_raises_nothing() {
        assert!(flags(|_| {}).is_empty());
        // Kashgar keeps the time of Beijing; a desktop in town has no receiver; who gave no
        // position has none that could be false.
        assert!(flags(|s| s.place = Some(at(75_990_000, 40))).is_empty());
        assert!(flags(|s| s.place = Some(at(119_725_000, 5_000))).is_empty());
        assert!(flags(|s| s.place = None).is_empty());
        // West of the date line and east of it are neighbours.
        let pacific = |s: &mut Signals| {
            s.place = Some(at(-171_760_000, 30));
            s.utc_offset_minutes = Some(780);
        };
        assert!(flags(pacific).is_empty());
    }

    #[test]
    fn edge_case_13_each_sign_raises_its_own_flag() {
        use RiskFlag as F;
        let one = |flag| BTreeSet::from([flag]);
        assert_eq!(flags(|s| s.place = Some(at(119_725_000, 0))), one(F::PositionWithoutError));
        assert_eq!(flags(|s| s.position_age_s = Some(301)), one(F::PositionNotOfNow));
        assert_eq!(flags(|s| s.position_age_s = Some(-61)), one(F::PositionNotOfNow));
        assert_eq!(flags(|s| s.utc_offset_minutes = Some(-300)), one(F::PositionFarFromTimeZone));
        assert_eq!(flags(|s| s.clock_offset_ms = -300_001), one(F::ClockFarOff));
        assert_eq!(flags(|s| s.is_automated = true), one(F::AutomatedBrowser));
        assert_eq!(flags(|s| s.is_virtual_camera = true), one(F::VirtualCamera));
        let named = |name: &str| flags(|s| s.user_agents.push(name.to_owned()));
        assert_eq!(named("Mozilla/5.0 HeadlessChrome/130"), one(F::AutomatedBrowser));
        assert_eq!(named("Mozilla/5.0 (Linux; Android 13; sdk_gphone64_x86_64)"), one(F::Emulator));
        let settings = RiskSettings {
            data_centres: vec!["203.0.113.0/24".parse().unwrap()],
            ..RiskSettings::default()
        };
        assert_eq!(honest().flags(ADDRESS, &settings), one(F::DataCentreAddress));
    }
}
