//! An account made on the machine, the security officer who lets it in, and the auditor who takes
//! the journal of the day, each with the keyboard alone (ADR 0053).

use heqi_filing::{Office, OfficeKind};
use heqi_registration::ports::IdentityPorts;
use heqi_registration::request::StaffRole;
use heqi_registration::staff::password::Password;
use heqi_registration::staff::totp::TotpSecret;
use heqi_registration::staff::{CreateStaff, create_staff};
use heqi_service_kit::system::SystemClock;
use heqi_tests::browser::Browser;
use heqi_vocabulary::Clock as _;
use serde_json::{Value, json};

use super::review::{Desk, PASSWORD, account_of, registry};
use super::verifier::browser;
use super::walk::axe;
use crate::acceptance::house::{House, Second};

/// What an authenticator makes of the text that people type where they cannot scan (RFC 4648).
fn scanned(shown: &str) -> TotpSecret {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0_u32);
    for letter in shown.bytes().filter(|letter| *letter != b' ') {
        let value = letters.iter().position(|one| *one == letter).unwrap();
        held = (held << 5) | u32::try_from(value).unwrap();
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 255).unwrap());
            held &= (1 << bits) - 1;
        }
    }
    TotpSecret::from_hex(&hex::encode(bytes)).unwrap()
}

/// Types login name and password, and sends them.
fn at_the_door(desk: &mut Desk<'_>, base: &str, login: &str) {
    desk.page.open(&format!("{base}/staff?lang=zh")).unwrap();
    desk.until_at("工作人员登录");
    desk.fill("#login", login);
    desk.fill("#password", PASSWORD);
    desk.enter("form button.go");
}

fn leave(desk: &mut Desk<'_>) {
    desk.enter(".desk button");
    desk.until_at("工作人员登录");
}

fn text(desk: &mut Desk<'_>) -> String {
    let text = desk.page.evaluate("document.body.textContent").unwrap();
    text.as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_lets_in_an_account_made_on_the_machine_and_audit_takes_the_journal() {
    let Some(mut browser): Option<Browser> = browser() else { return };
    let review = Some((registry(), IdentityPorts::default()));
    let house = House::start_with(Second::Real, review).await;
    let operator = || Office { kind: OfficeKind::Operator, name: "示例平台".parse().unwrap() };
    let security = account_of(&house, ("shen.yan", "沈岩"), operator(), StaffRole::Security).await;
    let auditor = account_of(&house, ("xu.ming", "许明"), operator(), StaffRole::Auditor).await;
    let command = CreateStaff {
        login: "li.na".parse().unwrap(),
        name: "李娜".parse().unwrap(),
        office: registry(),
        role: StaffRole::Reviewer,
        password: Password::new(PASSWORD.into()).unwrap(),
    };
    let made = create_staff(&house.platform, command).await.unwrap();
    let base = house.url();
    let mut page = browser.page().unwrap();
    page.ask("Page.setBypassCSP", &json!({"enabled": true})).unwrap();
    let mut desk = Desk { page, axe: axe(), inbox: None };

    // The right password, and nobody has let the account in.
    at_the_door(&mut desk, &base, "li.na");
    desk.page.wait_until("document.body.innerText.includes('尚未由安全管理员启用')").unwrap();

    desk.come_in_to(&base, "shen.yan", &security, "工作人员账号");
    desk.look("staff-accounts");
    let own = "[...document.querySelectorAll('.cases li')].filter((one) => \
         one.querySelector('h2')?.textContent === 'shen.yan' && one.querySelector('form')).length";
    assert_eq!(desk.page.evaluate(own).unwrap(), 0, "nobody lets in or shuts out the own account");
    desk.enter(&format!("form[action='/staff/accounts/{made}/release'] button"));
    let is_in = "document.readyState === 'complete' && document.querySelector('.cases') !== null \
         && document.querySelector(\"form[action$='/release']\") === null";
    desk.page.wait_until(is_in).unwrap();
    leave(&mut desk);

    // Only now an authenticator is enrolled, by the person alone.
    at_the_door(&mut desk, &base, "li.na");
    desk.until_at("绑定验证器");
    desk.look("staff-enrol");
    let shown = desk.page.evaluate("document.querySelector('#secret').textContent").unwrap();
    let secret = scanned(shown.as_str().unwrap());
    desk.fill("#code", &secret.code_at(SystemClock.now()));
    desk.enter("form button.go");
    desk.until_at("请保存恢复码");
    desk.look_here("staff-recovery", "zh");
    desk.enter("main a.button");
    desk.until_at("待核验事项");
    leave(&mut desk);

    desk.come_in_to(&base, "xu.ming", &auditor, "操作日志");
    desk.look("staff-journal");
    let journal = text(&mut desk);
    for told in ["li.na", "建立", "启用", "绑定验证器", "shen.yan"] {
        assert!(journal.contains(told), "{told} is not in {journal}");
    }
    let file = "fetch(document.querySelector('a[download]').href).then(async (answer) => \
         [answer.status, answer.headers.get('content-type'), await answer.text()])";
    let file = desk.page.evaluate(file).unwrap();
    assert_eq!((&file[0], &file[1]), (&json!(200), &json!("application/jsonl")));
    let lines = file[2].as_str().unwrap();
    for personal in ["李娜", "沈岩", PASSWORD] {
        assert!(!lines.contains(personal) && !journal.contains(personal), "{personal}");
    }
    let newest: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(newest["did"]["event"], "journal_taken");
    desk.page.open(&format!("{base}/staff/journal?lang=zh")).unwrap();
    desk.until_at("操作日志");
    let taken = text(&mut desk);
    assert!(taken.contains("下载操作日志"), "taking it is a line as well: {taken}");
    house.stop().await;
}
