//! The same request is the same act.

use std::collections::BTreeSet;
use std::sync::Arc;

use heqi_filing::{Capacity, Matter, PartyKind};
use heqi_registration::access::{authenticate, hash_of};
use heqi_registration::add_party::{AddParty, add_party};
use heqi_registration::complete_signing::complete_signing;
use heqi_registration::fault::{Class, Refusal as _};
use heqi_registration::invite::{Invite, invite};
use heqi_registration::open_filing::{OpenFiling, open_filing};
use heqi_vocabulary::{Clock as _, Digest, Explain as _};

use crate::world::World;

fn opening() -> OpenFiling {
    OpenFiling {
        matter: Matter::Change,
        company_name: "杭州示例青穗茶业有限公司".parse().unwrap(),
        handler_name: None,
        number: None,
    }
}

#[tokio::test]
async fn the_same_key_and_body_give_the_same_answer_and_change_nothing() {
    let world = World::new().await;
    let request = world.named_request(&world.staff, "open");
    let first = open_filing(&world.platform, &request, opening()).await.unwrap();
    let before = world.contents().await;
    let again = open_filing(&world.platform, &request, opening()).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn the_same_key_with_another_body_or_for_another_act_is_refused() {
    let world = World::new().await;
    let mut request = world.named_request(&world.staff, "once");
    let opened = open_filing(&world.platform, &request, opening()).await.unwrap();
    let before = world.contents().await;
    let command = AddParty {
        filing: opened.filing_id,
        who: PartyKind::Person { name: "吴敏".parse().unwrap() },
        capacities: BTreeSet::from([Capacity::Shareholder]),
    };
    let error = add_party(&world.platform, &request, command).await.unwrap_err();
    assert_eq!((error.code(), error.class()), ("idempotency_key_reused", Class::Conflict));
    request.digest = Digest::of(b"another body");
    let error = open_filing(&world.platform, &request, opening()).await.unwrap_err();
    assert_eq!(error.code(), "idempotency_key_reused");
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn a_key_belongs_to_one_caller() {
    let world = World::new().await;
    let drafted = world.drafted(2).await;
    let first = world.visitor(drafted.filing, drafted.parties[0]).await;
    let second = world.visitor(drafted.filing, drafted.parties[1]).await;
    for visitor in [&first, &second] {
        let (begun, photo) = world.ready(visitor).await;
        let answer = visitor.answer(&begun, photo, world.clock.now());
        let request = world.named_request(&visitor.actor, "sign");
        let receipt = complete_signing(&world.platform, &request, answer).await.unwrap();
        assert_eq!(receipt.signing_id, Some(begun.signing_id));
    }
}

#[tokio::test]
async fn a_repeated_invitation_gives_the_same_token_although_only_its_hash_is_kept() {
    let world = World::new().await;
    let drafted = world.drafted(1).await;
    let command = Invite { filing: drafted.filing, party: drafted.parties[0] };
    let request = world.named_request(&world.staff, "invite");
    let first = invite(&world.platform, &request, command).await.unwrap();
    let again = invite(&world.platform, &request, command).await.unwrap();
    assert_eq!(first.token, again.token);
    let other = invite(&world.platform, &world.request(&world.staff), command).await.unwrap();
    assert_ne!(first.token, other.token);
    authenticate(&world.platform, hash_of(&first.token)).await.unwrap();

    let contents = world.contents().await;
    let secret = first.token.strip_prefix("heqi_signer_").unwrap();
    let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
    assert!(!contents.rows.iter().any(|(key, row)| holds(key.as_bytes()) || holds(&row.value)));
    assert!(!format!("{first:?}").contains(secret));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_request_many_times_at_once_is_one_act() {
    // A twin that was refused by what its own twin had just done showed once in some hundred rounds.
    for _ in 0..20 {
        all_at_once().await;
    }
}

async fn all_at_once() {
    let world = Arc::new(World::new().await);
    let drafted = world.drafted(1).await;
    let visitor = world.visitor(drafted.filing, drafted.parties[0]).await;
    let (begun, photo) = world.ready(&visitor).await;
    let answer = visitor.answer(&begun, photo, world.clock.now());
    let before = world.contents().await.entries.len();
    let request = world.named_request(&visitor.actor, "complete");
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (world, request, answer) = (world.clone(), request.clone(), answer.clone());
            tokio::spawn(async move { complete_signing(&world.platform, &request, answer).await })
        })
        .collect();
    let mut records = BTreeSet::new();
    for task in tasks {
        records.insert(task.await.unwrap().unwrap().record_id);
    }
    assert_eq!(records.len(), 1);
    assert_eq!(world.contents().await.entries.len(), before + 1);
}
