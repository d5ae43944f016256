//! Where a signer stands, by what the platform knows, and the page for it. Nothing of this is
//! kept: whoever comes back stands where they stopped.

use actix_web::HttpResponse;
use heqi_filing::{CeremonyState, ConsentKind, Decision};
use heqi_pages::Words;
use heqi_pages::journey::{
    ConsentPage, DocumentCard, DrawingPage, EndedPage, Flag, FlagState, PhotoPage, ReadingPage,
    ReceiptPage, RefusedPage, SignPage,
};
use heqi_registration::Custodian;
use heqi_registration::ceremony_view::{CeremonyView, SignedView};
use heqi_registration::receipt::{Receipt, Wait, receipt};
use heqi_service_kit::Problem;
use heqi_service_kit::problem::RequestProblem;
use heqi_vocabulary::{Language, UtcMillis};
use serde_json::json;

use crate::pages::shown::{self, Shown};
use crate::problem_of::refused;
use crate::state::State;
use crate::visitor::Visitor;

/// A place on the way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stand {
    /// This consent has no answer yet.
    Consent(usize),
    /// This consent was refused, and nothing can be signed here without it.
    Refused(usize),
    Reading,
    Photo,
    Drawing,
    Signing,
    Signed(SignedView),
    Ended(EndedPage),
}

impl Stand {
    /// Where the signer of this ceremony stands at this instant.
    pub(super) fn of(view: &CeremonyView, now: UtcMillis) -> Self {
        if let Some(signed) = view.signed {
            return Self::Signed(signed);
        }
        match &view.state {
            CeremonyState::Declined { .. } => return Self::Ended(EndedPage::Declined),
            CeremonyState::Expired { .. } => return Self::Ended(EndedPage::Expired),
            _ => {}
        }
        // A challenge that was issued in time may be answered after the link has ended.
        let live = live_challenge(&view.state, now);
        if live.is_none() && now >= view.expires_at {
            return Self::Ended(EndedPage::Expired);
        }
        if view.documents.is_empty() {
            return Self::Ended(EndedPage::NothingToSign);
        }
        if let Some(at) = view.consents.iter().position(|asked| asked.decision.is_none()) {
            return Self::Consent(at);
        }
        // Without a photo nothing is signed here: who refuses it goes another way.
        let blocks = |kind: ConsentKind| kind.is_required() || kind == ConsentKind::Face;
        let refused = view
            .consents
            .iter()
            .position(|asked| asked.decision == Some(Decision::Refused) && blocks(asked.kind));
        if let Some(at) = refused {
            return Self::Refused(at);
        }
        let is_read = |sha256| view.read.iter().any(|read| read.sha256 == sha256);
        if !view.documents.iter().all(|document| is_read(document.sha256)) {
            return Self::Reading;
        }
        match live {
            Some(Live::Captured) if view.strokes_sha256.is_some() => Self::Signing,
            Some(Live::Captured) => Self::Drawing,
            _ => Self::Photo,
        }
    }

    /// Whether nothing is left to do.
    pub(super) const fn is_over(self) -> bool {
        matches!(self, Self::Signed(_) | Self::Ended(_))
    }
}

/// What a challenge that can still be answered waits for.
enum Live {
    Challenged,
    Captured,
}

fn live_challenge(state: &CeremonyState, now: UtcMillis) -> Option<Live> {
    match state {
        CeremonyState::Challenged { challenge } if now < challenge.expires_at => {
            Some(Live::Challenged)
        }
        CeremonyState::Captured { challenge, .. } if now < challenge.expires_at => {
            Some(Live::Captured)
        }
        _ => None,
    }
}

/// The page of wherever the signer stands.
pub(super) async fn page(
    state: &State,
    visitor: &Visitor,
    view: &CeremonyView,
    shown: &Shown,
) -> Result<HttpResponse, Problem> {
    match Stand::of(view, state.platform.now()) {
        Stand::Consent(at) => {
            Ok(consent_page(state, view, at, shown).ok_or(RequestProblem::NotFound)?)
        }
        Stand::Refused(at) => Ok(refused_page(view, at, shown)),
        Stand::Reading => Ok(shown::page(&reading_page(state, view, shown), shown)),
        Stand::Photo => Ok(shown::page(&PhotoPage { again: false }, shown)),
        Stand::Drawing => Ok(drawing_page(view).map_or_else(
            || shown::page(&PhotoPage { again: false }, shown),
            |drawing| shown::page(&drawing, shown),
        )),
        Stand::Signing => Ok(sign_page(view).map_or_else(
            || shown::page(&PhotoPage { again: false }, shown),
            |sign| shown::page(&sign, shown),
        )),
        Stand::Signed(signed) => {
            let (actor, wait) = (visitor.actor(), Wait::default());
            let receipt = receipt(&state.platform, &actor, signed.record_id, &wait).await;
            let receipt = receipt.map_err(refused)?;
            Ok(shown::page(&receipt_page(view, signed, &receipt, shown.frame.language), shown))
        }
        Stand::Ended(ended) => Ok(shown::page(&ended, shown)),
    }
}

/// One consent.
pub(super) fn consent_page(
    state: &State,
    view: &CeremonyView,
    at: usize,
    shown: &Shown,
) -> Option<HttpResponse> {
    let asked = view.consents.get(at)?;
    let refusal = (asked.kind == ConsentKind::Face).then_some(heqi_pages::journey::REFUSE_FACE);
    let page = ConsentPage {
        kind: asked.kind.code().to_owned(),
        title: asked.title.to_owned(),
        text: asked.text.clone(),
        text_sha256: asked.text_sha256,
        place: at + 1,
        of: view.consents.len(),
        refusal,
        key: shown.fresh_key(state),
    };
    Some(shown::page(&page, shown))
}

fn refused_page(view: &CeremonyView, at: usize, shown: &Shown) -> HttpResponse {
    let asked = view.consents.get(at);
    let page = RefusedPage {
        kind: asked.map_or("", |asked| asked.kind.code()).to_owned(),
        title: asked.map_or("", |asked| asked.title).to_owned(),
        number: view.number.to_string(),
    };
    shown::page(&page, shown)
}

fn reading_page(state: &State, view: &CeremonyView, shown: &Shown) -> ReadingPage {
    let language = shown.frame.language;
    let signer = match &view.representative_name {
        Some(person) => format!("{} · {person}", view.party_name),
        None => view.party_name.clone(),
    };
    let cards = view.documents.iter().map(|document| DocumentCard {
        document: document.document_id,
        title: document.title.clone(),
        pages: document.pages,
        size_bytes: document.size_bytes,
        sha256: document.sha256,
        is_read: view.read.iter().any(|read| read.sha256 == document.sha256),
        key: shown.fresh_key(state),
    });
    ReadingPage {
        number: view.number.to_string(),
        company: view.company_name.clone(),
        matter: view.matter.name(language).to_owned(),
        signer,
        capacities: capacities(&view.capacities, language),
        others: view.others.iter().map(|other| (other.name.clone(), other.signed)).collect(),
        documents: cards.collect(),
    }
}

/// Capacities in words.
fn capacities(words: &[String], language: Language) -> String {
    let name = |word: &String| {
        let capacity = serde_json::from_value::<heqi_filing::Capacity>(json!(word));
        capacity.map_or("", |capacity| capacity.name(language))
    };
    words.iter().map(name).collect::<Vec<_>>().join(language.pick("、", ", "))
}

/// Where the name is written, if a challenge waits for it.
pub(super) fn drawing_page(view: &CeremonyView) -> Option<DrawingPage> {
    let name = view.representative_name.as_ref().unwrap_or(&view.party_name);
    Some(DrawingPage { name: name.clone(), signing: view.signing_id? })
}

fn sign_page(view: &CeremonyView) -> Option<SignPage> {
    let granted = |kind| {
        let asked = view.consents.iter().find(|asked| asked.kind == kind);
        asked.is_some_and(|asked| asked.decision == Some(Decision::Granted))
    };
    let dwell: Vec<_> = view
        .read
        .iter()
        .map(|read| json!({"at": read.at, "document": read.document_id, "seconds": read.seconds, "sha256": read.sha256}))
        .collect();
    Some(SignPage {
        signing: view.signing_id?,
        intent: view.intent.text.clone(),
        reads_position: granted(ConsentKind::Location),
        dwell: json!(dwell).to_string(),
        software: concat!("heqi pages ", env!("CARGO_PKG_VERSION")).to_owned(),
    })
}

fn receipt_page(
    view: &CeremonyView,
    signed: SignedView,
    receipt: &Receipt,
    language: Language,
) -> ReceiptPage {
    ReceiptPage {
        voucher: signed.voucher.to_string(),
        signed_at: signed.at.for_people(),
        company: view.company_name.clone(),
        matter: view.matter.name(language).to_owned(),
        number: view.number.to_string(),
        record: signed.record_id,
        flags: flags(receipt, language),
    }
}

/// The five flags, each by itself.
fn flags(receipt: &Receipt, language: Language) -> Vec<Flag> {
    let there = |is_there: bool, detail: Option<String>| {
        if is_there { FlagState::There(detail) } else { FlagState::Waiting }
    };
    let deposits = &receipt.deposited;
    let deposited = if deposits.of > 0 && deposits.held == deposits.of {
        // Each custodian counts for itself, so a number is told with its custodian.
        let numbers = deposits.receipts.iter().map(|note| {
            format!("{} {}", custodian_name(note.custodian).in_language(language), note.deposit_no)
        });
        let separator = language.pick("；", "; ");
        FlagState::There(Some(numbers.collect::<Vec<_>>().join(separator)))
    } else {
        FlagState::Partly(deposits.held, deposits.of)
    };
    let authorities = receipt.timestamped.as_ref().map(|stamped| {
        let names = stamped.stamps.iter().map(|stamp| stamp.authority.as_str());
        names.collect::<Vec<_>>().join(", ")
    });
    vec![
        Flag { name: "logged", state: FlagState::There(None) },
        Flag { name: "witnessed", state: there(receipt.witnessed.is_some(), None) },
        Flag { name: "mirrored", state: there(receipt.mirrored.is_some(), None) },
        Flag { name: "deposited", state: deposited },
        Flag { name: "timestamped", state: there(authorities.is_some(), authorities) },
    ]
}

const fn custodian_name(custodian: Custodian) -> Words {
    match custodian {
        Custodian::DataCentre => Words::new("公证处数据中心", "notary's data centre"),
        Custodian::Preservation => Words::new("实时保", "second custodian (实时保)"),
    }
}
