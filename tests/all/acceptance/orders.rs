//! A custodian that may not erase says so, and the platform shows who still holds what and why.

use heqi_registration::Custodian;
use serde_json::json;

use super::erasure::{ask_erasure, personal_data, place_of, told};
use super::house::{House, Second, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_custodian_that_refuses_is_shown_with_its_reason_beside_the_one_that_erased() {
    let house = House::start(Second::Real).await;
    let told = told(&house).await;
    let (chain, _) = place_of(&house, &told.decline_record).await;
    house.centre_holds(chain).await;

    let decided = ask_erasure(&house, &told.tokens[1], &told.filing, &told.decliner).await;
    assert_eq!(decided["decision"], "erased", "the platform knows of no hold: {decided}");
    let standing = until("both custodians to answer the order", async || {
        let standing = personal_data(&house, &told.filing).await;
        let answers = standing["erasures"][0]["custodians"].as_array()?.clone();
        let answered = answers.iter().all(|one| one["answer"]["state"] != "ordered");
        (answers.len() == 2 && answered).then_some(answers)
    })
    .await;
    let answer_of = |custodian: Custodian| {
        let of = |one: &&serde_json::Value| one["custodian"] == custodian.as_str();
        standing.iter().find(of).unwrap()["answer"].clone()
    };
    let refused = answer_of(Custodian::DataCentre);
    assert_eq!(refused["state"], "refused", "{refused}");
    assert_eq!(refused["reason"], "legal_hold");
    let basis = refused["legal_basis"].as_str().unwrap();
    assert!(basis.contains("个人信息保护法第47条第2款"), "{basis}");
    assert!(refused["at"].is_string(), "{refused}");
    assert!(!refused.to_string().contains("示例民初"), "why it is held there is not told");
    assert_eq!(answer_of(Custodian::Preservation)["state"], json!("erased"));
    house.stop().await;
}
