//! Positions, as far as flags need them.

use heqi_vocabulary::UtcMillis;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The mean radius of the earth, in metres.
const EARTH_M: f64 = 6_371_000.0;

/// As much of a position as a flag needs.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    pub(super) accuracy_m: i64,
    pub(super) latitude_e6: i64,
    pub(super) longitude_e6: i64,
}

impl Place {
    pub(super) fn of(place: &Value) -> Option<Self> {
        let whole = |name| place.get(name).and_then(Value::as_i64);
        Some(Self {
            accuracy_m: whole("accuracy_m")?,
            latitude_e6: whole("latitude_e6")?,
            longitude_e6: whole("longitude_e6")?,
        })
    }

    /// Metres to another place over the globe (haversine).
    pub(super) fn metres_to(self, other: Self) -> f64 {
        let radians = |e6: i64| (f64::from(i32::try_from(e6).unwrap_or(0)) / 1e6).to_radians();
        let half = |apart: f64| (apart / 2.0).sin().powi(2);
        let (north, other_north) = (radians(self.latitude_e6), radians(other.latitude_e6));
        let east = radians(other.longitude_e6) - radians(self.longitude_e6);
        let chord = half(other_north - north) + north.cos() * other_north.cos() * half(east);
        2.0 * EARTH_M * chord.sqrt().min(1.0).asin()
    }
}

/// Where a device was when its signer signed.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotedPosition {
    pub(super) at: UtcMillis,
    pub(super) place: Place,
}

impl NotedPosition {
    /// Latitude and longitude in tenths of a degree.
    pub(crate) fn in_tenths(self) -> [i64; 2] {
        let Place { latitude_e6, longitude_e6, .. } = self.place;
        [latitude_e6, longitude_e6].map(|e6| (e6 + e6.signum() * 50_000) / 100_000)
    }

    /// One with this latitude and longitude.
    #[cfg(test)]
    pub(crate) fn sample([latitude_e6, longitude_e6]: [i64; 2]) -> Self {
        let at = UtcMillis::from_millis(0).unwrap();
        Self { at, place: Place { accuracy_m: 20, latitude_e6, longitude_e6 } }
    }
}

/// Where the same person was when it signed before in this sitting, and how long ago.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Earlier {
    pub(super) place: Place,
    pub(super) seconds: i64,
}
