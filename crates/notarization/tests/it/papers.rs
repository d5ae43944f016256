//! What an applicant is told in writing, what a session showed, the queue, and the edge cases of the
//! domain analysis that are the office's.

use std::sync::atomic::Ordering;

use heqi_evidence_store::backend::{Backend, CommitError};
use heqi_evidence_store::changeset::{Changeset, RowKey};
use heqi_notarization::deposited::deposit;
use heqi_notarization::legal_hold::place_hold;
use heqi_notarization::matter::approve::{Approve, approve};
use heqi_notarization::matter::check::{Found, Standing, fetch, look_up};
use heqi_notarization::matter::clock::PauseReason;
use heqi_notarization::matter::draft::hand_in;
use heqi_notarization::matter::due::{MattersDue, matters_due};
use heqi_notarization::matter::extraction::Act;
use heqi_notarization::matter::finish::{
    ask_reexamination, conclude_reexamination, propose_correction, void,
};
use heqi_notarization::matter::handle::{
    RefusalGround, accept, ask_supplement, declare, pause, propose_refusal, propose_termination,
    resume, supplement_arrived, take_over, withdraw,
};
use heqi_notarization::matter::notice::{NoticeKind, NoticeNo, make_notices, notice_file};
use heqi_notarization::matter::overview::overview;
use heqi_notarization::matter::queue::{Group, PAGE, count, index_matters, queue};
use heqi_notarization::matter::screen::screen_file;
use heqi_notarization::matter::search::deposits_of_day;
use heqi_notarization::matter::session::press_button;
use heqi_notarization::matter::state::{ReexaminationOutcome, Rule};
use heqi_notarization::matter::step::{ActedBy, StepKind};
use heqi_notarization::matter::taking::{TakenFile, take, takings};
use heqi_notarization::matter::view::{matter, steps};
use heqi_notarization::matter::waiting::WaitsFor;
use heqi_notarization::matter::{ApplicationNo, Matter, MatterError, Stage};
use heqi_notarization::staff::{OfficeRole, Officer};
use heqi_testkit::{Story, Twists};
use heqi_vocabulary::{Clock as _, Digest};

use crate::matter::{Bureau, Member, PlainScreen, rule};
use crate::support::{Failing, House, story};

/// The file of the newest document of a matter, made now.
async fn newest(bureau: &Bureau, no: ApplicationNo) -> (NoticeNo, String) {
    let office = bureau.office();
    make_notices(office, &bureau.desk, 10).await.unwrap();
    let by = &bureau.clerk.officer;
    let view = matter(office, by, no).await.unwrap();
    let notice = view.matter.notices().last().unwrap();
    let file = notice_file(office, by, no, notice.no).await.unwrap();
    assert_eq!(notice.made.unwrap().sha256, Digest::of(&file), "the matter names the file");
    (notice.no, String::from_utf8(file).unwrap())
}

#[tokio::test]
async fn each_step_that_is_told_in_writing_has_its_document_and_the_document_is_a_step() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let (acceptance, file) = newest(&bureau, no).await;
    assert_eq!(acceptance.kind(), NoticeKind::Acceptance);
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(acceptance.to_string(), view.matter.acceptance().unwrap().no.to_string());
    let last_day = view.matter.clock().unwrap();
    let today = bureau.house.clock.now().shanghai_day().parse::<u32>().unwrap();
    assert!(today > 0 && !last_day.is_paused());
    assert!(file.contains("张三") && file.contains(&view.content.query_code), "{file}");

    ask_supplement(office, no, by, "居民身份证原件\n利害关系证明").await.unwrap();
    let (supplement, file) = newest(&bureau, no).await;
    assert_eq!(supplement.kind(), NoticeKind::Supplement);
    assert!(file.contains("居民身份证原件") && file.contains("利害关系证明"), "{file}");
    supplement_arrived(office, no, by, "两项均已提交").await.unwrap();

    propose_termination(office, no, by, "申请人死亡").await.unwrap();
    bureau.approve_proposed(no).await.unwrap();
    let (termination, file) = newest(&bureau, no).await;
    assert_eq!(termination.kind(), NoticeKind::Termination);
    assert!(file.contains("申请人死亡"), "{file}");

    let second = bureau.accepted().await;
    let ground = RefusalGround::of_item(4).unwrap();
    propose_refusal(office, second, by, (ground, "双方有争议")).await.unwrap();
    bureau.approve_proposed(second).await.unwrap();
    let (refusal, file) = newest(&bureau, second).await;
    assert_eq!(refusal.kind(), NoticeKind::Refusal);
    assert!(file.contains("item: 4") && file.contains("双方有争议"), "{file}");
    let third = bureau.accepted().await;
    withdraw(office, third, &bureau.clerk.officer, "不再需要").await.unwrap();
    assert_eq!(newest(&bureau, third).await.0.kind(), NoticeKind::Withdrawal);

    // Each document is a step by the service, and the step names its digest.
    let record = steps(office, by, no).await.unwrap();
    let made: Vec<_> = record.iter().filter(|step| step.step == StepKind::NoticeMade).collect();
    assert_eq!(made.len(), 3);
    let view = matter(office, by, no).await.unwrap();
    for (step, notice) in made.iter().zip(view.matter.notices()) {
        assert_eq!(step.by, ActedBy::Office);
        let said = format!("{} sha256 {}", notice.no, notice.made.unwrap().sha256);
        assert!(step.said.starts_with(&said), "{}", step.said);
    }
    // Nobody else's document, and nobody who does not see matters.
    let other = notice_file(office, by, no, refusal).await;
    assert!(matches!(other, Err(MatterError::NotFound)));
    let security = Officer { role: OfficeRole::Security, ..by.clone() };
    assert_eq!(rule(notice_file(office, &security, no, acceptance).await), Rule::Role);
}

#[tokio::test]
async fn a_document_that_cannot_be_sealed_now_is_owed_and_made_later_once() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    bureau.press.has_no_time.store(true, Ordering::SeqCst);
    let no = bureau.accepted().await;
    assert_eq!(make_notices(office, &bureau.desk, 10).await.unwrap(), 0);
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(view.matter.stage(), Stage::Accepted, "the clock does not wait for a printer");
    let owed = view.matter.notices()[0];
    assert_eq!(owed.made, None);
    let [(number, waiting)] = view.waiting[..] else { panic!("{:?}", view.waiting) };
    assert_eq!((number, waiting.waits_for), (owed.no, WaitsFor::Time {}));
    assert!(waiting.retry_at > waiting.since);
    assert!(matches!(notice_file(office, by, no, owed.no).await, Err(MatterError::NotFound)));
    let without = heqi_notarization::matter::Desk { press: None, ..bureau.desk.clone() };
    assert_eq!(make_notices(office, &without, 10).await.unwrap(), 0);

    bureau.press.has_no_time.store(false, Ordering::SeqCst);
    assert_eq!(make_notices(office, &bureau.desk, 10).await.unwrap(), 0, "it waits");
    bureau.house.clock.advance_ms(10 * 60_000);
    assert_eq!(make_notices(office, &bureau.desk, 10).await.unwrap(), 1);
    bureau.house.clock.advance_ms(10 * 60_000);
    assert_eq!(make_notices(office, &bureau.desk, 10).await.unwrap(), 0, "once");
    let view = matter(office, by, no).await.unwrap();
    assert!(view.waiting.is_empty(), "{:?}", view.waiting);
    let notice = view.matter.notices()[0];
    assert_eq!(notice.at, owed.at, "it tells of the step, not of the printer");
    assert!(notice.made.unwrap().stamped_at > notice.at);
}

#[tokio::test]
async fn anybody_learns_what_a_document_is_and_who_applied_fetches_it() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let (number, file) = newest(&bureau, no).await;
    let view = matter(office, by, no).await.unwrap();
    let (code, query) = (&view.content.notices[0].code, &view.content.query_code);
    assert_ne!(code, query);
    for asked in
        [number.to_string(), number.to_string().to_lowercase(), number.digest().to_string()]
    {
        let found = look_up(office, &asked, code).await.unwrap();
        let Some(Found::Notice(found)) = found else { panic!("{asked}: {found:?}") };
        assert_eq!((found.number, found.application), (number, no));
        assert_eq!((found.recipient.as_str(), found.corrects), ("张*", None));
        assert_eq!(found.sha256, Some(Digest::of(file.as_bytes())));
    }
    for (asked, code) in [
        (number.to_string(), query.as_str()),
        (number.to_string(), ""),
        (no.to_string(), code.as_str()),
        ("BY202611240000017".into(), code.as_str()),
    ] {
        assert!(look_up(office, &asked, code).await.unwrap().is_none(), "{asked} {code}");
    }
    let found = look_up(office, &no.to_string(), query).await.unwrap();
    let Some(Found::Application(found)) = found else { panic!("{found:?}") };
    assert_eq!((found.notices.clone(), found.has_certificate), (vec![number], false));
    let which = number.to_string();
    let fetched = fetch(office, no, (query, &which)).await.unwrap();
    assert_eq!(fetched.as_deref(), Some(file.as_bytes()));
    for (code, which) in [
        ("AAAA2222", which.as_str()),
        (query.as_str(), "certificate"),
        (query.as_str(), "SL202611240000017"),
        (query.as_str(), ""),
    ] {
        assert_eq!(fetch(office, no, (code, which)).await.unwrap(), None, "{code} {which}");
    }
}

#[tokio::test]
async fn what_a_session_showed_is_kept_byte_by_byte_under_the_digest_in_its_line() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.session(no).await.unwrap();
    for act in Act::ALL {
        let pressed =
            press_button(office, &bureau.desk, no, (by, act, &PlainScreen), None).await.unwrap();
        let page = screen_file(office, by, no, pressed.screen_sha256).await.unwrap();
        assert_eq!(Digest::of(&page), pressed.screen_sha256);
        let page = String::from_utf8(page).unwrap();
        let view = matter(office, by, no).await.unwrap();
        let line = view.matter.extraction().unwrap().lines().last().unwrap().clone();
        assert_eq!(line.screen_sha256, Some(pressed.screen_sha256));
        assert!(page.contains(act.as_str()) && page.contains(&line.at.to_string()), "{page}");
        let output = page.split_once('\n').unwrap().1;
        assert_eq!(Digest::of(output.as_bytes()), line.output_sha256, "what it showed is whole");
        let step = steps(office, by, no).await.unwrap().pop().unwrap();
        assert!(step.said.ends_with(&pressed.screen_sha256.to_string()), "{}", step.said);
    }
    let unknown = screen_file(office, by, no, Digest::of(b"nothing")).await;
    assert!(matches!(unknown, Err(MatterError::NotFound)));
    let security = Officer { role: OfficeRole::Security, ..by.clone() };
    assert_eq!(rule(screen_file(office, &security, no, Digest::of(b"x")).await), Rule::Role);
}

#[tokio::test]
async fn who_of_the_staff_takes_a_file_is_written_down_before_it_is_handed_out() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let archivist = &bureau.archivist.officer;
    let no = bureau.issued().await;
    let (notice, paper) = newest(&bureau, no).await;
    assert!(takings(office, by, no).await.unwrap().is_empty(), "its own service takes nothing");
    let leaves = bureau.house.store.log().head().size();

    let certificate = take(office, by, no, TakenFile::Certificate {}).await.unwrap();
    assert!(String::from_utf8(certificate).unwrap().contains("兹证明"));
    bureau.house.clock.advance_ms(1);
    let file = take(office, by, no, TakenFile::Notice { no: notice }).await.unwrap();
    assert_eq!(file, paper.as_bytes());
    bureau.house.clock.advance_ms(1);
    let sha256 = matter(office, by, no).await.unwrap().matter.screens().next().unwrap();
    let page = take(office, by, no, TakenFile::Screen { sha256 }).await.unwrap();
    assert_eq!(Digest::of(&page), sha256);
    bureau.house.clock.advance_ms(1);
    take(office, archivist, no, TakenFile::Dossier {}).await.unwrap();

    let lines = takings(office, by, no).await.unwrap();
    let said: Vec<_> = lines.iter().map(|line| (line.by, line.role, line.file)).collect();
    let wanted = [
        (by.account, OfficeRole::Notary, TakenFile::Certificate {}),
        (by.account, OfficeRole::Notary, TakenFile::Notice { no: notice }),
        (by.account, OfficeRole::Notary, TakenFile::Screen { sha256 }),
        (archivist.account, OfficeRole::Archivist, TakenFile::Dossier {}),
    ];
    assert_eq!(said, wanted);
    assert!(lines.iter().is_sorted_by_key(|line| line.at));
    assert_eq!(bureau.house.store.log().head().size(), leaves, "who looks adds no leaf");

    // Who may not have a file has taken none, and neither has anybody where there is none.
    assert_eq!(rule(take(office, by, no, TakenFile::Dossier {}).await), Rule::Role);
    let security = Officer { role: OfficeRole::Security, ..by.clone() };
    assert_eq!(rule(take(office, &security, no, TakenFile::Certificate {}).await), Rule::Role);
    assert_eq!(rule(takings(office, &security, no).await), Rule::Role);
    let early = take(office, by, no, TakenFile::Renewals {}).await;
    assert!(matches!(early, Err(MatterError::NotFound)), "nobody has stamped the log");
    // What cannot be written down is not handed out.
    let store = bureau.house.store.clone();
    let full = Failing::new(store.clone(), CommitError::DiskFull, true);
    let house = House::over(&story(), full.clone(), store);
    let refused = take(&house.office, by, no, TakenFile::Certificate {}).await;
    assert!(refused.is_err(), "a file without its line");
    assert_eq!(takings(office, by, no).await.unwrap().len(), wanted.len());
    full.recover();
    take(&house.office, by, no, TakenFile::Certificate {}).await.unwrap();
    assert_eq!(takings(office, by, no).await.unwrap().len(), wanted.len() + 1);
}

#[tokio::test]
async fn the_queue_reads_a_stage_by_pages_and_a_matter_stands_in_one_place() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let mut numbers = Vec::new();
    for _ in 0..5 {
        let no = bureau.accepted().await;
        numbers.push(no);
        withdraw(office, no, &bureau.clerk.officer, "不再需要").await.unwrap();
    }
    let open = bureau.accepted().await;
    let at = |stage| Group::At(stage);
    let page = async |group, after, limit| queue(office, by, group, (after, limit)).await.unwrap();
    let first = page(at(Stage::Withdrawn), None, 2).await;
    let mut seen: Vec<ApplicationNo> = first.matters.iter().map(Matter::no).collect();
    let mut next = first.next;
    while let Some(after) = next {
        let more = page(at(Stage::Withdrawn), Some(after), 2).await;
        seen.extend(more.matters.iter().map(Matter::no));
        next = more.next;
    }
    numbers.reverse();
    assert_eq!(seen, numbers, "newest first, each once");
    let accepted = page(at(Stage::Accepted), None, PAGE).await;
    assert_eq!(accepted.matters.iter().map(Matter::no).collect::<Vec<_>>(), [open]);
    assert_eq!(count(office, by, at(Stage::Submitted)).await.unwrap(), 0, "it has moved on");
    let everywhere = Group::OPEN.into_iter().chain(Group::OVER);
    let mut all = 0;
    for group in everywhere {
        all += count(office, by, group).await.unwrap();
    }
    assert_eq!(all, 6);
    let security = Officer { role: OfficeRole::Security, ..by.clone() };
    assert_eq!(rule(queue(office, &security, at(Stage::Accepted), (None, 1)).await), Rule::Role);

    // Nothing is left to index but the mark that it was done.
    assert_eq!(index_matters(office).await.unwrap(), 6);
    assert_eq!(index_matters(office).await.unwrap(), 0);
    assert_eq!(count(office, by, at(Stage::Withdrawn)).await.unwrap(), 5);

    let figures = overview(office, &bureau.desk, by, 2026).await.unwrap();
    let hand = figures.in_hand[&by.account];
    assert_eq!((hand.open, hand.urgent, hand.paused), (1, 0, 0));
    assert_eq!((figures.days_left.more, figures.is_partial), (1, false));
    assert!(figures.stages.contains(&(at(Stage::Accepted), 1)));
    assert_eq!(figures.months, [0; 12]);
}

#[tokio::test]
async fn deposits_of_a_day_are_listed_by_pages() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.clerk.officer);
    let day = bureau.house.clock.now().shanghai_date();
    let listed = deposits_of_day(office, by, (day, None)).await.unwrap();
    let numbers: Vec<_> = listed.deposits.iter().map(|one| one.number).collect();
    assert!(numbers.contains(&bureau.deposit) && listed.next.is_none(), "{numbers:?}");
    assert!(numbers.windows(2).all(|pair| pair[0].to_string() < pair[1].to_string()));
    let rest = deposits_of_day(office, by, (day, Some(numbers[0]))).await.unwrap();
    assert_eq!(rest.deposits.len(), numbers.len() - 1);
    let before = deposits_of_day(office, by, (day.pred_opt().unwrap(), None)).await.unwrap();
    assert!(before.deposits.is_empty());
    let elsewhere = deposits_of_day(office, by, (day.pred_opt().unwrap(), Some(numbers[0]))).await;
    assert!(elsewhere.unwrap().deposits.is_empty(), "a number of another day leads nowhere");
}

#[tokio::test]
async fn edge_case_25_a_dispute_after_the_signing_changes_nothing_held_and_limits_the_certificate()
{
    let twists = Twists { objection: true, ..Twists::default() };
    let bureau = Bureau::of(&Story::tell(1, &twists)).await;
    let office = bureau.office();
    let before = deposit(office, &bureau.key).await.unwrap().unwrap();
    // The evidence is held, whatever anybody says about it.
    let key = "hold".parse().unwrap();
    let (_, envelope) =
        place_hold(office, key, before.chain, "当事人提出异议，民事诉讼在审").await.unwrap();
    let said = String::from_utf8_lossy(envelope.unverified_payload()).into_owned();
    assert!(said.contains("placed") && !said.contains("诉讼"), "{said}");
    // A certificate can still be had; what it tells of the signing needs a tick of its own.
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let by = &bureau.approver.officer;
    let plain = Approve { shown, objection_ticked: false };
    assert_eq!(rule(approve(office, &bureau.desk, no, (by, plain)).await), Rule::ObjectionTick);
    // Or it is refused by the article about disputes, in writing.
    let notary = &bureau.notary.officer;
    let ground = RefusalGround::of_item(4).unwrap();
    propose_refusal(office, no, notary, (ground, "当事人对签署事实有争议")).await.unwrap();
    bureau.approve_proposed(no).await.unwrap();
    let (number, file) = newest(&bureau, no).await;
    assert_eq!(number.kind(), NoticeKind::Refusal);
    assert!(file.contains("当事人对签署事实有争议"));
    let after = deposit(office, &bureau.key).await.unwrap().unwrap();
    assert_eq!(after.outcome.is_admitted(), before.outcome.is_admitted());
    assert_eq!(after.parts.len(), before.parts.len(), "nothing held has changed");
}

#[tokio::test]
async fn edge_case_42_a_notary_or_reviewer_who_is_a_relative_declares_it_and_another_takes_over() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let (notary, other) = (&bureau.notary.officer, &bureau.other_notary.officer);
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    bureau.drafted(no).await;
    // The responsible notary finds out in the middle of it and steps aside, for good.
    declare(office, no, notary, true).await.unwrap();
    assert_eq!(rule(hand_in(office, no, notary).await), Rule::Conflict);
    assert_eq!(rule(declare(office, no, notary, false).await), Rule::Conflict);
    take_over(office, no, other).await.unwrap();
    let view = matter(office, other, no).await.unwrap();
    assert_eq!(view.matter.acceptance().unwrap().notary, other.account);
    assert_eq!(view.matter.stage(), Stage::Accepted);
    assert!(view.matter.extraction().is_none(), "who certifies was at the extraction");
    assert!(view.matter.draft().is_none());
    let record = steps(office, other, no).await.unwrap();
    let said: Vec<_> = record.iter().rev().take(2).map(|step| step.step).collect();
    assert_eq!(said, [StepKind::TakenOver, StepKind::Declared], "both are steps");

    // Whoever approves is held to the same.
    let approver = &bureau.approver.officer;
    declare(office, no, approver, true).await.unwrap();
    let seen = Approve { shown: Digest::of(b""), objection_ticked: false };
    let refused = approve(office, &bureau.desk, no, (approver, seen)).await;
    assert!(matches!(refused, Err(MatterError::Rule(_))));

    // Whoever has the name of a party cannot say that there is no interest.
    let namesake = Member::admit_as(office, "zhang.san", "张三", OfficeRole::Notary).await;
    let second = bureau.apply_with(Bureau::form()).await;
    assert!(matches!(second, Err(MatterError::Double(_))));
    assert_eq!(rule(declare(office, no, &namesake.officer, false).await), Rule::Namesake);
    declare(office, no, &namesake.officer, true).await.unwrap();
    assert_eq!(rule(accept(office, no, &namesake.officer).await), Rule::Stage(Stage::Accepted));
}

#[tokio::test]
async fn edge_case_42_another_notary_takes_a_numbered_matter_over_and_its_number_stays() {
    let bureau = Bureau::open().await;
    let (office, approver) = (bureau.office(), &bureau.approver.officer);
    let (notary, other) = (&bureau.notary, &bureau.other_notary);
    let no = bureau.numbered().await;
    let view = async || matter(office, approver, no).await.unwrap().matter;
    let given = view().await.certificate().cloned().unwrap();
    declare(office, no, &notary.officer, true).await.unwrap();
    take_over(office, no, &other.officer).await.unwrap();
    let taken = view().await;
    assert_eq!(taken.stage(), Stage::Accepted);
    assert!(taken.extraction().is_none() && taken.draft().is_none() && taken.approval().is_none());
    assert_eq!(taken.certificate(), Some(&given), "a number that was given stays in the book");
    // With a number it is voided, and neither withdrawn nor refused.
    let withdrawn = withdraw(office, no, &bureau.clerk.officer, "不再需要").await;
    assert_eq!(rule(withdrawn), Rule::Stage(Stage::Accepted));

    // Extracted, drafted and approved anew, by another person than the new notary.
    let bureau = Bureau { notary: bureau.other_notary, other_notary: bureau.notary, ..bureau };
    let office = bureau.office();
    bureau.checked(no).await;
    bureau.extracted(no).await;
    bureau.approved(no).await;
    bureau.paid_and_issued(no).await;
    let by = &bureau.notary.officer;
    let issued = matter(office, by, no).await.unwrap().matter;
    assert_eq!((issued.certificate(), issued.stage()), (Some(&given), Stage::Issued));
    assert_eq!(issued.issue().unwrap().by, by.account);
    assert_eq!(rule(take_over(office, no, by).await), Rule::Stage(Stage::Issued));
}

#[tokio::test]
async fn edge_case_42_a_number_of_last_year_is_not_kept_by_an_approval_of_this_one() {
    let bureau = Bureau::open().await;
    let no = bureau.numbered().await;
    take_over(bureau.office(), no, &bureau.other_notary.officer).await.unwrap();
    let bureau = Bureau { notary: bureau.other_notary, other_notary: bureau.notary, ..bureau };
    let (office, approver) = (bureau.office(), &bureau.approver.officer);
    bureau.house.clock.advance_ms(60 * 24 * 3_600_000);
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let plain = Approve { shown, objection_ticked: false };
    assert_eq!(rule(approve(office, &bureau.desk, no, (approver, plain)).await), Rule::OtherYear);
    void(office, no, approver, "编号属于上一年度").await.unwrap();
    let view = matter(office, approver, no).await.unwrap().matter;
    assert_eq!(view.stage(), Stage::Voided);
    bureau.apply_with(Bureau::form()).await.unwrap();
}

#[tokio::test]
async fn edge_case_43_a_wrong_certificate_is_corrected_or_voided_and_the_code_shows_it() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let by = &bureau.notary.officer;
    let no = bureau.issued().await;
    let view = matter(office, by, no).await.unwrap();
    let (number, code) = (view.matter.certificate().unwrap().digest(), view.content.check_code);
    let standing = async || match look_up(office, &number.to_string(), &code).await.unwrap() {
        Some(Found::Certificate(found)) => (found.standing, found.corrections),
        other => panic!("{other:?}"),
    };
    assert_eq!(standing().await, (Standing::Valid, 0));
    for unclear in ["写错了", "云西 → 云西", " → 云栖", "云西 →", "云西 → 云栖\n还有别的"]
    {
        let refused = propose_correction(office, no, by, unclear).await;
        assert!(matches!(refused, Err(MatterError::Text)), "{unclear}");
    }
    bureau.corrected(no, "云西 → 云栖\n九月 => 十月").await;
    assert_eq!(standing().await, (Standing::Corrected, 1));
    let (correction, file) = newest(&bureau, no).await;
    assert_eq!(correction.kind(), NoticeKind::Correction);
    for said in ["（2026）浙杭临证经字第000001号", "云西", "云栖", "九月", "十月"]
    {
        assert!(file.contains(said), "{said} in {file}");
    }
    let view = matter(office, by, no).await.unwrap();
    let own = &view.content.notices.last().unwrap().code;
    let found = look_up(office, &correction.to_string(), own).await.unwrap();
    let Some(Found::Notice(found)) = found else { panic!("{found:?}") };
    assert_eq!(found.corrects.as_deref(), Some("（2026）浙杭临证经字第000001号"));

    // A re-examination by another notary corrects in the same way.
    let other = &bureau.other_notary.officer;
    ask_reexamination(office, no, other, "利害关系人认为有误").await.unwrap();
    let unclear =
        conclude_reexamination(office, no, other, (ReexaminationOutcome::Corrected, "有误")).await;
    assert!(matches!(unclear, Err(MatterError::Text)));
    let corrected = (ReexaminationOutcome::Corrected, "甲方 → 乙方");
    conclude_reexamination(office, no, other, corrected).await.unwrap();
    assert_eq!(standing().await, (Standing::Corrected, 1), "not before another person approved");
    bureau.approve_proposed(no).await.unwrap();
    assert_eq!(standing().await, (Standing::Corrected, 2));
    assert!(newest(&bureau, no).await.1.contains("乙方"));

    bureau.revoked(no, "内容不真实").await;
    assert_eq!(standing().await.0, Standing::Voided);
    let query = &view.content.query_code;
    assert_eq!(fetch(office, no, (query, "certificate")).await.unwrap(), None, "not handed out");
    // The decision is, to who applied.
    let (revocation, file) = newest(&bureau, no).await;
    assert_eq!(revocation.kind(), NoticeKind::Revocation);
    assert!(file.contains("内容不真实") && file.contains("浙杭临证经字第000001号"), "{file}");
    let fetched = fetch(office, no, (query, &revocation.to_string())).await.unwrap();
    assert_eq!(fetched.as_deref(), Some(file.as_bytes()));
}

#[tokio::test]
async fn a_certificate_that_stands_after_another_look_is_told_so_by_a_document_of_the_office() {
    let bureau = Bureau::open().await;
    let (office, other) = (bureau.office(), &bureau.other_notary.officer);
    let no = bureau.issued().await;
    ask_reexamination(office, no, other, "利害关系人认为有误").await.unwrap();
    let upheld = (ReexaminationOutcome::Upheld, "内容与存证数据一致");
    conclude_reexamination(office, no, other, upheld).await.unwrap();
    bureau.approve_proposed(no).await.unwrap();
    let (decision, file) = newest(&bureau, no).await;
    assert_eq!(decision.kind(), NoticeKind::Reexamination);
    for said in ["（2026）浙杭临证经字第000001号", "内容与存证数据一致"] {
        assert!(file.contains(said), "{said} in {file}");
    }
    // Not signed by the notary whose certificate it is about.
    assert_eq!(file.lines().nth(2), Some(""), "{file}");
    let view = matter(office, other, no).await.unwrap();
    assert_eq!(view.matter.stage(), Stage::Issued);
    let query = &view.content.query_code;
    let fetched = fetch(office, no, (query, &decision.to_string())).await.unwrap();
    assert_eq!(fetched.as_deref(), Some(file.as_bytes()));
}

#[tokio::test]
async fn a_number_that_was_never_issued_is_spoiled_without_a_document() {
    let bureau = Bureau::open().await;
    let (office, approver) = (bureau.office(), &bureau.approver.officer);
    let no = bureau.numbered().await;
    let before = matter(office, approver, no).await.unwrap().matter.notices().len();
    void(office, no, approver, "审批后申请人放弃").await.unwrap();
    let view = matter(office, approver, no).await.unwrap();
    assert_eq!((view.matter.stage(), view.matter.notices().len()), (Stage::Voided, before));
}

#[tokio::test]
async fn what_is_due_is_counted_while_its_clock_runs_and_what_is_over_always() {
    const DAY_MS: i64 = 24 * 3_600_000;
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let calendar = &bureau.desk.calendar;
    let due = async || matters_due(office, calendar).await.unwrap();
    let one = MattersDue { running: 1, ..MattersDue::default() };
    let today = || bureau.house.clock.now().shanghai_date();
    assert_eq!(due().await, one);
    let urgent = calendar.after_working_days(today(), 12).last_day;
    while today() < urgent {
        bureau.house.clock.advance_ms(DAY_MS);
    }
    assert_eq!(due().await, MattersDue { urgent: 1, ..one });
    pause(office, no, by, PauseReason::Verification, "向公安机关核实").await.unwrap();
    assert_eq!(due().await, one, "it waits for others");
    resume(office, no, by).await.unwrap();
    let over = calendar.after_working_days(today(), 4).last_day;
    while today() < over {
        bureau.house.clock.advance_ms(DAY_MS);
    }
    assert_eq!(due().await, MattersDue { overdue: 1, ..one });
    propose_termination(office, no, by, "申请人放弃").await.unwrap();
    assert_eq!(due().await, MattersDue { overdue: 1, ..one }, "a proposal stops no clock");
    bureau.approve_proposed(no).await.unwrap();
    assert_eq!(due().await, MattersDue::default(), "nobody waits for it any more");
}

#[tokio::test]
async fn a_supplement_that_has_not_come_and_a_decision_that_is_due_are_counted() {
    const DAY_MS: i64 = 24 * 3_600_000;
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let calendar = &bureau.desk.calendar;
    let due = async || matters_due(office, calendar).await.unwrap();
    let today = || bureau.house.clock.now().shanghai_date();
    let on = |day| {
        while today() < day {
            bureau.house.clock.advance_ms(DAY_MS);
        }
    };
    let no = bureau.accepted().await;
    ask_supplement(office, no, by, "居民身份证原件").await.unwrap();
    let asked = MattersDue { running: 1, ..MattersDue::default() };
    let last_day = calendar.after_days(today(), 30).last_day;
    on(last_day);
    assert_eq!(due().await, asked, "nobody can hurry who supplements");
    on(last_day.succ_opt().unwrap());
    assert_eq!(due().await, MattersDue { supplements_overdue: 1, ..asked });
    withdraw(office, no, by, "不再需要").await.unwrap();
    assert_eq!(due().await, MattersDue::default());

    let no = bureau.issued().await;
    let other = &bureau.other_notary.officer;
    ask_reexamination(office, no, other, "利害关系人认为有误").await.unwrap();
    let last_day = calendar.after_days(today(), 30).last_day;
    on(last_day - chrono::Days::new(4));
    assert_eq!(due().await, MattersDue::default());
    on(last_day - chrono::Days::new(3));
    let urgent = MattersDue { reexaminations_urgent: 1, ..MattersDue::default() };
    assert_eq!(due().await, urgent);
    on(last_day.succ_opt().unwrap());
    let overdue = MattersDue { reexaminations_overdue: 1, ..MattersDue::default() };
    assert_eq!(due().await, overdue);
    // One of before there were rows of them is found by the pass that writes them.
    let mut before = Changeset::new();
    before.delete(RowKey::new(format!("matter-reexamination/{no}")).unwrap());
    bureau.house.store.commit(before).unwrap().await.unwrap();
    assert_eq!(due().await, MattersDue::default());
    index_matters(office).await.unwrap();
    assert_eq!(due().await, overdue);
    let upheld = (ReexaminationOutcome::Upheld, "内容无误");
    conclude_reexamination(office, no, other, upheld).await.unwrap();
    bureau.approve_proposed(no).await.unwrap();
    assert_eq!(due().await, MattersDue::default(), "it was decided");
}

#[tokio::test]
async fn edge_case_49_the_acceptance_tells_the_last_day_of_the_same_calendar_as_the_clock() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let (_, file) = newest(&bureau, no).await;
    let view = matter(office, by, no).await.unwrap();
    let today = bureau.house.clock.now().shanghai_date();
    let standing = view.matter.clock().unwrap().standing(&bureau.desk.calendar, today);
    assert!(file.contains(&standing.last_day.to_string()), "{} in {file}", standing.last_day);
}

#[tokio::test]
async fn edge_case_49_a_supplement_that_would_be_due_on_a_day_off_is_due_on_the_next_working_day() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let calendar = &bureau.desk.calendar;
    let due = loop {
        let today = bureau.house.clock.now().shanghai_date();
        if !calendar.is_working_day(today + chrono::Days::new(30)) {
            break calendar.after_days(today, 30).last_day;
        }
        bureau.house.clock.advance_ms(24 * 3_600_000);
    };
    assert!(calendar.is_working_day(due));
    ask_supplement(office, no, by, "居民身份证原件").await.unwrap();
    let (notice, file) = newest(&bureau, no).await;
    assert_eq!(notice.kind(), NoticeKind::Supplement);
    assert!(file.contains(&due.to_string()), "{due} in {file}");
}

#[tokio::test]
async fn nothing_of_a_document_is_lost_when_the_same_step_is_done_by_two_at_once() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let both = tokio::join!(
        withdraw(office, no, &bureau.clerk.officer, "不再需要"),
        withdraw(office, no, by, "不再需要"),
    );
    assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
    make_notices(office, &bureau.desk, 10).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    let kinds: Vec<_> = view.matter.notices().iter().map(|one| one.no.kind()).collect();
    assert_eq!(kinds, [NoticeKind::Acceptance, NoticeKind::Withdrawal]);
    assert!(view.matter.notices().iter().all(|one| one.made.is_some()));
    assert!(bureau.house.store.read_only().is_none());
}
