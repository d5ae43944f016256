//! A handler sees what will be sent to whom, invites, and sees what came of it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use heqi_filing::catalogue::{Material, materials};
use heqi_notify::segments::segments;
use heqi_pages::staff::{FieldTrouble, InvitePage, Invitee, Trouble};
use heqi_pages::{DeskLink, Link, render};
use heqi_registration::fault::Refusal as _;
use heqi_registration::handler_desk::prepared::{PreparedFiling, PreparedParty};
use heqi_registration::invite::{Invite, InviteError, invite};
use heqi_registration::message_queue::{
    InvitationPreview, MessageView, filing_messages, preview_invitations,
};
use heqi_registration::{MessageState, Purpose};
use heqi_service_kit::Problem;
use heqi_vocabulary::{FilingId, Language, MessageChannel, PartyId};

use super::{about, party_name, prepared, reached};
use crate::pages::shown::{Shown, page, respond};
use crate::problem_of::{refused, status_of};
use crate::routes::staff::form::FilledByStaff;
use crate::routes::staff::pairs::{Pairs, ToldAt, told_at};
use crate::routes::staff::{actor, to, trouble};
use crate::state::State;
use crate::visitor::{Reader, StaffVisitor};

pub(super) async fn ask(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filing: Path<FilingId>,
) -> Result<HttpResponse, Problem> {
    let here = Link::Desk(DeskLink::Invitations(*filing));
    let shown = Shown::to(&state, reader, here).with_staff(&visitor);
    Ok(page(&invite_page(&state, &visitor, &shown, *filing).await?, &shown))
}

/// Everybody who was ticked is invited, one after the other: each is an act of its own.
pub(super) async fn send(
    state: Data<State>,
    reader: Reader,
    visitor: StaffVisitor,
    filing: Path<FilingId>,
    filled: FilledByStaff<Pairs>,
) -> Result<HttpResponse, Problem> {
    let l = reader.language;
    let here = Link::Desk(DeskLink::Invitations(*filing));
    let shown = Shown::to(&state, reader, here.clone()).with_staff(&visitor);
    prepared(&state, &visitor, *filing).await?;
    let ticked = filled.value.all("party").filter_map(|id| id.parse::<PartyId>().ok());
    let ticked: Vec<PartyId> = ticked.collect();
    let mut whole = ticked.is_empty().then(|| nobody(l));
    let mut refusals = Vec::new();
    for party in &ticked {
        let request = filled.request.part(&party.to_string());
        let command = Invite { filing: *filing, party: *party };
        match invite(&state.platform, &request, command).await {
            Ok(_) => {}
            Err(error @ InviteError::Act(_)) => return Err(refused(error)),
            Err(error) if is_of_party(&error) => {
                refusals.push((*party, trouble(&error, l), status_of(error.class())));
            }
            Err(error) => {
                whole = Some(told_at(None, &error, l));
                break;
            }
        }
    }
    let first = refusals.first().map(|(_, _, status)| *status);
    let counted = (refusals.len(), ticked.len());
    let whole = whole.or_else(|| first.map(|status| some_were_not(counted, status, l)));
    let Some((told, status)) = whole else { return Ok(to(&here)) };
    let mut form = invite_page(&state, &visitor, &shown, *filing).await?;
    for invitee in &mut form.invitees {
        let refusal = refusals.iter().find(|(party, ..)| *party == invitee.party);
        invitee.trouble = refusal.map(|(_, told, _)| told.clone());
        invitee.chosen = invitee.chosen.map(|_| ticked.contains(&invitee.party));
    }
    form.trouble = Some(told);
    let mut response = respond(&shown);
    response.status(status);
    Ok(response.body(render(&form, &shown.frame)))
}

/// Whether a refusal is about one party: another one may be invited all the same.
const fn is_of_party(error: &InviteError) -> bool {
    matches!(error, InviteError::Ceremony(_) | InviteError::NoContact | InviteError::DayLimit)
}

fn nobody(l: Language) -> ToldAt {
    let what = l.pick("没有选择签署人，未发送邀请。", "Nobody was chosen; nobody was invited.");
    let next = l.pick("请勾选要邀请的签署人。", "Tick whom to invite.");
    whole(what.to_owned(), next, StatusCode::UNPROCESSABLE_ENTITY)
}

fn some_were_not((number, of): (usize, usize), status: StatusCode, l: Language) -> ToldAt {
    let what = match (l, number < of) {
        (Language::Zh, true) => format!("有{number}人没有邀请成功，其余的已邀请。"),
        (Language::Zh, false) => "所选的签署人都没有邀请成功。".to_owned(),
        (Language::En, true) => format!("{number} were not invited; everybody else was."),
        (Language::En, false) => "Nobody whom you chose was invited.".to_owned(),
    };
    let next = l.pick("请查看各人的说明，处理后再邀请。", "See at each why, and invite again.");
    whole(what, next, status)
}

fn whole(what: String, next: &str, status: StatusCode) -> ToldAt {
    (FieldTrouble { field: None, trouble: Trouble { what, next: next.to_owned() } }, status)
}

async fn invite_page(
    state: &State,
    visitor: &StaffVisitor,
    shown: &Shown,
    filing: FilingId,
) -> Result<InvitePage, Problem> {
    let (l, actor) = (shown.frame.language, actor(visitor)?);
    let now = prepared(state, visitor, filing).await?;
    let previews = preview_invitations(&state.platform, &actor, filing).await.map_err(refused)?;
    let messages = filing_messages(&state.platform, &actor, filing).await.map_err(refused)?;
    let invitee = |party: &PreparedParty| {
        let preview = previews.iter().find(|preview| preview.party == party.party);
        invitee(state, party, (preview, last_of(&messages, party.party)), l)
    };
    Ok(InvitePage {
        about: about(state, visitor, shown, &now).await?,
        is_sending: state.templates.is_some(),
        hints: hints(&now, l),
        invitees: now.parties.iter().filter(|party| party.is_signer()).map(invitee).collect(),
        key: shown.fresh_key(state),
        trouble: None,
    })
}

/// The last invitation that was sent to a party, or waits.
fn last_of(messages: &[MessageView], party: PartyId) -> Option<&MessageView> {
    let to = |one: &&MessageView| one.party_id == party && one.purpose == Purpose::Invitation;
    messages.iter().rev().find(to)
}

fn invitee(
    state: &State,
    party: &PreparedParty,
    (preview, sent): (Option<&InvitationPreview>, Option<&MessageView>),
    l: Language,
) -> Invitee {
    let words = preview.zip(state.templates.as_ref()).and_then(|(preview, templates)| {
        templates.fill(Purpose::Invitation.as_str(), preview.language, &preview.values)
    });
    let goes_by = |channel| preview.is_some_and(|preview| preview.channels.contains(&channel));
    let sms = words.as_ref().filter(|_| goes_by(MessageChannel::Sms));
    let mail = words.as_ref().filter(|_| goes_by(MessageChannel::Email));
    let waits = party.missing > 0 || !party.is_invited;
    Invitee {
        party: party.party,
        name: party_name(party, l),
        reached: reached(party, l),
        stand: stand(party, sent, l),
        chosen: (waits && preview.is_some()).then_some(!party.is_invited),
        sms: sms.map(|words| (words.sms.clone(), segments(&words.sms).1)),
        mail: mail.map(|words| (words.subject.clone(), words.email.clone())),
        trouble: None,
    }
}

/// How far an invitation has come.
fn stand(party: &PreparedParty, sent: Option<&MessageView>, l: Language) -> String {
    if !party.is_invited {
        return l.pick("尚未邀请。", "Not invited yet.").to_owned();
    }
    if party.missing == 0 {
        return l.pick("已签署。", "Has signed.").to_owned();
    }
    let Some(sent) = sent else {
        return l.pick("已邀请，没有发送消息。", "Invited; no message was sent.").to_owned();
    };
    let went = match sent.state {
        MessageState::Queued => l.pick("等待发送", "waits to be sent"),
        MessageState::Sent => l.pick("已发出", "sent"),
        MessageState::Delivered => l.pick("已送达", "delivered"),
        MessageState::Bounced => l.pick("被退回，请核对联系方式", "came back: check the contact"),
        MessageState::Failed => l.pick("发送失败，请核对联系方式", "failed: check the contact"),
        MessageState::Uncertain => {
            l.pick("可能已发出，请向本人核实", "may have been sent: ask the person")
        }
        MessageState::Expired => {
            l.pick("未能及时发出，请再次邀请", "not sent in time: invite again")
        }
        MessageState::Dropped => l.pick("不再发送", "is not sent any more"),
    };
    match l {
        Language::Zh => format!("已于{}邀请：{went}。", sent.queued_at.for_people()),
        Language::En => format!("Invited at {}: {went}.", sent.queued_at.for_people()),
    }
}

/// What the handler should know before: nothing is refused by it.
fn hints(now: &PreparedFiling, l: Language) -> Vec<String> {
    let is_there = |one: &Material| now.documents.iter().any(|document| one.is(&document.title));
    let missing: Vec<String> = materials(now.matter)
        .iter()
        .filter(|one| one.is_key && one.is_signed && !is_there(one))
        .map(|one| one.title(l).to_owned())
        .collect();
    if missing.is_empty() || !now.is_drafting() {
        return Vec::new();
    }
    let missing = missing.join(l.pick("、", ", "));
    vec![match l {
        Language::Zh => format!("还没有上传的关键材料：{missing}。邀请后不能再添加。"),
        Language::En => {
            format!("Key materials that are missing: {missing}. None is added after inviting.")
        }
    }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_said_to_be_invited_only_where_there_are_others() {
        let told = |counted, l| some_were_not(counted, StatusCode::CONFLICT, l).0.trouble.what;
        assert_eq!(told((1, 3), Language::Zh), "有1人没有邀请成功，其余的已邀请。");
        assert!(told((1, 3), Language::En).contains("everybody else was"));
        for (l, others) in [(Language::Zh, "其余"), (Language::En, "else")] {
            let told = told((2, 2), l);
            assert!(!told.contains(others), "{told}");
        }
    }
}
