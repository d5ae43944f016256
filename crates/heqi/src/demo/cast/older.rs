//! Who takes part in the older filing, which the demo acts out at its first start.

use super::{Contact, Member};

pub(crate) const COMPANY: &str = "杭州示例旧梦餐饮有限公司";
/// 办件码: the same in every demo.
pub(crate) const NUMBER: &str = "50317260";
pub(crate) const MATTER: &str = "simplified_cancellation";

/// The first of them objects.
pub(crate) const SIGNERS: [Member; 2] = [
    Member {
        role: "shen_shuyao",
        name: "沈书瑶",
        representative: None,
        capacities: &["shareholder"],
        contact: Some(Contact {
            mobile: Some("13900000011"),
            email: None,
            id_number: "330112197508170000",
        }),
        company_code: None,
        is_known_to_registry: true,
        city_zh: "杭州",
        city_en: "Hangzhou",
        place: (30_250_000, 120_170_000),
    },
    Member {
        role: "xu_zhiyuan",
        name: "许志远",
        representative: None,
        capacities: &["shareholder", "legal_representative"],
        contact: Some(Contact {
            mobile: Some("13900000012"),
            email: None,
            id_number: "330112196811030014",
        }),
        company_code: None,
        is_known_to_registry: true,
        city_zh: "临安",
        city_en: "Lin'an",
        place: (30_233_800, 119_724_700),
    },
];

pub(crate) const DOCUMENT: (&str, &[u8]) =
    ("简易注销全体投资人承诺书", include_bytes!("../../../assets/demo/commitment.pdf"));

/// On which ground the first of them objects, and what she says.
pub(crate) const OBJECTION: (&str, &str) =
    ("not_signed_by_me", "非本人签署：签署当天手机不在本人手里（演示情节，为模拟）。");
