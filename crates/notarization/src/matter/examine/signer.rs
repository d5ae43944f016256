//! Who made a held signing, as its record and the chain around it say: the person, the company or minor signed for, and
//! the names and numbers that were put right.

use heqi_evidence::disclosure::Disclosure;
use heqi_vocabulary::{Digest, UtcMillis};
use serde_json::Value;

use super::chain::Chain;
use crate::deposited::DepositKey;
use crate::matter::error::MatterError;
use crate::matter::party::HeldSigner;
use crate::office::NotaryOffice;

/// Under which names the person who signed a held record is known: as it signed, of a company who acted for
/// it, and the names an officer put right by a certificate, before or after (edge case 11).
pub(crate) async fn names_held(
    office: &NotaryOffice,
    key: &DepositKey,
    chain: Digest,
    signing: &Disclosure,
) -> Result<Vec<String>, MatterError> {
    Ok(Chain::read(office, key, chain).await?.names(signing))
}

/// Who signed a held record: under which names, with which numbers of documents, and for which company.
pub(crate) async fn signer_held(
    office: &NotaryOffice,
    (key, chain): (&DepositKey, Digest),
    signing: &Disclosure,
) -> Result<HeldSigner, MatterError> {
    let chain = Chain::read(office, key, chain).await?;
    let mut signer = HeldSigner::named(chain.names(signing));
    if let Some(company) = company_of(signing) {
        signer = signer.for_company(company);
    }
    let party = signing.text("party");
    let of_party = |record: &&Disclosure| record.text("party") == party;
    signer.hear(signing);
    for record in chain.identified.iter().filter(of_party) {
        signer.hear(record);
    }
    let today = office.clock().now().shanghai_date();
    for record in chain.put_right.iter().filter(of_party) {
        signer.put_right(record, today);
    }
    Ok(signer)
}

/// The company in whose name a signing was made: whoever has a representative is one, but for a
/// minor, who has a guardian.
fn company_of(signing: &Disclosure) -> Option<&str> {
    if is_of_ward(signing) {
        return None;
    }
    signing.text("representative_name").and_then(|_| signing.text("party_name"))
}

/// Whether a guardian signed for a minor.
pub(super) fn is_of_ward(signing: &Disclosure) -> bool {
    signing.text("party_kind") == Some("ward")
}

/// Whether a name that was put right is a minor's, and not that of the guardian who acts.
pub(crate) fn is_of_wards_name(corrected: &Disclosure) -> bool {
    let changed = corrected.value("changed").and_then(Value::as_array);
    changed.into_iter().flatten().any(|word| word == "ward_name")
}

impl Chain {
    /// Every name of the person who signed: a company is no person, whoever signed for it is.
    fn names(&self, signing: &Disclosure) -> Vec<String> {
        let signed_as = signing.text("representative_name").or_else(|| signing.text("party_name"));
        let mut names: Vec<String> = signed_as.map(ToOwned::to_owned).into_iter().collect();
        for (_, before, after) in self.names_put_right(signing, false) {
            names.extend([before, after]);
        }
        names
    }

    /// The names of the signer, or of the minor signed for, that were put right: when, before and after each time.
    fn names_put_right(
        &self,
        signing: &Disclosure,
        of_ward: bool,
    ) -> Vec<(Option<UtcMillis>, String, String)> {
        let party = signing.text("party");
        let of_party = self
            .put_right
            .iter()
            .filter(|one| one.text("party") == party && is_of_wards_name(one) == of_ward);
        let names = of_party.filter_map(|one| {
            let name = |slot: &str| one.text(slot).map(ToOwned::to_owned);
            Some((one.parsed("recorded_at"), name("name_before")?, name("name_after")?))
        });
        names.filter(|(_, before, after)| before != after).collect()
    }

    /// Who signed, as the certificate names it: both names where one was put right.
    pub(super) fn signer(&self, signing: &Disclosure) -> String {
        let text = |name: &str| signing.text(name).unwrap_or_default().to_owned();
        let mut signer = match signing.text("representative_name") {
            Some(guardian) if is_of_ward(signing) => {
                format!("{}（未成年人，由监护人{guardian}代为签署）", text("party_name"))
            }
            Some(representative) => format!("{}（代表人：{representative}）", text("party_name")),
            None => text("party_name"),
        };
        let signed_at: Option<UtcMillis> = signing.parsed("recorded_at");
        let is_ward = is_of_ward(signing);
        for of_ward in [false, true] {
            for (at, before, after) in self.names_put_right(signing, of_ward) {
                // Names may go back and forth: what came before the signing is told by time, not by the name.
                let (word, name) = if at <= signed_at {
                    ("更正前姓名", before)
                } else {
                    ("其后更正姓名", after)
                };
                // Of a minor either may have been named anew.
                let whose = match (is_ward, of_ward) {
                    (false, _) => "",
                    (true, false) => "监护人",
                    (true, true) => "未成年人",
                };
                signer.extend(["（", whose, word, "：", &name, "）"]);
            }
        }
        signer
    }
}
