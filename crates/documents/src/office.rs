//! Who issues a document.

use heqi_vocabulary::UtcMillis;

/// A notary office, or another organisation that issues documents, as it is named on them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct Office {
    /// The name with its places, `中华人民共和国浙江省杭州市示例公证处`.
    pub full_name: String,
    /// The name on the seal, `杭州市示例公证处`.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// How to reach it.
    pub telephone: String,
    /// The picture of its seal.
    pub seal: SealFace,
}

/// The picture of a seal. The picture proves nothing: the electronic seal does.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "sample, none or licensed")]
pub enum SealFace {
    /// The seal reads 演示样章·无法律效力, and so does every page. What is sealed by a key that
    /// is for tests only must look like this.
    Sample,
    /// No picture: what a program writes for a reader of its own, without a seal.
    Absent,
    /// A licensed seal, with what stands below the star.
    Licensed {
        /// For example `公证专用章` and the seal's code.
        lines: Vec<String>,
    },
}

impl SealFace {
    /// Whether documents say that they are samples.
    pub const fn is_sample(&self) -> bool {
        matches!(self, Self::Sample)
    }
}

/// The names of an office through its history: districts are redrawn, and a document names the
/// office as it was called on the day (domain analysis, edge case 50).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct OfficeNames {
    /// First instant of each name, ascending.
    names: Vec<(UtcMillis, String)>,
}

impl OfficeNames {
    /// Names with their first instants, in any order.
    pub fn new(mut names: Vec<(UtcMillis, String)>) -> Self {
        names.sort();
        Self { names }
    }

    /// The name at an instant; the first one before that.
    pub fn at(&self, at: UtcMillis) -> Option<&str> {
        let then = self.names.iter().rev().find(|(from, _)| *from <= at);
        then.or_else(|| self.names.first()).map(|(_, name)| name.as_str())
    }

    /// The name at an instant, followed by the name of today where it is another.
    pub fn at_with_present(&self, at: UtcMillis) -> Option<String> {
        let then = self.at(at)?;
        match self.names.last() {
            Some((_, present)) if present != then => Some(format!("{then}（现{present}）")),
            _ => Some(then.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edge_case_50_an_office_is_named_as_it_was_called_on_the_day() {
        let at = |day: &str| format!("{day}T00:00:00.000Z").parse::<UtcMillis>().unwrap();
        let names = OfficeNames::new(vec![
            (at("2017-09-15"), "杭州市临安区公证处".to_owned()),
            (at("1984-01-01"), "临安市公证处".to_owned()),
        ]);
        assert_eq!(names.at(at("2016-05-01")), Some("临安市公证处"));
        assert_eq!(names.at(at("2026-11-28")), Some("杭州市临安区公证处"));
        assert_eq!(names.at(at("1970-01-01")), Some("临安市公证处"));
        let both = names.at_with_present(at("2016-05-01")).unwrap();
        assert_eq!(both, "临安市公证处（现杭州市临安区公证处）");
        assert_eq!(names.at_with_present(at("2026-11-28")).unwrap(), "杭州市临安区公证处");
        assert_eq!(OfficeNames::default().at(at("2026-11-28")), None);
    }
}
