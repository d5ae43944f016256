//! The flags: their words in records, and what a reviewer reads.

use heqi_vocabulary::Language;
use serde::{Deserialize, Serialize};

/// What does not fit together.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum RiskFlag {
    /// The position claims an error of zero metres, which no receiver has.
    PositionWithoutError,
    /// The position is of another time than the signature.
    PositionNotOfNow,
    /// Position and time zone lie more than four hours apart.
    PositionFarFromTimeZone,
    /// The device's clock is more than five minutes off.
    ClockFarOff,
    /// The browser says that a program drives it.
    AutomatedBrowser,
    /// The browser's name is one of an emulated phone.
    Emulator,
    /// The address is of a data centre, as people with a VPN have.
    DataCentreAddress,
    /// Two positions of one sitting lie further apart than anybody travels in the time between.
    PositionsTooFarApart,
    /// The camera goes by the name of a program that plays pictures into the browser.
    VirtualCamera,
}

impl RiskFlag {
    /// Every flag.
    pub const ALL: [Self; 9] = [
        Self::PositionWithoutError,
        Self::PositionNotOfNow,
        Self::PositionFarFromTimeZone,
        Self::ClockFarOff,
        Self::AutomatedBrowser,
        Self::Emulator,
        Self::DataCentreAddress,
        Self::PositionsTooFarApart,
        Self::VirtualCamera,
    ];

    /// The word in records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::PositionWithoutError => "position_without_error",
            Self::PositionNotOfNow => "position_not_of_now",
            Self::PositionFarFromTimeZone => "position_far_from_time_zone",
            Self::ClockFarOff => "clock_far_off",
            Self::AutomatedBrowser => "automated_browser",
            Self::Emulator => "emulator",
            Self::DataCentreAddress => "data_centre_address",
            Self::PositionsTooFarApart => "positions_too_far_apart",
            Self::VirtualCamera => "virtual_camera",
        }
    }

    /// What a reviewer reads.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::PositionWithoutError => language.pick(
                "位置的误差为0米，真实定位不会没有误差",
                "the position claims an error of zero metres, which no receiver has",
            ),
            Self::PositionNotOfNow => language.pick(
                "位置不是签署当时取得的",
                "the position is of another time than the signature",
            ),
            Self::PositionFarFromTimeZone => language.pick(
                "位置与设备时区相差超过4小时",
                "position and time zone of the device lie more than four hours apart",
            ),
            Self::ClockFarOff => language.pick(
                "设备时钟与服务器相差超过5分钟",
                "the device's clock is more than five minutes off",
            ),
            Self::AutomatedBrowser => {
                language.pick("浏览器自称由程序操作", "the browser says that a program drives it")
            }
            Self::Emulator => language.pick(
                "浏览器名称像是模拟器，而不是真实手机",
                "the browser's name is one of an emulated phone",
            ),
            Self::DataCentreAddress => language.pick(
                "网络地址属于数据中心，可能使用了代理或VPN",
                "the address is of a data centre: a proxy or VPN may be in use",
            ),
            Self::PositionsTooFarApart => language.pick(
                "同一人连续两次签署的位置相距过远，间隔时间内无法到达",
                "the same person signed twice in a row at places too far apart for the time between",
            ),
            Self::VirtualCamera => language.pick(
                "相机名称是虚拟摄像头软件的名称，画面可能由程序提供",
                "the camera goes by the name of a virtual one: a program may have supplied the picture",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_has_its_word_and_its_sentences() {
        for flag in RiskFlag::ALL {
            assert_eq!(serde_json::to_value(flag).unwrap(), flag.code());
            assert_ne!(flag.text(Language::Zh), flag.text(Language::En));
        }
    }
}
