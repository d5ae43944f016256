//! Whose word is taken: a policy, anchors, or a list of keys.

use heqi_evidence::statement::Statement as _;
use heqi_monitor::TrustArgs;
use heqi_testkit::{Cast, MemoryLog};
use heqi_tlog::checkpoint::SignedCheckpoint;
use heqi_tlog::cosignature::{CosignatureTime, Cosigner};
use heqi_tlog::witness::{AddCheckpoint, WitnessDecision, decide};
use heqi_vocabulary::UtcMillis;

use crate::desk::{Desk, honest};

/// The second at which every look of these tests happens.
const NOW: u64 = 1_800_000_000;

fn cast() -> Cast {
    Cast::new(1, UtcMillis::from_unix_seconds(NOW - 1_000_000).unwrap())
}

fn cosigned(log: &MemoryLog, by: &[(&Cosigner, u64)]) -> SignedCheckpoint {
    let head = log.head_at(log.size());
    by.iter().fold(head.clone(), |signed, (cosigner, at)| {
        let request = AddCheckpoint::new(0, Vec::new(), head.clone()).unwrap();
        let keys = [log.key().clone()];
        let WitnessDecision::Accepted(accepted) = decide(request, &keys, None) else { panic!() };
        let time = CosignatureTime::from_posix_seconds(*at).unwrap();
        signed.with_signature(accepted.persisted().cosign(cosigner, time)).unwrap()
    })
}

fn policy(desk: &Desk) -> TrustArgs {
    TrustArgs { policy: Some(desk.path("policy")), ..TrustArgs::default() }
}

#[tokio::test]
async fn a_policy_says_where_the_log_is_and_how_many_must_have_signed_lately() {
    let (desk, cast, log) = (Desk::new(), cast(), honest(9));
    let (witness, mirror) = (cast.witness.verifier_key(), cast.mirror.verifier_key());
    let text = format!(
        "log {} {}\nwitness w {witness}\nwitness m {mirror}\ngroup any 1 w m\nquorum any\n",
        log.key(),
        desk.place("log"),
    );
    desk.put("policy", text.as_bytes());
    let look = async |by: &[(&Cosigner, u64)]| {
        desk.serve(&log);
        desk.put("log/checkpoint", &cosigned(&log, by).to_bytes());
        desk.look(|args| (args.log, args.trust) = (None, policy(&desk))).await
    };
    let (code, said) = look(&[(&cast.mirror, NOW - 20)]).await;
    assert_eq!(code, 0, "one of two is what the policy asks for: {said}");
    let (code, said) = look(&[(&cast.witness, NOW - 20_000), (&cast.mirror, NOW - 700)]).await;
    assert_eq!(code, 3, "both are old: {said}");
    assert!(said.contains("not what the policy asks for"), "{said}");
    let (code, said) = look(&[(&cast.witness, NOW + 20_000), (&cast.mirror, NOW + 700)]).await;
    assert_eq!(code, 3, "what lies ahead would be recent for as long as the log likes: {said}");
    let (code, said) = look(&[(&cast.mirror, NOW + 20)]).await;
    assert_eq!(code, 0, "a clock that is a little ahead is nobody's lie: {said}");
    let (code, said) = look(&[(&cast.insider, NOW)]).await;
    assert_eq!(code, 3, "a stranger counts for nothing: {said}");
}

#[tokio::test]
async fn anchors_ask_for_every_cosigner_of_another_organisation() {
    let (desk, cast, log) = (Desk::new(), cast(), honest(9));
    let other = MemoryLog::new("log.example/other", &heqi_testkit::SeededEntropy::labelled(3, "o"));
    let anchors = cast.anchors([log.key(), other.key()]);
    let file = anchors.sign(&cast.publisher).unwrap();
    desk.put("anchors", file.as_bytes());
    let look = async |by: &[(&Cosigner, u64)], origin: Option<&str>| {
        desk.serve(&log);
        desk.put("log/checkpoint", &cosigned(&log, by).to_bytes());
        desk.look(|args| {
            args.origin = origin.map(str::to_owned);
            args.trust = TrustArgs { anchors: Some(desk.path("anchors")), ..TrustArgs::default() };
        })
        .await
    };
    let all = [(&cast.witness, NOW), (&cast.mirror, NOW)];
    let (code, said) = look(&all, None).await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("--origin") && said.contains("log.example/other"), "{said}");
    let (code, said) = look(&all, Some(log.origin())).await;
    assert_eq!(code, 0, "{said}");
    let (code, said) = look(&all[..1], Some(log.origin())).await;
    assert_eq!(code, 3, "{said}");
}

#[tokio::test]
async fn a_distrusted_key_counts_only_for_what_others_dated_before() {
    let (desk, cast, log) = (Desk::new(), cast(), honest(9));
    let other = MemoryLog::new("log.example/other", &heqi_testkit::SeededEntropy::labelled(3, "o"));
    let mut anchors = cast.anchors([log.key(), other.key()]);
    for anchor in &mut anchors.logs {
        anchor.validity.distrust_after = UtcMillis::from_unix_seconds(NOW - 100).ok();
    }
    desk.put("anchors", anchors.sign(&cast.publisher).unwrap().as_bytes());
    let look = async |at: u64| {
        desk.serve(&log);
        let by = [(&cast.witness, at), (&cast.mirror, at)];
        desk.put("log/checkpoint", &cosigned(&log, &by).to_bytes());
        desk.look(|args| {
            args.origin = Some(log.origin().to_owned());
            args.trust = TrustArgs { anchors: Some(desk.path("anchors")), ..TrustArgs::default() };
        })
        .await
    };
    assert_eq!(look(NOW - 200).await.0, 0);
    let (code, said) = look(NOW - 50).await;
    assert_eq!(code, 2, "a thief may have signed it: {said}");
    assert!(said.contains("not signed by the log"), "{said}");
}

#[tokio::test]
async fn anchors_in_which_no_cosigners_key_counts_any_more_ask_for_no_less() {
    let (desk, cast, log) = (Desk::new(), cast(), honest(9));
    let other = MemoryLog::new("log.example/other", &heqi_testkit::SeededEntropy::labelled(3, "o"));
    let mut anchors = cast.anchors([log.key(), other.key()]);
    let both = [(&cast.witness, NOW), (&cast.mirror, NOW)];
    desk.serve(&log);
    desk.put("log/checkpoint", &cosigned(&log, &both).to_bytes());
    for (ended_ago, wanted) in [(None, 0), (Some(100), 3)] {
        for cosigner in &mut anchors.cosigners {
            let end = ended_ago.and_then(|ago| UtcMillis::from_unix_seconds(NOW - ago).ok());
            cosigner.validity.valid_until = end;
        }
        desk.put("anchors", anchors.sign(&cast.publisher).unwrap().as_bytes());
        let (code, said) = desk
            .look(|args| {
                args.origin = Some(log.origin().to_owned());
                args.trust =
                    TrustArgs { anchors: Some(desk.path("anchors")), ..TrustArgs::default() };
            })
            .await;
        assert_eq!(code, wanted, "{said}");
    }
}

#[tokio::test]
async fn a_state_folder_serves_one_log_only() {
    let desk = Desk::new();
    desk.serve(&honest(9));
    assert_eq!(desk.look(|_| ()).await.0, 0);
    let other = MemoryLog::new("log.example/other", &heqi_testkit::SeededEntropy::labelled(3, "o"));
    desk.put("vkey", format!("{}\n", other.key()).as_bytes());
    let (code, said) = desk.look(|_| ()).await;
    assert_eq!(code, 2, "{said}");
    assert!(said.contains("of another log"), "{said}");
}
