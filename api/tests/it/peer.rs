//! What the platform keeps of what a custodian says, and gives back to it.

use heqi_evidence::canonical;
use heqi_evidence::statement::Statement as _;
use heqi_notary_protocol::peer::{LastCertificate, PeerQuery, PeerStanding, kept_certificates};
use heqi_pki::dsse::Envelope;
use heqi_pki::keys::SigningKey;
use heqi_tlog::note::{KeyName, NoteSigner, VerifierKey};
use heqi_vocabulary::Digest;
use reqwest::Method;

use crate::service::{NOON, Service};

const LOG: &str = "notary.example/log/notary-1";

/// The custodian's log.
fn log(seed: u8) -> (VerifierKey, SigningKey) {
    let signer = NoteSigner::from_seed(KeyName::new(LOG).unwrap(), &[seed; 32]).unwrap();
    (signer.verifier_key().clone(), SigningKey::from_ed25519_seed(&[seed; 32]))
}

fn last(year: u16, serial: u32) -> LastCertificate {
    LastCertificate {
        number: format!("（{year}）浙杭临证经字第{serial:06}号"),
        serial,
        series: format!("{year}/浙杭临/经"),
    }
}

/// Asks as the office does, and says which numbers were the last.
async fn ask(service: &Service, certificates: &[LastCertificate]) -> PeerStanding {
    let query = PeerQuery {
        about: LOG.into(),
        asked_at: NOON.parse().unwrap(),
        certificates: certificates.to_vec(),
        nonce: Digest::of(service.fresh_key().as_bytes()),
    };
    let body = query.sign(&log(3).1).unwrap().as_bytes().to_vec();
    let headers = [("content-type", "application/json")];
    let answer = service.send(Method::POST, "/peer/standing", "", &headers, Some(body)).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    let envelope = Envelope::from_json(&answer.body).unwrap();
    let standing: PeerStanding = canonical::parse(envelope.unverified_payload()).unwrap();
    assert_eq!(standing.nonce, query.nonce);
    standing
}

#[tokio::test]
async fn the_newest_certificate_numbers_are_kept_and_an_office_that_was_set_back_gets_its_own_word()
{
    let (key, _) = log(3);
    let service = Service::start_asked(key.clone()).await;
    let kept = |standing: &PeerStanding| kept_certificates(standing, std::slice::from_ref(&key));
    let before = ask(&service, &[]).await;
    assert_eq!((before.certificate_no.clone(), kept(&before)), (None, vec![]));

    let said = [last(2025, 90), last(2026, 7)];
    let told = ask(&service, &said).await;
    assert_eq!(told.certificate_no.as_deref(), Some("（2026）浙杭临证经字第000007号"));
    assert_eq!(kept(&told), said);

    // A store of before says less; the platform does not forget.
    for less in [&[][..], &[last(2025, 90)], &[last(2025, 90), last(2026, 6)]] {
        assert_eq!(kept(&ask(&service, less).await), said, "{less:?}");
    }
    let more = [last(2025, 90), last(2026, 8)];
    assert_eq!(kept(&ask(&service, &more).await), more);

    // Of two series of a year the one that was counted since is the last, whatever its letters are.
    let civil = LastCertificate {
        number: "（2026）浙杭临证民字第000001号".into(),
        serial: 1,
        series: "2026/浙杭临/民".into(),
    };
    for (serial, newest) in [(8, &civil.number), (9, &last(2026, 9).number)] {
        let both = [last(2025, 90), civil.clone(), last(2026, serial)];
        assert_eq!(ask(&service, &both).await.certificate_no.as_ref(), Some(newest));
    }
    let more = [last(2025, 90), civil, last(2026, 9)];

    // It is the office's word only to whoever knows the office's key.
    let newest = ask(&service, &more).await;
    assert!(kept_certificates(&newest, &[log(4).0]).is_empty());
}
