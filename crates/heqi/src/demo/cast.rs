//! The people and companies of the demo. All made up, none with legal effect.

use serde_json::{Value, json};

pub(crate) mod older;

/// How a made-up person is reached. Numbers like these belong to nobody.
#[derive(Clone, Copy)]
pub(crate) struct Contact {
    pub(crate) mobile: Option<&'static str>,
    pub(crate) email: Option<&'static str>,
    pub(crate) id_number: &'static str,
}

/// One signer of the demo's filing.
pub(crate) struct Member {
    pub(crate) role: &'static str,
    pub(crate) name: &'static str,
    /// For a company: who signs for it.
    pub(crate) representative: Option<&'static str>,
    pub(crate) capacities: &'static [&'static str],
    /// How the person is reached; `None` signs by the token alone.
    pub(crate) contact: Option<Contact>,
    /// For a company: its code.
    pub(crate) company_code: Option<&'static str>,
    /// Whether the registry has verified the person itself.
    pub(crate) is_known_to_registry: bool,
    pub(crate) city_zh: &'static str,
    pub(crate) city_en: &'static str,
    /// Latitude and longitude in microdegrees.
    pub(crate) place: (i32, i32),
}

pub(crate) const COMPANY: &str = "杭州示例青穗茶业有限公司";
/// 办件码: the same in every demo.
pub(crate) const NUMBER: &str = "61842059";
pub(crate) const HANDLER: &str = "何静";
/// The number to which the handler's account is bound.
pub(crate) const HANDLER_NUMBER: &str = "33011219940301000X";

/// The last of them is the visitor.
pub(crate) const SIGNERS: [Member; 5] = [
    Member {
        role: "lin_jiawei",
        name: "林嘉伟",
        representative: None,
        capacities: &["shareholder"],
        contact: Some(Contact {
            mobile: Some("13900000001"),
            email: Some("lin@example.com"),
            id_number: "310115198806239993",
        }),
        company_code: None,
        is_known_to_registry: true,
        city_zh: "上海",
        city_en: "Shanghai",
        place: (31_230_400, 121_473_700),
    },
    Member {
        role: "wu_min",
        name: "吴敏",
        representative: None,
        capacities: &["shareholder"],
        contact: Some(Contact {
            mobile: None,
            email: Some("wu@example.com"),
            id_number: "440305199109150004",
        }),
        company_code: None,
        is_known_to_registry: true,
        city_zh: "深圳",
        city_en: "Shenzhen",
        place: (22_543_100, 114_057_900),
    },
    Member {
        role: "gong_ji",
        name: "龚𠮷",
        representative: None,
        capacities: &["shareholder"],
        contact: Some(Contact {
            mobile: Some("13900000003"),
            email: None,
            id_number: "110105197907149992",
        }),
        company_code: None,
        is_known_to_registry: false,
        city_zh: "北京",
        city_en: "Beijing",
        place: (39_904_200, 116_407_400),
    },
    Member {
        role: "yunqi_investment",
        name: "杭州示例云栖投资有限公司",
        representative: Some("周建国"),
        capacities: &["corporate_shareholder_representative"],
        contact: Some(Contact {
            mobile: Some("13900000004"),
            email: None,
            id_number: "330112196404169991",
        }),
        company_code: Some("91330112MA000004XN"),
        is_known_to_registry: true,
        city_zh: "成都",
        city_en: "Chengdu",
        place: (30_572_800, 104_066_800),
    },
    Member {
        role: "chen_suying",
        name: "陈素英",
        representative: None,
        capacities: &["shareholder", "supervisor"],
        contact: Some(Contact {
            mobile: Some("13900000005"),
            email: Some("chen@example.com"),
            id_number: "330112196405120006",
        }),
        company_code: None,
        is_known_to_registry: false,
        city_zh: "临安",
        city_en: "Lin'an",
        place: (30_233_800, 119_724_700),
    },
];

pub(crate) const DOCUMENTS: [(&str, &[u8]); 2] = [
    ("杭州示例青穗茶业有限公司章程", include_bytes!("../../assets/demo/articles.pdf")),
    ("首次股东会决议", include_bytes!("../../assets/demo/resolution.pdf")),
];

/// Everybody whom the provider of identity knows.
pub(crate) fn everybody() -> impl Iterator<Item = &'static Member> {
    SIGNERS.iter().chain(&older::SIGNERS).chain([&HANDLING])
}

/// The handler as a party, who signs nothing: name and number lead her account to the filing.
pub(crate) static HANDLING: Member = Member {
    role: "he_jing",
    name: HANDLER,
    representative: None,
    capacities: &["handler"],
    contact: Some(Contact { mobile: Some("13900000006"), email: None, id_number: HANDLER_NUMBER }),
    company_code: None,
    is_known_to_registry: true,
    city_zh: "杭州",
    city_en: "Hangzhou",
    place: (30_274_100, 120_155_100),
};

impl Contact {
    /// Where a code goes when nobody chooses.
    pub(crate) fn address(&self) -> &'static str {
        self.mobile.or(self.email).unwrap_or_default()
    }

    /// What the person types to say who they are.
    pub(crate) fn last_four(&self) -> &'static str {
        self.id_number.get(self.id_number.len().saturating_sub(4)..).unwrap_or_default()
    }
}

impl Member {
    /// The natural person who signs.
    pub(crate) fn person(&self) -> &'static str {
        self.representative.unwrap_or(self.name)
    }

    /// What a phone in that city would report.
    pub(crate) fn position(&self) -> Value {
        json!({
            "latitude_e6": self.place.0, "longitude_e6": self.place.1,
            "accuracy_m": 35, "datum": "WGS-84",
        })
    }

    /// The body that declares how this party is reached.
    pub(crate) fn as_contact(&self) -> Option<Value> {
        let Contact { mobile, email, id_number } = self.contact?;
        Some(json!({
            "mobile": mobile, "email": email, "id_number": id_number, "language": "zh",
            "company_code": self.company_code,
        }))
    }

    /// The body that adds this party to a filing.
    pub(crate) fn as_party(&self) -> Value {
        match self.representative {
            None => json!({
                "kind": "person", "name": self.name, "capacities": self.capacities,
            }),
            Some(representative) => json!({
                "kind": "company", "name": self.name, "capacities": self.capacities,
                "representative_name": representative,
            }),
        }
    }
}
