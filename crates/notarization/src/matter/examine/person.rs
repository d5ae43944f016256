//! How the person who signed was checked, as far as what is held shows it: for the sentence of a
//! certificate that tells of the signing.

use heqi_evidence::disclosure::Disclosure;
use heqi_evidence::verdict::Reason;
use heqi_vocabulary::Digest;
use serde_json::Value;

use super::chain::Chain;
use super::signer::is_of_ward;

impl Chain {
    /// What came out well, each with whoever did it, and what no good result of is held. Who answers
    /// for a name is what the examination found by the office's own anchors, never the record's word.
    pub(super) fn checks(
        &self,
        signing: &Disclosure,
        identity: Option<&Reason>,
    ) -> (Vec<String>, Vec<String>) {
        let (mut checked, mut unchecked) = (Vec::new(), Vec::new());
        let mut was_seen = false;
        match identity {
            Some(Reason::IdentityConfirmed { by, test_only: false }) => {
                checked.push(format!("{by}实名信息核验"));
            }
            // A provider for demonstrations answers for nobody.
            Some(Reason::IdentityConfirmed { by, test_only: true }) => {
                let missing = "经权威机构签名确认的实名核验结果";
                unchecked.push(format!("{missing}（{by}为演示机构，其答复不具有法律效力）"));
            }
            Some(Reason::IdentitySeenAtCounter { by }) => {
                was_seen = true;
                checked.push(format!("{by}工作人员当面核对本人与证件"));
            }
            _ => unchecked.push("经权威机构签名确认的实名核验结果".to_owned()),
        }
        match self.review_of(signing) {
            Some((office, "accepted")) => checked.push(format!("{office}人工核验")),
            Some((office, _)) => {
                unchecked.push(format!("人脸比对或替代核验的结果（{office}人工核验未予通过）"));
            }
            None if was_seen => {}
            None => unchecked.push("人脸比对或替代核验的结果".to_owned()),
        }
        if is_of_ward(signing) {
            match self.review_of(signing) {
                Some((office, "accepted")) if self.binds_guardianship(signing) => {
                    checked.push(format!("{office}核对监护人提交的监护关系证明"));
                }
                _ => unchecked.push("监护关系证明的核对结果".to_owned()),
            }
        }
        (checked, unchecked)
    }

    /// Whether what the guardian showed is held, and the challenge of this signing binds it: without
    /// that there was nothing to look at.
    fn binds_guardianship(&self, signing: &Disclosure) -> bool {
        let prior = signing.value("prior_records").and_then(Value::as_array);
        prior.into_iter().flatten().any(|one| {
            let root = one.get("root").and_then(Value::as_str);
            let root = root.and_then(|root| root.parse::<Digest>().ok());
            root.is_some_and(|root| self.guardianships.contains(&root))
        })
    }

    /// Where a person looked at this signing, and what was decided last.
    pub(super) fn review_of(&self, signing: &Disclosure) -> Option<(&str, &str)> {
        let about = signing.text("signing")?;
        let decided = |one: &&Disclosure| {
            one.text("signing") == Some(about)
                && matches!(one.text("decision"), Some("accepted" | "refused"))
        };
        let last = self.reviewed.iter().rfind(decided)?;
        Some((last.text("office").unwrap_or_default(), last.text("decision")?))
    }
}

/// The number of the signer's document as somebody was asked about it, masked: its first four
/// characters. The last four are what a signer is known by, so they are never shown.
pub(super) fn number_of(signing: &Disclosure) -> String {
    let name = signing.text("representative_name").or_else(|| signing.text("party_name"));
    let identity = signing.value("identity");
    let questions = identity.and_then(|identity| identity.get("questions")?.as_array());
    let mut asked = questions.into_iter().flatten().filter_map(|question| {
        let text = |member| question.get(member).and_then(Value::as_str);
        (text("name") == name).then(|| text("document_number")).flatten()
    });
    asked.next().map(masked).unwrap_or_default()
}

fn masked(number: &str) -> String {
    let cover = |(place, character)| if place < 4 { character } else { '*' };
    number.chars().enumerate().map(cover).collect()
}

#[cfg(test)]
mod tests {
    use heqi_testkit::{Story, Twists};
    use heqi_vocabulary::Provenance;
    use serde_json::json;

    use super::*;

    fn signing(twists: &Twists) -> Disclosure {
        let story = Story::tell(1, twists);
        Disclosure::parse(&story.signing().record.full().unwrap()).unwrap()
    }

    fn identity() -> Twists {
        let question =
            json!({ "asks": "person", "document_number": "330106199001011234", "name": "张三" });
        let stranger =
            json!({ "asks": "person", "document_number": "110105194912310021", "name": "李四" });
        let value = json!({ "answered_by": [], "questions": [stranger, question] });
        Twists {
            record: Some(Box::new(move |draft| {
                draft.set("identity", value.clone(), Provenance::Observed).unwrap();
            })),
            ..Twists::default()
        }
    }

    #[test]
    fn a_number_is_that_of_the_question_about_the_signer_and_shows_four_characters() {
        assert_eq!(number_of(&signing(&identity())), "3301**************");
        assert_eq!(number_of(&signing(&Twists::default())), "");
    }

    #[test]
    fn edge_case_8_a_guardianship_that_nobody_looked_at_is_told_as_missing() {
        let of_ward = Twists {
            record: Some(Box::new(|draft| {
                draft.set("party_kind", json!("ward"), Provenance::Declared).unwrap();
                draft.set("party_name", json!("林小茶"), Provenance::Declared).unwrap();
                let guardian = json!("林嘉伟");
                draft.set("representative_name", guardian, Provenance::Declared).unwrap();
            })),
            ..Twists::default()
        };
        let (chain, record) = (Chain::default(), signing(&of_ward));
        let (_, unchecked) = chain.checks(&record, None);
        assert!(unchecked.contains(&"监护关系证明的核对结果".to_owned()), "{unchecked:?}");
        let facts = chain.facts(&record, None);
        assert_eq!(facts.signer, "林小茶（未成年人，由监护人林嘉伟代为签署）");
        assert_eq!(facts.number, "", "no number is held");
        let (_, unchecked) = chain.checks(&signing(&Twists::default()), None);
        assert!(!unchecked.contains(&"监护关系证明的核对结果".to_owned()), "{unchecked:?}");
    }

    #[test]
    fn edge_case_8_the_number_behind_a_minors_name_is_told_as_the_guardians() {
        let asked =
            json!({ "asks": "person", "document_number": "330106199001011234", "name": "林嘉伟" });
        let of_ward = Twists {
            record: Some(Box::new(move |draft| {
                draft.set("party_kind", json!("ward"), Provenance::Declared).unwrap();
                draft.set("party_name", json!("林小茶"), Provenance::Declared).unwrap();
                let guardian = json!("林嘉伟");
                draft.set("representative_name", guardian, Provenance::Declared).unwrap();
                let value = json!({ "answered_by": [], "questions": [asked.clone()] });
                draft.set("identity", value, Provenance::Observed).unwrap();
            })),
            ..Twists::default()
        };
        let facts = Chain::default().facts(&signing(&of_ward), None);
        assert_eq!(facts.number, "监护人证件号码3301**************");
    }

    #[test]
    fn edge_case_8_a_proof_counts_as_looked_at_when_it_is_held_and_bound_and_a_reviewer_accepted() {
        let shown = Digest::of(b"guardianship_shown");
        let of_ward = Twists {
            decided: Some("accepted"),
            record: Some(Box::new(move |draft| {
                draft.set("party_kind", json!("ward"), Provenance::Declared).unwrap();
                let guardian = json!("林嘉伟");
                draft.set("representative_name", guardian, Provenance::Declared).unwrap();
                let prior = json!([{ "kind": "guardianship_shown", "root": shown.to_string() }]);
                draft.set("prior_records", prior, Provenance::Observed).unwrap();
            })),
            ..Twists::default()
        };
        let story = Story::tell(1, &of_ward);
        let mut chain = Chain::default();
        for record in &story.records {
            chain.take(Disclosure::parse(&record.record.full().unwrap()).unwrap());
        }
        let record = signing(&of_ward);
        let is_looked_at = |chain: &Chain| {
            let (checked, unchecked) = chain.checks(&record, None);
            let missing = unchecked.iter().any(|one| one == "监护关系证明的核对结果");
            let looked = checked.iter().any(|one| one.ends_with("核对监护人提交的监护关系证明"));
            assert_ne!(missing, looked);
            looked
        };
        assert!(!is_looked_at(&chain), "nothing was shown that is held here");
        chain.guardianships.insert(shown);
        assert!(is_looked_at(&chain));
    }

    #[test]
    fn edge_case_11_a_minor_and_a_guardian_who_were_named_anew_are_told_apart() {
        let of_ward = Twists {
            put_right: &["林家伟"],
            ward_put_right: Some(["林小茶", "林晓茶"]),
            record: Some(Box::new(|draft| {
                let values = [
                    ("party_kind", "ward"),
                    ("party_name", "林小茶"),
                    ("representative_name", "林嘉伟"),
                ];
                for (name, value) in values {
                    draft.set(name, json!(value), Provenance::Declared).unwrap();
                }
            })),
            ..Twists::default()
        };
        let story = Story::tell(1, &of_ward);
        let mut chain = Chain::default();
        for record in &story.records {
            chain.take(Disclosure::parse(&record.record.full().unwrap()).unwrap());
        }
        let told = chain.facts(&signing(&of_ward), None).signer;
        assert_eq!(
            told,
            "林小茶（未成年人，由监护人林嘉伟代为签署）（监护人其后更正姓名：林家伟）（未成年人其后更正姓名：林晓茶）"
        );
    }

    #[test]
    fn only_what_was_found_good_is_told_as_a_check_and_the_rest_as_missing() {
        let (chain, record) = (Chain::default(), signing(&Twists::default()));
        let told = |reason: &Reason| chain.checks(&record, Some(reason));
        let confirmed =
            |test_only| Reason::IdentityConfirmed { by: "示例核验机构".into(), test_only };
        let (checked, unchecked) = told(&confirmed(false));
        assert_eq!(checked, ["示例核验机构实名信息核验"]);
        assert_eq!(unchecked, ["人脸比对或替代核验的结果"]);
        let (checked, unchecked) = told(&confirmed(true));
        assert!(checked.is_empty() && unchecked.len() == 2, "{checked:?}");
        assert!(unchecked[0].contains("示例核验机构为演示机构"), "{unchecked:?}");
        let (checked, unchecked) =
            told(&Reason::IdentitySeenAtCounter { by: "示例窗口".into() });
        assert_eq!((checked.len(), unchecked.len()), (1, 0));
        for weak in [
            Reason::IdentityAttested { by: "自称机构".into() },
            Reason::IdentityDenied { by: "示例核验机构".into() },
            Reason::IdentityDeclared,
        ] {
            let (checked, unchecked) = told(&weak);
            assert_eq!((checked.len(), unchecked.len()), (0, 2), "{weak:?}");
        }
    }
}
