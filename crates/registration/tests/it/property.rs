//! Whatever is done in whatever order: what is refused changes nothing, and chains,
//! states, counters and queues fit each other.

use std::collections::{BTreeMap, BTreeSet};

use heqi_evidence::chain::{ChainTip, walk};
use heqi_evidence::schema::RecordKind;
use heqi_filing::{ConsentKind, ConsentText, Decision};
use heqi_pki::keys::Algorithm;
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::attach_document::{AttachDocument, attach_document};
use heqi_registration::begin_signing::{BeginSigning, SigningBegun, begin_signing};
use heqi_registration::capture_photo::{CapturePhoto, capture_photo};
use heqi_registration::complete_signing::complete_signing;
use heqi_registration::confirm::{Confirm, confirm};
use heqi_registration::coverage::coverage;
use heqi_registration::decline::{Decline, decline};
use heqi_registration::fault::{Class, Refusal};
use heqi_registration::filing_view::filing_view;
use heqi_registration::give_consent::{GiveConsent, give_consent};
use heqi_registration::invite::{Invite, invite};
use heqi_registration::object::{Ground, Object, object};
use heqi_registration::{Actor, Request};
use heqi_testkit::{Device, files};
use heqi_vocabulary::{ChainId, Clock as _, Digest, Language};
use proptest::prelude::*;

use crate::world::{Drafted, Visitor, World};

const SIGNERS: usize = 3;

#[derive(Clone, Debug)]
enum Step {
    Invite(usize),
    Consent(usize, usize, bool),
    Begin(usize),
    Capture(usize, u8),
    Complete(usize),
    Decline(usize),
    Confirm(usize),
    Object(usize),
    Replace(u8),
    Wait(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let who = || 0..SIGNERS;
    let step = prop_oneof![
        2 => who().prop_map(Step::Invite),
        2 => (who(), 0..4usize, prop::bool::weighted(0.8)).prop_map(|(a, b, c)| Step::Consent(a, b, c)),
        4 => who().prop_map(Step::Begin),
        4 => (who(), 0..2u8).prop_map(|(who, mark)| Step::Capture(who, mark)),
        4 => who().prop_map(Step::Complete),
        1 => who().prop_map(Step::Decline),
        2 => who().prop_map(Step::Confirm),
        1 => who().prop_map(Step::Object),
        1 => any::<u8>().prop_map(Step::Replace),
        2 => prop_oneof![Just(0), 1..60_000i64, Just(600_000), Just(80 * 3_600_000)].prop_map(Step::Wait),
    ];
    prop::collection::vec(step, 1..60)
}

/// What the caller's side remembers.
#[derive(Default)]
struct Guest {
    visitor: Option<Visitor>,
    begun: Option<SigningBegun>,
    photo: Option<Digest>,
}

struct Play {
    world: World,
    drafted: Drafted,
    guests: Vec<Guest>,
    /// Current version of the document.
    document: heqi_vocabulary::DocumentId,
}

impl Play {
    async fn new() -> Self {
        let world = World::new().await;
        let drafted = world.drafted(SIGNERS).await;
        let document = drafted.document.document_id;
        let mut play = Self { world, drafted, guests: Vec::new(), document };
        for place in 0..SIGNERS {
            let party = play.drafted.parties[place];
            let visitor = play.world.visitor(play.drafted.filing, party).await;
            play.guests.push(Guest { visitor: Some(visitor), ..Guest::default() });
        }
        play
    }

    /// Takes a step twice: the same request again is the same act, and what is refused
    /// changes nothing.
    async fn take(&mut self, step: &Step) {
        if let Step::Wait(ms) = step {
            self.world.clock.advance_ms(*ms);
            return;
        }
        let request = self.request_for(step);
        let before = self.world.contents().await;
        let outcome = self.run(step, &request).await;
        let after = self.world.contents().await;
        if let Err(class) = outcome {
            assert_ne!(class, Class::Internal, "{step:?}");
            assert_eq!(before, after, "{step:?} was refused and changed something");
        } else {
            self.run(step, &request).await.unwrap();
            assert_eq!(after, self.world.contents().await, "{step:?} again is another act");
        }
    }

    fn request_for(&self, step: &Step) -> Request {
        let who = match step {
            Step::Consent(who, ..)
            | Step::Begin(who)
            | Step::Capture(who, _)
            | Step::Complete(who)
            | Step::Decline(who)
            | Step::Confirm(who)
            | Step::Object(who) => Some(*who),
            Step::Invite(_) | Step::Replace(_) | Step::Wait(_) => None,
        };
        let actor: &Actor = who
            .and_then(|who| self.guests[who].visitor.as_ref())
            .map_or(&self.world.staff, |visitor| &visitor.actor);
        self.world.request(actor)
    }

    async fn run(&mut self, step: &Step, request: &Request) -> Result<(), Class> {
        let platform = &self.world.platform;
        let filing = self.drafted.filing;
        match step {
            Step::Invite(who) => {
                let party = self.drafted.parties[*who];
                let invited = invite(platform, request, Invite { filing, party }).await;
                let token = invited.map_err(|e| e.class())?.token;
                let actor = authenticate(platform, hash_of(&token)).await.unwrap();
                let device = Device::new(Algorithm::Ed25519, 5, &token);
                let visitor = Visitor { actor, device, label: party.to_string() };
                self.guests[*who] = Guest { visitor: Some(visitor), ..Guest::default() };
            }
            Step::Consent(_, kind, granted) => {
                let kind = ConsentKind::ASKED[*kind];
                let decision = if *granted { Decision::Granted } else { Decision::Refused };
                let text_sha256 = ConsentText::current(kind).digest(Language::En);
                let language = Language::En;
                let command = GiveConsent { kind, decision, text_sha256, language };
                give_consent(platform, request, command).await.map_err(|e| e.class())?;
            }
            Step::Begin(who) => {
                let guest = &mut self.guests[*who];
                let device = &guest.visitor.as_ref().unwrap().device;
                let device_key = device.key().public_key().to_spki_der();
                let command = BeginSigning { device_key, language: Language::Zh };
                let begun = begin_signing(platform, request, command).await;
                guest.begun = Some(begun.map_err(|e| e.class())?);
            }
            Step::Capture(who, mark) => {
                let guest = &mut self.guests[*who];
                let Some(begun) = &guest.begun else { return Err(Class::Conflict) };
                let bytes = files::photo(&format!("{who}-{mark}"));
                let command = CapturePhoto::of(begun.signing_id, bytes);
                let captured = capture_photo(platform, request, command).await;
                guest.photo = Some(captured.map_err(|e| e.class())?.photo_sha256);
            }
            Step::Complete(who) => {
                let guest = &self.guests[*who];
                let (Some(begun), Some(photo)) = (&guest.begun, guest.photo) else {
                    return Err(Class::Conflict);
                };
                let visitor = guest.visitor.as_ref().unwrap();
                let mut values = Device::values(photo, self.world.clock.now());
                values.remove("place");
                let answer = visitor.answer_with(begun, &values, |_| {});
                complete_signing(platform, request, answer).await.map_err(|e| e.class())?;
            }
            Step::Decline(_) => {
                let command = Decline { signing: None, reason: Some("否".into()) };
                decline(platform, request, command).await.map_err(|e| e.class())?;
            }
            Step::Confirm(who) => {
                let party = self.drafted.parties[*who];
                let command = Confirm { filing, party, shown_sha256: None, statement_sha256: None };
                confirm(platform, request, command).await.map_err(|e| e.class())?;
            }
            Step::Object(who) => {
                let party = self.drafted.parties[*who];
                let command =
                    Object { filing, party, against: None, ground: Ground::Other, reason: None };
                object(platform, request, command).await.map_err(|e| e.class())?;
            }
            Step::Replace(mark) => {
                let command = AttachDocument {
                    filing,
                    title: "公司章程".parse().unwrap(),
                    replaces: Some(self.document),
                    bytes: files::pdf(&format!("Version {mark}"), 2).into(),
                };
                let attached = attach_document(platform, request, command).await;
                self.document = attached.map_err(|e| e.class())?.document_id;
            }
            Step::Wait(_) => {}
        }
        Ok(())
    }

    async fn check(&self) {
        let frames = self.world.frames().await;
        let mut chains: BTreeMap<ChainId, Vec<_>> = BTreeMap::new();
        for (frame, root) in &frames {
            chains.entry(frame.place.chain).or_default().push((*frame, *root));
        }
        let backend = self.world.platform.backend();
        for (chain, records) in chains {
            let tip = walk(chain, records).unwrap();
            let key = heqi_evidence_store::changeset::RowKey::new(format!("chain/{chain}"));
            let row = backend.row(&key.unwrap()).await.unwrap().unwrap();
            assert_eq!(serde_json::from_slice::<ChainTip>(&row.value).unwrap(), tip);
        }
        let indices: Vec<u64> =
            self.world.leaf_rows().await.into_iter().map(|(_, index)| index).collect();
        let size = backend.log().head().size();
        assert_eq!(indices, (0..size).collect::<Vec<_>>());

        let signings = frames.iter().filter(|(f, _)| f.kind == RecordKind::Signing).count();
        let held = coverage(&self.world.platform, &self.world.staff).await.unwrap();
        assert_eq!(held.signings, u64::try_from(signings).unwrap());
        assert!(held.custodians.iter().all(|custodian| custodian.outstanding == size));
        let awaited = backend.scan(b"awaiting/", None, usize::MAX).await.unwrap().len();
        assert_eq!(u64::try_from(awaited).unwrap(), 2 * size);

        // Every signature of the filing has a signing record, and the other way round.
        let view = filing_view(&self.world.platform, &self.world.staff, self.drafted.filing).await;
        let view = view.unwrap();
        let signed: BTreeSet<_> =
            view.parties.iter().flat_map(|p| &p.signatures).map(|s| s.signing_id).collect();
        assert_eq!(signed.len(), signings);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_keeps_chains_states_and_counters(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut play = Play::new().await;
            for step in &steps {
                play.take(step).await;
            }
            play.check().await;
        });
    }
}
