//! A point on the map as a device reported it.

use serde::{Deserialize, Serialize};

/// The geodetic datum of a position. Chinese map services shift positions (GCJ-02), so a
/// position without its datum is ambiguous by some hundred metres.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum Datum {
    /// What satellite receivers and browsers report.
    #[serde(rename = "WGS-84")]
    Wgs84,
    /// The shifted datum of Chinese maps.
    #[serde(rename = "GCJ-02")]
    Gcj02,
}

/// A position in whole microdegrees; signed objects contain no floating-point numbers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct GeoPoint {
    latitude_e6: i32,
    longitude_e6: i32,
    accuracy_m: u32,
    datum: Datum,
}

/// Why numbers are not a position.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("latitude is within ±90 degrees and longitude within ±180 degrees")]
pub struct GeoPointError;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    latitude_e6: i32,
    longitude_e6: i32,
    accuracy_m: u32,
    datum: Datum,
}

impl GeoPoint {
    /// A position from microdegrees, with the radius in metres inside which the device
    /// believes to be.
    ///
    /// # Errors
    /// Latitude beyond ±90 degrees or longitude beyond ±180 degrees.
    pub fn new(
        latitude_e6: i32,
        longitude_e6: i32,
        accuracy_m: u32,
        datum: Datum,
    ) -> Result<Self, GeoPointError> {
        let inside =
            latitude_e6.unsigned_abs() <= 90_000_000 && longitude_e6.unsigned_abs() <= 180_000_000;
        if inside {
            Ok(Self { latitude_e6, longitude_e6, accuracy_m, datum })
        } else {
            Err(GeoPointError)
        }
    }
}

impl TryFrom<Fields> for GeoPoint {
    type Error = GeoPointError;

    fn try_from(f: Fields) -> Result<Self, GeoPointError> {
        Self::new(f.latitude_e6, f.longitude_e6, f.accuracy_m, f.datum)
    }
}

impl From<GeoPoint> for Fields {
    fn from(p: GeoPoint) -> Self {
        Self {
            latitude_e6: p.latitude_e6,
            longitude_e6: p.longitude_e6,
            accuracy_m: p.accuracy_m,
            datum: p.datum,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_off_the_globe_is_refused() {
        assert!(GeoPoint::new(90_000_000, -180_000_000, 5, Datum::Wgs84).is_ok());
        assert!(GeoPoint::new(90_000_001, 0, 5, Datum::Wgs84).is_err());
        assert!(GeoPoint::new(0, i32::MIN, 5, Datum::Wgs84).is_err());
        let off = r#"{"latitude_e6":0,"longitude_e6":180000001,"accuracy_m":1,"datum":"WGS-84"}"#;
        assert!(serde_json::from_str::<GeoPoint>(off).is_err());
    }
}
