use actix_web::ResponseError as _;
use actix_web::http::header::RETRY_AFTER;

use super::*;

fn limiter(remembered: usize) -> Limiter {
    let mut rates = Rates { remembered, ..Rates::default() };
    rates.signer.writes = Budget { per_minute: 60, burst: 3 };
    rates.address.checks = Budget { per_minute: 60, burst: 2 };
    Limiter::new(rates, &Metrics::default())
}

fn address(text: &str) -> Caller<'static> {
    Caller::Address(text.parse().unwrap())
}

#[test]
fn a_burst_is_spent_and_comes_back_with_time() {
    let limiter = limiter(1024);
    let ask = |now_ms| limiter.admit_at(Caller::Signer("a"), Class::Writes, now_ms);
    for _ in 0..3 {
        ask(0).unwrap();
    }
    assert_eq!(ask(0).unwrap_err().retry_after_s, 1);
    assert!(ask(999).is_err());
    ask(1_000).unwrap();
    assert!(ask(1_001).is_err());
    for _ in 0..3 {
        ask(60_000).unwrap();
    }
    assert!(ask(60_000).is_err(), "a long pause gives a burst and no more");
}

#[test]
fn asking_often_does_not_keep_the_bucket_empty() {
    let limiter = limiter(1024);
    let ask = |now_ms| limiter.admit_at(Caller::Signer("a"), Class::Writes, now_ms).is_ok();
    let admitted = (0..10_000).filter(|now_ms| ask(*now_ms)).count();
    assert_eq!(admitted, 3 + 9, "three at once, then one each second");
}

#[test]
fn callers_and_classes_have_buckets_of_their_own() {
    let limiter = limiter(1024);
    for _ in 0..3 {
        limiter.admit_at(Caller::Signer("a"), Class::Writes, 0).unwrap();
    }
    assert!(limiter.admit_at(Caller::Signer("a"), Class::Writes, 0).is_err());
    limiter.admit_at(Caller::Signer("a"), Class::Reads, 0).unwrap();
    limiter.admit_at(Caller::Signer("b"), Class::Writes, 0).unwrap();
    limiter.admit_at(Caller::Integrator("a"), Class::Writes, 0).unwrap();
}

#[test]
fn an_ipv6_caller_has_one_bucket_for_its_whole_network() {
    let limiter = limiter(1024);
    let ask = |text| limiter.admit_at(address(text), Class::Checks, 0).is_ok();
    assert!(ask("2001:db8::1"));
    assert!(ask("2001:db8::ffff:ffff:ffff:ffff"));
    assert!(!ask("2001:db8::2"));
    assert!(ask("2001:db8:0:1::1"), "the next network is another caller");
    assert!(ask("::ffff:192.0.2.1"));
    assert!(ask("192.0.2.1"));
    assert!(!ask("192.0.2.1"), "a mapped address is the address it maps");
}

#[test]
fn the_table_never_grows_and_forgets_the_one_unused_longest() {
    let limiter = limiter(1);
    let places: usize = limiter.shards.iter().map(|shard| shard.lock().len() * WAYS).sum();
    for caller in 0..100_000_u32 {
        let caller = caller.to_string();
        limiter.admit_at(Caller::Signer(&caller), Class::Writes, 1).unwrap();
    }
    assert_eq!(limiter.shards.iter().map(|shard| shard.lock().len() * WAYS).sum::<usize>(), places);
}

#[test]
fn nobody_is_limited_when_limits_are_lifted() {
    let rates = Rates { enabled: false, ..Rates::default() };
    let limiter = Limiter::new(rates, &Metrics::default());
    for _ in 0..100_000 {
        limiter.admit(address("192.0.2.1"), Class::Uploads).unwrap();
    }
}

#[test]
fn the_answer_says_what_was_too_often_and_when_to_try_again() {
    let budget = Budget { per_minute: 60, burst: 3 };
    let problem = Problem::from(Limited { class: Class::Uploads, budget, retry_after_s: 7 });
    let answer = problem.error_response();
    assert_eq!(answer.status(), 429);
    let header = |name: HeaderName| answer.headers().get(name).unwrap().to_str().unwrap();
    assert_eq!(header(RETRY_AFTER), "7");
    assert_eq!(header(RATE_LIMIT), "\"uploads\";r=0;t=7");
    assert_eq!(header(RATE_LIMIT_POLICY), "\"uploads\";q=60;w=60");
}

#[test]
fn a_table_of_the_settings_replaces_one_kind_of_caller() {
    let toml = "[signer]\nreads = { per_minute = 1, burst = 1 }\n\
                writes = { per_minute = 2, burst = 2 }\nuploads = { per_minute = 3, burst = 3 }\n\
                checks = { per_minute = 4, burst = 4 }\n";
    let rates: Rates = toml::from_str(toml).unwrap();
    assert_eq!(rates.signer.writes, Budget { per_minute: 2, burst: 2 });
    assert_eq!(rates.address, Rates::default().address);
}
