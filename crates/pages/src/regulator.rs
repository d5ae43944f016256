//! The pages of a regulator: a search with its legal basis, what it found, one filing with a
//! machine's verdict on every signature, and two copies of a document beside each other. Each says
//! that looking is recorded, and shows the record.

mod comparison;
mod dossier;
mod results;
mod search;

pub use comparison::{ComparisonPage, CopyShown, DifferenceShown};
pub use dossier::{
    ApplicationShown, ClaimLine, DocumentLine, DossierPage, DwellStrip, EventLine,
    HandwritingShown, HoldLine, PACKED, PartyLine, SignatureCard, StatusShown, TieLine,
};
pub use results::{QueryShown, ResultLine, ResultsPage};
pub use search::{RegulatorPage, SearchForm, SearchLine};

use maud::{Markup, html};

use crate::frame::Frame;
use crate::words::Words;

/// The record that a look left behind.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "an argument: whoever serves a page builds it")]
pub struct Trace {
    /// The record.
    pub record: String,
    /// Its leaf, counted from 0.
    pub leaf: u64,
    /// Leaves of the log when the page was made.
    pub log_size: u64,
}

impl Trace {
    /// One line that nobody overlooks: the look itself is evidence.
    fn line(&self, frame: &Frame) -> Markup {
        let l = frame.language;
        let is_newest = self.leaf + 1 == self.log_size;
        html! {
            p .trace {
                (RECORDED.in_language(l)) " " code { (self.record) } " · "
                (LEAF.in_language(l)) " " strong { (self.leaf) }
                @if is_newest { " " (NEWEST.in_language(l)) }
                @else { " / " (self.log_size) }
            }
        }
    }

    fn sample(leaf: u64) -> Self {
        Self { record: "rec_0123456789abcdefghjkmnpqrs".into(), leaf, log_size: 4_712 }
    }
}

const RECORDED: Words = Words::new("本次查询/查看已写入存证日志：", "This look is in the log:");
const LEAF: Words = Words::new("第", "leaf");
const NEWEST: Words =
    Words::new("叶（此刻日志的最新一叶）", "(the newest leaf of the log right now)");
