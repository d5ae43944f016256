//! What whoever confirms declares, word for word (domain study 11.4). A change of one character is
//! a new version: add a constant and put it in front; the old one stays, because records point to
//! its digest.

use heqi_vocabulary::{Digest, Language};

use crate::party::{Capacity, Party};

/// Who makes a statement by confirming.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Declarer {
    /// A party that signed.
    Signer,
    /// A party that signed and is the filing's handler.
    SigningHandler,
    /// The handler, who signed nothing.
    Handler,
}

impl Declarer {
    /// As what a party confirms, by whatever way it comes.
    pub fn of(party: &Party) -> Self {
        let handles = party.capacities().contains(&Capacity::Handler);
        match (party.is_signer(), handles) {
            (true, true) => Self::SigningHandler,
            (true, false) => Self::Signer,
            (false, _) => Self::Handler,
        }
    }
}

/// One version of a statement.
#[derive(Debug)]
#[non_exhaustive]
pub struct ConfirmationText {
    /// Who makes it.
    pub by: Declarer,
    /// Counted up with every change, however small.
    pub version: u32,
    /// The Chinese text, which prevails: its digest stands in the record.
    pub zh: &'static str,
    /// The English text.
    pub en: &'static str,
}

/// Every version of every statement, the newest of each first.
pub static CONFIRMATION_TEXTS: &[&ConfirmationText] =
    &[&SIGNER_2, &SIGNER_1, &SIGNING_HANDLER_1, &HANDLER_1];

impl ConfirmationText {
    /// The statement that this party makes today.
    pub fn of(party: &Party) -> &'static Self {
        match Declarer::of(party) {
            Declarer::Signer => &SIGNER_2,
            Declarer::SigningHandler => &SIGNING_HANDLER_1,
            Declarer::Handler => &HANDLER_1,
        }
    }

    /// The statement with this digest, in any version.
    pub fn by_digest(digest: &Digest) -> Option<&'static Self> {
        CONFIRMATION_TEXTS.iter().copied().find(|text| text.digest() == *digest)
    }

    /// The statement in one language.
    pub const fn text(&self, language: Language) -> &'static str {
        language.pick(self.zh, self.en)
    }

    /// SHA-256 of the UTF-8 bytes of the Chinese text.
    pub fn digest(&self) -> Digest {
        Digest::of(self.zh.as_bytes())
    }
}

/// One answer to one list: of the own signatures, and of everybody's.
static SIGNER_2: ConfirmationText = ConfirmationText {
    by: Declarer::Signer,
    version: 2,
    zh: "以上文件是我本人签署的。我已核对签署情况，没有异议。",
    en: "I signed the above documents myself. I have checked the signatures and object to none of them.",
};

/// Until version 2 also of handlers, except at their own desk.
static SIGNER_1: ConfirmationText = ConfirmationText {
    by: Declarer::Signer,
    version: 1,
    zh: "我已查看本办件各方签署情况，确认以本人名义作出的签署均由本人（或本单位代表、监护人）自愿完成。",
    en: "I have looked at the signatures of this filing and confirm that those in my name were made by me, or by the representative of my company or the guardian, of free will.",
};

static SIGNING_HANDLER_1: ConfirmationText = ConfirmationText {
    by: Declarer::SigningHandler,
    version: 1,
    zh: "以上文件是我本人签署的。材料和签署情况属实，我没有代他人签署。",
    en: "I signed the above documents myself. The materials and the signatures are as shown, and I have signed for nobody else.",
};

static HANDLER_1: ConfirmationText = ConfirmationText {
    by: Declarer::Handler,
    version: 1,
    zh: "材料和签署情况属实，我没有代他人签署。",
    en: "The materials and the signatures are as shown, and I have signed for nobody else.",
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use heqi_vocabulary::PartyId;

    use super::*;
    use crate::party::PartyKind;

    fn party(capacities: &[Capacity]) -> Party {
        let who = PartyKind::Person { name: "何静".parse().unwrap() };
        let capacities: BTreeSet<Capacity> = capacities.iter().copied().collect();
        Party::new(PartyId::from_bytes([1; 16]), who, capacities)
    }

    #[test]
    fn a_signer_a_handler_and_one_who_is_both_each_declare_their_own() {
        let said = |capacities: &[Capacity]| ConfirmationText::of(&party(capacities));
        let signer = said(&[Capacity::Shareholder]);
        let handler = said(&[Capacity::Handler]);
        let both = said(&[Capacity::Handler, Capacity::Shareholder]);
        for (text, by) in [
            (signer, Declarer::Signer),
            (handler, Declarer::Handler),
            (both, Declarer::SigningHandler),
        ] {
            assert_eq!(text.by, by);
            let newest = CONFIRMATION_TEXTS.iter().find(|one| one.by == by).unwrap();
            assert_eq!(newest.zh, text.zh, "the newest stands first");
            assert_eq!(text.text(Language::Zh), text.zh);
            assert_eq!(text.text(Language::En), text.en);
        }
        assert!(both.zh.contains(handler.zh) && !signer.zh.contains(handler.zh));
        assert!(!handler.zh.contains("本人签署"), "a handler signed nothing");
    }

    /// Records point to these: none may ever change or go.
    #[test]
    fn every_statement_of_before_is_still_found_by_its_digest() {
        for (digest, by, version) in [
            (
                "52c0bda7744cfec3fa336933570fdf0ed06aabb882b4ff6446c348cb841dfcf3",
                Declarer::Signer,
                2,
            ),
            (
                "24296e71fa872c90a6845f4b307fbdccb706efd1fba9eb48308e280256c0d2a2",
                Declarer::Signer,
                1,
            ),
            (
                "4668e18296eeda4f1e9e3488012c24325cac6eeb4ded0465394b18b797fd67ea",
                Declarer::SigningHandler,
                1,
            ),
            (
                "6ceca391315118778402f369f1f8abda2380d4a9d231cb77c3a0c1637066582b",
                Declarer::Handler,
                1,
            ),
        ] {
            let text = ConfirmationText::by_digest(&digest.parse().unwrap()).unwrap();
            assert_eq!((text.by, text.version), (by, version));
        }
        assert!(ConfirmationText::by_digest(&Digest::of(b"another")).is_none());
    }
}
