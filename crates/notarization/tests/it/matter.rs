//! A matter from the form to the archive, over a deposit that is really held.
//!
//! - [`press`]: presses and the screen of a test office
//! - [`journey`]: the whole way; [`applying`], [`handling`], [`examining`], [`extracting`], [`objected`],
//!   [`issuing`], [`finished`]: each part of it, in its order

mod applying;
mod examining;
mod extracting;
mod finished;
mod handling;
mod issuing;
mod journey;
mod objected;
pub(crate) mod press;

use std::net::IpAddr;
use std::sync::Arc;

use heqi_credentials::{Password, TotpSecret};
use heqi_evidence::bundle::BundleParts;
use heqi_identity::Calendar;
use heqi_notarization::NotaryOffice;
use heqi_notarization::deposited::{DepositKey, deposit};
use heqi_notarization::matter::act::{Desk, Tool};
use heqi_notarization::matter::apply::{Apply, apply};
use heqi_notarization::matter::approve::{Approve, approve};
use heqi_notarization::matter::checklist::Item;
use heqi_notarization::matter::draft::{hand_in, propose, save_draft};
use heqi_notarization::matter::extraction::Act;
use heqi_notarization::matter::finish::{
    approve_proposed, digest_of_proposed, issue, propose_correction, propose_revocation, set_fee,
};
use heqi_notarization::matter::form::ApplicationForm;
use heqi_notarization::matter::handle::{accept, declare, recompute, tick};
use heqi_notarization::matter::number::Series;
use heqi_notarization::matter::register::Register;
use heqi_notarization::matter::session::{OpenSession, open_session, press_button};
use heqi_notarization::matter::state::{Fee, Rule};
use heqi_notarization::matter::step::ActedBy;
use heqi_notarization::matter::view::matter;
use heqi_notarization::matter::{ApplicationNo, MatterError, Stage};
use heqi_notarization::staff::login::show_again;
use heqi_notarization::staff::{
    CreateOfficer, FreshFactor, OfficeRole, Officer, create_officer, enrol_officer,
};
use heqi_testkit::{SeededEntropy, Story, StoryRecord};
use heqi_vocabulary::{Clock as _, DepositNo, Digest};

use crate::support::{House, deposit_of, story};
use press::{PlainPress, PlainScreen};

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
