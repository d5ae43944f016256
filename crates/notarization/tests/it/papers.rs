//! Papers of the office: what an applicant is told in writing, what of it staff took, what became of a
//! certificate.
//!
//! - [`told`], [`taking`], [`queue`], [`to_approve`], [`due`], [`relatives`], [`wrong`], [`archived`]: the tests

mod archived;
mod due;
mod queue;
mod relatives;
mod taking;
mod to_approve;
mod told;
mod wrong;

use heqi_notarization::matter::ApplicationNo;
use heqi_notarization::matter::notice::{NoticeNo, make_notices, notice_file};
use heqi_notarization::matter::view::matter;
use heqi_vocabulary::Digest;

use crate::matter::Bureau;

/// The file of the newest document of a matter, made now.
async fn newest(bureau: &Bureau, no: ApplicationNo) -> (NoticeNo, String) {
    let office = bureau.office();
    make_notices(office, &bureau.desk, 10).await.unwrap();
    let by = &bureau.clerk.officer;
    let view = matter(office, by, no).await.unwrap();
    let notice = view.matter.notices().last().unwrap();
    let file = notice_file(office, by, no, notice.no).await.unwrap();
    assert_eq!(notice.made.unwrap().sha256, Digest::of(&file), "the matter names the file");
    (notice.no, String::from_utf8(file).unwrap())
}
