//! The scenes of a story: what happens, with the values the platform writes.

use heqi_evidence::bundle::{BundleParts, attachment_name};
use heqi_evidence::challenge::{
    ChallengePreimage, Nonce, PriorRecord, WitnessedHead, challenge_of,
};
use heqi_evidence::leaf::RecordRoot;
use heqi_evidence::record::{GeneratedBy, RecordDraft};
use heqi_evidence::schema::RecordKind;
use heqi_evidence::statement::{SignedDocument, SigningStatement};
use heqi_pki::authority::{CertificateAuthority as _, CertificateRequest};
use heqi_pki::certificate::CertificateChain;
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_vocabulary::{Clock as _, Digest, FilingNo, PartyId, Provenance, VoucherNo};
use serde_json::{Value, json};

use super::{Story, Twists};
use crate::{Device, SeededEntropy, files};

use Provenance::{Declared, Observed, Reported, Reviewed};

const CAPACITIES: [&str; 2] = ["legal_representative", "shareholder"];
const COMPANY: &str = "杭州示例青穗茶业有限公司";
const CONSENTS: [&str; 4] = ["identity", "photo", "place", "notary"];
const INTENT: &str = "本人自愿签署上述文件。I sign these documents of my own free will.";
const CHALLENGE_LIFE_MS: i64 = 20 * 60_000;
const SCENE_MS: i64 = 5_000;

impl Story {
    pub(super) fn open_filing(&mut self) {
        let values = [
            (
                "filing_number",
                json!(FilingNo::from_serial(1_234_567).unwrap().to_string()),
                Observed,
            ),
            ("matter", json!("establishment"), Declared),
            ("company_name", json!(COMPANY), Declared),
            ("handler_name", json!("陈晓"), Declared),
        ];
        self.happens(RecordKind::FilingOpened, &values, BundleParts::default());
    }

    pub(super) fn add_party(&mut self) {
        let values = [
            ("change", json!("party_added"), Observed),
            ("party", json!(self.party), Observed),
            ("party_kind", json!("person"), Declared),
            ("capacities", json!(CAPACITIES), Declared),
            ("party_name", json!("张三"), Declared),
        ];
        self.happens(RecordKind::FilingChanged, &values, BundleParts::default());
    }

    pub(super) fn add_company(&mut self) {
        let values = [
            ("change", json!("party_added"), Observed),
            ("party", json!(PartyId::from_bytes([2; 16])), Observed),
            ("party_kind", json!("company"), Declared),
            ("capacities", json!(["corporate_shareholder_representative"]), Declared),
            ("party_name", json!("杭州示例云栖投资有限公司"), Declared),
            ("representative_name", json!("周建国"), Declared),
        ];
        self.happens(RecordKind::FilingChanged, &values, BundleParts::default());
    }

    pub(super) fn add_document(&mut self) {
        let pdf = self.document();
        let values = [
            ("change", json!("document_added"), Observed),
            ("document_version", json!(1), Observed),
            ("document_title", json!("公司章程"), Declared),
            ("document_sha256", json!(Digest::of(&pdf)), Observed),
            ("document_pages", json!(1), Observed),
            ("document_size_bytes", json!(pdf.len()), Observed),
        ];
        self.happens(RecordKind::FilingChanged, &values, attached(&[(&pdf, PDF)]));
    }

    /// Four consents, each its own record.
    pub(super) fn consent_four_times(&mut self) -> Vec<(Digest, RecordRoot)> {
        CONSENTS
            .map(|consent| {
                let text = Digest::of(consent.as_bytes());
                let values = [
                    ("ceremony", json!(self.ceremony), Observed),
                    ("party", json!(self.party), Observed),
                    ("consent", json!(consent), Observed),
                    ("decision", json!("granted"), Observed),
                    ("text_sha256", json!(text), Observed),
                    ("text_version", json!(1), Observed),
                    ("text_language", json!("zh-CN"), Observed),
                    ("client_address", json!("203.0.113.7"), Observed),
                ];
                (text, self.happens(RecordKind::ConsentGiven, &values, BundleParts::default()))
            })
            .to_vec()
    }

    /// The ceremony ends: the device signs, the platform records.
    pub(super) fn sign(
        &mut self,
        twists: &Twists,
        seen: Option<&SignedCheckpoint>,
        consents: &[(Digest, RecordRoot)],
    ) {
        let device = Device::new(twists.algorithm, self.seed, "device");
        let another = Device::new(twists.algorithm, self.seed, "another device");
        let (photo, pdf) = (self.photo(), self.document());

        // 1. The platform makes a challenge for this device's key.
        let mut preimage = self.preimage(&device, seen, &pdf, consents);
        twist(&mut preimage, twists.preimage.as_ref());
        let challenge = preimage.to_bytes().unwrap();

        // 2. The authority certifies the key.
        self.clock.advance_ms(60_000);
        let certified = if twists.certificate_for_another_key { &another } else { &device };
        let certificates = self.certify(certified, twists.certificate_age_ms);

        // 3. The device signs over all of it.
        let mut values = Device::values(Digest::of(&photo), self.clock.now());
        twist(&mut values, twists.client.as_ref());
        let client = device.attributes(&values);
        let mut statement = SigningStatement {
            capacities: preimage.capacities.clone(),
            certificate_sha256: certificates.leaf().digest(),
            challenge: challenge_of(&challenge),
            client_root: client.root(),
            consents: sorted(consents),
            documents: vec![SignedDocument {
                page_images: Vec::new(),
                pages: 1,
                sha256: Digest::of(&pdf),
            }],
            intent_sha256: Digest::of(INTENT.as_bytes()),
            origin: self.log.origin().to_owned(),
            party: preimage.party,
        };
        twist(&mut statement, twists.statement.as_ref());
        let signer = if twists.signed_by_another_device { &another } else { &device };
        let envelope = signer.sign(&statement);

        // 4. The platform records what it received.
        let mut draft = self.draft(RecordKind::Signing);
        let place = {
            let mut place = self.next_place();
            twist(&mut place, twists.place.as_ref());
            place
        };
        let received = Received { photo: &photo, preimage: &preimage, statement: &statement };
        for (name, value, provenance) in self.signing_values(&received) {
            draft.set(name, value, provenance).unwrap();
        }
        let digests = [
            ("challenge", challenge_of(&challenge)),
            ("envelope_sha256", Digest::of(envelope.as_bytes())),
            ("certificate_sha256", certificates.leaf().digest()),
            ("client_root", client.root()),
        ];
        for (name, digest) in digests {
            draft.set(name, json!(digest), Observed).unwrap();
        }
        twist(&mut draft, twists.record.as_ref());
        let files = [(&photo[..], JPEG), (&pdf[..], PDF)];
        let received_files = if twists.no_photo { &files[1..] } else { &files[..] };
        let parts = BundleParts {
            certificates: certificates.certificates().map(|c| c.der().to_vec()).collect(),
            challenge: Some(challenge),
            challenge_checkpoint: seen.map(SignedCheckpoint::to_bytes),
            client: Some(client.disclose(|_| true).unwrap()),
            envelope: Some(envelope.as_bytes().to_vec()),
            ..attached(received_files)
        };
        self.keep(draft, place, parts);
    }

    pub(super) fn confirm(&mut self) {
        let values = [
            ("party", json!(self.party), Observed),
            ("statement_sha256", json!(Digest::of(b"confirmation text")), Observed),
            ("shown_sha256", json!(Digest::of(b"what was shown")), Observed),
            ("client_address", json!("203.0.113.7"), Observed),
        ];
        self.happens(RecordKind::Confirmation, &values, BundleParts::default());
    }

    pub(super) fn object(&mut self) {
        let values = [
            ("party", json!(self.party), Observed),
            ("against", json!(self.signing_id), Observed),
            ("ground", json!("not_signed_by_me"), Declared),
            ("reason", json!("不是我签的"), Declared),
        ];
        self.happens(RecordKind::Objection, &values, BundleParts::default());
    }

    pub(super) fn find_void(&mut self) {
        let values = [
            ("outcome", json!("sign_again"), Reviewed),
            ("signatures_of", json!(self.party), Reviewed),
            ("grounds", json!("经核查，非本人签署"), Reviewed),
            ("office_kind", json!("registry"), Observed),
            ("office", json!("示例区市场监督管理局"), Observed),
        ];
        self.happens(RecordKind::ObjectionResolved, &values, BundleParts::default());
    }

    pub(super) fn decide(&mut self, decision: &str) {
        let values = [
            ("party", json!(self.party), Observed),
            ("signing", json!(self.signing_id), Observed),
            ("decision", json!(decision), Observed),
            ("office", json!("示例区市场监督管理局"), Observed),
        ];
        self.happens(RecordKind::ReviewDecided, &values, BundleParts::default());
    }

    pub(super) fn put_right(&mut self, changed: &str, before: &str, name: &str) {
        let values = [
            ("party", json!(self.party), Observed),
            ("changed", json!([changed]), Observed),
            ("name_before", json!(before), Declared),
            ("name_after", json!(name), Declared),
        ];
        self.happens(RecordKind::PersonCorrected, &values, BundleParts::default());
    }

    /// The photo of this story.
    pub fn photo(&self) -> Vec<u8> {
        files::padded_photo(&format!("story {}", self.seed), self.photo_padding_bytes)
    }

    /// The document of this story.
    pub fn document(&self) -> Vec<u8> {
        files::pdf(&format!("Articles of association {}", self.seed), 1)
    }

    fn happens(
        &mut self,
        kind: RecordKind,
        values: &[(&str, Value, Provenance)],
        parts: BundleParts,
    ) -> RecordRoot {
        self.clock.advance_ms(SCENE_MS);
        let mut draft = self.draft(kind);
        draft.set("filing", json!(self.filing), Observed).unwrap();
        for (name, value, provenance) in values {
            draft.set(name, value.clone(), *provenance).unwrap();
        }
        let place = self.next_place();
        self.keep(draft, place, parts)
    }

    /// Seeds and identifier follow from the place, so that one more record changes no other.
    fn draft(&self, kind: RecordKind) -> RecordDraft {
        let label = format!("record {} {kind}", self.records.len());
        let entropy = SeededEntropy::labelled(self.seed, &label);
        RecordDraft::new(kind, GeneratedBy::Platform, &entropy)
    }

    fn preimage(
        &self,
        device: &Device,
        seen: Option<&SignedCheckpoint>,
        pdf: &[u8],
        consents: &[(Digest, RecordRoot)],
    ) -> ChallengePreimage {
        let issued_at = self.clock.now();
        ChallengePreimage {
            capacities: CAPACITIES.map(str::to_owned).to_vec(),
            ceremony: self.ceremony,
            checkpoint: seen.map(|head| WitnessedHead {
                note_sha256: Digest::of(&head.to_bytes()),
                origin: self.log.origin().to_owned(),
                root: Digest::from_bytes(*head.checkpoint().root().as_bytes()),
                size: head.checkpoint().size(),
            }),
            device_key_sha256: device.key().public_key().spki_digest(),
            documents: vec![Digest::of(pdf)],
            expires_at: issued_at.plus_millis(CHALLENGE_LIFE_MS),
            filing: self.filing,
            issued_at,
            nonce: Nonce::random(&SeededEntropy::labelled(self.seed, "nonce")),
            party: self.party,
            prior_records: consents
                .iter()
                .map(|(_, root)| PriorRecord {
                    kind: RecordKind::ConsentGiven.to_string(),
                    root: *root,
                })
                .collect(),
        }
    }

    fn certify(&self, device: &Device, age_ms: i64) -> CertificateChain {
        let entropy = SeededEntropy::labelled(self.seed, "certificate");
        let request =
            CertificateRequest::new(device.key().public_key(), &self.party.to_string()).unwrap();
        let issued_at = self.clock.now().plus_millis(-age_ms);
        self.cast.authority.issue(request, issued_at, &entropy).unwrap()
    }

    fn signing_values(&self, received: &Received<'_>) -> Vec<(&'static str, Value, Provenance)> {
        let Received { photo, preimage, statement } = received;
        let now = self.clock.now();
        vec![
            ("filing", json!(preimage.filing), Observed),
            (
                "filing_number",
                json!(FilingNo::from_serial(1_234_567).unwrap().to_string()),
                Observed,
            ),
            ("matter", json!("establishment"), Declared),
            ("company_name", json!(COMPANY), Declared),
            ("ceremony", json!(preimage.ceremony), Observed),
            ("signing", json!(self.signing_id), Observed),
            ("voucher", json!(VoucherNo::new(now, 1).unwrap().to_string()), Observed),
            ("party", json!(preimage.party), Observed),
            ("party_kind", json!("person"), Declared),
            ("capacities", json!(preimage.capacities), Declared),
            ("party_name", json!("张三"), Declared),
            ("documents", json!(statement.documents), Observed),
            ("intent_sha256", json!(statement.intent_sha256), Observed),
            ("consents", json!(statement.consents), Observed),
            ("prior_records", json!(preimage.prior_records), Observed),
            ("device_key_sha256", json!(preimage.device_key_sha256), Observed),
            ("photo_sha256", json!(Digest::of(photo)), Observed),
            ("photo_format", json!("image/jpeg"), Observed),
            ("photo_received_at", json!(now.plus_millis(-2_000)), Observed),
            ("photo_attempts", json!(1), Observed),
            ("client_address", json!("203.0.113.7"), Observed),
            ("forwarded_for", json!("203.0.113.7, 10.0.0.2"), Reported),
            ("user_agent", json!("Mozilla/5.0 (example)"), Reported),
            ("received_at", json!(now), Observed),
            ("clock_offset_ms", json!(120), Observed),
        ]
    }
}

/// What the platform received of a signing.
struct Received<'a> {
    photo: &'a [u8],
    preimage: &'a ChallengePreimage,
    statement: &'a SigningStatement,
}

const JPEG: &str = "image/jpeg";
const PDF: &str = "application/pdf";

fn attached(files: &[(&[u8], &str)]) -> BundleParts {
    let attachments = files
        .iter()
        .map(|(bytes, media)| (attachment_name(Digest::of(bytes), media).unwrap(), bytes.to_vec()))
        .collect();
    BundleParts { attachments, ..BundleParts::default() }
}

fn sorted(consents: &[(Digest, RecordRoot)]) -> Vec<Digest> {
    let mut texts: Vec<Digest> = consents.iter().map(|(text, _)| *text).collect();
    texts.sort_unstable();
    texts
}

fn twist<T>(value: &mut T, twist: Option<&super::Twist<T>>) {
    if let Some(twist) = twist {
        twist(value);
    }
}
