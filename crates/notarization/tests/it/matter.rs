//! A matter from the form to the archive, over a deposit that is really held.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use heqi_credentials::{Password, TotpSecret};
use heqi_evidence::bundle::BundleParts;
use heqi_evidence::leaf::LogLeaf;
use heqi_evidence_store::backend::Backend;
use heqi_evidence_store::changeset::Changeset;
use heqi_evidence_store::gate::{Gated, WriteGate};
use heqi_identity::Calendar;
use heqi_notarization::NotaryOffice;
use heqi_notarization::deposited::{DepositKey, deposit};
use heqi_notarization::matter::act::{Desk, Tool};
use heqi_notarization::matter::apply::{Apply, apply};
use heqi_notarization::matter::approve::{Approve, approve, needs_tick};
use heqi_notarization::matter::certificate_text::{TELLS_OBJECTION, TELLS_SIGNING, TELLS_VOID};
use heqi_notarization::matter::check::{Standing, check_certificate};
use heqi_notarization::matter::checklist::{AnsweredBy, Item, Outcome};
use heqi_notarization::matter::clock::PauseReason;
use heqi_notarization::matter::dossier::{archive, dossier};
use heqi_notarization::matter::draft::{
    blocked, digest_of, hand_in, propose, save_draft, send_back,
};
use heqi_notarization::matter::extraction::Act;
use heqi_notarization::matter::finish::{
    approve_proposed, ask_reexamination, certificate_file, conclude_reexamination, deliver,
    digest_of_proposed, issue, paper_sealed, propose_correction, propose_revocation, scan_file,
    set_fee, turn_down_proposed, void,
};
use heqi_notarization::matter::form::{ApplicationForm, DeliveryWay, Field};
use heqi_notarization::matter::given::newest_numbers;
use heqi_notarization::matter::handle::{
    RefusalGround, accept, ask_supplement, declare, mark_complex, pause, propose_refusal,
    recompute, resume, supplement_arrived, take_over, tick, withdraw,
};
use heqi_notarization::matter::notice::make_notices;
use heqi_notarization::matter::number::Series;
use heqi_notarization::matter::press::{
    CertificateSheet, NoticeSheet, Press, PressAnswer, PressError, Pressed,
};
use heqi_notarization::matter::queue::{Group, PAGE, queue};
use heqi_notarization::matter::register::Register;
use heqi_notarization::matter::register_book::register_book;
use heqi_notarization::matter::screen::{Screen, ScreenSheet};
use heqi_notarization::matter::search::find_deposit;
use heqi_notarization::matter::session::{ClockBeside, OpenSession, open_session, press_button};
use heqi_notarization::matter::state::{Fee, Paper, ReexaminationOutcome, Rule};
use heqi_notarization::matter::step::ActedBy;
use heqi_notarization::matter::view::{matter, steps};
use heqi_notarization::matter::{ApplicationNo, MatterError, Stage};
use heqi_notarization::peer::compare_with;
use heqi_notarization::staff::login::show_again;
use heqi_notarization::staff::{
    CreateOfficer, FreshFactor, OfficeRole, Officer, create_officer, enrol_officer,
};
use heqi_notarization::successor::last_certificate;
use heqi_testkit::{SeededEntropy, Story, StoryRecord, Twists};
use heqi_vocabulary::{Clock as _, DepositNo, Digest, Explain as _, Language, Provenance};
use tokio::sync::Semaphore;

use crate::support::{Between, House, deposit_of, story};

/// A press that prints plain text; it can be told that there is no time.
#[derive(Debug, Default)]
pub(crate) struct PlainPress {
    pub(crate) has_no_time: AtomicBool,
    clock: Option<Arc<heqi_testkit::FixedClock>>,
}

impl PlainPress {
    fn print(&self, file: String) -> PressAnswer<'_> {
        let has_no_time = self.has_no_time.load(Ordering::SeqCst);
        let now = self.clock.as_ref().unwrap().now();
        Box::pin(async move {
            if has_no_time {
                return Err(PressError::NoTime);
            }
            Ok(Pressed { file: file.into_bytes(), stamped_at: now })
        })
    }
}

/// Shows what was given out, as it is.
#[derive(Debug)]
pub(crate) struct PlainScreen;

impl Screen for PlainScreen {
    fn show(&self, sheet: &ScreenSheet) -> Vec<u8> {
        let ScreenSheet { place, act, at, output, .. } = sheet;
        format!("{place} {} {at}\n{output}", act.as_str()).into_bytes()
    }
}

impl Press for PlainPress {
    fn press_notice(&self, sheet: NoticeSheet) -> PressAnswer<'_> {
        let NoticeSheet { no, recipient, notary_name, says, due, check_url, query, .. } = sheet;
        let due = due.map(|day| day.to_string()).unwrap_or_default();
        self.print(format!(
            "{no}\n{recipient}\n{notary_name}\n{says:?}\n{due}\n{check_url}\n{}",
            query.1
        ))
    }

    fn press(&self, sheet: CertificateSheet) -> PressAnswer<'_> {
        let screens = sheet.working_record.iter().filter_map(|line| line.screen_sha256).count();
        let CertificateSheet { number, text, check_url, package, .. } = sheet;
        let package = Digest::of(&package);
        self.print(format!("{number}\n{text}\n{check_url}\n{screens} screens\npackage {package}"))
    }
}

/// A press at which something happens before it prints.
#[derive(Debug)]
struct WaitingPress {
    prints: Arc<PlainPress>,
    asked: Semaphore,
    may: Semaphore,
}

impl WaitingPress {
    fn before(prints: &Arc<PlainPress>) -> Arc<Self> {
        let none = || Semaphore::new(0);
        Arc::new(Self { prints: prints.clone(), asked: none(), may: none() })
    }

    /// Lets it print once `meanwhile` is over.
    async fn once(&self, meanwhile: impl Future<Output = ()>) {
        self.asked.acquire().await.unwrap().forget();
        meanwhile.await;
        self.may.add_permits(1);
    }
}

impl Press for WaitingPress {
    fn press_notice(&self, sheet: NoticeSheet) -> PressAnswer<'_> {
        self.prints.press_notice(sheet)
    }

    fn press(&self, sheet: CertificateSheet) -> PressAnswer<'_> {
        Box::pin(async move {
            self.asked.add_permits(1);
            self.may.acquire().await.unwrap().forget();
            self.prints.press(sheet).await
        })
    }
}

const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
pub(crate) const WORKSTATION: &str = "提取专用机1号";

pub(crate) struct Bureau {
    pub(crate) house: House,
    pub(crate) desk: Desk,
    pub(crate) press: Arc<PlainPress>,
    pub(crate) deposit: DepositNo,
    pub(crate) key: DepositKey,
    pub(crate) clerk: Member,
    pub(crate) notary: Member,
    pub(crate) other_notary: Member,
    pub(crate) approver: Member,
    pub(crate) archivist: Member,
}

pub(crate) struct Member {
    pub(crate) officer: Officer,
    pub(crate) login: &'static str,
    pub(crate) secret: TotpSecret,
}

impl Bureau {
    pub(crate) async fn open() -> Self {
        Self::of(&story()).await
    }

    pub(crate) async fn of(story: &Story) -> Self {
        Self::over(story, deposit_of).await
    }

    /// The same, where every record was deposited as `deposited` says.
    pub(crate) async fn over(
        story: &Story,
        deposited: fn(&Story, &StoryRecord) -> BundleParts,
    ) -> Self {
        let house = House::of(story);
        for record in &story.records {
            let admission = house.deposit(&deposited(story, record)).await;
            let admission = admission.unwrap();
            assert!(admission.outcome.is_admitted(), "{:?}", admission.outcome);
        }
        let signing = story.signing();
        let parts = deposited(story, signing);
        let key = DepositKey {
            root: signing.record.root(),
            manifest: parts.deposit_manifest().digest().unwrap(),
        };
        let row = deposit(&house.office, &key).await.unwrap().unwrap();
        house.clock.advance_ms(60_000);
        let press =
            Arc::new(PlainPress { clock: Some(house.clock.clone()), ..PlainPress::default() });
        let desk = Desk {
            office_name: "浙江省杭州市示例公证处".into(),
            platform_name: "示例商事文签平台".into(),
            calendar: Arc::new(Calendar::built_in()),
            register: Register::OwnSeries,
            series: Series::new("浙杭临", "经").unwrap(),
            tool: Tool { name: "heqi test".into(), sha256: Digest::of(b"tool") },
            workstations: vec![WORKSTATION.into()],
            press: Some(press.clone()),
            check_url: "https://notary.example/check".into(),
        };
        let member = async |login, role| Member::admit(&house.office, login, role).await;
        Self {
            clerk: member("zhao.min", OfficeRole::Clerk).await,
            notary: member("qian.wei", OfficeRole::Notary).await,
            other_notary: member("zhou.jie", OfficeRole::Notary).await,
            approver: member("sun.li", OfficeRole::Approver).await,
            archivist: member("wu.fang", OfficeRole::Archivist).await,
            desk,
            press,
            deposit: row.deposit_no,
            key,
            house,
        }
    }

    pub(crate) fn office(&self) -> &NotaryOffice {
        &self.house.office
    }

    pub(crate) fn form() -> ApplicationForm {
        ApplicationForm {
            applicant: "signer".into(),
            name: "张三".into(),
            document_kind: "resident_id".into(),
            document_number: "11010519491231002X".into(),
            address: "杭州市临安区示例路1号".into(),
            phone: "0571-0000110".into(),
            purpose: "诉讼".into(),
            manner: "本人在手机上签署".into(),
            materials: "居民身份证复印件，1份".into(),
            copies: "2".into(),
            delivery: "mail".into(),
            lawsuit: "no".into(),
            truth: "yes".into(),
            ..ApplicationForm::default()
        }
    }

    pub(crate) async fn apply_with(
        &self,
        form: ApplicationForm,
    ) -> Result<ApplicationNo, MatterError> {
        let by = ActedBy::Staff { account: self.clerk.officer.account, role: "clerk".into() };
        apply(self.office(), Apply { deposit: self.deposit, form, by }).await
    }

    /// An application that was accepted, everybody having declared no interest.
    pub(crate) async fn accepted(&self) -> ApplicationNo {
        let no = self.apply_with(Self::form()).await.unwrap();
        for member in [&self.clerk, &self.notary, &self.other_notary, &self.approver] {
            declare(self.office(), no, &member.officer, false).await.unwrap();
        }
        accept(self.office(), no, &self.notary.officer).await.unwrap();
        no
    }

    pub(crate) async fn checked(&self, no: ApplicationNo) {
        recompute(self.office(), no, &self.clerk.officer).await.unwrap();
        let view = matter(self.office(), &self.notary.officer, no).await.unwrap();
        for item in Item::ALL.into_iter().filter(|item| view.matter.checklist().takes_tick(*item)) {
            let by = &self.notary.officer;
            tick(self.office(), no, by, (item, true), "已核对原件").await.unwrap();
        }
    }

    pub(crate) async fn fresh(&self, member: &Member) -> FreshFactor {
        self.house.clock.advance_ms(60_000);
        let code = member.secret.code_at(self.house.clock.now());
        show_again(self.office(), ADDRESS, member.login, &code).await.unwrap()
    }

    pub(crate) async fn session(&self, no: ApplicationNo) -> Result<(), MatterError> {
        let command = OpenSession {
            notary: self.fresh(&self.notary).await,
            second: self.fresh(&self.clerk).await,
            workstation: WORKSTATION.into(),
            place: "杭州市临安区示例路8号本处提取室".into(),
        };
        open_session(self.office(), &self.desk, no, command).await
    }

    pub(crate) async fn extracted(&self, no: ApplicationNo) {
        self.session(no).await.unwrap();
        for act in Act::ALL {
            let pressed = press_button(
                self.office(),
                &self.desk,
                no,
                (&self.notary.officer, act, &PlainScreen),
                None,
            )
            .await;
            assert!(pressed.unwrap().passed, "{act:?}");
        }
    }

    pub(crate) async fn drafted(&self, no: ApplicationNo) -> Digest {
        let text = propose(self.office(), &self.desk, no).await.unwrap();
        save_draft(self.office(), no, &self.clerk.officer, &text).await.unwrap()
    }

    pub(crate) async fn numbered(&self) -> ApplicationNo {
        let no = self.accepted().await;
        self.checked(no).await;
        self.extracted(no).await;
        self.approved(no).await;
        no
    }

    /// An extracted matter, drafted, handed in and approved.
    pub(crate) async fn approved(&self, no: ApplicationNo) {
        let shown = self.drafted(no).await;
        hand_in(self.office(), no, &self.notary.officer).await.unwrap();
        let command = Approve { shown, objection_ticked: false };
        approve(self.office(), &self.desk, no, (&self.approver.officer, command)).await.unwrap();
    }

    pub(crate) async fn issued(&self) -> ApplicationNo {
        let no = self.numbered().await;
        self.paid_and_issued(no).await;
        no
    }

    /// An approved matter, paid for and issued.
    pub(crate) async fn paid_and_issued(&self, no: ApplicationNo) {
        let paid = Fee::Paid { fen: 80_000, receipt: "NO.0001".into() };
        set_fee(self.office(), no, &self.clerk.officer, paid).await.unwrap();
        issue(self.office(), &self.desk, no, &self.notary.officer).await.unwrap();
    }

    /// What is proposed about a certificate is approved as it is shown.
    pub(crate) async fn approve_proposed(&self, no: ApplicationNo) -> Result<(), MatterError> {
        let by = &self.approver.officer;
        let view = matter(self.office(), by, no).await.unwrap();
        let proposed = view.matter.proposed().unwrap();
        let shown = digest_of_proposed(&proposed, &view.content.proposed);
        approve_proposed(self.office(), no, by, shown).await
    }

    pub(crate) async fn corrected(&self, no: ApplicationNo, what: &str) {
        propose_correction(self.office(), no, &self.notary.officer, what).await.unwrap();
        self.approve_proposed(no).await.unwrap();
    }

    pub(crate) async fn revoked(&self, no: ApplicationNo, why: &str) {
        propose_revocation(self.office(), no, &self.notary.officer, why).await.unwrap();
        self.approve_proposed(no).await.unwrap();
    }

    pub(crate) async fn stage(&self, no: ApplicationNo) -> Stage {
        matter(self.office(), &self.notary.officer, no).await.unwrap().matter.stage()
    }
}

impl Member {
    pub(crate) async fn admit(
        office: &NotaryOffice,
        login: &'static str,
        role: OfficeRole,
    ) -> Self {
        Self::admit_as(office, login, "示例人员", role).await
    }

    pub(crate) async fn admit_as(
        office: &NotaryOffice,
        login: &'static str,
        name: &str,
        role: OfficeRole,
    ) -> Self {
        let command = CreateOfficer {
            login: login.parse().unwrap(),
            name: name.into(),
            role,
            password: Password::new("correct horse battery".into()).unwrap(),
        };
        let account = create_officer(office, command).await.unwrap();
        let secret = TotpSecret::generate(&SeededEntropy::labelled(1, login));
        enrol_officer(office, account, &secret).await.unwrap();
        Self { officer: Officer { account, role }, login, secret }
    }
}

pub(crate) fn rule<T: std::fmt::Debug>(answer: Result<T, MatterError>) -> Rule {
    match answer.unwrap_err() {
        MatterError::Rule(rule) => rule,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_matter_goes_from_the_form_to_the_archive_and_every_step_is_a_leaf() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let leaves_before = bureau.house.store.log().head().size();
    let no = bureau.issued().await;
    assert_eq!(make_notices(office, &bureau.desk, 10).await.unwrap(), 1, "the acceptance");
    assert_eq!(bureau.stage(no).await, Stage::Issued);

    // The certificate that was issued is the one that is kept.
    let file = String::from_utf8(certificate_file(office, no).await.unwrap()).unwrap();
    let view = matter(office, by, no).await.unwrap();
    let number = view.matter.certificate().unwrap().clone();
    assert_eq!(number.to_string(), "（2026）浙杭临证经字第000001号");
    assert!(file.contains("兹证明") && file.contains(&view.content.check_code), "{file}");
    for said in ["提取室", WORKSTATION, "张三", "公司章程", &bureau.deposit.to_string()] {
        assert!(file.contains(said), "{said} is not in {file}");
    }

    // The paper: sealed, then delivered by mail with its waybill.
    let mail = (DeliveryWay::Mail, "EMS1234567890", "张三");
    assert_eq!(rule(deliver(office, no, by, mail).await), Rule::Paper);
    assert!(matches!(scan_file(office, no).await, Err(MatterError::NotFound)));
    for other in [&b""[..], b"scan of the sealed original", b"<html>%PDF-1.7"] {
        let refused = paper_sealed(office, no, by, other).await;
        assert!(matches!(refused, Err(MatterError::File)), "{other:?}");
    }
    let scan = b"%PDF-1.7 scan of the sealed original";
    paper_sealed(office, no, by, scan).await.unwrap();
    assert_eq!(scan_file(office, no).await.unwrap(), scan);
    deliver(office, no, by, mail).await.unwrap();
    assert_eq!(scan_file(office, no).await.unwrap(), scan, "handed over, the scan stays");
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(view.matter.paper(), Paper::Delivered);
    assert_eq!(view.matter.deliveries()[0].waybill.as_deref(), Some("EMS1234567890"));

    // Archive and book.
    archive(office, no, &bureau.archivist.officer).await.unwrap();
    assert_eq!(rule(archive(office, no, &bureau.archivist.officer).await), Rule::Done);
    assert_eq!(rule(dossier(office, by, no).await), Rule::Role);
    let kept = dossier(office, &bureau.archivist.officer, no).await.unwrap();
    let entries = heqi_evidence::container::read(&kept).unwrap();
    let names: Vec<_> = entries.iter().map(|entry| entry.name.to_owned()).collect();
    let all = [
        "dossier.json",
        "application.json",
        "matter.json",
        "record.json",
        "evidence.heqi.zip",
        "certificate.pdf",
        "paper/scan.pdf",
        "session/001.html",
        "session/002.html",
        "session/003.html",
        "session/004.html",
        "session/005.html",
        "session/006.html",
        &format!("notices/{}.pdf", view.matter.acceptance().unwrap().no).to_lowercase(),
    ];
    assert_eq!(names, all);
    let kept_scan = entries.iter().find(|entry| entry.name == "paper/scan.pdf").unwrap();
    assert_eq!(kept_scan.bytes, scan);
    assert!(file.contains("6 screens"), "each line names what was shown: {file}");
    let book = register_book(office, by, 2026).await.unwrap();
    assert!(book.contains("（2026）浙杭临证经字第000001号") && book.contains("800.00"), "{book}");

    // Every step is a leaf of the office's own log, in order, and nobody's name is among them.
    let record = steps(office, by, no).await.unwrap();
    let leaves = bureau.house.store.log().head().size() - leaves_before;
    assert_eq!(leaves, record.len() as u64);
    let entries = bureau.house.store.log().entries(leaves_before, 1000).await.unwrap();
    for (entry, step) in entries.iter().zip(&record) {
        let statement = String::from_utf8(entry.record.to_vec()).unwrap();
        assert_eq!(entry.entry, LogLeaf::Statement(Digest::of(&entry.record)).to_bytes());
        assert!(!statement.contains("张三"), "{step:?}");
    }
    assert!(record.iter().map(|step| step.seq).eq(1..=record.len() as u64));
}

#[tokio::test]
async fn only_a_signer_or_the_registry_applies_and_only_once() {
    let bureau = Bureau::open().await;
    let stranger = ApplicationForm { name: "李四".into(), ..Bureau::form() };
    let refused = bureau.apply_with(stranger).await.unwrap_err();
    assert!(matches!(refused, MatterError::NotParty));
    let told = refused.explain(Language::Zh);
    assert!(told.what.contains("《公证法》第三十一条第二项"), "{}", told.what);
    let untrue = ApplicationForm { truth: String::new(), ..Bureau::form() };
    let refused = bureau.apply_with(untrue).await.unwrap_err();
    assert!(matches!(refused, MatterError::Field(Field::Truth)));

    let no = bureau.apply_with(Bureau::form()).await.unwrap();
    match bureau.apply_with(Bureau::form()).await.unwrap_err() {
        MatterError::Double(open) => assert_eq!(open, no),
        other => panic!("{other}"),
    }
    let authority = ApplicationForm {
        applicant: "regulator".into(),
        name: "示例区市场监督管理局".into(),
        document_number: "91330112MA00000159".into(),
        legal_representative: "王强".into(),
        ..Bureau::form()
    };
    let refused = bureau.apply_with(authority.clone()).await.unwrap_err();
    assert!(matches!(refused, MatterError::Field(Field::LegalBasis)));
    let with_basis = ApplicationForm {
        legal_basis: "条例第四十条，临市监〔2026〕1号".into(),
        ..authority
    };
    bureau.apply_with(with_basis).await.unwrap();

    // Withdrawn, and applied for again.
    let by = &bureau.clerk.officer;
    declare(bureau.office(), no, by, false).await.unwrap();
    withdraw(bureau.office(), no, by, "申请人撤回").await.unwrap();
    assert_ne!(bureau.apply_with(Bureau::form()).await.unwrap(), no);
}

/// A signing whose identity was asked about under this number.
fn asked_about(number: &'static str) -> Twists {
    let set = move |record: &mut heqi_evidence::record::RecordDraft| {
        let question = serde_json::json!({
            "asks": "person", "document_kind": "resident_id", "document_number": number,
            "name": "张三",
        });
        let identity = serde_json::json!({ "answers": [], "questions": [question] });
        record.set("identity", identity, Provenance::Observed).unwrap();
    };
    Twists { record: Some(Box::new(set)), ..Twists::default() }
}

#[tokio::test]
async fn a_namesake_with_a_document_of_another_number_does_not_apply() {
    let sentence = async |bureau: &Bureau, no: ApplicationNo| {
        recompute(bureau.office(), no, &bureau.clerk.officer).await.unwrap();
        let view = matter(bureau.office(), &bureau.notary.officer, no).await.unwrap();
        let list = view.matter.checklist();
        assert!(list.machine(Item::ApplicantIdentity).is_none(), "a person's point");
        assert!(list.takes_tick(Item::ApplicantIdentity));
        view.content.evidence[&Item::ApplicantIdentity][0][0].clone()
    };
    let bureau = Bureau::of(&Story::tell(1, &asked_about("11010519491231002X"))).await;
    let namesake =
        ApplicationForm { document_number: "330112196404169991".into(), ..Bureau::form() };
    let refused = bureau.apply_with(namesake.clone()).await.unwrap_err();
    assert!(matches!(refused, MatterError::NotParty), "{refused}");
    assert!(refused.explain(Language::Zh).next.contains("证件号码按签署时核验的填写"));
    let no = bureau.accepted().await;
    let said = sentence(&bureau, no).await;
    assert!(said.contains("姓名和证件号码与存证记录中签署人的一致"), "{said}");

    // Where no number is held, the name is all the machine has, and it says so.
    let bureau = Bureau::open().await;
    let no = bureau.accepted().await;
    let said = sentence(&bureau, no).await;
    assert!(said.contains("系统只比对了姓名"), "{said}");
    withdraw(bureau.office(), no, &bureau.clerk.officer, "申请人撤回").await.unwrap();
    bureau.apply_with(namesake).await.unwrap();
}

#[tokio::test]
async fn two_applications_at_once_are_one() {
    let bureau = Bureau::open().await;
    let (one, other) =
        tokio::join!(bureau.apply_with(Bureau::form()), bureau.apply_with(Bureau::form()));
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let waiting = Group::At(Stage::Submitted);
    let all = queue(bureau.office(), &bureau.clerk.officer, waiting, (None, PAGE)).await.unwrap();
    assert_eq!(all.matters.len(), 1);
}

#[tokio::test]
async fn whoever_has_an_interest_stays_away_and_another_notary_takes_over() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let no = bureau.apply_with(Bureau::form()).await.unwrap();
    let (notary, other) = (&bureau.notary.officer, &bureau.other_notary.officer);
    assert_eq!(rule(accept(office, no, notary).await), Rule::Undeclared);
    declare(office, no, notary, true).await.unwrap();
    assert_eq!(rule(accept(office, no, notary).await), Rule::Conflict);
    assert_eq!(rule(declare(office, no, notary, false).await), Rule::Conflict, "never taken back");
    assert_eq!(rule(declare(office, no, &bureau.archivist.officer, false).await), Rule::Role);
    declare(office, no, other, false).await.unwrap();
    accept(office, no, other).await.unwrap();
    assert_eq!(rule(take_over(office, no, notary).await), Rule::Conflict);
    assert_eq!(rule(take_over(office, no, other).await), Rule::Done);
}

#[tokio::test]
async fn a_supplement_is_asked_for_once_and_whole_and_the_clock_stands_still() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    let empty = ask_supplement(office, no, by, " \n").await;
    assert!(matches!(empty, Err(MatterError::Text)));
    ask_supplement(office, no, by, "居民身份证原件\n利害关系证明").await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(view.content.supplement.len(), 2);
    assert!(view.matter.clock().unwrap().is_paused());
    assert_eq!(
        rule(pause(office, no, by, PauseReason::Verification, "x").await),
        Rule::Stage(Stage::Supplementing)
    );
    supplement_arrived(office, no, by, "两项均已提交").await.unwrap();
    let again = ask_supplement(office, no, by, "还要一份").await;
    assert_eq!(rule(again), Rule::AskedBefore);
    pause(office, no, by, PauseReason::Verification, "向平台核实").await.unwrap();
    assert_eq!(rule(pause(office, no, by, PauseReason::ForceMajeure, "x").await), Rule::Clock);
    resume(office, no, by).await.unwrap();
    let ground = RefusalGround::of_item(6).unwrap();
    propose_refusal(office, no, by, (ground, "拒绝补充")).await.unwrap();
    bureau.approve_proposed(no).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(view.matter.stage(), Stage::Refused);
    assert!(view.content.reasons[0].contains("第三十一条第6项"));
}

#[tokio::test]
async fn the_machine_recomputes_its_points_and_a_person_ticks_the_rest() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    assert_eq!(
        rule(tick(office, no, by, (Item::Digests, true), "x").await),
        Rule::NoTick(Item::Digests)
    );
    recompute(office, no, by).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    let outcome = |item| view.matter.checklist().machine(item).map(|check| check.outcome);
    for item in Item::ALL.into_iter().filter(|item| item.answered_by() == AnsweredBy::Machine) {
        assert!(outcome(item).is_some(), "{item:?}");
        assert!(!view.content.evidence[&item].is_empty(), "{item:?} without evidence");
    }
    for item in [
        Item::DepositRecord,
        Item::Digests,
        Item::LogPath,
        Item::Signature,
        Item::Consents,
        Item::Confirmations,
    ] {
        assert_eq!(
            outcome(item),
            Some(Outcome::Passed),
            "{item:?} {:?}",
            view.content.evidence[&item]
        );
    }
    // What nobody deposited cannot be shown, and is said to be so.
    for item in [Item::SystemState, Item::IdentityResults] {
        assert_eq!(outcome(item), Some(Outcome::Unproved), "{item:?}");
    }
    assert_eq!(view.matter.draft_blocked(), Some(Rule::Open(Item::ApplicantIdentity)));
    let unexplained = tick(office, no, by, (Item::SystemState, true), "  ").await;
    assert!(matches!(unexplained, Err(MatterError::Text)));
    bureau.checked(no).await;
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(view.matter.draft_blocked(), Some(Rule::NoExtraction));
}

/// What the machine says to a point of a story's signing.
async fn point(twists: Twists, item: Item) -> (Outcome, String) {
    let bureau = Bureau::of(&Story::tell(1, &twists)).await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    recompute(office, no, by).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    let check = view.matter.checklist().machine(item).unwrap();
    assert!(!view.content.evidence[&item][0][0].is_empty());
    (check.outcome, check.code.clone())
}

#[tokio::test]
async fn a_comparison_of_faces_is_told_as_what_it_is_and_never_passed_by_the_machine() {
    let asked = |reasons: &'static [&'static str]| -> Twists {
        let review = serde_json::json!({ "case": "x", "reasons": reasons });
        let identity = serde_json::json!({ "answered_by": [], "answers": [], "review": review });
        let set = move |record: &mut heqi_evidence::record::RecordDraft| {
            record.set("identity", identity.clone(), Provenance::Observed).unwrap();
        };
        Twists { record: Some(Box::new(set)), ..Twists::default() }
    };
    let (open, failed) = (Outcome::Unproved, Outcome::Failed);
    let cases = [
        (Twists::default(), (open, "photo_without_face_result")),
        (asked(&["contact_unverified"]), (open, "photo_without_face_result")),
        (asked(&["face_not_compared"]), (open, "face_not_compared")),
        (asked(&["face_not_same"]), (failed, "face_not_same")),
        (
            Twists { decided: Some("refusal_proposed"), ..asked(&["face_not_same"]) },
            (failed, "face_not_same"),
        ),
        (
            Twists { decided: Some("accepted"), ..asked(&["face_not_same"]) },
            (open, "face_accepted_by_reviewer"),
        ),
        (
            Twists { decided: Some("refused"), ..asked(&["face_not_compared"]) },
            (failed, "face_refused_by_reviewer"),
        ),
    ];
    for (twists, (outcome, code)) in cases {
        assert_eq!(point(twists, Item::FaceAndPhoto).await, (outcome, code.to_owned()));
    }
}

#[tokio::test]
async fn a_signature_outside_the_validity_of_its_certificate_is_not_ticked_away() {
    let late = Twists { certificate_age_ms: 25 * 3_600_000, ..Twists::default() };
    let said = point(late, Item::Signature).await;
    assert_eq!(said, (Outcome::Failed, "validity_not_proved".to_owned()));
}

#[tokio::test]
async fn drafting_stays_disabled_without_a_sealed_extraction_by_two_persons() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    assert_eq!(rule(propose(office, &bureau.desk, no).await), Rule::NoExtraction);
    assert_eq!(
        rule(save_draft(office, no, &bureau.clerk.officer, "兹证明").await),
        Rule::NoExtraction
    );

    let alone = OpenSession {
        notary: bureau.fresh(&bureau.notary).await,
        second: bureau.fresh(&bureau.notary).await,
        workstation: WORKSTATION.into(),
        place: "提取室".into(),
    };
    assert_eq!(rule(open_session(office, &bureau.desk, no, alone).await), Rule::SamePerson);
    let elsewhere = OpenSession {
        notary: bureau.fresh(&bureau.notary).await,
        second: bureau.fresh(&bureau.clerk).await,
        workstation: "家里的电脑".into(),
        place: "家".into(),
    };
    let refused = open_session(office, &bureau.desk, no, elsewhere).await.unwrap_err();
    assert!(matches!(refused, MatterError::Workstation));
    let not_responsible = OpenSession {
        notary: bureau.fresh(&bureau.other_notary).await,
        second: bureau.fresh(&bureau.clerk).await,
        workstation: WORKSTATION.into(),
        place: "提取室".into(),
    };
    let refused = open_session(office, &bureau.desk, no, not_responsible).await;
    assert_eq!(rule(refused), Rule::NotResponsible);

    bureau.session(no).await.unwrap();
    let by = &bureau.notary.officer;
    let early = press_button(office, &bureau.desk, no, (by, Act::Seal, &PlainScreen), None).await;
    assert_eq!(rule(early), Rule::NotNext(Some(Act::CleanEnvironment)));
    for act in Act::ALL {
        assert_eq!(rule(propose(office, &bureau.desk, no).await), Rule::NoExtraction);
        let pressed = press_button(office, &bureau.desk, no, (by, act, &PlainScreen), None).await;
        assert!(pressed.unwrap().passed);
    }
    let view = matter(office, by, no).await.unwrap();
    let session = view.matter.extraction().unwrap();
    assert!(session.is_sealed() && view.matter.package_sha256().is_some());
    assert!(session.lines().iter().all(|line| line.tool_sha256 == Digest::of(b"tool")));
    assert_eq!(view.content.outputs.len(), 6);
    assert!(propose(office, &bureau.desk, no).await.unwrap().contains("提取室"));
    assert_eq!(rule(bureau.session(no).await), Rule::ExtractionThere);
}

#[tokio::test]
async fn the_environment_is_not_clean_while_the_offices_clock_is_off() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.session(no).await.unwrap();
    let clean = (by, Act::CleanEnvironment, &PlainScreen as &dyn Screen);
    let off = Some(ClockBeside { gap_ms: 2_001, limit_ms: 2_000 });
    let pressed = press_button(office, &bureau.desk, no, clean, off).await.unwrap();
    assert!(!pressed.passed);
    let view = matter(office, by, no).await.unwrap();
    let session = view.matter.extraction().unwrap();
    assert!(session.next().is_none() && !session.is_sealed(), "the session is over");
    let said = &view.content.outputs[0];
    assert!(
        said.contains("本处时钟与平台时钟相差2001毫秒") && said.contains("\"failed\""),
        "{said}"
    );
    let step = steps(office, by, no).await.unwrap().pop().unwrap();
    assert!(step.said.starts_with("clean_environment failed"), "{}", step.said);

    // Set right, it passes, and says what was looked at and what was not.
    bureau.session(no).await.unwrap();
    let level = Some(ClockBeside { gap_ms: 2_000, limit_ms: 2_000 });
    assert!(press_button(office, &bureau.desk, no, clean, level).await.unwrap().passed);
    let view = matter(office, by, no).await.unwrap();
    let output: serde_json::Value = serde_json::from_str(&view.content.outputs[0]).unwrap();
    let result = |check: &str| {
        let all = output["checks"].as_array().unwrap();
        all.iter().find(|one| one["check"] == check).unwrap()["result"].clone()
    };
    assert_eq!(result("store_takes_writes"), "passed");
    assert_eq!(result("clock_beside_the_platform"), "passed");
    assert!(output["said"]["zh"].as_str().unwrap().contains("由在场两人查看"));
}

#[tokio::test]
async fn the_environment_is_not_clean_while_nothing_can_be_written() {
    let bureau = Bureau::open().await;
    let by = &bureau.notary.officer;
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.session(no).await.unwrap();
    let (store, gate) = (bureau.house.store.clone(), Arc::new(WriteGate::open()));
    let gated = Arc::new(Gated::new(store.clone(), gate.clone()));
    let house = House::over(&story(), gated, store);
    let clean = (by, Act::CleanEnvironment, &PlainScreen as &dyn Screen);
    gate.hold();
    let refused = press_button(&house.office, &bureau.desk, no, clean, None).await.unwrap_err();
    assert_eq!(refused.code(), "store_read_only");
    assert!(refused.explain(Language::Zh).what.contains("只读"), "{refused}");
    let view = matter(bureau.office(), by, no).await.unwrap();
    assert_eq!(view.matter.extraction().unwrap().next(), Some(Act::CleanEnvironment));
    assert!(view.content.outputs.is_empty());
    // The session goes on from there; where nobody compares clocks, the output says that.
    gate.release();
    let pressed = press_button(&house.office, &bureau.desk, no, clean, None).await.unwrap();
    assert!(pressed.passed);
    let view = matter(bureau.office(), by, no).await.unwrap();
    assert!(view.content.outputs[0].contains("not_compared"), "{}", view.content.outputs[0]);
}

#[tokio::test]
async fn a_digest_that_differs_stops_quarantines_and_explains() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    // Somebody takes an object out of the store behind the office's back.
    let row = deposit(office, &bureau.key).await.unwrap().unwrap();
    let photo = row.parts.iter().find(|part| part.name.contains(".jpg")).unwrap();
    assert!(bureau.house.store.discard_object(&photo.object.id).await.unwrap());

    bureau.session(no).await.unwrap();
    for act in [Act::CleanEnvironment, Act::Search] {
        let pressed = press_button(office, &bureau.desk, no, (by, act, &PlainScreen), None).await;
        assert!(pressed.unwrap().passed);
    }
    let failed =
        press_button(office, &bureau.desk, no, (by, Act::Extract, &PlainScreen), None).await;
    assert!(!failed.unwrap().passed);
    // By the act itself: nobody has to examine anything besides.
    let view = matter(office, by, no).await.unwrap();
    assert!(view.matter.quarantined_at().is_some());
    assert_eq!(rule(bureau.session(no).await), Rule::Quarantined);
    recompute(office, no, by).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    assert!(view.matter.quarantined_at().is_some());
    let check = view.matter.checklist().machine(Item::Digests).unwrap();
    assert_eq!((check.outcome, check.code.as_str()), (Outcome::Failed, "digests_differ"));
    assert!(view.content.evidence[&Item::Digests][0][0].contains(".jpg"));
    let refused = propose(office, &bureau.desk, no).await.unwrap_err();
    assert!(refused.explain(Language::Zh).what.contains("已隔离"), "{refused}");
    assert_eq!(rule(bureau.session(no).await), Rule::Quarantined);
}

#[tokio::test]
async fn a_record_that_does_not_open_keeps_nobody_from_the_examination_that_says_so() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.apply_with(Bureau::form()).await.unwrap();
    let row = deposit(office, &bureau.key).await.unwrap().unwrap();
    let record = row.parts.iter().find(|part| part.name == "record.json").unwrap();
    assert!(bureau.house.store.discard_object(&record.object.id).await.unwrap());
    for member in [&bureau.clerk, &bureau.notary] {
        declare(office, no, &member.officer, false).await.unwrap();
    }
    accept(office, no, by).await.unwrap();
    recompute(office, no, by).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    assert!(view.matter.quarantined_at().is_some());
    let check = view.matter.checklist().machine(Item::Confirmations).unwrap();
    assert_eq!(check.code, "record_unreadable");
}

#[tokio::test]
async fn with_an_objection_the_paragraph_about_the_signing_needs_its_own_tick() {
    let twists = Twists { objection: true, ..Twists::default() };
    let bureau = Bureau::of(&Story::tell(1, &twists)).await;
    let office = bureau.office();
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let approver = &bureau.approver.officer;
    let plain = Approve { shown, objection_ticked: false };
    let refused = approve(office, &bureau.desk, no, (approver, plain)).await;
    assert_eq!(rule(refused), Rule::ObjectionTick);

    // Sent back and drafted without the paragraph, it needs no tick.
    send_back(office, no, approver, "请删除签署情况段落").await.unwrap();
    let text = propose(office, &bureau.desk, no).await.unwrap();
    assert!(text.contains("提出异议"), "{text}");
    let without: Vec<&str> = text.lines().filter(|line| !line.starts_with(TELLS_SIGNING)).collect();
    let shown = save_draft(office, no, &bureau.clerk.officer, &without.join("\n")).await.unwrap();
    assert_eq!(shown, digest_of(&without.join("\n")));
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let plain = Approve { shown, objection_ticked: false };
    approve(office, &bureau.desk, no, (approver, plain)).await.unwrap();
    let view = matter(office, approver, no).await.unwrap();
    assert!(!view.matter.approval().unwrap().despite_objection);
}

#[tokio::test]
async fn an_objection_said_to_the_office_after_the_extraction_needs_the_tick_as_well() {
    let mut story = story();
    let bureau = Bureau::of(&story).await;
    let office = bureau.office();
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let approver = &bureau.approver.officer;
    let view = matter(office, approver, no).await.unwrap();
    assert!(!needs_tick(office, &view.matter).await.unwrap());
    crate::holder::object(&bureau.house, &mut story).await;
    assert!(needs_tick(office, &view.matter).await.unwrap(), "the form shows it");
    let plain = Approve { shown, objection_ticked: false };
    let refused = approve(office, &bureau.desk, no, (approver, plain)).await;
    assert_eq!(rule(refused), Rule::ObjectionTick);
    // Proposed anew, the text tells it.
    send_back(office, no, approver, "签署人已提出异议").await.unwrap();
    // Nobody drafts before the list shows it to whoever drafts.
    assert_eq!(rule(propose(office, &bureau.desk, no).await), Rule::AnswersUnseen);
    let view = matter(office, approver, no).await.unwrap();
    let keeps = blocked(office, &view.matter).await.unwrap();
    assert_eq!(keeps, Some(Rule::AnswersUnseen), "the form shows it");
    bureau.checked(no).await;
    let view = matter(office, approver, no).await.unwrap();
    assert_eq!(blocked(office, &view.matter).await.unwrap(), None);
    let text = propose(office, &bureau.desk, no).await.unwrap();
    assert!(text.contains("提出异议") && !text.contains("“确认”"), "{text}");
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let ticked = Approve { shown, objection_ticked: true };
    approve(office, &bureau.desk, no, (approver, ticked)).await.unwrap();
    let view = matter(office, approver, no).await.unwrap();
    assert!(view.matter.approval().unwrap().despite_objection);
}

/// Domain study 11.4: the registry found the signature void, and a certificate over it says so in its text.
#[tokio::test]
async fn edge_case_25_a_certificate_over_a_signature_found_void_says_so_or_is_not_issued() {
    let twists = Twists { objection: true, found_void: true, ..Twists::default() };
    let bureau = Bureau::of(&Story::tell(1, &twists)).await;
    let (office, by) = (bureau.office(), &bureau.clerk.officer);
    let no = bureau.accepted().await;
    recompute(office, no, by).await.unwrap();
    let seen = matter(office, by, no).await.unwrap();
    let check = seen.matter.checklist().machine(Item::Confirmations).unwrap();
    assert_eq!((check.outcome, check.code.as_str()), (Outcome::Unproved, "signature_void"));
    let [zh, en] = &seen.content.evidence[&Item::Confirmations][0];
    assert!(zh.contains("示例区市场监督管理局") && zh.contains("该签署作废并重签"), "{zh}");
    assert!(en.contains("void"), "{en}");
    // The point is open until a person has ticked it.
    assert!(seen.matter.checklist().takes_tick(Item::Confirmations));
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let text = propose(office, &bureau.desk, no).await.unwrap();
    assert!(text.contains("登记机关（示例区市场监督管理局）于"), "{text}");
    assert!(text.contains("认定该签署无效") && text.contains(TELLS_VOID), "{text}");
    let without = |words: &str| {
        let lines: Vec<&str> = text.lines().filter(|line| !line.contains(words)).collect();
        lines.join("\n")
    };
    for (hidden, wanted) in [(TELLS_VOID, Rule::HidesVoid), (TELLS_OBJECTION, Rule::HidesObjection)]
    {
        let refused = save_draft(office, no, by, &without(hidden)).await;
        assert_eq!(rule(refused), wanted);
    }
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let ticked = Approve { shown, objection_ticked: true };
    approve(office, &bureau.desk, no, (&bureau.approver.officer, ticked)).await.unwrap();
    bureau.paid_and_issued(no).await;
    let file = certificate_file(office, no).await.unwrap();
    assert!(String::from_utf8_lossy(&file).contains(TELLS_VOID));
    // And so does anybody's check of it.
    let view = matter(office, by, no).await.unwrap();
    let number = view.matter.certificate().unwrap().to_string();
    let checked = check_certificate(office, &number, &view.content.check_code).await;
    let checked = checked.unwrap().unwrap();
    assert_eq!((checked.standing, checked.is_signing_void), (Standing::Valid, true));
    assert!(checked.is_disputed);
}

/// What comes between the approval and the seal is not hidden either: the number is voided, and stays in the book.
#[tokio::test]
async fn edge_case_25_an_objection_after_the_approval_keeps_the_certificate_from_being_issued() {
    let mut story = story();
    let bureau = Bureau::of(&story).await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.numbered().await;
    set_fee(office, no, by, Fee::Waived).await.unwrap();
    crate::holder::object(&bureau.house, &mut story).await;
    let refused = issue(office, &bureau.desk, no, by).await;
    assert_eq!(rule(refused), Rule::HidesObjection);
    assert_eq!(bureau.stage(no).await, Stage::Numbered);
    void(office, no, &bureau.approver.officer, "审批后签署人提出异议").await.unwrap();
    assert_eq!(bureau.stage(no).await, Stage::Voided);
}

/// Printing and the time authority take a while: what is recorded meanwhile counts as well.
#[tokio::test]
async fn edge_case_25_an_objection_while_the_certificate_is_printed_keeps_it_from_being_issued() {
    let mut story = story();
    let bureau = Bureau::of(&story).await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.numbered().await;
    set_fee(office, no, by, Fee::Waived).await.unwrap();
    let press = WaitingPress::before(&bureau.press);
    let desk = Desk { press: Some(press.clone()), ..bureau.desk.clone() };
    let objects = press.once(crate::holder::object(&bureau.house, &mut story));
    let (refused, ()) = tokio::join!(issue(office, &desk, no, by), objects);
    assert_eq!(rule(refused), Rule::HidesObjection);
    assert_eq!(bureau.stage(no).await, Stage::Numbered);
}

/// And so does what is recorded between the last look and the commit: the commit is refused, and looks again.
#[tokio::test]
async fn edge_case_25_an_objection_just_before_the_commit_keeps_the_certificate_from_being_issued()
{
    let mut story = story();
    let bureau = Bureau::of(&story).await;
    let no = bureau.numbered().await;
    set_fee(bureau.office(), no, &bureau.notary.officer, Fee::Waived).await.unwrap();
    let store = bureau.house.store.clone();
    let between = Arc::new(Between::over(store.clone()));
    let house = bureau.house.beside(&story, between.clone(), store, 2);
    // What the store is told meanwhile, as another office of the same story was told it.
    let other = Bureau::of(&story).await;
    crate::holder::object(&other.house, &mut story).await;
    let rows = other.house.store.scan(b"holder-notice/", None, 10).await.unwrap();
    assert_eq!(rows.len(), 1);
    let mut said = Changeset::new();
    for (key, row) in rows {
        said.put(key, row.value);
    }
    between.before_the_next(said);
    let refused = issue(&house.office, &bureau.desk, no, &bureau.notary.officer).await;
    assert_eq!(rule(refused), Rule::HidesObjection);
    assert!(between.was_told());
    assert_eq!(bureau.stage(no).await, Stage::Numbered);
}

#[tokio::test]
async fn edge_case_11_whoever_was_named_anew_applies_under_either_name_and_both_are_certified() {
    let twists = Twists { put_right: &["张珊"], ..Twists::default() };
    let bureau = Bureau::of(&Story::tell(1, &twists)).await;
    let office = bureau.office();
    let stranger = ApplicationForm { name: "张衫".into(), ..Bureau::form() };
    assert!(matches!(bureau.apply_with(stranger).await, Err(MatterError::NotParty)));
    let anew = ApplicationForm { name: "张珊".into(), ..Bureau::form() };
    let no = bureau.apply_with(anew).await.unwrap();
    for member in [&bureau.clerk, &bureau.notary, &bureau.other_notary, &bureau.approver] {
        declare(office, no, &member.officer, false).await.unwrap();
    }
    // Who has the new name does not work on it either.
    let namesake = Member::admit_as(office, "zhang.shan", "张珊", OfficeRole::Clerk).await;
    assert_eq!(rule(declare(office, no, &namesake.officer, false).await), Rule::Namesake);
    accept(office, no, &bureau.notary.officer).await.unwrap();
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let text = propose(office, &bureau.desk, no).await.unwrap();
    assert!(text.contains("申请人：张珊"), "{text}");
    assert!(text.contains("以“张三（其后更正姓名：张珊）”名义"), "{text}");
}

#[tokio::test]
async fn a_matter_marked_as_complex_is_discussed_together_before_it_is_approved() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    let early = tick(office, no, by, (Item::Approval, true), "x").await;
    assert_eq!(rule(early), Rule::NoTick(Item::Approval), "nobody marked it");
    let why = (true, "涉及多方争议，金额较大");
    let other = mark_complex(office, no, &bureau.other_notary.officer, why).await;
    assert_eq!(rule(other), Rule::NotResponsible);
    assert!(matches!(mark_complex(office, no, by, (true, " ")).await, Err(MatterError::Text)));
    mark_complex(office, no, by, why).await.unwrap();
    // It is examined and drafted; what waits for the discussion is the approval.
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    assert_eq!(rule(hand_in(office, no, by).await), Rule::NotDiscussed);
    let against = "讨论意见：不宜出具";
    tick(office, no, by, (Item::Approval, false), against).await.unwrap();
    assert_eq!(rule(hand_in(office, no, by).await), Rule::NotDiscussed);
    let opinion = "三名公证员讨论，一致同意出具";
    tick(office, no, &bureau.clerk.officer, (Item::Approval, true), opinion).await.unwrap();
    hand_in(office, no, by).await.unwrap();
    let command = Approve { shown, objection_ticked: false };
    approve(office, &bureau.desk, no, (&bureau.approver.officer, command)).await.unwrap();
    let view = matter(office, by, no).await.unwrap();
    assert_eq!(view.content.remarks[&Item::Approval], opinion);
    let record = steps(office, by, no).await.unwrap();
    let said: Vec<&str> = record.iter().map(|step| step.said.as_str()).collect();
    for wanted in [
        "22 complex: 涉及多方争议，金额较大".to_owned(),
        format!("22 failed: {against}"),
        format!("22 passed: {opinion}"),
    ] {
        assert!(said.contains(&wanted.as_str()), "{wanted}: {said:?}");
    }
}

#[tokio::test]
async fn edge_case_11_a_name_that_went_there_and_back_is_told_by_time() {
    let twists = Twists { put_right: &["张珊", "张三"], ..Twists::default() };
    let bureau = Bureau::of(&Story::tell(1, &twists)).await;
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let text = propose(bureau.office(), &bureau.desk, no).await.unwrap();
    assert!(text.contains("以“张三（其后更正姓名：张珊）（其后更正姓名：张三）"), "{text}");
}

#[tokio::test]
async fn a_clerk_who_drafted_does_not_approve() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.extracted(no).await;
    let shown = bureau.drafted(no).await;
    hand_in(office, no, &bureau.notary.officer).await.unwrap();
    let command = Approve { shown, objection_ticked: false };
    for own in [&bureau.clerk, &bureau.notary] {
        let refused = approve(office, &bureau.desk, no, (&own.officer, command)).await;
        assert_eq!(rule(refused), Rule::OwnDraft);
    }
    let refused = approve(office, &bureau.desk, no, (&bureau.other_notary.officer, command)).await;
    assert_eq!(rule(refused), Rule::Role);
}

#[tokio::test]
async fn nothing_is_issued_without_fee_press_and_a_good_token() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.numbered().await;
    assert_eq!(rule(issue(office, &bureau.desk, no, by).await), Rule::FeeOpen);
    set_fee(office, no, by, Fee::Due { fen: 80_000 }).await.unwrap();
    assert_eq!(rule(issue(office, &bureau.desk, no, by).await), Rule::FeeOpen);
    set_fee(office, no, by, Fee::Waived).await.unwrap();
    let without = Desk { press: None, ..bureau.desk.clone() };
    assert!(matches!(issue(office, &without, no, by).await, Err(MatterError::NoPress)));
    bureau.press.has_no_time.store(true, Ordering::SeqCst);
    let refused = issue(office, &bureau.desk, no, by).await.unwrap_err();
    assert!(matches!(refused, MatterError::Press(PressError::NoTime)));
    assert_eq!(bureau.stage(no).await, Stage::Numbered, "the number waits");
    assert!(certificate_file(office, no).await.is_err());
    bureau.press.has_no_time.store(false, Ordering::SeqCst);
    issue(office, &bureau.desk, no, by).await.unwrap();
    assert_eq!(rule(issue(office, &bureau.desk, no, by).await), Rule::Stage(Stage::Issued));
}

#[tokio::test]
async fn anybody_with_number_and_code_learns_whether_a_certificate_stands() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let no = bureau.issued().await;
    let view = matter(office, &bureau.notary.officer, no).await.unwrap();
    let (number, code) = (view.matter.certificate().unwrap(), &view.content.check_code);
    let asked = [number.to_string(), number.digest().to_string(), "(2026)浙杭临证经字第1号".into()];
    for asked in asked {
        let checked = check_certificate(office, &asked, code).await.unwrap().unwrap();
        assert_eq!((checked.standing, checked.applicant.as_str()), (Standing::Valid, "张*"));
        assert!(!checked.is_disputed && !checked.is_signing_void);
        assert_eq!(checked.sha256, view.matter.issue().map(|issue| issue.sha256));
    }
    for (asked, code) in [
        (number.to_string(), "AAAA2222"),
        (number.to_string(), ""),
        ("（2026）浙杭临证经字第000002号".into(), code.as_str()),
        ("no number".into(), code.as_str()),
    ] {
        assert_eq!(check_certificate(office, &asked, code).await.unwrap(), None, "{asked}");
    }
    bureau.corrected(no, "云西 → 云栖").await;
    let checked = check_certificate(office, &number.to_string(), code).await.unwrap().unwrap();
    assert_eq!(checked.standing, Standing::Corrected);
    let [(correction, _)] = checked.corrected_by.as_slice() else { panic!("{checked:?}") };
    assert!(correction.to_string().starts_with("BZ"), "{correction}");
    let alone = void(office, no, &bureau.approver.officer, "x").await;
    assert_eq!(rule(alone), Rule::Stage(Stage::Issued), "it was issued: two persons");
    bureau.revoked(no, "申请人提供虚假材料").await;
    let checked = check_certificate(office, &number.to_string(), code).await.unwrap().unwrap();
    assert_eq!(checked.standing, Standing::Voided);
    assert!(checked.voided_at.is_some());
    let book = register_book(office, &bureau.notary.officer, 2026).await.unwrap();
    assert!(book.contains("已撤销"), "{book}");
    bureau.apply_with(Bureau::form()).await.unwrap();
}

#[tokio::test]
async fn a_store_without_a_number_that_the_office_gave_is_proved_to_be_set_back() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    assert!(newest_numbers(office).await.unwrap().is_empty());
    let no = bureau.numbered().await;
    let given = newest_numbers(office).await.unwrap();
    let view = matter(office, &bureau.notary.officer, no).await.unwrap();
    assert_eq!(given, std::slice::from_ref(view.matter.certificate().unwrap()));
    assert_eq!(compare_with(office, &[], &[], &[], &given).await.unwrap(), None);

    // The store of before: nothing else of it is behind anything the platform holds.
    let before = Bureau::open().await;
    let said = compare_with(before.office(), &[], &[], &[], &given).await.unwrap().unwrap();
    for part in ["（2026）浙杭临证经字第000001号", "newest backup", "heqi recover notary"]
    {
        assert!(said.contains(part), "{part} in {said}");
    }
    // Once it is known from the register book which number was the last, none is missing.
    last_certificate(before.office(), &given[0]).await.unwrap();
    assert_eq!(compare_with(before.office(), &[], &[], &[], &given).await.unwrap(), None);
    let next = given[0].series().number(2026, 2);
    let said = compare_with(before.office(), &[], &[], &[], &[next]).await.unwrap().unwrap();
    assert!(said.contains("000002"), "{said}");
}

/// Two persons issue a certificate, and two take it back or change it.
#[tokio::test]
async fn what_becomes_of_a_certificate_is_proposed_by_one_and_approved_by_another() {
    let bureau = Bureau::open().await;
    let (office, notary, other, approver) = (
        bureau.office(),
        &bureau.notary.officer,
        &bureau.other_notary.officer,
        &bureau.approver.officer,
    );
    let no = bureau.numbered().await;
    let early = propose_correction(office, no, notary, "云西 → 云栖").await;
    assert_eq!(rule(early), Rule::Stage(Stage::Numbered));
    bureau.paid_and_issued(no).await;
    let view = async || matter(office, approver, no).await.unwrap();
    let shown = async || {
        let view = view().await;
        digest_of_proposed(&view.matter.proposed().unwrap(), &view.content.proposed)
    };
    for by in [&bureau.clerk.officer, approver] {
        assert_eq!(rule(propose_revocation(office, no, by, "x").await), Rule::Role);
    }
    propose_correction(office, no, notary, "云西 → 云栖").await.unwrap();
    let second = propose_revocation(office, no, other, "内容不真实").await;
    assert_eq!(rule(second), Rule::Waits, "one after the other");
    let first = shown().await;
    assert_eq!(rule(approve_proposed(office, no, notary, first).await), Rule::OwnDraft);
    assert_eq!(rule(turn_down_proposed(office, no, notary, "x").await), Rule::OwnDraft);
    assert_eq!(rule(approve_proposed(office, no, other, first).await), Rule::Role);
    let stands = view().await.matter;
    assert_eq!((stands.corrections(), stands.notices().len()), (0, 1), "nothing is done yet");

    // Turned down it stands as it did; another one is not approved unseen.
    turn_down_proposed(office, no, approver, "没有写错").await.unwrap();
    propose_revocation(office, no, other, "内容不真实").await.unwrap();
    assert_eq!(rule(approve_proposed(office, no, approver, first).await), Rule::OtherDraft);
    assert_eq!(view().await.matter.stage(), Stage::Issued);
    approve_proposed(office, no, approver, shown().await).await.unwrap();
    let view = view().await;
    assert_eq!((view.matter.stage(), view.matter.proposed()), (Stage::Voided, None));
    assert!(view.content.proposed.is_empty());
    let record = steps(office, approver, no).await.unwrap();
    let said: Vec<&str> = record.iter().rev().take(4).map(|step| step.step.as_str()).collect();
    assert_eq!(said, ["voided", "standing_proposed", "proposal_turned_down", "standing_proposed"]);
}

#[tokio::test]
async fn another_notary_re_examines_and_in_time() {
    let bureau = Bureau::open().await;
    let office = bureau.office();
    let no = bureau.issued().await;
    let (notary, other) = (&bureau.notary.officer, &bureau.other_notary.officer);
    assert_eq!(rule(ask_reexamination(office, no, notary, "x").await), Rule::OtherNotary);
    ask_reexamination(office, no, other, "利害关系人认为有误").await.unwrap();
    let upheld = (ReexaminationOutcome::Upheld, "内容无误");
    assert_eq!(rule(conclude_reexamination(office, no, notary, upheld).await), Rule::OtherNotary);
    conclude_reexamination(office, no, other, upheld).await.unwrap();
    bureau.approve_proposed(no).await.unwrap();
    bureau.house.clock.advance_ms(366 * 24 * 3_600_000);
    assert_eq!(rule(ask_reexamination(office, no, other, "x").await), Rule::TooLate);
}

#[tokio::test]
async fn a_re_examination_is_taken_over_from_a_notary_who_is_gone_and_its_days_run_on() {
    let bureau = Bureau::open().await;
    let (office, other) = (bureau.office(), &bureau.other_notary.officer);
    let no = bureau.issued().await;
    ask_reexamination(office, no, other, "利害关系人认为有误").await.unwrap();
    let open = async || matter(office, other, no).await.unwrap().matter.reexamination().unwrap();
    let asked_at = open().await.asked_at;
    assert_eq!(rule(ask_reexamination(office, no, other, "x").await), Rule::Done);
    let third = Member::admit(office, "he.qing", OfficeRole::Notary).await.officer;
    declare(office, no, &third, false).await.unwrap();
    bureau.house.clock.advance_ms(20 * 24 * 3_600_000);
    ask_reexamination(office, no, &third, "原复查公证员已离任").await.unwrap();
    let taken = open().await;
    assert_eq!((taken.notary, taken.asked_at), (third.account, asked_at));
    let upheld = (ReexaminationOutcome::Upheld, "内容无误");
    assert_eq!(rule(conclude_reexamination(office, no, other, upheld).await), Rule::OtherNotary);
    conclude_reexamination(office, no, &third, upheld).await.unwrap();
    assert_eq!(rule(ask_reexamination(office, no, other, "x").await), Rule::Done);
    bureau.approve_proposed(no).await.unwrap();
    assert!(open().await.outcome.is_some());
}

#[tokio::test]
async fn a_deposit_is_found_by_its_number_its_record_and_nothing_else() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.clerk.officer);
    let found = find_deposit(office, by, &bureau.deposit.to_string()).await.unwrap().unwrap();
    assert!(found.is_admitted && found.signer == "张*", "{found:?}");
    let again = find_deposit(office, by, &found.record.to_string()).await.unwrap().unwrap();
    assert_eq!(again, found);
    if let Some(voucher) = found.voucher {
        assert_eq!(find_deposit(office, by, &voucher.to_string()).await.unwrap(), Some(found));
    }
    assert_eq!(find_deposit(office, by, "CZ202611240000011").await.unwrap(), None);
    let security = Officer { role: OfficeRole::Security, ..by.clone() };
    assert_eq!(rule(find_deposit(office, &security, "x").await), Rule::Role);
}
