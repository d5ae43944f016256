//! Why a person must look: the words of records, and what reviewers read.

use heqi_vocabulary::Language;
use serde::{Deserialize, Serialize};

/// Why a person must look.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is part of the record format, version 1")]
pub enum ReviewReason {
    /// No authority has confirmed name and number.
    IdentityUnverified,
    /// A provider says that name and number do not belong together, or knows no such number.
    IdentityDiffers,
    /// No authority has confirmed that the mobile number is this person's.
    ContactUnverified,
    /// A provider was asked and did not answer, or its answer could not be believed.
    ProviderUnreachable,
    /// There is no portrait of an authority to compare with.
    PortraitUnverified,
    /// Nobody has compared photo and portrait.
    FaceNotCompared,
    /// The comparison did not find the same person.
    FaceNotSame,
    /// The photo came from the camera of the system, not from a stream.
    SystemCamera,
    /// No register has confirmed how the company stands.
    CompanyUnverified,
    /// There is a video instead of a photo, for a person to compare.
    VideoToCompare,
    /// What device and network said does not fit together; nothing is refused by that.
    RiskNoted,
    /// No seal service has confirmed the company's seal.
    SealUnverified,
    /// The number of the document is that of somebody younger than 18 (edge case 8).
    Minor,
    /// The number of the document is that of somebody older than 120.
    ImplausibleAge,
    /// A guardian signed for a minor: a person looks at what proves it (edge case 8).
    Guardianship,
}

impl ReviewReason {
    /// The word used in records.
    pub const fn code(self) -> &'static str {
        match self {
            Self::IdentityUnverified => "identity_unverified",
            Self::IdentityDiffers => "identity_differs",
            Self::ContactUnverified => "contact_unverified",
            Self::ProviderUnreachable => "provider_unreachable",
            Self::PortraitUnverified => "portrait_unverified",
            Self::FaceNotCompared => "face_not_compared",
            Self::FaceNotSame => "face_not_same",
            Self::SystemCamera => "system_camera",
            Self::CompanyUnverified => "company_unverified",
            Self::VideoToCompare => "video_to_compare",
            Self::RiskNoted => "risk_noted",
            Self::SealUnverified => "seal_unverified",
            Self::Minor => "minor",
            Self::ImplausibleAge => "implausible_age",
            Self::Guardianship => "guardianship",
        }
    }

    /// What people read.
    pub const fn text(self, language: Language) -> &'static str {
        match self {
            Self::IdentityUnverified => language.pick(
                "姓名与证件号码未经权威来源核验",
                "no authority has confirmed name and number",
            ),
            Self::IdentityDiffers => language.pick(
                "核验机构答复：姓名与证件号码不一致或查无此号",
                "a provider answered that name and number differ, or that there is no such number",
            ),
            Self::ContactUnverified => language.pick(
                "手机号码未核验为本人所有",
                "nobody has confirmed that the mobile number is this person's",
            ),
            Self::ProviderUnreachable => {
                language.pick("核验机构未能答复", "a provider could not be reached or believed")
            }
            Self::PortraitUnverified => language.pick(
                "没有可用于比对的权威证件照片",
                "there is no portrait of an authority to compare with",
            ),
            Self::FaceNotCompared => language
                .pick("照片与证件照片尚未比对", "nobody has compared the photo with the portrait"),
            Self::FaceNotSame => {
                language.pick("比对未能确认为同一人", "the comparison did not find the same person")
            }
            Self::SystemCamera => language.pick(
                "照片由系统相机拍摄，并非网页实时画面",
                "the photo came from the system's camera, not from a live picture",
            ),
            Self::CompanyUnverified => language
                .pick("企业登记状态未经核验", "no register has confirmed how the company stands"),
            Self::VideoToCompare => language.pick(
                "签署人选择视频人工核验：请观看视频并与证件照片比对",
                "the signer chose a video: watch it and compare it with the picture of the document",
            ),
            Self::RiskNoted => language.pick(
                "设备或网络信息有不一致之处，请核实",
                "what the device and its network said does not fit together; ask",
            ),
            Self::SealUnverified => language.pick(
                "企业印章未经核验",
                "no seal service has confirmed the company's seal",
            ),
            Self::Minor => language.pick(
                "证件号码显示未满18周岁：已满16周岁且以自己的劳动收入为主要生活来源的，请核实收入证明；其他应由监护人代为签署",
                "by the number not yet 18 years old: of 16 or older and living on own earnings, ask for the proof of it; for anybody else the guardian signs",
            ),
            Self::ImplausibleAge => language.pick(
                "证件号码显示年龄超过120周岁：请核实证件号码",
                "by the number older than 120 years: check the number",
            ),
            Self::Guardianship => language.pick(
                "监护人代未成年人签署：请核对监护关系证明、被监护人姓名和年龄",
                "a guardian signed for a minor: look at what proves it, and at the minor's name and age",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_reason_is_its_word_in_json_and_reviewers_read_a_sentence() {
        for (reason, code) in [
            (ReviewReason::IdentityUnverified, "identity_unverified"),
            (ReviewReason::FaceNotCompared, "face_not_compared"),
            (ReviewReason::Guardianship, "guardianship"),
        ] {
            assert_eq!(reason.code(), code);
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{code}\""));
        }
        assert_eq!(ReviewReason::SealUnverified.text(Language::Zh), "企业印章未经核验");
        let system = ReviewReason::SystemCamera.text(Language::En);
        assert_eq!(system, "the photo came from the system's camera, not from a live picture");
    }
}
