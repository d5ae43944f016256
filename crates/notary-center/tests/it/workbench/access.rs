//! The matrix of access: every route of the table × every caller.

use heqi_notarization::matter::ApplicationNo;
use heqi_notarization::staff::OfficeRole;
use heqi_notary_center::access::{
    ACCESS_TABLE, APPLICATIONS, Access, DEPOSITS, LEGAL_HOLD, RECOVERY, Rule, Verb,
};
use heqi_service_kit::{ApiKey, SystemEntropy};
use heqi_vocabulary::VoucherNo;
use reqwest::{Method, StatusCode};

use super::Bureau;
use super::browser::Browser;
use crate::support::{http, story};

/// A path of this rule, with things of nothing in it.
fn path_of(rule: &Rule) -> String {
    let path = rule
        .path
        .replace("{chain}", &"0".repeat(64))
        .replace("{hold}", &"0".repeat(64))
        .replace("{digest}", "0123456789abcdef")
        .replace("{name}", "style.css")
        .replace("/my/evidence/{number}", "/my/evidence/CZ202611240000017")
        .replace("{sha256}", &"0".repeat(64))
        .replace("{notice}", "SL202611240000017")
        .replace("{number}", &"0".repeat(64))
        .replace("{no}", &ApplicationNo::new(story().seen_at(), 1).unwrap().to_string())
        .replace("{voucher}", &VoucherNo::new(story().seen_at(), 1).unwrap().to_string())
        .replace("{act}", "declare")
        .replace("{account}", &format!("stf_{}", "0".repeat(26)))
        .replace("{year}", "2026");
    assert!(!path.contains('{'), "{path}: say here what stands in its variable");
    path
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_lets_in_whom_the_table_names_and_nobody_else() {
    let bureau = Box::pin(Bureau::open()).await;
    let logins = [
        "role.clerk",
        "role.notary",
        "role.approver",
        "role.archivist",
        "role.security",
        "role.auditor",
    ];
    let mut desks = Vec::new();
    for (login, role) in logins.into_iter().zip(OfficeRole::ALL) {
        desks.push((role, bureau.admit(login, role).await));
    }
    let url = bureau.running.url();
    let nobody = Browser {
        url: url.clone(),
        cookie: "heqi_office=heqi_office_0".into(),
        login: "",
        secret: desks[0].1.secret.clone(),
    };
    // Keys of every scope that another office gave out.
    let elsewhere = [DEPOSITS, LEGAL_HOLD, APPLICATIONS, RECOVERY]
        .map(|scope| (scope, ApiKey::generate(scope.parse().unwrap(), &SystemEntropy)));
    for rule in ACCESS_TABLE {
        let path = path_of(rule);
        let method = if rule.verb == Verb::Get { Method::GET } else { Method::POST };
        let status = nobody.send(method.clone(), &path, &[]).await.status();
        match rule.access {
            Access::Everybody | Access::Protocol => {
                assert!(![401, 403].contains(&status.as_u16()), "{path}: {status}");
            }
            Access::Key(_) | Access::Door | Access::Staff(_) => {
                assert_eq!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
            }
            // Back to the door.
            Access::Person => assert_eq!(status, StatusCode::SEE_OTHER, "{method} {path}"),
        }
        for (scope, key) in &bureau.keys {
            let request = http().request(method.clone(), format!("{url}{path}"));
            let status = request.bearer_auth(key.expose()).send().await.unwrap().status();
            match rule.access {
                Access::Key(wanted) if wanted != *scope => {
                    assert_eq!(status, StatusCode::FORBIDDEN, "{scope} at {path}");
                }
                Access::Door | Access::Staff(_) => {
                    assert_eq!(status, StatusCode::UNAUTHORIZED, "{scope} at {path}");
                }
                Access::Person => assert_eq!(status, StatusCode::SEE_OTHER, "{scope} at {path}"),
                _ => assert!(![401, 403].contains(&status.as_u16()), "{scope} at {path}: {status}"),
            }
        }
        for (scope, key) in &elsewhere {
            let request = http().request(method.clone(), format!("{url}{path}"));
            let status = request.bearer_auth(key.expose()).send().await.unwrap().status();
            let place = format!("{scope} of another office at {method} {path}: {status}");
            match rule.access {
                Access::Key(_) | Access::Door | Access::Staff(_) => {
                    assert_eq!(status, StatusCode::UNAUTHORIZED, "{place}");
                }
                Access::Person => assert_eq!(status, StatusCode::SEE_OTHER, "{place}"),
                Access::Everybody | Access::Protocol => {
                    assert!(![401, 403].contains(&status.as_u16()), "{place}");
                }
            }
        }
        if rule.access == Access::Person {
            // Staff of the office is nobody here either.
            for (role, desk) in &desks {
                let status = desk.send(method.clone(), &path, &[]).await.status();
                assert_eq!(status, StatusCode::SEE_OTHER, "{role} at {path}");
            }
        }
        let Access::Staff(roles) = rule.access else { continue };
        for (role, desk) in &desks {
            let status = desk.send(method.clone(), &path, &[]).await.status();
            // Without the token of a page nothing is done: who may, gets that far.
            let is_stopped = status == StatusCode::FORBIDDEN;
            let expected = !roles.contains(role) || rule.verb == Verb::Post;
            assert_eq!(is_stopped, expected, "{role} at {method} {path}: {status}");
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{role} at {path}");
        }
    }
    bureau.running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_names_every_route_of_staff_and_an_unknown_one_is_none() {
    let bureau = Box::pin(Bureau::open()).await;
    let clerk = bureau.admit("zhao.min", OfficeRole::Clerk).await;
    for path in ["/staff/nothing", "/staff/matters/SQ1/x/y", "/staff/matters/SQ202611240000017"] {
        let status = clerk.send(Method::GET, path, &[]).await.status();
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    bureau.running.stop().await;
}
