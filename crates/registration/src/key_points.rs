//! The key points of what somebody signs, from what the filing holds as data and not from
//! the documents: who binds himself, in what, and to what. The documents prevail.

use heqi_evidence::canonical;
use heqi_filing::{Capacity, Document, Filing, Matter, Party, PartyKind};
use heqi_vocabulary::{Digest, Language};
use serde::Serialize;

use crate::add_party::party_words;
use crate::declare_capital::{Capital, CapitalShown};
use crate::fault::Fault;

/// The card a signer is shown before the documents.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct KeyPoints {
    /// In which language its words are.
    pub language: &'static str,
    /// The filing's number for people.
    pub number: String,
    /// The company, as declared.
    pub company: String,
    /// What is filed, in words.
    pub matter: &'static str,
    /// Who signs: the party, as declared.
    pub signer: String,
    /// The person who signs for a company, as declared.
    pub representative: Option<String>,
    /// In which capacities, in words.
    pub capacities: Vec<&'static str>,
    /// What signing means for somebody in these capacities.
    pub duties: Vec<&'static str>,
    /// Everybody else, as declared, with their capacities in words.
    pub others: Vec<(String, Vec<&'static str>)>,
    /// Capital and promises, where they were declared; a card without them says nothing of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capital: Option<CapitalShown>,
    /// What is signed: title, pages, SHA-256.
    pub documents: Vec<(String, u32, Digest)>,
}

impl KeyPoints {
    pub(crate) fn of(
        filing: &Filing,
        party: &Party,
        documents: &[&Document],
        (capital, language): (Option<&Capital>, Language),
    ) -> Self {
        let (_, signer, representative) = party_words(party.who());
        let words = |party: &Party| -> Vec<&'static str> {
            party.capacities().iter().map(|capacity| capacity.name(language)).collect()
        };
        let others = filing.parties().filter(|other| other.id() != party.id()).map(|other| {
            let (_, name, _) = party_words(other.who());
            (name.to_owned(), words(other))
        });
        Self {
            language: language.tag(),
            number: filing.number().to_string(),
            company: filing.company_name().as_str().to_owned(),
            matter: filing.matter().name(language),
            signer: signer.to_owned(),
            representative: representative.map(ToOwned::to_owned),
            capacities: words(party),
            duties: duties(filing.matter(), party, language),
            others: others.collect(),
            capital: capital.map(|capital| capital.shown(filing, party.id())),
            documents: documents
                .iter()
                .map(|d| (d.title.as_str().to_owned(), d.pages.get(), d.sha256))
                .collect(),
        }
    }

    /// SHA-256 of the card as canonical JSON: what evidence names.
    ///
    /// # Errors
    /// Cannot happen: there are only texts and small numbers in it.
    pub fn sha256(&self) -> Result<Digest, Fault> {
        Ok(Digest::of(&canonical::to_bytes(self).map_err(Fault::broken)?))
    }
}

/// What signing means, in one sentence each (公司法 2023, 民法典 as named).
fn duties(matter: Matter, party: &Party, language: Language) -> Vec<&'static str> {
    let mut duties = Vec::new();
    let has = |capacity| party.capacities().contains(&capacity);
    let holds_shares = party.capacities().iter().any(|capacity| capacity.holds_shares());
    if holds_shares {
        duties.push(match matter {
            // 公司法 art. 47 and 49.
            Matter::Establishment => language.pick(
                "您将成为公司股东，须按公司章程写明的数额和期限缴足出资。",
                "You become a shareholder and must pay in the amount the articles name, by the date they name.",
            ),
            Matter::Change => language.pick(
                "您同意文书写明的变更事项，登记后对公司和全体股东有效。",
                "You agree to the changes the documents name; once registered they bind the company and all shareholders.",
            ),
            Matter::EquityTransfer => language.pick(
                "您同意按文书写明的数量和价格转让或受让股权，并依法申报纳税。",
                "You transfer or acquire the equity in the amount and at the price the documents name, and declare tax as the law requires.",
            ),
            // 公司法 art. 232 and 239.
            Matter::OrdinaryCancellation => language.pick(
                "您确认清算已按法律完成；注销后公司不再存在。",
                "You confirm that the liquidation was completed as the law requires; after cancellation the company no longer exists.",
            ),
            // 公司法 art. 240.
            Matter::SimplifiedCancellation => language.pick(
                "您承诺公司没有未清偿的债务；承诺不实的，对注销前的债务承担连带责任。",
                "You commit that the company has no unpaid debts; if that is untrue you answer jointly for debts from before the cancellation.",
            ),
        });
    }
    if has(Capacity::LegalRepresentative) {
        // 民法典 art. 61.
        duties.push(language.pick(
            "作为法定代表人，您以公司名义所做的民事活动由公司承受后果。",
            "As legal representative, what you do in the company's name binds the company.",
        ));
    }
    if has(Capacity::Supervisor) {
        // 公司法 art. 180.
        duties.push(language.pick(
            "作为监事，您对公司负有忠实义务和勤勉义务。",
            "As supervisor you owe the company loyalty and diligence.",
        ));
    }
    if matches!(party.who(), PartyKind::Company { .. }) {
        duties.push(language.pick(
            "您代表所在公司签署，由该公司承担以上义务。",
            "You sign for your company; these duties are the company's.",
        ));
    }
    if matches!(party.who(), PartyKind::Ward { .. }) {
        // 民法典 art. 35.
        duties.push(language.pick(
            "您以监护人身份代未成年人签署，以上义务由其承担；除为维护其利益外，不得处分其财产。",
            "You sign as the guardian of a minor; these duties are the minor's, whose property is disposed of in the minor's interest only.",
        ));
    }
    duties
}
