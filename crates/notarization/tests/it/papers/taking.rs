//! What a session showed is kept, and who of the staff takes a file is written down.

use heqi_evidence_store::backend::{Backend, CommitError};
use heqi_notarization::matter::extraction::Act;
use heqi_notarization::matter::handle::{accept, declare, withdraw};
use heqi_notarization::matter::held_file::{HeldKind, held_files};
use heqi_notarization::matter::screen::screen_file;
use heqi_notarization::matter::session::press_button;
use heqi_notarization::matter::state::Rule;
use heqi_notarization::matter::taking::{TakenFile, take, takings};
use heqi_notarization::matter::view::{matter, steps};
use heqi_notarization::matter::{MatterError, Stage};
use heqi_notarization::staff::{OfficeRole, Officer};
use heqi_vocabulary::Digest;

use super::newest;
use crate::matter::press::PlainScreen;
use crate::matter::{Bureau, rule};
use crate::support::{Failing, House, deposit_of, story};

#[tokio::test]
async fn what_a_session_showed_is_kept_byte_by_byte_under_the_digest_in_its_line() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let no = bureau.accepted().await;
    bureau.checked(no).await;
    bureau.session(no).await.unwrap();
    for act in Act::ALL {
        let pressed =
            press_button(office, &bureau.desk, no, (by, act, &PlainScreen), None).await.unwrap();
        let page = screen_file(office, by, no, pressed.screen_sha256).await.unwrap();
        assert_eq!(Digest::of(&page), pressed.screen_sha256);
        let page = String::from_utf8(page).unwrap();
        let view = matter(office, by, no).await.unwrap();
        let line = view.matter.extraction().unwrap().lines().last().unwrap().clone();
        assert_eq!(line.screen_sha256, Some(pressed.screen_sha256));
        assert!(page.contains(act.as_str()) && page.contains(&line.at.to_string()), "{page}");
        let output = page.split_once('\n').unwrap().1;
        assert_eq!(Digest::of(output.as_bytes()), line.output_sha256, "what it showed is whole");
        let step = steps(office, by, no).await.unwrap().pop().unwrap();
        assert!(step.said.ends_with(&pressed.screen_sha256.to_string()), "{}", step.said);
    }
    let unknown = screen_file(office, by, no, Digest::of(b"nothing")).await;
    assert!(matches!(unknown, Err(MatterError::NotFound)));
    let security = Officer { role: OfficeRole::Security, ..by.clone() };
    assert_eq!(rule(screen_file(office, &security, no, Digest::of(b"x")).await), Rule::Role);
}

#[tokio::test]
async fn whoever_works_on_a_matter_sees_the_held_photo_and_documents_and_each_look_is_written_down()
{
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let story = story();
    let (photo, pdf) = (story.photo(), story.document());
    let look = async |who: &Officer, no, bytes: &[u8]| {
        take(office, who, no, TakenFile::Held { sha256: Digest::of(bytes) }).await
    };

    // Not before the own interest was declared, and not before it is accepted.
    let no = bureau.apply_with(Bureau::form()).await.unwrap();
    assert_eq!(rule(held_files(office, by, no).await), Rule::Undeclared);
    declare(office, no, by, false).await.unwrap();
    assert_eq!(rule(held_files(office, by, no).await), Rule::Stage(Stage::Submitted));
    assert_eq!(rule(look(by, no, &photo).await), Rule::Stage(Stage::Submitted));
    accept(office, no, by).await.unwrap();

    let files = held_files(office, by, no).await.unwrap();
    let of = |bytes: &[u8]| files.iter().find(|file| file.sha256 == Digest::of(bytes)).unwrap();
    assert_eq!((of(&photo).kind, of(&photo).title.as_deref()), (HeldKind::Photo, None));
    assert_eq!((of(&pdf).kind, of(&pdf).title.as_deref()), (HeldKind::Document, Some("公司章程")));
    assert_eq!(of(&pdf).size_bytes, pdf.len() as u64);
    assert_eq!(files.len(), 2, "nothing else of the deposit: {files:?}");
    let approver = &bureau.approver.officer;
    declare(office, no, approver, false).await.unwrap();
    assert_eq!(look(by, no, &photo).await.unwrap(), photo);
    bureau.house.clock.advance_ms(1);
    assert_eq!(look(approver, no, &pdf).await.unwrap(), pdf);

    // Neither who has an interest nor who only reads, and nothing that is no file of the deposit.
    let other = &bureau.other_notary.officer;
    declare(office, no, other, true).await.unwrap();
    assert_eq!(rule(look(other, no, &photo).await), Rule::Conflict);
    assert_eq!(rule(look(&bureau.archivist.officer, no, &photo).await), Rule::Role);
    let record = deposit_of(&story, story.signing()).record;
    for bytes in [&record[..], b"nothing"] {
        assert!(matches!(look(by, no, bytes).await, Err(MatterError::NotFound)));
    }
    let lines = takings(office, by, no).await.unwrap();
    let said: Vec<_> = lines.iter().map(|line| (line.by, line.file)).collect();
    let held = |bytes: &[u8]| TakenFile::Held { sha256: Digest::of(bytes) };
    assert_eq!(said, [(by.account, held(&photo)), (approver.account, held(&pdf))]);

    withdraw(office, no, by, "不再需要").await.unwrap();
    assert_eq!(rule(look(by, no, &photo).await), Rule::Stage(Stage::Withdrawn));
}

#[tokio::test]
async fn who_of_the_staff_takes_a_file_is_written_down_before_it_is_handed_out() {
    let bureau = Bureau::open().await;
    let (office, by) = (bureau.office(), &bureau.notary.officer);
    let archivist = &bureau.archivist.officer;
    let no = bureau.issued().await;
    let (notice, paper) = newest(&bureau, no).await;
    assert!(takings(office, by, no).await.unwrap().is_empty(), "its own service takes nothing");
    let leaves = bureau.house.store.log().head().size();

    let certificate = take(office, by, no, TakenFile::Certificate {}).await.unwrap();
    assert!(String::from_utf8(certificate).unwrap().contains("兹证明"));
    bureau.house.clock.advance_ms(1);
    let file = take(office, by, no, TakenFile::Notice { no: notice }).await.unwrap();
    assert_eq!(file, paper.as_bytes());
    bureau.house.clock.advance_ms(1);
    let sha256 = matter(office, by, no).await.unwrap().matter.screens().next().unwrap();
    let page = take(office, by, no, TakenFile::Screen { sha256 }).await.unwrap();
    assert_eq!(Digest::of(&page), sha256);
    bureau.house.clock.advance_ms(1);
    take(office, archivist, no, TakenFile::Dossier {}).await.unwrap();

    let lines = takings(office, by, no).await.unwrap();
    let said: Vec<_> = lines.iter().map(|line| (line.by, line.role, line.file)).collect();
    let wanted = [
        (by.account, OfficeRole::Notary, TakenFile::Certificate {}),
        (by.account, OfficeRole::Notary, TakenFile::Notice { no: notice }),
        (by.account, OfficeRole::Notary, TakenFile::Screen { sha256 }),
        (archivist.account, OfficeRole::Archivist, TakenFile::Dossier {}),
    ];
    assert_eq!(said, wanted);
    assert!(lines.iter().is_sorted_by_key(|line| line.at));
    assert_eq!(bureau.house.store.log().head().size(), leaves, "who looks adds no leaf");

    // Who may not have a file has taken none, and neither has anybody where there is none.
    assert_eq!(rule(take(office, by, no, TakenFile::Dossier {}).await), Rule::Role);
    let security = Officer { role: OfficeRole::Security, ..by.clone() };
    assert_eq!(rule(take(office, &security, no, TakenFile::Certificate {}).await), Rule::Role);
    assert_eq!(rule(takings(office, &security, no).await), Rule::Role);
    let early = take(office, by, no, TakenFile::Renewals {}).await;
    assert!(matches!(early, Err(MatterError::NotFound)), "nobody has stamped the log");
    // What cannot be written down is not handed out.
    let store = bureau.house.store.clone();
    let full = Failing::new(store.clone(), CommitError::DiskFull, true);
    let house = House::over(&story(), full.clone(), store);
    let refused = take(&house.office, by, no, TakenFile::Certificate {}).await;
    assert!(refused.is_err(), "a file without its line");
    assert_eq!(takings(office, by, no).await.unwrap().len(), wanted.len());
    full.recover();
    take(&house.office, by, no, TakenFile::Certificate {}).await.unwrap();
    assert_eq!(takings(office, by, no).await.unwrap().len(), wanted.len() + 1);
}
