//! The 22 points a notary checks (domain.md 5.2). A part the machine recomputes from the bytes
//! that are held, each with evidence, time and result; the rest a person ticks with a remark.

use std::collections::BTreeMap;

use heqi_vocabulary::{Language, StaffId, UtcMillis};
use serde::{Deserialize, Serialize};

/// One point of the list.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "the list is the law's; a page shows each")]
pub enum Item {
    /// 1 申请人身份与民事行为能力.
    ApplicantIdentity,
    /// 2 与申请事项的利害关系.
    Interest,
    /// 3 本机构有管辖权.
    Jurisdiction,
    /// 4 用途已说明且合法.
    Purpose,
    /// 5 当事人之间对保全事实本身无争议.
    NoDispute,
    /// 6 存证记录存在且早于申请.
    DepositRecord,
    /// 7 重算摘要与存证摘要一致（SHA-256 与 SM3）.
    Digests,
    /// 8 日志路径可验证至签名树头.
    LogPath,
    /// 9 时间戳.
    TimeToken,
    /// 10 电子签名、证书链与有效期.
    Signature,
    /// 11 身份核验结果与应答签名.
    IdentityResults,
    /// 12 人脸或替代核验结果、照片.
    FaceAndPhoto,
    /// 13 同意记录.
    Consents,
    /// 14 环境信息.
    Environment,
    /// 15 各方确认结果.
    Confirmations,
    /// 16 当时平台系统状态.
    SystemState,
    /// 17 提取环境清洁性与操作记录.
    ExtractionLog,
    /// 18 附件中第三人信息已遮蔽.
    ThirdPartiesMasked,
    /// 19 已告知法律意义和后果.
    LegalNotice,
    /// 20 公证费.
    Fee,
    /// 21 公证书草稿已审阅.
    DraftReviewed,
    /// 22 由起草人以外的人审批.
    Approval,
}

/// Who answers for a point.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "a page says each in other words")]
pub enum AnsweredBy {
    /// The machine, from the bytes that are held.
    Machine,
    /// A person, with a remark.
    Person,
    /// What was done elsewhere in the matter.
    Procedure,
}

impl Item {
    /// Every point, in order.
    pub const ALL: [Self; 22] = [
        Self::ApplicantIdentity,
        Self::Interest,
        Self::Jurisdiction,
        Self::Purpose,
        Self::NoDispute,
        Self::DepositRecord,
        Self::Digests,
        Self::LogPath,
        Self::TimeToken,
        Self::Signature,
        Self::IdentityResults,
        Self::FaceAndPhoto,
        Self::Consents,
        Self::Environment,
        Self::Confirmations,
        Self::SystemState,
        Self::ExtractionLog,
        Self::ThirdPartiesMasked,
        Self::LegalNotice,
        Self::Fee,
        Self::DraftReviewed,
        Self::Approval,
    ];

    /// Its number on the list.
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|item| *item == self).map_or(0, |place| place + 1)
    }

    /// The point of this number.
    pub fn of_number(number: usize) -> Option<Self> {
        Self::ALL.get(number.checked_sub(1)?).copied()
    }

    /// Who answers for it.
    pub const fn answered_by(self) -> AnsweredBy {
        match self {
            Self::ApplicantIdentity
            | Self::Interest
            | Self::Jurisdiction
            | Self::Purpose
            | Self::NoDispute
            | Self::ThirdPartiesMasked
            | Self::LegalNotice => AnsweredBy::Person,
            Self::ExtractionLog | Self::Fee | Self::DraftReviewed | Self::Approval => {
                AnsweredBy::Procedure
            }
            _ => AnsweredBy::Machine,
        }
    }

    /// What it is called.
    pub const fn title(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::ApplicantIdentity => {
                ("申请人身份与民事行为能力", "Identity and capacity of the applicant")
            }
            Self::Interest => ("与申请事项的利害关系", "Interest in the matter"),
            Self::Jurisdiction => ("本机构有管辖权", "This office is competent"),
            Self::Purpose => ("用途已说明且合法", "Purpose stated and lawful"),
            Self::NoDispute => ("对保全事实本身无争议", "No dispute about the preservation itself"),
            Self::DepositRecord => ("存证记录存在且早于申请", "Deposited before the application"),
            Self::Digests => (
                "重算摘要与存证摘要一致（SHA-256、SM3）",
                "Digests recomputed are those deposited (SHA-256, SM3)",
            ),
            Self::LogPath => ("日志路径可验证至签名树头", "Log path leads to a signed head"),
            Self::TimeToken => ("时间戳有效", "Time stamps hold"),
            Self::Signature => ("电子签名、证书链与有效期", "Signature, certificate, validity"),
            Self::IdentityResults => {
                ("身份核验结果与应答签名", "Identity checks and who signed them")
            }
            Self::FaceAndPhoto => ("人脸或替代核验结果与照片", "Face or other check, and photo"),
            Self::Consents => ("同意记录", "Consents"),
            Self::Environment => {
                ("环境信息完整，缺项有说明", "Environment complete, gaps explained")
            }
            Self::Confirmations => ("各方确认结果", "What the parties answered"),
            Self::SystemState => ("当时平台系统状态", "State of the platform at the time"),
            Self::ExtractionLog => {
                ("提取环境清洁性与操作记录", "Clean environment and record of the extraction")
            }
            Self::ThirdPartiesMasked => {
                ("附件中第三人信息已遮蔽", "Third parties masked in the attachments")
            }
            Self::LegalNotice => ("已告知法律意义和后果", "Legal meaning and effects explained"),
            Self::Fee => ("公证费", "Fee"),
            Self::DraftReviewed => ("公证书草稿已审阅", "Draft reviewed"),
            Self::Approval => {
                ("由起草人以外的人审批", "Approved by somebody else than the drafter")
            }
        };
        language.pick(zh, en)
    }
}

/// What came of a point.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "three ways, as in a verdict")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It could not be shown; a person decides with a remark.
    Unproved,
    /// The evidence speaks against it.
    Failed,
}

/// What the machine found about a point. Holds nothing personal; the sentences that may are
/// sealed beside the matter.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct MachineCheck {
    /// When, by the office's clock.
    pub at: UtcMillis,
    /// What came of it.
    pub outcome: Outcome,
    /// Stable code of the reason.
    pub code: String,
}

/// What a person said about a point; the remark is sealed beside the matter.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct Tick {
    /// When.
    pub at: UtcMillis,
    /// Who.
    pub by: StaffId,
    /// Whether it holds.
    pub passed: bool,
}

/// That a matter is major or complex (重大、复杂): discussed together before it is approved
/// (公证程序规则; domain.md 5.2, point 22).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "shown whole")]
pub struct Complex {
    /// Since when.
    pub at: UtcMillis,
    /// The notary who said so.
    pub by: StaffId,
}

/// The list of one matter.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    machine: BTreeMap<Item, MachineCheck>,
    ticks: BTreeMap<Item, Tick>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    complex: Option<Complex>,
}

impl Checklist {
    /// What the machine found about a point.
    pub fn machine(&self, item: Item) -> Option<&MachineCheck> {
        self.machine.get(&item)
    }

    /// What a person said about a point.
    pub fn tick(&self, item: Item) -> Option<&Tick> {
        self.ticks.get(&item)
    }

    /// Takes what the machine found now in place of what it found before. A tick over something
    /// that could not be shown stays only while that is still so, for the same reason.
    pub(crate) fn recomputed(&mut self, found: BTreeMap<Item, MachineCheck>) {
        for (item, check) in &found {
            let differs =
                |old: &MachineCheck| (old.outcome, &old.code) != (check.outcome, &check.code);
            let changed = self.machine.get(item).is_some_and(differs);
            if changed {
                self.ticks.remove(item);
            }
        }
        self.machine = found;
    }

    pub(crate) fn ticked(&mut self, item: Item, tick: Tick) {
        self.ticks.insert(item, tick);
    }

    /// Whether the matter was marked as major or complex.
    pub const fn complex(&self) -> Option<Complex> {
        self.complex
    }

    /// Marks the matter, or takes the mark back, and what was said of a discussion with it.
    pub(crate) fn mark(&mut self, complex: Option<Complex>) {
        self.complex = complex;
        self.ticks.remove(&Item::Approval);
    }

    /// Whether nothing is to be discussed together before the approval, or it was.
    pub fn is_discussed(&self) -> bool {
        self.complex.is_none() || self.ticks.get(&Item::Approval).is_some_and(|tick| tick.passed)
    }

    /// Whether a point is open to a tick: a person's, the machine's that could not be shown, or the
    /// discussion of a matter that was marked.
    pub fn takes_tick(&self, item: Item) -> bool {
        match item.answered_by() {
            AnsweredBy::Person => true,
            AnsweredBy::Machine => {
                self.machine.get(&item).is_some_and(|check| check.outcome == Outcome::Unproved)
            }
            AnsweredBy::Procedure => item == Item::Approval && self.complex.is_some(),
        }
    }

    /// The first point that keeps a draft from being written.
    pub fn first_open(&self) -> Option<Item> {
        Item::ALL.into_iter().find(|item| !self.is_settled(*item))
    }

    /// The first point the evidence speaks against.
    pub fn first_failed(&self) -> Option<Item> {
        let failed = |check: &MachineCheck| check.outcome == Outcome::Failed;
        Item::ALL.into_iter().find(|item| self.machine.get(item).is_some_and(failed))
    }

    fn is_settled(&self, item: Item) -> bool {
        let ticked = || self.ticks.get(&item).is_some_and(|tick| tick.passed);
        match item.answered_by() {
            AnsweredBy::Procedure => true,
            AnsweredBy::Person => ticked(),
            AnsweredBy::Machine => match self.machine.get(&item).map(|check| check.outcome) {
                Some(Outcome::Passed) => true,
                Some(Outcome::Unproved) => ticked(),
                Some(Outcome::Failed) | None => false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(outcome: Outcome) -> MachineCheck {
        let at = UtcMillis::from_millis(1_800_000_000_000).unwrap();
        MachineCheck { at, outcome, code: "test".into() }
    }

    fn tick(passed: bool) -> Tick {
        let at = UtcMillis::from_millis(1_800_000_000_000).unwrap();
        Tick { at, by: StaffId::from_bytes([1; 16]), passed }
    }

    /// `docs/CHECKLIST.md` names each point once, in order, with who answers for it and why no machine can.
    #[test]
    fn the_table_in_the_docs_says_of_each_point_who_answers_for_it() {
        const TABLE: &str = include_str!("../../../../docs/CHECKLIST.md");
        let rows: Vec<Vec<&str>> = TABLE
            .lines()
            .filter(|line| line.starts_with("| ") && !line.starts_with("| point"))
            .filter(|line| !line.starts_with("| ---"))
            .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
            .collect();
        assert_eq!(rows.len(), Item::ALL.len());
        for (item, row) in Item::ALL.into_iter().zip(&rows) {
            let [number, title, by, does, cannot] = row[..] else { panic!("{row:?}") };
            assert_eq!(number, item.number().to_string());
            assert_eq!(title, item.title(Language::Zh));
            let expected = match (item, item.answered_by()) {
                // These follow from the bytes that are held; no `Unproved` comes of them.
                (Item::DepositRecord | Item::Digests, _) => "machine",
                (_, AnsweredBy::Machine) => "partly",
                (_, AnsweredBy::Person) => "person",
                (_, AnsweredBy::Procedure) => "procedure",
            };
            assert_eq!(by, expected, "{number}");
            assert!(!does.is_empty() && !cannot.is_empty(), "{number}");
        }
    }

    #[test]
    fn there_are_twenty_two_points_and_each_knows_its_number() {
        for (place, item) in Item::ALL.into_iter().enumerate() {
            assert_eq!(item.number(), place + 1);
            assert_eq!(Item::of_number(place + 1), Some(item));
        }
        assert_eq!((Item::of_number(0), Item::of_number(23)), (None, None));
    }

    #[test]
    fn a_discussion_is_asked_for_while_the_matter_is_marked_and_only_then() {
        let mut list = Checklist::default();
        assert!(list.is_discussed() && !list.takes_tick(Item::Approval));
        let Tick { at, by, .. } = tick(true);
        list.mark(Some(Complex { at, by }));
        assert!(!list.is_discussed() && list.takes_tick(Item::Approval));
        assert!(!list.takes_tick(Item::Fee) && !list.takes_tick(Item::DraftReviewed));
        list.ticked(Item::Approval, tick(false));
        assert!(!list.is_discussed());
        list.ticked(Item::Approval, tick(true));
        assert!(list.is_discussed());
        // Marked anew, it is discussed anew.
        list.mark(Some(Complex { at, by }));
        assert!(!list.is_discussed());
        list.mark(None);
        assert!(list.is_discussed() && list.tick(Item::Approval).is_none());
        let old: Checklist = serde_json::from_str(r#"{"machine":{},"ticks":{}}"#).unwrap();
        assert!(old.complex().is_none());
    }

    #[test]
    fn what_could_not_be_shown_needs_a_person_and_what_failed_helps_no_tick() {
        let mut list = Checklist::default();
        let machine = Item::ALL.into_iter().filter(|i| i.answered_by() == AnsweredBy::Machine);
        let mut found: BTreeMap<Item, MachineCheck> =
            machine.map(|item| (item, check(Outcome::Passed))).collect();
        found.insert(Item::SystemState, check(Outcome::Unproved));
        list.recomputed(found.clone());
        for item in Item::ALL.into_iter().filter(|i| i.answered_by() == AnsweredBy::Person) {
            assert!(list.first_open().is_some());
            list.ticked(item, tick(true));
        }
        assert_eq!(list.first_open(), Some(Item::SystemState));
        assert!(list.takes_tick(Item::SystemState) && !list.takes_tick(Item::Digests));
        list.ticked(Item::SystemState, tick(true));
        assert_eq!(list.first_open(), None);
        // For another reason it is another question, which nobody has answered.
        let other = MachineCheck { code: "other".into(), ..check(Outcome::Unproved) };
        found.insert(Item::SystemState, other);
        list.recomputed(found.clone());
        assert_eq!(list.first_open(), Some(Item::SystemState));
        list.ticked(Item::SystemState, tick(true));
        list.recomputed(found.clone());
        assert_eq!(list.first_open(), None);
        found.insert(Item::SystemState, check(Outcome::Failed));
        list.recomputed(found);
        assert_eq!(
            (list.first_open(), list.first_failed()),
            (Some(Item::SystemState), Some(Item::SystemState))
        );
    }
}
