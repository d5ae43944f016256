//! Numbers under many hands: no gap, none twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use heqi_evidence::leaf::RecordRoot;
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::log::KeyedHeadSigner;
use heqi_identity::Calendar;
use heqi_pki::keys::{Algorithm, SigningKey};
use heqi_testkit::{FixedClock, SeededEntropy, Story, Twists};
use heqi_tlog::note::{KeyName, NoteSigner};
use heqi_vocabulary::{DepositNo, RecordId, StaffId};

use super::asking::LONGEST_RETRY_MS;
use super::*;
use crate::deposited::DepositKey;
use crate::matter::act::{Tool, begin};
use crate::matter::clock::StatutoryClock;
use crate::matter::draft::digest_of;
use crate::matter::form::{ApplicantKind, ApplicationForm};
use crate::matter::given::newest_numbers;
use crate::matter::number::{AcceptanceNo, Series};
use crate::matter::register::{CertificateRegister, NumberRequest, RegisterAnswer, RegisterError};
use crate::matter::rows::{Content, Facts};
use crate::matter::state::{Acceptance, Declaration, Draft, Ground, Matter, Stage};
use crate::office::OfficeParts;

struct Bureau {
    story: Story,
    store: Arc<MemoryBackend>,
    clock: Arc<FixedClock>,
}

impl Bureau {
    fn open() -> Self {
        let told = Story::tell(1, &Twists::default());
        let name = KeyName::new("log.notary.example/test").unwrap();
        let signer = KeyedHeadSigner::new(NoteSigner::from_seed(name, &[3; 32]).unwrap());
        let entropy = Arc::new(SeededEntropy::labelled(1, "vault"));
        let store = Arc::new(MemoryBackend::new(Arc::new(signer), entropy).unwrap());
        let clock = Arc::new(FixedClock::new(told.seen_at()));
        Self { story: told, store, clock }
    }

    /// An office over the store, as another process would have it: with a turn of its own.
    fn office(&self, place: u64) -> NotaryOffice {
        let entropy = SeededEntropy::labelled(1, "receipt key");
        NotaryOffice::new(OfficeParts {
            custodian: "data_centre".into(),
            organisation: "公证处".into(),
            anchors: self.story.anchors(),
            receipt_key: Arc::new(SigningKey::generate(Algorithm::Ed25519, &entropy)),
            backend: self.store.clone(),
            clock: self.clock.clone(),
            entropy: Arc::new(SeededEntropy::labelled(place, "office")),
        })
    }
}

fn desk(register: Register) -> Desk {
    Desk {
        office_name: "示例公证处".into(),
        platform_name: "示例平台".into(),
        calendar: Arc::new(Calendar::built_in()),
        register,
        series: Series::new("浙杭临", "经").unwrap(),
        tool: Tool { name: "heqi test".into(), sha256: Digest::of(b"tool") },
        workstations: vec!["提取专用机1号".into()],
        press: None,
        check_url: "https://notary.example/check".into(),
    }
}

fn officer(n: u8, role: OfficeRole) -> Officer {
    Officer { account: StaffId::from_bytes([n; 16]), role }
}

const TEXT: &str = "兹证明。";

/// A matter that waits for its approval, with every one of `declared` without a conflict.
async fn waiting(office: &NotaryOffice, serial: u32, declared: &[Officer]) -> ApplicationNo {
    let now = office.clock().now();
    let no = ApplicationNo::new(now, serial).unwrap();
    let ground = Ground {
        deposit: DepositKey {
            root: RecordRoot::new(Digest::of(&serial.to_be_bytes())),
            manifest: Digest::of(b"manifest"),
        },
        deposit_no: DepositNo::new(now, serial).unwrap(),
        record_id: RecordId::from_bytes([1; 16]),
        voucher: None,
        deposited_at: now,
    };
    let mut matter = Matter::submit(no, ground, ApplicantKind::Signer, now);
    let acceptance = Acceptance {
        no: AcceptanceNo::new(now, serial).unwrap(),
        at: now,
        notary: officer(1, OfficeRole::Notary).account,
    };
    matter.acceptance = Some(acceptance);
    matter.clock = Some(StatutoryClock::start(now.shanghai_date()));
    let said = |officer: &Officer| (officer.account, Declaration { at: now, conflict: false });
    matter.declarations = declared.iter().map(said).collect();
    let drafter = officer(2, OfficeRole::Clerk).account;
    matter.draft =
        Some(Draft { by: drafter, at: now, sha256: digest_of(TEXT), tells_signing: false });
    matter.stage = Stage::InApproval;
    let application = form().parse(now.shanghai_date()).unwrap();
    let content = Content {
        application,
        evidence: BTreeMap::new(),
        remarks: BTreeMap::new(),
        supplement: Vec::new(),
        reasons: Vec::new(),
        proposed: String::new(),
        place: String::new(),
        outputs: Vec::new(),
        facts: Facts::default(),
        draft: TEXT.into(),
        check_code: String::new(),
        notices: Vec::new(),
        query_code: String::new(),
        received_by: Vec::new(),
    };
    let opened = begin(office, matter, content, Changeset::new()).unwrap();
    let by = officer(2, OfficeRole::Clerk).acted();
    let changes = opened.write(&by, StepKind::HandedIn, "").unwrap();
    assert!(Attempts::default().commit(office, changes).await.unwrap());
    no
}

fn form() -> ApplicationForm {
    ApplicationForm {
        applicant: "signer".into(),
        name: "张三".into(),
        document_kind: "resident_id".into(),
        document_number: "11010519491231002X".into(),
        address: "杭州市临安区示例路1号".into(),
        phone: "0571-0000110".into(),
        purpose: "诉讼".into(),
        manner: "在手机上签署".into(),
        materials: "居民身份证复印件".into(),
        copies: "1".into(),
        delivery: "download".into(),
        lawsuit: "no".into(),
        truth: "yes".into(),
        ..ApplicationForm::default()
    }
}

const SEEN: Approve = Approve { shown: Digest::from_bytes([0; 32]), objection_ticked: false };

fn seen() -> Approve {
    Approve { shown: digest_of(TEXT), ..SEEN }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_approvals_at_once_by_eight_people_give_the_numbers_1_to_200_each_once() {
    let bureau = Bureau::open();
    let approvers: Vec<Officer> = (10..18).map(|n| officer(n, OfficeRole::Approver)).collect();
    let office = bureau.office(0);
    let mut matters = Vec::new();
    for serial in 1..=200 {
        matters.push(waiting(&office, serial, &approvers).await);
    }
    let mut tasks = Vec::new();
    for (place, approver) in approvers.iter().enumerate() {
        // Each a process of their own over one store: only the rows keep order.
        let own = bureau.office(place as u64 + 1);
        let mine: Vec<_> = matters.iter().skip(place).step_by(8).copied().collect();
        for no in mine {
            let (own, approver) = (own.clone(), approver.clone());
            tasks.push(tokio::spawn(async move {
                let desk = desk(Register::OwnSeries);
                approve(&own, &desk, no, (&approver, seen())).await.unwrap().unwrap()
            }));
        }
    }
    let mut serials = BTreeSet::new();
    for task in tasks {
        let number = task.await.unwrap();
        assert!(serials.insert(number.serial()), "{number} was given twice");
    }
    assert_eq!(serials, (1..=200).collect());
    let book = BOOK.scan(office.store(), "2026/", None, 1000).await.unwrap();
    assert_eq!(book.len(), 200);
    assert_eq!(book[199].1.value.number.to_string(), "（2026）浙杭临证经字第000200号");
}

#[tokio::test]
async fn one_matter_approved_by_two_at_once_has_one_number() {
    let bureau = Bureau::open();
    let approvers = [officer(10, OfficeRole::Approver), officer(11, OfficeRole::Approver)];
    let no = waiting(&bureau.office(0), 1, &approvers).await;
    let (a, b) = (bureau.office(1), bureau.office(2));
    let desk = desk(Register::OwnSeries);
    let (one, other) = tokio::join!(
        approve(&a, &desk, no, (&approvers[0], seen())),
        approve(&b, &desk, no, (&approvers[1], seen())),
    );
    let given = [&one, &other].into_iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(given, 1, "{one:?} {other:?}");
    let refused = one.err().or(other.err()).unwrap();
    assert!(matches!(refused, MatterError::Rule(Rule::Stage(Stage::Numbered))), "{refused:?}");
}

#[tokio::test]
async fn nobody_approves_an_own_draft_an_own_matter_or_a_draft_they_did_not_see() {
    let bureau = Bureau::open();
    let office = bureau.office(0);
    let everybody = [
        officer(1, OfficeRole::Approver),
        officer(2, OfficeRole::Approver),
        officer(10, OfficeRole::Approver),
        officer(11, OfficeRole::Notary),
    ];
    let no = waiting(&office, 1, &everybody).await;
    let desk = desk(Register::OwnSeries);
    let rule =
        async |by: &Officer, command: Approve| match approve(&office, &desk, no, (by, command))
            .await
            .unwrap_err()
        {
            MatterError::Rule(rule) => rule,
            other => panic!("{other}"),
        };
    // The drafter (2) and the responsible notary (1), whatever role they are given meanwhile.
    assert_eq!(rule(&everybody[1], seen()).await, Rule::OwnDraft);
    assert_eq!(rule(&everybody[0], seen()).await, Rule::OwnDraft);
    assert_eq!(rule(&officer(2, OfficeRole::Clerk), seen()).await, Rule::OwnDraft);
    assert_eq!(rule(&everybody[3], seen()).await, Rule::Role);
    assert_eq!(rule(&officer(12, OfficeRole::Approver), seen()).await, Rule::Undeclared);
    assert_eq!(rule(&everybody[2], SEEN).await, Rule::OtherDraft);
    assert!(approve(&office, &desk, no, (&everybody[2], seen())).await.is_ok());
}

#[tokio::test]
async fn a_typed_number_is_of_the_series_and_belongs_to_one_certificate() {
    let bureau = Bureau::open();
    let office = bureau.office(0);
    let (approver, clerk) = (officer(10, OfficeRole::Approver), officer(2, OfficeRole::Clerk));
    let staff = [approver.clone(), clerk.clone()];
    let (first, second) = (waiting(&office, 1, &staff).await, waiting(&office, 2, &staff).await);
    let desk = desk(Register::TypedIn);
    for no in [first, second] {
        assert_eq!(approve(&office, &desk, no, (&approver, seen())).await.unwrap(), None);
    }
    for wrong in ["12", "（2026）浙杭临证民字第12号", "（2025）浙杭临证经字第12号"]
    {
        let refused = type_number(&office, &desk, first, (&clerk, wrong)).await.unwrap_err();
        assert!(matches!(refused, MatterError::NumberForm), "{wrong}: {refused}");
    }
    let number = "（2026）浙杭临证经字第12号";
    let given = type_number(&office, &desk, first, (&clerk, number)).await.unwrap();
    assert_eq!(given.serial(), 12);
    let taken = type_number(&office, &desk, second, (&clerk, number)).await.unwrap_err();
    assert!(matches!(taken, MatterError::NumberTaken), "{taken}");
    let again = type_number(&office, &desk, first, (&clerk, "（2026）浙杭临证经字第13号")).await;
    assert!(matches!(again, Err(MatterError::Rule(Rule::Stage(Stage::Numbered)))));
    // An older number that comes later does not hide the newest one.
    type_number(&office, &desk, second, (&clerk, "（2026）浙杭临证经字第3号")).await.unwrap();
    assert_eq!(newest_numbers(&office).await.unwrap(), [given]);
}

/// A register that loses its first answers, and gives the same number to the same request.
#[derive(Debug, Default)]
struct Forgetful {
    asked: AtomicU32,
    given: Mutex<BTreeMap<String, u32>>,
}

impl CertificateRegister for Forgetful {
    fn request_number<'a>(&'a self, request: &'a NumberRequest) -> RegisterAnswer<'a> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let mut given = self.given.lock().unwrap();
        let next = u32::try_from(given.len()).unwrap() + 500;
        let serial = *given.entry(request.application.to_string()).or_insert(next);
        let number = request.series.number(request.year, serial);
        Box::pin(
            async move { if asked == 0 { Err(RegisterError::Unreachable) } else { Ok(number) } },
        )
    }
}

#[tokio::test]
async fn an_external_register_is_asked_until_it_answers_and_its_number_is_taken_once() {
    let bureau = Bureau::open();
    let office = bureau.office(0);
    let approver = officer(10, OfficeRole::Approver);
    let no = waiting(&office, 1, std::slice::from_ref(&approver)).await;
    let register = Arc::new(Forgetful::default());
    let desk = desk(Register::External(register.clone()));
    assert_eq!(approve(&office, &desk, no, (&approver, seen())).await.unwrap(), None);
    assert_eq!(open(&office, no).await.unwrap().matter.stage(), Stage::NumberRequested);
    assert_eq!(ask_register(&office, &desk, 10).await.unwrap(), 0, "the answer was lost");
    assert_eq!(ask_register(&office, &desk, 10).await.unwrap(), 0, "it waits");
    bureau.clock.advance_ms(LONGEST_RETRY_MS);
    assert_eq!(ask_register(&office, &desk, 10).await.unwrap(), 1);
    assert_eq!(ask_register(&office, &desk, 10).await.unwrap(), 0, "nothing is left to ask");
    let matter = open(&office, no).await.unwrap().matter;
    assert_eq!(matter.stage(), Stage::Numbered);
    assert_eq!(matter.certificate().unwrap().serial(), 500);
    assert_eq!(newest_numbers(&office).await.unwrap(), [matter.certificate().unwrap().clone()]);
    assert_eq!(register.asked.load(Ordering::SeqCst), 2);
}

/// A register that answers what it is told to, and counts.
#[derive(Debug)]
struct Told {
    asked: AtomicU32,
    answer: Mutex<Result<&'static str, RegisterError>>,
}

impl CertificateRegister for Told {
    fn request_number<'a>(&'a self, _: &'a NumberRequest) -> RegisterAnswer<'a> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = *self.answer.lock().unwrap();
        Box::pin(async move { answer.map(|number| number.parse().unwrap()) })
    }
}

#[tokio::test]
async fn a_register_that_refuses_repeats_or_mistakes_a_number_leaves_the_matter_waiting_and_says_so()
 {
    let bureau = Bureau::open();
    let office = bureau.office(0);
    let approver = officer(10, OfficeRole::Approver);
    let staff = std::slice::from_ref(&approver);
    let register = Arc::new(Told {
        asked: AtomicU32::new(0),
        answer: Mutex::new(Ok("（2026）浙杭临证经字第7号")),
    });
    let desk = desk(Register::External(register.clone()));
    let first = waiting(&office, 1, staff).await;
    approve(&office, &desk, first, (&approver, seen())).await.unwrap();
    assert_eq!(ask_register(&office, &desk, 10).await.unwrap(), 1);

    let second = waiting(&office, 2, staff).await;
    approve(&office, &desk, second, (&approver, seen())).await.unwrap();
    assert_eq!(number_asked(&office, second).await.unwrap(), None);
    for (answer, trouble, stuck) in [
        (Ok("（2026）浙杭临证经字第7号"), RegisterError::Taken, 1),
        (Ok("（2026）浙杭西证经字第8号"), RegisterError::OtherForm, 1),
        (Ok("（2025）浙杭临证经字第8号"), RegisterError::OtherForm, 1),
        (Err(RegisterError::Refused), RegisterError::Refused, 1),
        (Err(RegisterError::Unreachable), RegisterError::Unreachable, 0),
    ] {
        *register.answer.lock().unwrap() = answer;
        assert_eq!(ask_register(&office, &desk, 10).await.unwrap(), 0);
        let asked = number_asked(&office, second).await.unwrap().unwrap();
        assert_eq!(asked.trouble, trouble);
        assert_eq!(stuck_numbers(&office).await.unwrap(), stuck, "{trouble}");
        assert_eq!(open(&office, second).await.unwrap().matter.stage(), Stage::NumberRequested);
        bureau.clock.advance_ms(LONGEST_RETRY_MS);
    }
    // Nothing is sealed meanwhile.
    let by = officer(1, OfficeRole::Notary);
    let waits = open(&office, second).await.unwrap().matter.may_issue(&by);
    assert_eq!(waits, Err(Rule::Stage(Stage::NumberRequested)));
    *register.answer.lock().unwrap() = Ok("（2026）浙杭临证经字第8号");
    assert_eq!(ask_register(&office, &desk, 10).await.unwrap(), 1);
    assert_eq!(number_asked(&office, second).await.unwrap(), None, "the row goes with the answer");
    assert_eq!(stuck_numbers(&office).await.unwrap(), 0);
}

#[tokio::test]
async fn a_matter_that_was_voided_while_it_waited_is_not_asked_for() {
    let bureau = Bureau::open();
    let office = bureau.office(0);
    let approver = officer(10, OfficeRole::Approver);
    let no = waiting(&office, 1, std::slice::from_ref(&approver)).await;
    let register = Arc::new(Told {
        asked: AtomicU32::new(0),
        answer: Mutex::new(Err(RegisterError::Refused)),
    });
    let desk = desk(Register::External(register.clone()));
    approve(&office, &desk, no, (&approver, seen())).await.unwrap();
    ask_register(&office, &desk, 10).await.unwrap();
    crate::matter::finish::void(&office, no, &approver, "发现错误").await.unwrap();
    bureau.clock.advance_ms(LONGEST_RETRY_MS);
    assert_eq!(ask_register(&office, &desk, 10).await.unwrap(), 0);
    assert_eq!(register.asked.load(Ordering::SeqCst), 1);
    assert_eq!(stuck_numbers(&office).await.unwrap(), 0, "what nobody waits for is no trouble");
}

#[tokio::test]
async fn a_voided_number_stays_and_the_next_one_follows_it() {
    let bureau = Bureau::open();
    let office = bureau.office(0);
    let approver = officer(10, OfficeRole::Approver);
    let staff = std::slice::from_ref(&approver);
    let desk = desk(Register::OwnSeries);
    let first = waiting(&office, 1, staff).await;
    approve(&office, &desk, first, (&approver, seen())).await.unwrap();
    crate::matter::finish::void(&office, first, &approver, "编号前发现错误").await.unwrap();
    let second = waiting(&office, 2, staff).await;
    let number = approve(&office, &desk, second, (&approver, seen())).await.unwrap().unwrap();
    assert_eq!(number.serial(), 2);
    let voided = open(&office, first).await.unwrap().matter;
    assert_eq!((voided.stage(), voided.certificate().unwrap().serial()), (Stage::Voided, 1));
}
