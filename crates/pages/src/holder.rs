//! 实时保: what a signer sees of the evidence that a custodian holds of it, on the custodian's own
//! service. No page shows anything personal before a code and a name have passed.

mod apply;
mod door;
mod evidence;
mod list;
mod place;
mod say;

pub use apply::HolderApplyPage;
pub use door::{HolderCodePage, HolderDoorPage};
pub use evidence::{
    ApplyWay, HeldDocument, HolderEvidencePage, OpenApplication, ProvedClaim, SaidLine,
};
pub use list::{HeldLine, HolderListPage, HolderMatter, OtherLine, WatchShown};
pub use place::PlaceSketch;
pub use say::{HolderSayPage, HolderSaying};

use crate::words::Words;

pub(crate) const SERVICE_FOOT: Words = Words::new(
    "本服务由公证机构运行，与签署平台分开保管证据。",
    "This service is run by the notary and holds evidence apart from the signing platform.",
);
