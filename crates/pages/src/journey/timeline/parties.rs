//! Everybody of a filing, and how each of them stands.

use heqi_vocabulary::Language;
use maud::{Markup, html};

use crate::words::Words;

/// One party.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct PartyLine {
    /// Its name.
    pub name: String,
    /// In which capacities, in words.
    pub capacities: String,
    /// Whether it is the reader.
    pub is_reader: bool,
    /// What was signed: titles and moments.
    pub signed: Vec<(String, String)>,
    /// How it stands.
    pub stand: PartyStand,
    /// Since when, with zone.
    pub since: Option<String>,
}

/// How a party stands: the words of the domain study, 7.5.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "each is told in words of its own")]
pub enum PartyStand {
    /// 待签署: so many documents.
    ToSign(usize),
    /// 已签署，待确认.
    Signed,
    /// 待确认: it never signs.
    ToConfirm,
    /// 已确认.
    Confirmed,
    /// 有异议，已暂停.
    Objected,
}

impl PartyStand {
    fn words(self, is_reader: bool, language: Language) -> String {
        let word = match self {
            Self::ToSign(_) if is_reader => Words::new("待您签署", "waits for your signature"),
            Self::ToSign(_) => Words::new("待签署", "has to sign"),
            Self::Signed => Words::new("已签署，待确认", "signed, has to confirm"),
            Self::ToConfirm => Words::new("待确认", "has to confirm"),
            Self::Confirmed => Words::new("已确认", "confirmed"),
            Self::Objected => Words::new("有异议，已暂停", "objected, paused"),
        };
        let word = word.in_language(language);
        match (self, language) {
            (Self::ToSign(count), Language::Zh) => format!("{word}（{count}份）"),
            (Self::ToSign(count), Language::En) => format!("{word} ({count})"),
            _ => word.to_owned(),
        }
    }
}

impl PartyLine {
    pub(crate) fn samples() -> Vec<Self> {
        let at = "2026-11-23 20:05:00 +08:00";
        let stands = [
            PartyStand::Signed,
            PartyStand::ToSign(2),
            PartyStand::ToConfirm,
            PartyStand::Confirmed,
            PartyStand::Objected,
        ];
        stands
            .into_iter()
            .enumerate()
            .map(|(place, stand)| Self {
                name: "阿卜杜拉·阿卜杜热合曼<b>\"'".into(),
                capacities: "股东、监事".into(),
                is_reader: place == 0,
                signed: vec![("公司章程".into(), at.into())],
                stand,
                since: Some(at.into()),
            })
            .collect()
    }
}

/// Everybody with what they signed.
pub(crate) fn party_lines(parties: &[PartyLine], l: Language) -> Markup {
    html! {
        h2 { (PARTIES.in_language(l)) }
        ul .plain .parties {
            @for party in parties {
                li {
                    p {
                        strong { (party.name) }
                        @if party.is_reader { " " (YOU.in_language(l)) }
                        " · " (party.capacities)
                    }
                    p {
                        span .word { (party.stand.words(party.is_reader, l)) }
                        @if let Some(since) = &party.since { span .soft { " " (since) } }
                    }
                    @if !party.signed.is_empty() {
                        details {
                            summary { (DOCUMENTS.in_language(l)) " " (party.signed.len()) }
                            ul .plain { @for (title, at) in &party.signed { li { (title) " " span .soft { (at) } } } }
                        }
                    }
                }
            }
        }
    }
}

const PARTIES: Words = Words::new("各方情况", "Parties");
const YOU: Words = Words::new("（您）", "(you)");
const DOCUMENTS: Words = Words::new("已签署文件：", "Documents signed:");
