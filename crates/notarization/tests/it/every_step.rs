//! Every call of the store by every act on a matter fails, in each of three ways: refused, lost,
//! done but reported lost. The act is then done whole or not at all. Whoever asks again gets it
//! done if it was not, and is told that it is done if it was: no step twice, no number lost, no
//! digest, objection or record taken for missing because a disk did not answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use heqi_evidence_store::backend::Backend as _;
use heqi_evidence_store::backend::memory::MemoryBackend;
use heqi_evidence_store::changeset::{Row, RowKey};
use heqi_evidence_store::testing::{Failure, Faulty};
use heqi_notarization::NotaryOffice;
use heqi_notarization::matter::apply::{Apply, apply};
use heqi_notarization::matter::approve::{Approve, approve};
use heqi_notarization::matter::checklist::Item;
use heqi_notarization::matter::clock::PauseReason;
use heqi_notarization::matter::dossier::archive;
use heqi_notarization::matter::draft::{hand_in, save_draft, send_back};
use heqi_notarization::matter::extraction::Act;
use heqi_notarization::matter::finish::{
    approve_proposed, ask_reexamination, conclude_reexamination, deliver, digest_of_proposed,
    issue, paper_sealed, propose_correction, propose_revocation, set_fee, turn_down_proposed, void,
    withdraw_proposed,
};
use heqi_notarization::matter::form::DeliveryWay;
use heqi_notarization::matter::handle::{
    RefusalGround, accept, ask_supplement, declare, pause, propose_refusal, propose_termination,
    recompute, resume, supplement_arrived, take_over, tick, withdraw,
};
use heqi_notarization::matter::session::press_button;
use heqi_notarization::matter::state::{Fee, ReexaminationOutcome};
use heqi_notarization::matter::step::ActedBy;
use heqi_notarization::matter::view::matter;
use heqi_notarization::matter::{ApplicationNo, Desk, MatterError};
use heqi_notarization::staff::Officer;
use heqi_testkit::Story;
use heqi_vocabulary::Digest;

use crate::matter::Bureau;
use crate::matter::press::PlainScreen;
use crate::support::{House, story};

type Answer = Result<String, MatterError>;
type Run = Box<dyn for<'a> Fn(&'a NotaryOffice) -> LocalBoxFuture<'a, Answer>>;

/// Rows and leaves.
pub(crate) type Held = (Vec<(RowKey, Row)>, u64);

pub(crate) async fn held(store: &MemoryBackend) -> Held {
    (store.scan(b"", None, usize::MAX).await.unwrap(), store.log().head().size())
}

/// How many rows of each table there are, and how many leaves.
pub(crate) fn shape((rows, leaves): &Held) -> (BTreeMap<String, usize>, u64) {
    let mut tables = BTreeMap::new();
    for (key, _) in rows {
        let text = String::from_utf8_lossy(key.as_bytes()).into_owned();
        let table = text.split('/').next().unwrap_or_default().to_owned();
        *tables.entry(table).or_default() += 1;
    }
    (tables, *leaves)
}

/// An office whose matter is brought through its life, each act tried in every way before.
struct Trial {
    story: Story,
    bureau: Bureau,
    injected: usize,
}

impl Trial {
    async fn new() -> Self {
        let story = story();
        Self { bureau: Bureau::of(&story).await, story, injected: 0 }
    }

    /// Tries an act in every way on copies, then does it here.
    async fn does(&mut self, name: &str, run: Run) -> String {
        self.tries(name, &run).await;
        run(self.bureau.office()).await.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Once whole, then once for each call and failure, each on a copy.
    async fn tries(&mut self, name: &str, run: &Run) {
        let before = held(&self.bureau.house.store).await;
        let (copy, faulty, office) = self.copy(2);
        let told = run(&office).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let (calls, whole) = (faulty.calls(), held(&copy).await);
        assert_eq!(whole.1, before.1 + 1, "{name}: an act is one step, and a step is one leaf");
        for (index, call) in calls.iter().enumerate() {
            for how in Failure::ALL {
                let what = format!("{name}: {call}, call {index} of {}, {how:?}", calls.len());
                let (copy, faulty, office) = self.copy(3);
                faulty.fail(index, how);
                let first = run(&office).await;
                assert_eq!(faulty.failed(), Some(*call), "{what}");
                self.injected += 1;
                faulty.reset();
                let after = held(&copy).await;
                let is_done = after != before;
                // Whatever did not answer may have held an objection, or the digest that differs.
                assert!(first.is_err(), "{what}: nobody was told");
                if is_done {
                    assert_eq!(shape(&after), shape(&whole), "{what}: half done");
                }
                self.again(run, (&copy, is_done), (&after, &whole, &told), &what).await;
            }
        }
    }

    /// Whoever was answered an error asks another process of the office again.
    async fn again(
        &self,
        run: &Run,
        (store, is_done): (&Arc<MemoryBackend>, bool),
        (after, whole, told): (&Held, &Held, &str),
        what: &str,
    ) {
        let house = self.bureau.house.beside(&self.story, store.clone(), store.clone(), 4);
        let answer = run(&house.office).await;
        let done = held(store).await;
        match answer {
            Ok(answer) if !is_done => {
                assert_eq!(answer, told, "{what}: another answer than without a failure");
                assert_eq!(shape(&done), shape(whole), "{what}: not what would have been");
            }
            // What may be done twice is done twice: one step more, and whole.
            Ok(_) => assert_eq!(done.1, whole.1 + 1, "{what}: asking again is one step"),
            Err(error) => {
                assert!(is_done, "{what}: asked again: {error}");
                let is_told = matches!(error, MatterError::Rule(_) | MatterError::Double(_));
                assert!(is_told, "{what}: it is done, and asking again says {error}");
                assert!(done == *after, "{what}: asking again did something");
            }
        }
    }

    fn copy(&self, seed: u64) -> (Arc<MemoryBackend>, Arc<Faulty>, NotaryOffice) {
        let copy = Arc::new(self.bureau.house.store.copy());
        let faulty = Arc::new(Faulty::new(copy.clone()));
        let house: House =
            self.bureau.house.beside(&self.story, faulty.clone(), copy.clone(), seed);
        (copy, faulty, house.office)
    }

    /// By which digest what is proposed about a certificate is approved.
    async fn shown(&self, no: ApplicationNo) -> Digest {
        let by = &self.bureau.approver.officer;
        let view = matter(self.bureau.office(), by, no).await.unwrap();
        digest_of_proposed(&view.matter.proposed().unwrap(), &view.content.proposed)
    }

    fn desk(&self) -> Desk {
        self.bureau.desk.clone()
    }

    fn officers(&self) -> [Officer; 4] {
        let Bureau { clerk, notary, other_notary, approver, .. } = &self.bureau;
        [clerk, notary, other_notary, approver].map(|member| member.officer.clone())
    }
}

/// An act of one officer, with the office and the desk it is done at.
macro_rules! run {
    ($office:ident, $by:ident = $officer:expr $(, $desk:ident = $of:expr)?; $act:expr) => {{
        let officer: Officer = $officer.clone();
        $(let of: Desk = $of;)?
        let run: Run = Box::new(move |$office| {
            let $by = officer.clone();
            $(let $desk = of.clone();)?
            async move {
                let $by = &$by;
                $(let $desk = &$desk;)?
                $act.await.map(|answer| format!("{answer:?}"))
            }
            .boxed_local()
        });
        run
    }};
}

/// Takes the application; nobody has declared anything yet.
async fn submitted(trial: &mut Trial) -> ApplicationNo {
    let deposit = trial.bureau.deposit;
    let [clerk, ..] = trial.officers();
    let applying = run!(office, by = clerk; {
        let by = ActedBy::Staff { account: by.account, role: "clerk".into() };
        apply(office, Apply { deposit, form: Bureau::form(), by })
    });
    trial.tries("apply", &applying).await;
    trial.bureau.apply_with(Bureau::form()).await.unwrap()
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_before_the_draft_leaves_no_step_half_done() {
    let mut trial = Trial::new().await;
    let no = submitted(&mut trial).await;
    let [clerk, notary, other_notary, approver] = trial.officers();
    for one in [&clerk, &notary, &other_notary, &approver] {
        trial.does("declare", run!(office, by = one; declare(office, no, by, false))).await;
    }
    let run = run!(office, by = clerk; withdraw(office, no, by, "申请人撤回"));
    trial.tries("withdraw", &run).await;
    trial.does("accept", run!(office, by = notary; accept(office, no, by))).await;
    let run = run!(office, by = other_notary; take_over(office, no, by));
    trial.tries("take_over", &run).await;
    let ground = RefusalGround::of_item(6).unwrap();
    let run = run!(office, by = notary; propose_termination(office, no, by, "申请人死亡"));
    trial.tries("propose_termination", &run).await;
    let run = run!(office, by = notary; propose_refusal(office, no, by, (ground, "拒绝补充")));
    trial.does("propose_refusal", run).await;
    let shown = trial.shown(no).await;
    let run = run!(office, by = approver; approve_proposed(office, no, by, shown));
    trial.tries("approve_proposed of a refusal", &run).await;
    let run = run!(office, by = notary; withdraw_proposed(office, no, by, "尚可补充"));
    trial.does("withdraw_proposed", run).await;
    let run = run!(office, by = notary; ask_supplement(office, no, by, "居民身份证原件"));
    trial.does("ask_supplement", run).await;
    let run = run!(office, by = notary; supplement_arrived(office, no, by, "已提交"));
    trial.does("supplement_arrived", run).await;
    let run = run!(office, by = notary; {
        pause(office, no, by, PauseReason::Verification, "向平台核实")
    });
    trial.does("pause", run).await;
    trial.does("resume", run!(office, by = notary; resume(office, no, by))).await;
    trial.does("recompute", run!(office, by = clerk; recompute(office, no, by))).await;
    let run = run!(office, by = notary; {
        tick(office, no, by, (Item::ApplicantIdentity, true), "已核对原件")
    });
    trial.does("tick", run).await;
    assert!(trial.injected > 300, "{} failures", trial.injected);
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_an_extraction_leaves_no_step_half_done() {
    let mut trial = Trial::new().await;
    let no = trial.bureau.accepted().await;
    trial.bureau.checked(no).await;
    trial.bureau.session(no).await.unwrap();
    let [_, notary, ..] = trial.officers();
    for act in Act::ALL {
        let run = run!(office, by = notary, desk = trial.desk(); {
            press_button(office, desk, no, (by, act, &PlainScreen), None)
        });
        let told = trial.does(act.as_str(), run).await;
        assert!(told.contains("passed: true"), "{act:?}: {told}");
    }
    assert!(trial.injected > 300, "{} failures", trial.injected);
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_of_an_approval_gives_one_number() {
    let mut trial = Trial::new().await;
    let no = trial.bureau.accepted().await;
    trial.bureau.checked(no).await;
    trial.bureau.extracted(no).await;
    let [clerk, notary, _, approver] = trial.officers();
    let run = run!(office, by = clerk; save_draft(office, no, by, "兹证明……"));
    trial.does("save_draft", run).await;
    trial.does("hand_in", run!(office, by = notary; hand_in(office, no, by))).await;
    let run = run!(office, by = approver; send_back(office, no, by, "请改一处"));
    trial.does("send_back", run).await;
    let shown = trial.bureau.drafted(no).await;
    hand_in(trial.bureau.office(), no, &notary).await.unwrap();
    let command = Approve { shown, objection_ticked: false };
    let run = run!(office, by = approver, desk = trial.desk(); {
        approve(office, desk, no, (by, command))
    });
    trial.does("approve", run).await;
    let run = run!(office, by = clerk; {
        set_fee(office, no, by, Fee::Paid { fen: 80_000, receipt: "NO.0001".into() })
    });
    trial.does("set_fee", run).await;
    let run = run!(office, by = approver; void(office, no, by, "审批后申请人放弃"));
    trial.tries("void", &run).await;
    let run = run!(office, by = notary, desk = trial.desk(); issue(office, desk, no, by));
    let number = trial.does("issue", run).await;
    assert!(number.contains("serial: 1"), "{number}");
    assert!(trial.injected > 200, "{} failures", trial.injected);
}

#[tokio::test]
async fn a_store_that_fails_at_any_call_after_the_issue_leaves_no_step_half_done() {
    let mut trial = Trial::new().await;
    let no = trial.bureau.issued().await;
    let [_, notary, other_notary, approver] = trial.officers();
    let archivist = trial.bureau.archivist.officer.clone();
    let run = run!(office, by = notary; propose_revocation(office, no, by, "申请人提供虚假材料"));
    trial.tries("propose_revocation", &run).await;
    let run = run!(office, by = notary; propose_correction(office, no, by, "云西 → 云栖"));
    trial.does("propose_correction", run).await;
    let run = run!(office, by = approver; turn_down_proposed(office, no, by, "没有写错"));
    trial.tries("turn_down_proposed", &run).await;
    let shown = trial.shown(no).await;
    let run = run!(office, by = approver; approve_proposed(office, no, by, shown));
    trial.does("approve_proposed", run).await;
    let run = run!(office, by = notary; paper_sealed(office, no, by, b"%PDF-1.7 scan"));
    trial.does("paper_sealed", run).await;
    let run = run!(office, by = notary; {
        deliver(office, no, by, (DeliveryWay::Mail, "EMS1234567890", "张三"))
    });
    trial.does("deliver", run).await;
    let run = run!(office, by = archivist; archive(office, no, by));
    trial.does("archive", run).await;
    let run = run!(office, by = other_notary; ask_reexamination(office, no, by, "认为有误"));
    trial.does("ask_reexamination", run).await;
    let run = run!(office, by = other_notary; {
        conclude_reexamination(office, no, by, (ReexaminationOutcome::Voided, "内容有误"))
    });
    trial.does("conclude_reexamination", run).await;
    let shown = trial.shown(no).await;
    let run = run!(office, by = approver; approve_proposed(office, no, by, shown));
    trial.does("approve_proposed of a re-examination", run).await;
    let run = run!(office, by = archivist; archive(office, no, by));
    trial.tries("archive anew", &run).await;
    assert!(trial.injected > 100, "{} failures", trial.injected);
}
