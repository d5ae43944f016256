//! A case in the words of its page.

use heqi_evidence::attestation::{CompanyStatus, PersonOutcome};
use heqi_filing::{ActionResult, Capacity, CaseState, TakenAction};
use heqi_pages::staff::{
    ActionSeen, CaseAttachments, CasePage, DecisionForm, Desk, FrameThere, QueueRow, Said, SaidBy,
    ShotThere, VideoThere, WayRow,
};
use heqi_registration::case_queue::{
    CaseSummary, CaseView, SeenWard, Shot, WaySummary, reviewer_name,
};
use heqi_registration::correct_person::{Correction, Whose};
use heqi_registration::review_wanted::{ReviewWay, WayReason};
use heqi_registration::special_name::SpecialNameSaid;
use heqi_registration::verify_identity::{Finding, Findings};
use heqi_service_kit::Problem;
use heqi_vocabulary::{Language, StaffId, UtcMillis};

use crate::pages::shown::Shown;
use crate::problem_of::refused;
use crate::state::State;

pub(super) fn row(summary: &CaseSummary, now: UtcMillis, l: Language) -> QueueRow {
    QueueRow {
        case: summary.case,
        number: summary.filing_number.to_string(),
        reasons: summary.reasons.iter().map(|reason| reason.text(l).to_owned()).collect(),
        since: summary.opened_at.for_people(),
        due: summary.due_at.for_people(),
        is_late: now > summary.due_at,
        is_proposed: summary.proposed_by.is_some(),
    }
}

pub(super) fn way(summary: &WaySummary, l: Language) -> WayRow {
    let way = match summary.way {
        ReviewWay::Video => l.pick("视频核验", "By video"),
        ReviewWay::Counter => l.pick("到窗口核验", "At the counter"),
    };
    let reason = match summary.reason {
        WayReason::FaceRefused => l.pick("不同意使用人脸信息", "no consent to face information"),
        WayReason::CameraMissing => l.pick("没有或不使用相机", "no camera, or not used"),
    };
    let wish = l.pick("{way}（{reason}）", "{way} ({reason})");
    WayRow {
        number: summary.filing_number.to_string(),
        wish: wish.replace("{way}", way).replace("{reason}", reason),
        since: summary.since.for_people(),
    }
}

pub(super) async fn page(
    state: &State,
    view: &CaseView,
    desk: Desk,
    shown: &Shown,
) -> Result<CasePage, Problem> {
    let l = shown.frame.language;
    let name =
        async |account: StaffId| reviewer_name(&state.platform, account).await.map_err(refused);
    let form = match &view.state {
        CaseState::Open {} => DecisionForm::First,
        CaseState::RefusalProposed { at, .. } if view.is_own_proposal => {
            DecisionForm::Own { at: at.for_people() }
        }
        CaseState::RefusalProposed { by, at } => {
            DecisionForm::Second { by: name(by.account()).await?, at: at.for_people() }
        }
        CaseState::Accepted { by, at } => DecisionForm::Decided {
            accepted: true,
            at: at.for_people(),
            by: vec![name(by.account()).await?],
        },
        CaseState::Refused { proposed_by, confirmed_by, at } => DecisionForm::Decided {
            accepted: false,
            at: at.for_people(),
            by: vec![name(proposed_by.account()).await?, name(confirmed_by.account()).await?],
        },
    };
    Ok(CasePage {
        desk,
        row: row(&view.summary, state.platform.now(), l),
        matter: view.matter.name(l).to_owned(),
        company: view.company_name.clone(),
        name: view.party_name.clone(),
        capacities: view.capacities.iter().map(|word| capacity(word, l)).collect(),
        said: said(view, l),
        photo: match view.photo {
            Shot::There => ShotThere::There,
            Shot::NotTaken => ShotThere::NotTaken,
            Shot::Erased => ShotThere::Erased,
        },
        actions: view.actions.iter().map(|taken| action(taken, l)).collect(),
        frame_mark: view.frame_mark.clone(),
        video: view
            .video_ms
            .zip(view.spoken_code.clone())
            .map(|(millis, code)| VideoThere { seconds: millis.div_ceil(1000), code }),
        attachments: CaseAttachments {
            notes: view
                .is_from_abroad
                .then(|| l.pick(ABROAD[0], ABROAD[1]).to_owned())
                .into_iter()
                .collect(),
            risks: view.risks.iter().map(|flag| flag.text(l).to_owned()).collect(),
            has_scan: view.scan.is_some(),
            has_certificate: !view.corrections.is_empty(),
            has_guardianship: view.ward.as_ref().is_some_and(|ward| ward.shown.is_some()),
        },
        has_portrait: view.has_portrait,
        signed_at: view.signed_at.for_people(),
        form,
        key: shown.fresh_key(state),
        grounds: String::new(),
        trouble: None,
    })
}

fn action(taken: &TakenAction, l: Language) -> ActionSeen {
    let frame = match taken.result {
        ActionResult::Frame { .. } => FrameThere::There,
        ActionResult::NotDone => FrameThere::NotDone,
        ActionResult::Missing => FrameThere::Missing,
    };
    ActionSeen { asked: taken.asked.text(l).to_owned(), frame }
}

/// For a document from abroad (edge case 2): the papers that go with it are seen elsewhere.
const ABROAD: [&str; 2] = [
    "签署人持境外证件。登记机关要求时，请核对身份文件的公证认证（附加证明书或领事认证）及其中文译本，译本姓名应与所持证件一致；材料由经办人提交，本平台不代为核验。",
    "The signer holds a document from abroad. Where the registration authority asks for it, look at the authenticated identity paper (apostille or consular) and its Chinese translation; the name must be that of the document. The handler hands them in; this platform does not check them.",
];

pub(super) fn capacity(word: &str, l: Language) -> String {
    let known: Option<Capacity> = serde_json::from_value(word.into()).ok();
    known.map_or_else(|| word.to_owned(), |capacity| capacity.name(l).to_owned())
}

/// For which minor was signed, and what the guardian says of it.
fn of_ward(ward: &SeenWard, l: Language) -> Vec<Said> {
    let mut said = vec![Said {
        about: l.pick("被监护人（代其签署）", "The minor signed for").to_owned(),
        what: ward.name.clone(),
        by: SaidBy::Handler,
        at: None,
    }];
    if let Some((four, shown)) = &ward.shown {
        let (relation, proof) = (shown.relation.text(l), shown.proof.text(l));
        let age = shown.age.text(l);
        said.push(Said {
            about: l.pick("监护关系", "Guardianship").to_owned(),
            what: match l {
                Language::Zh => format!(
                    "监护人称：{relation}；证明：{proof}；被监护人证件号码末四位 {four}，{age}"
                ),
                Language::En => format!(
                    "the guardian says: {relation}; proof: {proof}; the minor's number ends in {four}, {age}"
                ),
            },
            by: SaidBy::Nobody,
            at: Some(shown.at.for_people()),
        });
    }
    if ward.is_guardian_party {
        said.push(Said {
            about: l.pick("监护人的利益", "The guardian's own interest").to_owned(),
            what: l
                .pick(
                    "监护人同名者另为本办件的当事人：请核对代签是否为维护被监护人的利益（民法典第三十五条）",
                    "somebody of the guardian's name is another party too: look whether this is in the minor's interest (民法典 art. 35)",
                )
                .to_owned(),
            by: SaidBy::Nobody,
            at: None,
        });
    }
    said
}

/// What each source says about who signed.
fn said(view: &CaseView, l: Language) -> Vec<Said> {
    let mut said = vec![Said {
        about: l.pick("姓名", "Name").to_owned(),
        what: view.party_name.clone(),
        by: SaidBy::Handler,
        at: None,
    }];
    if let Some(four) = &view.last_four {
        said.push(Said {
            about: l.pick("证件号码末四位", "Last four of the number").to_owned(),
            what: four.clone(),
            by: SaidBy::Handler,
            at: None,
        });
    }
    if let Some(last) = view.ends_soon {
        let text = l.pick(
            "{date}到期，距签署不超过30日；以签署当日有效为准，登记机关可能要求提交新证件",
            "ends on {date}, within 30 days of the signing; what counts is that day, and the registry may ask for the new one",
        );
        said.push(Said {
            about: l.pick("证件有效期", "The document").to_owned(),
            what: text.replace("{date}", &last.to_string()),
            by: SaidBy::Handler,
            at: None,
        });
    }
    for one in &view.corrections {
        said.extend(put_right(one, l));
    }
    if let Some(special) = &view.special_name {
        said.push(of_name(special, l));
    }
    if let Some((choice, outcome, at)) = &view.seal {
        said.push(Said {
            about: l.pick("企业印章", "Company seal").to_owned(),
            what: format!("{} · {}", choice.text(l), outcome.text(l)),
            by: SaidBy::Platform,
            at: Some(at.for_people()),
        });
    }
    if let Some(ward) = &view.ward {
        said.extend(of_ward(ward, l));
    }
    match &view.findings {
        Some((findings, _)) => said.extend(of_authorities(findings, l)),
        None => said.push(Said {
            about: l.pick("权威来源", "Authorities").to_owned(),
            what: l.pick("没有询问或没有答复", "not asked, or no answer").to_owned(),
            by: SaidBy::Nobody,
            at: None,
        }),
    }
    said.push(Said {
        about: l.pick("签署时间", "Signed at").to_owned(),
        what: view.signed_at.for_people(),
        by: SaidBy::Platform,
        at: None,
    });
    said
}

/// What the signer says of the own name.
fn of_name(special: &SpecialNameSaid, l: Language) -> Said {
    let text = special.name.text(l);
    let what = match (&special.written, l) {
        (None, Language::Zh) => format!("签署人称：{text}"),
        (None, Language::En) => format!("the signer says: {text}"),
        (Some(written), Language::Zh) => {
            format!("签署人称：{text}；证件上的姓名（或原来的姓名）：{written}")
        }
        (Some(written), Language::En) => {
            format!("the signer says: {text}; in the document, or before: {written}")
        }
    };
    Said {
        about: l.pick("姓名特殊情形", "Something special about the name").to_owned(),
        what,
        by: SaidBy::Nobody,
        at: Some(special.at.for_people()),
    }
}

/// A line for the name and one for the number, as far as each was put right.
fn put_right(one: &Correction, l: Language) -> Vec<Said> {
    let nothing = || l.pick("未申报", "none declared").to_owned();
    let name = (one.name_before != one.name_after).then(|| {
        let about = match one.whose {
            None => l.pick("姓名更正", "Name put right"),
            Some(Whose::Ward) => l.pick("被监护人姓名更正", "Minor's name put right"),
            Some(Whose::Guardian) => l.pick("监护人姓名更正", "Guardian's name put right"),
        };
        (about, one.name_before.clone(), one.name_after.clone())
    });
    let number = one.last_four_after.clone().map(|after| {
        // A minor's number is no correction's: the guardian gives it anew.
        let about = match one.whose {
            None | Some(Whose::Ward) => {
                l.pick("证件号码末四位更正", "Last four of the number put right")
            }
            Some(Whose::Guardian) => {
                l.pick("监护人证件号码末四位更正", "Last four of the guardian's number put right")
            }
        };
        (about, one.last_four_before.clone().unwrap_or_else(nothing), after)
    });
    let text = l.pick(
        "{before} → {after}；凭{issuer}证明",
        "{before} → {after}; by a certificate of {issuer}",
    );
    let line = |(about, before, after): (&str, String, String)| Said {
        about: about.to_owned(),
        what: text
            .replace("{before}", &before)
            .replace("{after}", &after)
            .replace("{issuer}", &one.issuer),
        by: SaidBy::Platform,
        at: Some(one.at.for_people()),
    };
    name.into_iter().chain(number).map(line).collect()
}

fn of_authorities(findings: &Findings, l: Language) -> Vec<Said> {
    let person = if findings.asked_mobile {
        l.pick("姓名、证件号码、手机号码", "Name, number, mobile number")
    } else {
        l.pick("姓名、证件号码", "Name and number")
    };
    let real_name = findings.real_name.clone().map(|outcome| match outcome {
        PersonOutcome::Matches => l.pick("一致", "belong together"),
        PersonOutcome::MobileDiffers => l.pick(
            "姓名与证件一致，手机号码不是本人的",
            "name and number fit, the mobile number is another's",
        ),
        PersonOutcome::Differs => l.pick("姓名与证件号码不一致", "name and number differ"),
        PersonOutcome::NotFound => l.pick("查无此号", "no such number"),
    });
    let portrait = findings.portrait.clone().map(|is_held| {
        if is_held {
            l.pick("已取得", "handed out")
        } else {
            l.pick("库中没有", "none is held")
        }
    });
    let registry = findings.registry.clone().map(|at| {
        at.map_or_else(
            || l.pick("未核验", "not verified").to_owned(),
            |at| format!("{} {}", l.pick("已核验", "verified"), at.for_people()),
        )
    });
    let company = findings.company.clone().map(|(name_matches, status)| {
        let name = if name_matches {
            l.pick("名称一致", "the name fits")
        } else {
            l.pick("名称不一致", "the name differs")
        };
        format!("{name} · {}", company_status(status, l))
    });
    let all = [
        one(person, real_name, l),
        one(l.pick("证件照片", "Portrait"), portrait, l),
        one(l.pick("登记机关实名核验", "The registry's own check"), registry, l),
        one(l.pick("企业登记状态", "The company"), company, l),
    ];
    all.into_iter().flatten().collect()
}

fn company_status(status: CompanyStatus, l: Language) -> &'static str {
    match status {
        CompanyStatus::InOperation => l.pick("存续", "in operation"),
        CompanyStatus::Revoked => l.pick("吊销", "revoked"),
        CompanyStatus::Cancelled => l.pick("注销", "cancelled"),
        CompanyStatus::Abnormal => l.pick("经营异常", "listed as abnormal"),
        CompanyStatus::NotFound => l.pick("查无此企业", "no such company"),
    }
}

/// One finding; `None`: there was nothing to ask.
fn one(about: &str, finding: Finding<impl Into<String>>, l: Language) -> Option<Said> {
    let nobody = |what: &str| (what.to_owned(), SaidBy::Nobody, None);
    let (what, by, at) = match finding {
        Finding::NotAsked => return None,
        Finding::NotConfigured => nobody(l.pick("没有可询问的机构", "nobody to ask")),
        Finding::Unreachable => nobody(l.pick("机构未答复", "no answer in time")),
        Finding::Refused => nobody(l.pick("机构拒绝答复", "the provider refused")),
        Finding::NotBelieved => {
            nobody(l.pick("答复未通过验签，不采信", "an answer that could not be believed"))
        }
        Finding::Answered { answer, answered_at, provider } => {
            (answer.into(), SaidBy::Provider(provider), Some(answered_at.for_people()))
        }
    };
    Some(Said { about: about.to_owned(), what, by, at })
}
