//! The statement of intent a signer makes before signing (domain study 7.2).

use heqi_vocabulary::{Digest, Language};

use crate::matter::Matter;
use crate::party::PartyKind;

/// The statement for one matter and one kind of party. As with consents, the digest is
/// over the text before its places are filled: it says which statement was made, and
/// holds nothing personal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct IntentStatement {
    matter: Matter,
    acting: Acting,
}

/// For whom somebody signs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Acting {
    Own,
    Company,
    Ward,
}

impl IntentStatement {
    /// The version of the texts below; counted up with every change.
    pub const VERSION: u32 = 1;

    /// What a party of this kind states when signing for this matter.
    pub const fn new(matter: Matter, who: &PartyKind) -> Self {
        let acting = match who {
            PartyKind::Person { .. } => Acting::Own,
            PartyKind::Company { .. } => Acting::Company,
            PartyKind::Ward { .. } => Acting::Ward,
        };
        Self { matter, acting }
    }

    /// The text with its places, such as `{name}`: the common sentences, what the matter
    /// adds, what acting for a company or for a minor adds, one per line.
    pub fn text(&self, language: Language) -> String {
        let (zh, en) = COMMON;
        let mut text = language.pick(zh, en).to_owned();
        let of_matter = match self.matter {
            Matter::EquityTransfer => Some(EQUITY_TRANSFER),
            Matter::SimplifiedCancellation => Some(SIMPLIFIED_CANCELLATION),
            Matter::Establishment | Matter::Change | Matter::OrdinaryCancellation => None,
        };
        let of_acting = match self.acting {
            Acting::Own => None,
            Acting::Company => Some(CORPORATE),
            Acting::Ward => Some(GUARDIAN),
        };
        for (zh, en) in of_matter.into_iter().chain(of_acting) {
            text.push('\n');
            text.push_str(language.pick(zh, en));
        }
        text
    }

    /// SHA-256 of the UTF-8 bytes of [`Self::text`].
    pub fn digest(&self, language: Language) -> Digest {
        Digest::of(self.text(language).as_bytes())
    }
}

const COMMON: (&str, &str) = (
    "我是{name}，证件号码末四位{id_last_four}。我已阅读《{documents}》全部内容（共{pages}页），理解其含义和法律后果，自愿以电子签名方式签署，不存在被冒名、欺诈或者胁迫的情形。",
    "I am {name}, ID number ending in {id_last_four}. I have read all of \"{documents}\" ({pages} pages), understand its meaning and legal consequences, and sign it electronically of my own free will; nobody uses my name, deceives me or forces me.",
);

const EQUITY_TRANSFER: (&str, &str) = (
    "我知悉股权转让的数量为{percentage}%、价格为人民币{price}元，并应依法申报纳税。",
    "I know that {percentage} % of the equity is transferred, at a price of {price} yuan, and that tax must be declared and paid as the law requires.",
);

const SIMPLIFIED_CANCELLATION: (&str, &str) = (
    "我知悉：如承诺不实，应当对公司注销登记前的债务承担连带责任（《公司法》第二百四十条）。",
    "I know that if the commitment is untrue I am jointly and severally liable for the company's debts from before the cancellation (Company Law, article 240).",
);

const CORPORATE: (&str, &str) = (
    "我作为{company}的法定代表人，代表该公司签署。",
    "I sign as the legal representative of {company}, on its behalf.",
);

const GUARDIAN: (&str, &str) = (
    "我作为{ward}的监护人，为维护其利益代其签署，签署的法律后果由其承担。",
    "I sign as the guardian of {ward}, in the ward's interest and on the ward's behalf; the legal consequences are the ward's.",
);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn person() -> PartyKind {
        PartyKind::Person { name: "陈素英".parse().unwrap() }
    }

    fn company() -> PartyKind {
        PartyKind::Company {
            name: "杭州示例云栖投资有限公司".parse().unwrap(),
            representative: "周建国".parse().unwrap(),
        }
    }

    #[test]
    fn a_statement_never_changes_without_a_new_version() {
        let digest = |matter, who: &PartyKind, language| {
            IntentStatement::new(matter, who).digest(language).to_string()
        };
        assert_eq!(IntentStatement::VERSION, 1);
        let pinned = [
            digest(Matter::Establishment, &person(), Language::Zh),
            digest(Matter::Establishment, &person(), Language::En),
            digest(Matter::EquityTransfer, &company(), Language::Zh),
            digest(Matter::EquityTransfer, &company(), Language::En),
            digest(Matter::SimplifiedCancellation, &company(), Language::Zh),
            digest(Matter::SimplifiedCancellation, &company(), Language::En),
        ];
        assert_eq!(pinned, PINNED);
    }

    #[test]
    fn each_content_has_its_own_digest() {
        let mut digests = BTreeSet::new();
        for matter in [Matter::Change, Matter::EquityTransfer, Matter::SimplifiedCancellation] {
            for who in [person(), company()] {
                for language in [Language::Zh, Language::En] {
                    digests.insert(IntentStatement::new(matter, &who).digest(language));
                }
            }
        }
        assert_eq!(digests.len(), 12);
    }

    #[test]
    fn a_representative_says_for_whom() {
        let text = IntentStatement::new(Matter::Establishment, &company()).text(Language::Zh);
        assert!(text.ends_with("我作为{company}的法定代表人，代表该公司签署。"));
    }

    const PINNED: [&str; 6] = [
        "1bb98e641c305db67f6e76691495324492d5b70344bb699a8aec99aa45aef21b",
        "085edb569e931e75b25eb8eed9c37ca36597dfa17a4da241a9007e6f65f08e02",
        "49dd9392746ec06422459a046076c0c99cc7342b2634ffaebc7b53a72bd2671e",
        "b0399d0e2df2199eb6f1f70c99e6d60d2e137243e361493f96c154c1b412c4b9",
        "c97c26160b2caa8169cc6f6ef07d7bb34fc9a2673ef725fecfa5746014b1aafd",
        "fd7ca0e45be39a7ace0e18539cd36dcdfc395a6d90b90e3bcda1e8f840f88e53",
    ];
}
