//! Properties of the whole, and of everything people are told.

use std::collections::{BTreeMap, BTreeSet};

use heqi_vocabulary::{Digest, DocumentId, Explain, Language, PartyId};
use proptest::prelude::*;

use crate::samples::*;
use crate::*;

const SIGNERS: u8 = 3;

#[derive(Clone, Debug)]
enum Command {
    Attach(u8),
    Replace(u8, u8),
    OpenSigning,
    ReturnToDrafting,
    Start(u8),
    Complete(u8),
    Decline(u8),
    Confirm(u8),
    Object(u8),
    AskAgain,
    Withdraw,
    DecideByRegistry,
    Remove(u8),
    /// So many custodians hold every signing.
    Submit(usize),
    Wait(i64),
}

fn command() -> impl Strategy<Value = Command> {
    let signer = 1..=SIGNERS;
    let anyone = 0..=SIGNERS;
    prop_oneof![
        1 => (3u8..40).prop_map(Command::Attach),
        2 => (1u8..40, 3u8..40).prop_map(|(old, new)| Command::Replace(old, new)),
        8 => Just(Command::OpenSigning),
        1 => Just(Command::ReturnToDrafting),
        60 => signer.clone().prop_map(Command::Start),
        60 => signer.clone().prop_map(Command::Complete),
        1 => signer.prop_map(Command::Decline),
        60 => anyone.clone().prop_map(Command::Confirm),
        1 => anyone.prop_map(Command::Object),
        2 => Just(Command::AskAgain),
        1 => Just(Command::Withdraw),
        1 => Just(Command::DecideByRegistry),
        2 => (0..=SIGNERS).prop_map(Command::Remove),
        8 => (0usize..=2).prop_map(Command::Submit),
        2 => (1i64..2000).prop_map(Command::Wait),
    ]
}

/// What really happened, kept apart from the filing and by other means.
struct Witnessed {
    filing: Filing,
    minute: i64,
    ceremonies: BTreeMap<u8, Ceremony>,
    current: BTreeSet<DocumentId>,
    signed: BTreeSet<(PartyId, DocumentId)>,
    confirmed: BTreeSet<PartyId>,
    removed: BTreeSet<PartyId>,
    objected: bool,
}

impl Witnessed {
    fn new() -> Self {
        Self {
            filing: signing(SIGNERS),
            minute: 10,
            ceremonies: BTreeMap::new(),
            current: BTreeSet::from([document(1), document(2)]),
            signed: BTreeSet::new(),
            confirmed: BTreeSet::new(),
            removed: BTreeSet::new(),
            objected: false,
        }
    }

    /// Runs one command; true when it was carried out.
    fn run(&mut self, command: &Command) -> bool {
        self.minute += 1;
        let now = at(self.minute);
        match *command {
            Command::Attach(n) => {
                let done = self.filing.attach_document(file(n), now).is_ok();
                if done {
                    self.current.insert(document(n));
                }
                done
            }
            Command::Replace(old, new) => {
                let done = self.filing.replace_document(document(old), file(new), now).is_ok();
                if done {
                    self.current.remove(&document(old));
                    self.current.insert(document(new));
                    self.confirmed.clear();
                }
                done
            }
            Command::OpenSigning => self.filing.open_signing(now).is_ok(),
            Command::ReturnToDrafting => {
                let done = self.filing.return_to_drafting(now).is_ok();
                if done {
                    self.confirmed.clear();
                }
                done
            }
            Command::Start(n) => {
                let open = matches!(self.filing.state(), FilingState::Signing { .. });
                if open && !self.filing.documents_to_sign(party(n)).is_empty() {
                    self.ceremonies.insert(n, captured(&self.filing, n, now));
                }
                true
            }
            Command::Complete(n) => self.complete(n, now),
            Command::Decline(n) => {
                self.ceremonies.get_mut(&n).is_some_and(|c| c.decline(None, now).is_ok())
            }
            Command::Confirm(n) => {
                let done = self.filing.confirm(party(n), Digest::of(b"list"), now).is_ok();
                if done {
                    self.confirmed.insert(party(n));
                }
                done
            }
            Command::Object(n) => {
                let done = self.filing.object(party(n), None, now).is_ok();
                self.objected |= done;
                done
            }
            Command::AskAgain => self.filing.ask_again(now).is_ok(),
            Command::Withdraw => self.filing.end(EndReason::Withdrawn {}, now).is_ok(),
            Command::DecideByRegistry => {
                let decision = Digest::of(b"decision");
                self.filing.end(EndReason::DecidedByRegistry { decision }, now).is_ok()
            }
            Command::Remove(n) => {
                let reason = Some(Digest::of(b"added twice"));
                let done = self.filing.remove_party(party(n), reason, now).is_ok();
                if done {
                    let signed = self.signed.iter().any(|(signer, _)| *signer == party(n));
                    assert!(!signed, "who has signed was taken out");
                    self.removed.insert(party(n));
                }
                done
            }
            Command::Submit(holders) => self.submit(holders, now),
            Command::Wait(minutes) => {
                self.minute += minutes;
                true
            }
        }
    }

    fn submit(&mut self, holders: usize, now: heqi_vocabulary::UtcMillis) -> bool {
        let signings = self.filing.current_signings();
        let held = signings.iter().map(|signing| (*signing, holders)).collect();
        let Ok(custody) = self.filing.custody(&held) else {
            assert!(holders < 2, "custody was not proved though both hold everything");
            return false;
        };
        let done = self.filing.submit(&custody, now).is_ok();
        if done {
            assert!(holders == 2 && !signings.is_empty(), "submitted without custody");
        }
        done
    }

    fn complete(&mut self, n: u8, now: heqi_vocabulary::UtcMillis) -> bool {
        let Some(ceremony) = self.ceremonies.get_mut(&n) else { return false };
        let documents = ceremony.challenge().map(|c| c.documents.clone()).unwrap_or_default();
        let done = completion(n, "first", "first");
        let done = ceremony.complete(done, &mut self.filing, now).is_ok();
        if done {
            assert!(!documents.is_empty());
            for signed in documents {
                assert!(self.current.contains(&signed.document), "an old version was signed");
                assert!(self.signed.insert((party(n), signed.document)), "signed twice");
            }
        }
        done
    }

    fn all_signed(&self) -> bool {
        let mut left = (1..=SIGNERS).map(party).filter(|n| !self.removed.contains(n));
        left.all(|n| self.current.iter().all(|d| self.signed.contains(&(n, *d))))
    }

    fn all_confirmed(&self) -> bool {
        let mut left = (0..=SIGNERS).map(party).filter(|n| !self.removed.contains(n));
        left.all(|n| self.confirmed.contains(&n))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn no_sequence_confirms_or_submits_without_everyone_or_unfreezes(
        commands in prop::collection::vec(command(), 1..120),
    ) {
        let mut witnessed = Witnessed::new();
        for command in &commands {
            let before = witnessed.filing.clone();
            let done = witnessed.run(command);
            let filing = &witnessed.filing;
            if !done {
                prop_assert_eq!(filing, &before, "a refused command changed something");
            }
            match filing.state() {
                FilingState::Confirmed { .. } | FilingState::Submitted { .. } => {
                    prop_assert!(witnessed.all_signed() && witnessed.all_confirmed());
                }
                FilingState::Signed { .. } => {
                    prop_assert!(witnessed.all_signed() && !witnessed.all_confirmed());
                }
                FilingState::Signing { .. } => prop_assert!(!witnessed.all_signed()),
                _ => {}
            }
            let decided = |state: &FilingState| {
                matches!(state, FilingState::Ended { reason: EndReason::DecidedByRegistry { .. }, .. })
            };
            if witnessed.objected {
                let frozen = matches!(filing.state(), FilingState::Frozen { .. });
                prop_assert!(frozen || decided(filing.state()));
            }
            if matches!(before.state(), FilingState::Ended { .. }) {
                prop_assert_eq!(filing, &before);
            }
            let is_submitted = |state: &FilingState| matches!(state, FilingState::Submitted { .. });
            if is_submitted(filing.state()) && filing != &before {
                let was_confirmed = matches!(before.state(), FilingState::Confirmed { .. });
                prop_assert!(was_confirmed);
            }
            if is_submitted(before.state()) {
                let frozen = matches!(filing.state(), FilingState::Frozen { .. });
                let stays = is_submitted(filing.state());
                prop_assert!(stays || frozen || decided(filing.state()));
                prop_assert_eq!(filing.documents(), before.documents());
                prop_assert_eq!(filing.current_signings(), before.current_signings());
            }
            let row = serde_json::to_string(filing).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Filing>(&row).unwrap(), filing);
        }
    }

    #[test]
    fn the_order_in_which_parties_sign_and_confirm_makes_no_difference(
        sign_order in Just((1..=8u8).collect::<Vec<_>>()).prop_shuffle(),
        confirm_order in Just((0..=8u8).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let run = |signers: &[u8], confirmers: &[u8]| {
            let mut filing = signing(8);
            for n in signers {
                sign(&mut filing, *n, at(10 + i64::from(*n))).unwrap();
            }
            let signed = filing.clone();
            for n in confirmers {
                filing.confirm(party(*n), Digest::of(&[*n]), at(100 + i64::from(*n))).unwrap();
            }
            (signed, filing)
        };
        let in_order = run(&(1..=8).collect::<Vec<_>>(), &(0..=8).collect::<Vec<_>>());
        let all_in = matches!(in_order.1.state(), FilingState::Confirmed { .. });
        prop_assert!(all_in);
        prop_assert_eq!(run(&sign_order, &confirm_order), in_order);
    }
}

#[test]
fn fifty_shareholders_sign_one_filing() {
    let filing = signed(50);
    assert_eq!(filing.missing_signatures(), 0);
    assert_eq!(filing.state(), &FilingState::Signed { since: at(60), asked_at: at(60) });
}

fn everything_people_are_told() -> Vec<Box<dyn Explain>> {
    let (capacity, kind) = (Capacity::Handler, ConsentKind::NotaryProvision);
    let (zh, en) = ("姓名", "name");
    let mut told: Vec<Box<dyn Explain>> = vec![
        Box::new(WordsError::Length { zh, en, least: 1, most: 64 }),
        Box::new(WordsError::Character { zh, en }),
    ];
    macro_rules! also {
        ($($error:expr),+ $(,)?) => { $(told.push(Box::new($error));)+ };
    }
    for finished in [Finished::Signed, Finished::Declined, Finished::Expired, Finished::Withdrawn] {
        also![finished, OpenError::from(finished), ConsentError::from(finished)];
        also![BeginError::from(finished), CaptureError::from(finished)];
        also![CompleteError::from(finished), ExpireError::from(finished)];
    }
    for not_open in [NotOpen::Drafting, NotOpen::Submitted, NotOpen::Frozen, NotOpen::Ended] {
        also![not_open, InviteError::from(not_open), BeginError::from(not_open)];
        also![CompleteError::from(not_open), ReplaceDocumentError::from(not_open)];
        also![ReturnToDraftingError::from(not_open), ConfirmError::from(not_open)];
        also![AskAgainError::from(not_open), RemovePartyError::from(not_open)];
        also![SubmitError::from(not_open)];
    }
    for refusal in [ChallengeRefusal::NotThisOne, ChallengeRefusal::Expired] {
        also![refusal, CaptureError::from(refusal), CompleteError::from(refusal)];
    }
    also![
        AddPartyError::NotDrafting,
        AddPartyError::AlreadyPresent,
        AddPartyError::NoCapacity,
        AddPartyError::UnfitCapacity { capacity },
        AddPartyError::HandlerSignsForOthers,
        AddPartyError::CapacityTaken { capacity },
        AddPartyError::TooManyShareholders,
        AddPartyError::TooManyParties,
        AttachDocumentError::NotDrafting,
        AttachDocumentError::AlreadyAttached,
        AttachDocumentError::TooManyDocuments,
        ReplaceDocumentError::UnknownDocument,
        ReplaceDocumentError::AlreadyReplaced,
        ReplaceDocumentError::AlreadyAttached,
        ReplaceDocumentError::TooManyDocuments,
        OpenSigningError::NotDrafting,
        OpenSigningError::NoDocument,
        OpenSigningError::NoSigner,
        ConfirmError::UnknownParty,
        ConfirmError::NotAllSigned { missing: 3 },
        ConfirmError::AlreadyConfirmed,
        ConfirmError::WindowClosed,
        ObjectError::UnknownParty,
        ObjectError::AlreadyObjected,
        ObjectError::Ended,
        AskAgainError::NothingToAsk,
        EndError::AlreadyEnded,
        EndError::Frozen,
        EndError::Submitted,
        SubmitError::NotConfirmed,
        SubmitError::AlreadySubmitted,
        SubmitError::NotHeld,
        RemovePartyError::UnknownParty,
        RemovePartyError::AlreadyRemoved,
        RemovePartyError::Signed,
        RemovePartyError::HandlerStays,
        RemovePartyError::LastSigner,
        RemovePartyError::ReasonMissing,
        InviteError::UnknownParty,
        InviteError::HandlerNeverSigns,
        InviteError::NothingToSign,
        OpenError::LinkExpired,
        ConsentError::LinkExpired,
        ConsentError::UnknownText,
        BeginError::LinkExpired,
        BeginError::AnotherFiling,
        BeginError::ConsentMissing { kind },
        BeginError::ConsentRefused { kind },
        BeginError::NothingToSign,
        BeginError::DocumentChanged,
        CaptureError::NotBegun,
        CaptureError::FaceConsentMissing,
        CompleteError::AnotherFiling,
        CompleteError::NotBegun,
        CompleteError::PhotoMissing,
        CompleteError::PhotoMismatch,
        CompleteError::DocumentChanged,
        CompleteError::AlreadySigned,
        ExpireError::NotDue,
    ];
    told
}

#[test]
fn every_refusal_says_in_both_languages_what_happened_and_what_to_do() {
    let mut meaning = BTreeMap::new();
    for error in everything_people_are_told() {
        let zh = error.explain(Language::Zh);
        let en = error.explain(Language::En);
        let code = error.code();
        assert!(code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{code}");
        assert!(zh.what.ends_with('。') && zh.next.ends_with('。'), "{zh:?}");
        assert!(en.what.ends_with('.') && en.next.ends_with('.') && en.what.is_ascii(), "{en:?}");
        for text in [&zh.what, &zh.next, &en.what, &en.next] {
            assert!(!text.contains('{'), "an unfilled place: {text}");
        }
        let known = meaning.entry(code).or_insert_with(|| zh.what.clone());
        assert_eq!(known, &zh.what, "one code, one meaning: {code}");
    }
}

#[test]
fn no_text_claims_what_only_a_certificate_may_claim() {
    let mut texts: Vec<String> = everything_people_are_told()
        .iter()
        .map(|error| error.explain(Language::Zh))
        .flat_map(|told| [told.what, told.next])
        .collect();
    texts.extend(consent::CONSENT_TEXTS.iter().map(|text| text.zh.to_owned()));
    texts.extend(confirmation::CONFIRMATION_TEXTS.iter().map(|text| text.zh.to_owned()));
    for matter in Matter::ALL {
        texts.push(IntentStatement::new(matter, &company()).text(Language::Zh));
    }
    for text in texts {
        for banned in ["见证", "已公证", "已证明", "公证签名"] {
            assert!(!text.contains(banned), "{banned}: {text}");
        }
    }
}

#[test]
fn words_on_the_wire_are_the_words_in_json() {
    let json = |value: serde_json::Value| value.as_str().unwrap().to_owned();
    let pdf = serde_json::to_value(MediaType::Pdf).unwrap();
    assert_eq!(
        (MediaType::Pdf.as_str(), json(pdf).as_str()),
        ("application/pdf", "application/pdf")
    );
    let object = ObjectRef::try_from("obj-1".to_owned()).unwrap();
    assert_eq!(object.as_str(), "obj-1");
    for kind in ConsentKind::ALL {
        let word = json(serde_json::to_value(kind).unwrap());
        assert_eq!((kind.code(), kind.to_string()), (word.as_str(), word.clone()));
    }
    let names: BTreeSet<&str> = [Language::Zh, Language::En]
        .iter()
        .flat_map(|language| ConsentKind::ALL.map(|kind| kind.name(*language)))
        .collect();
    let capacities = [
        Capacity::Shareholder,
        Capacity::LegalRepresentative,
        Capacity::CorporateShareholderRepresentative,
        Capacity::Supervisor,
        Capacity::Handler,
    ];
    for language in [Language::Zh, Language::En] {
        let called: BTreeSet<&str> =
            capacities.iter().map(|capacity| capacity.name(language)).collect();
        assert_eq!(called.len(), capacities.len(), "each capacity has a name of its own");
        assert!(called.iter().all(|name| name.len() >= 6), "{called:?}");
    }
    assert_eq!(names.len(), 10, "each consent has a name of its own in each language");
    assert!(names.iter().all(|name| name.chars().count() >= 8), "{names:?}");
}
