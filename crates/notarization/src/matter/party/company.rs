//! Whether a company that applies is the one in whose name it was signed, and whether whoever acts for it
//! is who signed for it (公证法 arts. 26, 31 item 2), as far as the machine can tell. The legal
//! representative, or somebody with a power of attorney, may apply at the counter without having signed:
//! their papers the notary reads, and no machine.

use chrono::NaiveDate;
use heqi_identity::{CompanyName, Uscc};

use super::{HeldSigner, NumberCompared};
use crate::matter::error::MatterError;
use crate::matter::form::{ActingBasis, ApplicantKind, Application, PowerOfAttorney};

/// What the held records say of the company. Its name and code are public.
pub(super) struct HeldCompany {
    name: String,
    codes: Vec<String>,
}

/// Whoever acts for the company, beside who signed for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ActingCompared {
    /// Has the name of who signed for it, and a document that compares like this.
    Signed(NumberCompared),
    /// Somebody else.
    Another,
}

impl HeldCompany {
    pub(super) fn named(name: &str) -> Self {
        Self { name: name.to_owned(), codes: Vec::new() }
    }

    /// Takes a code that was asked about under this name, where it is the company's.
    pub(super) fn hear(&mut self, name: &str, code: &str) {
        if self.is_named(name) {
            self.codes.push(code.to_owned());
        }
    }

    fn is_named(&self, name: &str) -> bool {
        let own = CompanyName::parse(&self.name).ok();
        own.is_some_and(|own| CompanyName::parse(name).is_ok_and(|asked| asked == own))
    }

    fn compare(&self, code: &str) -> NumberCompared {
        let held: Vec<Uscc> = self.codes.iter().filter_map(|code| Uscc::parse(code).ok()).collect();
        match Uscc::parse(code) {
            Ok(typed) if held.contains(&typed) => NumberCompared::Same,
            Ok(_) if !held.is_empty() => NumberCompared::Other,
            _ => NumberCompared::NotHeld,
        }
    }

    /// The name alone is enough where no code is held; the code alone where the company was named anew.
    fn is_same(&self, application: &Application) -> bool {
        match self.compare(&application.document_number) {
            NumberCompared::Same => true,
            NumberCompared::NotHeld => self.is_named(&application.name),
            NumberCompared::Other => false,
        }
    }
}

impl HeldSigner {
    pub(super) fn admits_company(
        &self,
        application: &Application,
        today: NaiveDate,
    ) -> Result<(), MatterError> {
        if !self.company.as_ref().is_some_and(|company| company.is_same(application)) {
            return Err(MatterError::NotCompany);
        }
        match self.acting(application, today) {
            None | Some(ActingCompared::Signed(NumberCompared::Other)) => {
                Err(MatterError::NotRepresentative)
            }
            Some(_) => Ok(()),
        }
    }

    /// Whoever applies for a company from within is who signed for it: nobody there reads another's papers.
    ///
    /// # Errors
    /// [`MatterError::NotRepresentative`].
    pub(crate) fn admits_from_within(
        &self,
        application: &Application,
        today: NaiveDate,
    ) -> Result<(), MatterError> {
        let is_company = application.kind == ApplicantKind::Company;
        if is_company && self.acting(application, today) == Some(ActingCompared::Another) {
            return Err(MatterError::NotRepresentative);
        }
        Ok(())
    }

    /// Whether the credit code on a company's form is one that is held of the company that signed.
    pub(crate) fn holds_code(&self, application: &Application) -> bool {
        let is_same = |company: &HeldCompany| {
            company.compare(&application.document_number) == NumberCompared::Same
        };
        application.kind == ApplicantKind::Company && self.company.as_ref().is_some_and(is_same)
    }

    /// Whoever signed for a company and applies in the own name may: the record names and shows them. What
    /// they have to do with the matter themselves the notary asks (point 2).
    pub(crate) fn interest(&self, application: &Application) -> Option<[String; 2]> {
        self.company.as_ref().filter(|_| application.kind == ApplicantKind::Signer)?;
        Some(sentence(
            "系统提示：该签署是代表单位作出的，申请人以本人名义申请；请公证员查明其本人与申请事项的利害关系",
            "the machine: this was signed in a company's name, and whoever signed applies in the own name; the notary finds out what they have to do with the matter themselves",
        ))
    }

    fn acting(&self, application: &Application, today: NaiveDate) -> Option<ActingCompared> {
        let acting = application.acting()?;
        if !self.is_named(acting.name) {
            return Some(ActingCompared::Another);
        }
        let document = acting.document;
        let compared = self.compare_document(&document.kind, &document.number, today);
        Some(ActingCompared::Signed(compared))
    }

    pub(super) fn company_sentences(
        &self,
        application: &Application,
        today: NaiveDate,
    ) -> Vec<[String; 2]> {
        let mut said = Vec::new();
        said.extend(self.company.as_ref().map(|company| of_company(company, application)));
        said.extend(self.acting(application, today).map(of_acting));
        said.extend(
            application
                .acting()
                .map(|acting| of_authority(acting.basis, application.power_of_attorney)),
        );
        said
    }
}

fn of_company(company: &HeldCompany, application: &Application) -> [String; 2] {
    let compared = company.compare(&application.document_number);
    match (compared, company.is_named(&application.name)) {
        (NumberCompared::Same, true) => sentence(
            "系统比对：单位名称和统一社会信用代码与存证记录中签署的单位一致；请核对营业执照",
            "the machine: name and credit code are those of the company in the held records; the notary looks at the licence",
        ),
        (NumberCompared::Same, false) => sentence(
            "系统比对：统一社会信用代码与存证记录中签署的单位一致，名称不同；请按登记机关的变更记录查明是否更名",
            "the machine: the credit code is that of the company in the held records, the name is another; the notary finds out at the registry whether it was named anew",
        ),
        (NumberCompared::NotHeld, true) => sentence(
            "系统只比对了单位名称：存证记录中没有该单位的统一社会信用代码，请核对营业执照",
            "the machine compared the company's name only: no credit code of it is held; the notary looks at the licence",
        ),
        (NumberCompared::Other, _) | (NumberCompared::NotHeld, false) => sentence(
            "系统比对：单位与存证记录中签署的单位不一致，请公证员查明",
            "the machine: the company is not the one in the held records; the notary finds out why",
        ),
    }
}

fn of_acting(compared: ActingCompared) -> [String; 2] {
    match compared {
        ActingCompared::Signed(NumberCompared::Same) => sentence(
            "系统比对：办理人的姓名和证件号码与存证记录中代表该单位签署的人一致；人证是否一致由公证员核对",
            "the machine: whoever acts has name and number of who signed for the company in the held records; that person and document belong together, the notary checks",
        ),
        ActingCompared::Signed(NumberCompared::NotHeld) => sentence(
            "系统只比对了办理人的姓名：存证记录中没有代表该单位签署的人此类证件的号码，请公证员核对证件原件和本人",
            "the machine compared the name of whoever acts only: no number of such a document of who signed for the company is held; the notary looks at document and person",
        ),
        ActingCompared::Signed(NumberCompared::Other) => sentence(
            "系统比对：办理人的证件号码与存证记录中代表该单位签署的人的不一致，请公证员查明",
            "the machine: the document of whoever acts has another number than that of who signed for the company; the notary finds out why",
        ),
        ActingCompared::Another => sentence(
            "系统比对：办理人不是存证记录中代表该单位签署的人，请公证员核对其身份和代表权限",
            "the machine: whoever acts is not who signed for the company in the held records; the notary looks at who it is and by what they act",
        ),
    }
}

/// What the notary reads: no machine has seen any of it.
fn of_authority(basis: ActingBasis, attorney: PowerOfAttorney) -> [String; 2] {
    match (basis, attorney) {
        (ActingBasis::LegalRepresentative, _) => sentence(
            "法定代表人本人办理：请核对营业执照和法定代表人身份证明（《公证程序规则》第十八条）",
            "the legal representative acts: the notary reads the licence and the proof of the legal representative (Rules of Procedure art. 18)",
        ),
        (ActingBasis::PowerOfAttorney, PowerOfAttorney::Seen) => sentence(
            "委托代理人办理：窗口已核对授权委托书，请复核，并核对营业执照和法定代表人身份证明（《公证法》第二十六条）",
            "an agent acts: the power of attorney was seen at the counter; the notary reads it again, with the licence and the proof of the legal representative (art. 26)",
        ),
        (ActingBasis::PowerOfAttorney, PowerOfAttorney::Unstated) => sentence(
            "委托代理人办理：授权委托书尚未核对，请在受理前核对，并核对营业执照和法定代表人身份证明（《公证法》第二十六条）",
            "an agent acts: nobody has seen the power of attorney yet; the notary reads it before accepting, with the licence and the proof of the legal representative (art. 26)",
        ),
    }
}

fn sentence(zh: &str, en: &str) -> [String; 2] {
    [zh.to_owned(), en.to_owned()]
}
