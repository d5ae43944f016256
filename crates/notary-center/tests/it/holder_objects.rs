//! Things of others at 实时保: for every number that stands in a path, whoever came in and has nothing
//! to do with the thing is told what everybody is told of a thing that is not there.

use std::sync::Arc;

use heqi_notary_center::access::{ACCESS_TABLE, Rule, Verb};
use heqi_vocabulary::{DepositNo, Digest, PartyId, VoucherNo};
use reqwest::Response;
use reqwest::header::SET_COOKIE;

use crate::holder::{Kept, code_checked, come_in_as, csrf, page, people, post, told_story};
use crate::holder_told::form;
use crate::support::{Centre, Plan, deposit_of, store};

/// Who represents the other party of the same filing, and the phone.
const OTHER: (&str, &str) = ("周建国", "13900000002");

/// What stands in paths.
struct Things {
    number: String,
    voucher: String,
    file: String,
}

impl Things {
    fn path_of(&self, rule: &Rule) -> String {
        let path = rule
            .path
            .replace("{number}", &self.number)
            .replace("{voucher}", &self.voucher)
            .replace("{sha256}", &self.file);
        assert!(!path.contains('{'), "{path}: say here what stands in its variable");
        path
    }
}

/// A session of the other party, who is sent the second code.
async fn other_comes_in(centre: &Centre, sent: &Kept) -> String {
    let (name, mobile) = OTHER;
    let asked = post(centre, "/my/code", "", &form(&[("contact", mobile)])).await;
    assert_eq!(asked.status(), 200);
    let code = sent.code(2).await;
    let typed = form(&[("contact", mobile), ("code", code.as_str()), ("name", name)]);
    let entered = post(centre, "/my/enter", "", &typed).await;
    assert_eq!(entered.status(), 303);
    let cookie = entered.headers()[SET_COOKIE].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

async fn ask(centre: &Centre, rule: &Rule, path: &str, (cookie, token): (&str, &str)) -> Response {
    if rule.verb == Verb::Get {
        return page(centre, path, cookie).await;
    }
    let fields = [("csrf", token), ("kind", "objection"), ("reason", "不是本人")];
    post(centre, path, cookie, &form(&fields)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_number_in_a_path_opens_what_is_another_persons_or_nothing() {
    let (mut story, code) = told_story();
    let other_code = code_checked(&mut story, 92, (PartyId::from_bytes([2; 16]), OTHER.1));
    let sent = Arc::new(Kept::default());
    let mut plan = Plan::data_centre(&story, store());
    plan.people = Some(people(sent.clone()));
    plan.certifies = true;
    plan.settings.rates.enabled = false;
    let centre = plan.start().await;
    centre.deposit(&code).await;
    let own = centre.open(&centre.deposit(&other_code).await).deposit_no;
    for record in &story.records {
        centre.deposit(&deposit_of(&story, record)).await;
    }

    let signer = come_in_as(&centre, &sent, "__Host-heqi_held_centre=").await;
    let list = page(&centre, "/my", &signer).await.text().await.unwrap();
    let between = |text: &str, begin: &str| {
        text.split(begin).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let number = between(&list, "href=\"/my/evidence/");
    let evidence = format!("/my/evidence/{number}");
    let one = page(&centre, &evidence, &signer).await.text().await.unwrap();
    let voucher = between(&one, "href=\"/my/apply/");
    let theirs = Things { number, voucher, file: Digest::of(&story.photo()).to_string() };
    let nothing = Things {
        number: DepositNo::new(story.seen_at(), 4_000).unwrap().to_string(),
        voucher: VoucherNo::new(story.seen_at(), 4_000).unwrap().to_string(),
        file: "0".repeat(64),
    };

    let cookie = other_comes_in(&centre, &sent).await;
    let home = page(&centre, "/my", &cookie).await.text().await.unwrap();
    let token = csrf(&home).to_owned();
    let mut asked = 0;
    for rule in ACCESS_TABLE.iter().filter(|rule| rule.path.starts_with("/my/")) {
        if !rule.path.contains('{') {
            continue;
        }
        for (whose, things) in [("another's", &theirs), ("nothing", &nothing)] {
            let place = format!("{:?} {} of {whose}", rule.verb, rule.path);
            let path = things.path_of(rule);
            let answer = ask(&centre, rule, &path, (&cookie, &token)).await;
            // Whoever applies for what is another's is told the article, whether it is there or not.
            let expected = if rule.path.contains("{voucher}") { 403_u16 } else { 404 };
            assert_eq!(answer.status(), expected, "{place}");
            let shown = answer.text().await.unwrap();
            assert!(!shown.contains("张三"), "{place} told the name");
            asked += 1;
        }
        // Whoever it belongs to is answered: what is refused above is not a path of nothing.
        if rule.verb == Verb::Get {
            let path = theirs.path_of(rule);
            assert_eq!(page(&centre, &path, &signer).await.status(), 200, "{path} for the signer");
        }
    }
    assert!(asked >= 14, "only {asked} requests");
    // The own one is open, and nobody has said anything about the other.
    assert_eq!(page(&centre, &format!("/my/evidence/{own}"), &cookie).await.status(), 200);
    let one = page(&centre, &evidence, &signer).await.text().await.unwrap();
    assert!(!one.contains("您已提出异议") && !one.contains("您的公证申请"), "{one}");
}
