//! The page of whoever has signed: what the receipt says, and what it still lacks.

use std::collections::{BTreeMap, BTreeSet};

use heqi_filing::{Confirmation, FilingState};
use heqi_pages::Words;
use heqi_pages::journey::{Answered, Awaited, Flag, FlagState, NextCapacity, ReceiptPage};
use heqi_registration::Custodian;
use heqi_registration::ceremony_view::{CeremonyView, SignedView};
use heqi_registration::correct_person::{Correction, Whose};
use heqi_registration::receipt::{Flag as Awaiting, Receipt};
use heqi_registration::same_person::NextParty;
use heqi_vocabulary::{Language, UtcMillis};

use super::capacities;
use crate::pages::shown::Shown;
use crate::state::State;

pub(super) fn receipt_page(
    view: &CeremonyView,
    signed: SignedView,
    (receipt, next): (&Receipt, &NextTry),
    language: Language,
) -> ReceiptPage {
    ReceiptPage {
        voucher: signed.voucher.to_string(),
        signed_at: signed.at.for_people(),
        company: view.company_name.clone(),
        matter: view.matter.name(language).to_owned(),
        number: view.number.to_string(),
        capacities: capacities(&view.capacities, language),
        represents: view
            .representative_name
            .as_ref()
            .map(|_| represented(&view.party_name, view.party_kind == "ward", language)),
        record: signed.record_id,
        flags: flags(receipt, next, language),
        is_one_office: false,
        more: more(view, language),
        answered: answered(view),
        next: None,
        is_simulated: false,
        session_s: 0,
    }
}

/// Whether both custodians are of one organisation, by the keys that the platform believes.
pub(super) fn is_one_office(state: &State) -> bool {
    state.platform.settings().anchors.as_ref().is_some_and(|anchors| {
        let custodians = || anchors.custodians.iter();
        let names: BTreeSet<&str> = custodians().map(|one| one.custodian.as_str()).collect();
        let offices: BTreeSet<&str> = custodians().map(|one| one.organisation.as_str()).collect();
        names.len() > 1 && offices.len() == 1
    })
}

/// For whom somebody signs who signs for another. A minor is never taken for somebody who signed.
fn represented(name: &str, is_ward: bool, language: Language) -> String {
    if is_ward {
        return match language {
            Language::Zh => format!("未成年人{name}（由监护人代为签署）"),
            Language::En => format!("{name}, a minor (the guardian signs)"),
        };
    }
    name.to_owned()
}

/// Another party of the same person, to go on to.
pub(super) fn next_capacity(state: &State, waits: NextParty, shown: &Shown) -> NextCapacity {
    let language = shown.frame.language;
    NextCapacity {
        party: waits.party,
        capacities: capacities(&waits.capacities, language),
        represents: waits.represents.map(|name| represented(&name, waits.is_ward, language)),
        key: shown.fresh_key(state),
    }
}

/// Both names where one was put right (edge case 11), with what the company seals, and what a
/// guardian is to the minor.
fn more(view: &CeremonyView, l: Language) -> Vec<(String, String)> {
    let mut more = Vec::new();
    for one in &view.corrections {
        if one.name_before != one.name_after {
            let text = l.pick(
                "{after}（更正前：{before}；{day} 凭{issuer}证明更正）",
                "{after} (before: {before}; put right on {day} by a certificate of {issuer})",
            );
            more.push((name_of(one.whose, l).to_owned(), filled(text, one)));
        }
        if one.last_four_after.is_some() {
            let text = l.pick(
                "末四位 {four}（更正前：{four_before}；{day} 凭{issuer}证明更正）",
                "last four {four} (before: {four_before}; put right on {day} by a certificate of {issuer})",
            );
            more.push((number_of(one.whose, l).to_owned(), filled(text, one)));
        }
    }
    if let Some(seal) = &view.seal {
        let text = format!("{}{}{}", seal.choice.text(l), l.pick("：", ": "), seal.outcome.text(l));
        more.push((l.pick("企业印章", "Company seal").to_owned(), text));
    }
    if let Some(shown) = &view.guardianship {
        let text = format!("{} · {}", shown.relation.text(l), shown.proof.text(l));
        more.push((l.pick("监护关系", "Guardianship").to_owned(), text));
    }
    more
}

/// Whose name: who reads a receipt for a minor reads two.
const fn name_of(whose: Option<Whose>, l: Language) -> &'static str {
    match whose {
        None => l.pick("姓名", "Name"),
        Some(Whose::Ward) => l.pick("被监护人姓名", "The minor's name"),
        Some(Whose::Guardian) => l.pick("监护人姓名", "The guardian's name"),
    }
}

const fn number_of(whose: Option<Whose>, l: Language) -> &'static str {
    match whose {
        None | Some(Whose::Ward) => l.pick("证件号码", "Number"),
        Some(Whose::Guardian) => l.pick("监护人证件号码", "The guardian's number"),
    }
}

fn filled(text: &str, one: &Correction) -> String {
    let four = |four: &Option<String>| four.clone().unwrap_or_else(|| "—".to_owned());
    let at = one.at.for_people();
    text.replace("{after}", &one.name_after)
        .replace("{before}", &one.name_before)
        .replace("{four}", &four(&one.last_four_after))
        .replace("{four_before}", &four(&one.last_four_before))
        .replace("{day}", at.get(..10).unwrap_or(&at))
        .replace("{issuer}", &one.issuer)
}

/// How far the party's answer is to what was signed.
const fn answered(view: &CeremonyView) -> Answered {
    match (view.filing_state, view.confirmation) {
        (FilingState::Frozen { .. } | FilingState::Ended { .. }, _)
        | (_, Confirmation::Objected { .. }) => Answered::Paused,
        (_, Confirmation::Confirmed { .. }) => Answered::Confirmed,
        (FilingState::Signed { .. }, Confirmation::Pending {}) => Answered::Asked,
        _ => Answered::NotAsked,
    }
}

/// When the platform tries next for what a receipt lacks.
type NextTry = BTreeMap<Awaiting, UtcMillis>;

/// The five flags, each by itself. What is not there says since when it is waited for and when it
/// is tried again.
fn flags(receipt: &Receipt, next: &NextTry, language: Language) -> Vec<Flag> {
    let awaited = |flag: Awaiting| Awaited {
        since: receipt.recorded_at.for_people(),
        next: next.get(&flag).copied().map(UtcMillis::for_people),
    };
    let there = |flag: Awaiting, detail: Option<String>| {
        if flag.is_raised(receipt) {
            FlagState::There(detail)
        } else {
            FlagState::Waiting(awaited(flag))
        }
    };
    let deposits = &receipt.deposited;
    let deposited = if deposits.is_held_by_all() {
        // Each custodian counts for itself, so a number is told with its custodian.
        let numbers = deposits.receipts.iter().map(|note| {
            format!("{} {}", custodian_name(note.custodian).in_language(language), note.deposit_no)
        });
        let separator = language.pick("；", "; ");
        FlagState::There(Some(numbers.collect::<Vec<_>>().join(separator)))
    } else if deposits.is_refused_for_good() {
        FlagState::Refused(deposits.held, deposits.of)
    } else {
        FlagState::Partly(deposits.held, deposits.of, awaited(Awaiting::Deposited))
    };
    let authorities = receipt.timestamped.as_ref().map(|stamped| {
        let names = stamped.stamps.iter().map(|stamp| stamp.authority.as_str());
        names.collect::<Vec<_>>().join(language.pick("、", ", "))
    });
    vec![
        Flag { name: "logged", state: FlagState::There(None) },
        Flag { name: "witnessed", state: there(Awaiting::Witnessed, None) },
        Flag { name: "mirrored", state: there(Awaiting::Mirrored, None) },
        Flag { name: "deposited", state: deposited },
        Flag { name: "timestamped", state: there(Awaiting::Timestamped, authorities) },
    ]
}

const fn custodian_name(custodian: Custodian) -> Words {
    match custodian {
        Custodian::DataCentre => Words::new("公证处数据中心", "notary's data centre"),
        Custodian::Preservation => Words::new("实时保", "second custodian (实时保)"),
    }
}
