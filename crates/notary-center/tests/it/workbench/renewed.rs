//! A certificate of long ago, proved by the records of its renewals.

use std::sync::Arc;

use heqi_evidence::verdict::ClaimName::{Deposited, Integrity, Logged, SignedBy, Time, Witnessed};
use heqi_evidence_store::stamping::{
    ConfiguredAuthority, Stamper as LogStamper, TimeAuthority, Unanswered,
};
use heqi_notarization::staff::OfficeRole;
use heqi_pki::authority::TestTimeAuthority;
use heqi_pki::certificate::CertificateChain;
use heqi_pki::timestamp::{Accuracy, TimeRoot, TimeStampRequest, TimeStampResponse, TokenIssuer};
use heqi_sealed_pdf::SignedPdf;
use heqi_testkit::{FixedClock, SeededEntropy};
use heqi_vocabulary::Clock as _;
use reqwest::{Method, StatusCode};

use super::matter::issued;
use super::{Bureau, YEAR_MS, anchors_of};

struct LogStamps {
    issuer: TokenIssuer,
    clock: Arc<FixedClock>,
}

impl TimeAuthority for LogStamps {
    fn answer(
        &self,
        request: Vec<u8>,
    ) -> futures_util::future::BoxFuture<'_, Result<Vec<u8>, Unanswered>> {
        Box::pin(async move {
            let request = TimeStampRequest::from_der(&request).unwrap();
            let token = self.issuer.token(&request, 1, self.clock.now()).unwrap();
            Ok(TimeStampResponse::granted(&token))
        })
    }
}

/// Somebody who stamps the office's own log, and the root.
fn log_authority(bureau: &Bureau, seed: u64) -> (LogStamper, TimeRoot) {
    let entropy = SeededEntropy::new(seed);
    let made = TestTimeAuthority::generate("L", bureau.clock.now(), &entropy).unwrap();
    let root = TimeRoot::from_der(made.root().der(), true).unwrap();
    let issuer = made.into_issuer("1.2.3.4".parse().unwrap(), Accuracy::from_millis(1000));
    let port = LogStamps { issuer: issuer.unwrap(), clock: bureau.clock.clone() };
    let authority = ConfiguredAuthority {
        label: "log".into(),
        port: Arc::new(port),
        roots: vec![root.clone()],
        policy: None,
    };
    (LogStamper::new(vec![authority], 1), root)
}

async fn stamped(bureau: &Bureau, stamper: &LogStamper) {
    let log = bureau.office.backend().log();
    log.publish(log.head().checkpoint().clone()).await.unwrap();
    let (backend, entropy) = (&**bureau.office.backend(), SeededEntropy::new(3));
    let round = stamper.round(backend, &*bureau.clock, &entropy, false).await.unwrap();
    assert_eq!(round.stamped.len(), 1, "{round:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edge_case_33_a_certificate_is_proved_twelve_years_later_by_the_records_of_its_renewals() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    let notary = bureau.admit("qian.wei", OfficeRole::Notary).await;
    let approver = bureau.admit("sun.li", OfficeRole::Approver).await;
    let matter = issued(&bureau, [&clerk, &notary, &approver]).await;
    let file = notary.send(Method::GET, &format!("{matter}/certificate.pdf"), &[]).await;
    let file = file.bytes().await.unwrap().to_vec();
    let renewals = format!("{matter}/renewals.zip");
    let early = notary.send(Method::GET, &renewals, &[]).await;
    assert_eq!(early.status(), StatusCode::NOT_FOUND, "nobody has stamped the log yet");
    let (first, first_root) = log_authority(&bureau, 31);
    stamped(&bureau, &first).await;
    let first_file = notary.send(Method::GET, &renewals, &[]).await;
    assert_eq!(first_file.status(), StatusCode::OK);
    let first_file = first_file.bytes().await.unwrap();

    // Two months before the ten years of the first certificate are over, it is renewed by a record, and
    // another authority stamps from then on.
    bureau.clock.advance_ms(10 * YEAR_MS - 60 * 24 * 3_600_000);
    let (second, second_root) = log_authority(&bureau, 32);
    let margin_ms = 90 * 24 * 3_600_000;
    let round = heqi_notarization::renewal::renew_if_due(&bureau.office, margin_ms).await.unwrap();
    assert_eq!(round.renewed, Some(1));
    stamped(&bureau, &second).await;
    bureau.clock.advance_ms(2 * YEAR_MS + 60 * 24 * 3_600_000);
    let now = bureau.clock.now();
    let auditor = bureau.admit("he.qing", OfficeRole::Auditor).await;
    let kept = auditor.send(Method::GET, &renewals, &[]).await.bytes().await.unwrap();
    assert_ne!(kept, first_file);

    let folder = tempfile::tempdir().unwrap();
    #[expect(clippy::disallowed_methods, reason = "files of a test need no durability")]
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let anchors = put("anchors.json", &anchors_of(&bureau, &[bureau.office.custodian()]));
    let pem = |der: &[u8]| CertificateChain::from_ders([der]).unwrap().to_pem();
    let roots = [&first_root, &second_root, &bureau.time_roots[0]];
    let time_roots = roots
        .iter()
        .enumerate()
        .map(|(n, root)| put(&format!("time-{n}.pem"), pem(root.der()).as_bytes()));
    let args = heqi_verify::VerifyArgs {
        file: put("certificate.pdf", &file),
        anchors: Some(anchors),
        seal_roots: vec![put("seal.pem", pem(bureau.roots[0].certificate().der()).as_bytes())],
        time_roots: time_roots.collect(),
        renewals: Some(put("renewals.zip", &kept)),
        renewal_keys: Vec::new(),
        require: None,
        at: Some(now),
        lang: heqi_vocabulary::Language::Zh,
        json: true,
    };
    let verified = |args: &heqi_verify::VerifyArgs| {
        let (mut out, mut errors) = (Vec::new(), Vec::new());
        let code = heqi_verify::run(args, &mut out, &mut errors);
        let report: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let points = report["points"].as_array().unwrap_or_else(|| panic!("{report}"));
        let renewed = points.last().unwrap().clone();
        (code, renewed, report)
    };
    let is = |renewed: &serde_json::Value, status: &str, code: &str| {
        assert_eq!((&renewed["status"], &renewed["code"]), (&status.into(), &code.into()));
    };
    // Every certificate of the beginning has ended: the seal's after five years, those of the time
    // authorities after ten, the signer's after a day. Everything is proved all the same, by what is
    // required when nothing is said.
    let sealed = SignedPdf::parse(file.clone()).unwrap();
    let sealed = sealed.verify(&bureau.roots, &bureau.time_roots).unwrap();
    assert!(sealed.seal().chain().anchored().leaf().not_after() < now);
    let (exit, renewed, report) = verified(&args);
    assert_eq!((exit, &report["verdict"]), (0, &"proved".into()), "{report}");
    is(&renewed, "proved", "renewed");
    assert!(renewed.to_string().contains("续期 1 次"), "{renewed}");
    assert_eq!(report["points"].as_array().unwrap().len(), 5);
    // An office that knows of a second custodian has its own receipt to show and not the other's. The
    // certificate says of its own deposit that it is held, so that is enough for it; the claim says one of
    // two all the same, and whoever asks for it by name is told that the other is missing.
    let both = put("both.json", &anchors_of(&bureau, &[bureau.office.custodian(), "preservation"]));
    let both = heqi_verify::VerifyArgs { anchors: Some(both), ..args.clone() };
    let (exit, _, report) = verified(&both);
    assert_eq!((exit, &report["verdict"]), (0, &"proved".into()), "{report}");
    assert_eq!(report["bundles"][0]["verdict"], "proved", "{report}");
    let claims = report["bundles"][0]["claims"].as_array().unwrap();
    // Who this is, and that a certificate is inside, nobody requires of a bundle.
    let beside = ["identity", "certificate"];
    let lacking = claims.iter().filter(|one| {
        one["status"] != "proved" && !beside.iter().any(|name| one["claim"] == **name)
    });
    let lacking: Vec<_> = lacking.map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(lacking, ["deposited_partly"], "{report}");
    let by_name = |claim| [Integrity, SignedBy, Logged, Witnessed, claim].to_vec();
    for (claim, expected) in [(Time, 0), (Deposited, 3)] {
        let asked = heqi_verify::VerifyArgs { require: Some(by_name(claim)), ..both.clone() };
        assert_eq!(verified(&asked).0, expected, "{claim:?}");
    }
    // No anchored custodian's receipt is no deposit, whatever the certificate says.
    let other = put("other.json", &anchors_of(&bureau, &["preservation"]));
    let other = heqi_verify::VerifyArgs { anchors: Some(other), ..args.clone() };
    let (exit, _, report) = verified(&other);
    assert_eq!(exit, 3, "{report}");
    // Without the record of the renewal the time stamps have ended.
    let short =
        heqi_verify::VerifyArgs { renewals: Some(put("short.zip", &first_file)), ..args.clone() };
    let (exit, renewed, report) = verified(&short);
    assert_eq!((exit, &report["verdict"]), (3, &"not_proved".into()), "{report}");
    is(&renewed, "not_proved", "renewals_ended");
    // Renewals prove the file they are of, and no other.
    let mut other = file.clone();
    let middle = other.len() / 2;
    other[middle] ^= 1;
    let other = heqi_verify::VerifyArgs { file: put("other.pdf", &other), ..args.clone() };
    let (exit, renewed, report) = verified(&other);
    assert_eq!((exit, &report["verdict"]), (1, &"contradicted".into()), "{report}");
    is(&renewed, "contradicted", "renewals_of_another");
    bureau.running.stop().await;
}
