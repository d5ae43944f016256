//! Who did something to an account: the same answer at either organisation.

use heqi_vocabulary::{Language, StaffId};
use serde::{Deserialize, Serialize};

/// Who did it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "who", rename_all = "snake_case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "whoever audits accounts decides about each")]
pub enum EventBy {
    /// It was not written down: an event of before who did it was kept.
    #[default]
    Unrecorded,
    /// Whoever has the machine; which person that is, the machine's own records say.
    Machine,
    /// Somebody who was not in: whose password or code was wrong.
    Nobody,
    /// A member of staff who was in, or came in by it.
    Officer {
        /// The account.
        account: StaffId,
    },
}

impl EventBy {
    /// In words; what an account is called is said by whoever keeps accounts.
    pub fn in_words(self, language: Language, called: impl FnOnce(StaffId) -> String) -> String {
        let l = language;
        let words = match self {
            Self::Officer { account } => return called(account),
            Self::Machine => {
                l.pick("系统管理员（在服务器上）", "the administrator, on the machine")
            }
            Self::Nobody => l.pick("未通过核验者", "somebody who was not let in"),
            Self::Unrecorded => l.pick("当时未记录", "not recorded at that time"),
        };
        words.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_account_is_called_by_a_name() {
        let account = StaffId::from_bytes([7; 16]);
        let called = |by: EventBy| by.in_words(Language::En, |_| "shen.yan".to_owned());
        assert_eq!(called(EventBy::Officer { account }), "shen.yan");
        for by in [EventBy::Machine, EventBy::Nobody, EventBy::Unrecorded] {
            assert!(!called(by).contains("shen.yan"), "{by:?}");
        }
    }
}
