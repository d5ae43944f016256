//! The guide on the demo's first port, and the inbox: small pages that show what is really there,
//! with links that work. No scripts, nothing from outside.
//!
//! - [`view`]: language, size of the text, the document around each page
//! - [`html`]: the guide itself, and the phone; [`lanes`] and [`picture`] are drawn on it, and
//!   [`older`] tells of the older filing
//! - [`inbox`], [`tampering`], [`climbing`], [`rates`], [`enter`]: the other pages

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, web};
use heqi_notify::catcher::Tray;
use heqi_service_kit::edge::{self, Edge};
use heqi_service_kit::health::{self, Health};
use heqi_service_kit::language::ReaderLanguage;
use heqi_service_kit::listener::Listener;
use heqi_service_kit::security_headers::ContentPolicy;
use heqi_service_kit::serve::{self, Serving};
use heqi_service_kit::{Load, TrustedProxies};
use serde::Deserialize;

use super::catcher::{Catcher, SMS_PATH, take_sms};
use super::officers::Officer;
use super::tamper::{Bench, Climb, Way};
use crate::client::Caller;
use crate::client::messages::{Progress, Receipt};
use crate::world::World;

mod climbing;
mod enter;
mod html;
mod inbox;
mod lanes;
mod older;
mod picture;
mod rates;
mod tampering;
mod view;

pub(crate) use lanes::INVITED;
use lanes::Steps;
pub(crate) use older::OlderShown;
use view::Asked;

/// What the two pages show.
#[derive(Clone)]
pub(crate) struct Shown {
    pub(crate) platform: Caller,
    pub(crate) notary: Caller,
    pub(crate) platform_url: String,
    pub(crate) notary_url: String,
    pub(crate) inbox_url: String,
    pub(crate) smtp: String,
    pub(crate) guide_url: String,
    pub(crate) log_path: String,
    pub(crate) notary_log_path: String,
    pub(crate) number: String,
    /// Where everything is: changed copies are written into it for the verifier.
    pub(crate) data_dir: std::path::PathBuf,
    pub(crate) signers: Arc<tokio::sync::RwLock<Vec<SignerShown>>>,
    pub(crate) exported: Arc<tokio::sync::RwLock<Option<Exported>>>,
    /// Once it is acted out.
    pub(crate) older: Arc<tokio::sync::RwLock<Option<OlderShown>>>,
    pub(crate) tray: Tray,
    pub(crate) officers: Vec<Officer>,
    /// Signs officers in for a visitor.
    pub(crate) http: reqwest::Client,
    /// Stops the notary for a while.
    pub(crate) world: World,
}

/// The files a visitor can take home.
#[derive(Clone)]
pub(crate) struct Exported {
    pub(crate) bundle: Vec<u8>,
    pub(crate) anchors: Vec<u8>,
}

/// How far one signer is.
#[derive(Clone)]
pub(crate) struct SignerShown {
    pub(crate) name: String,
    pub(crate) city_zh: &'static str,
    pub(crate) city_en: &'static str,
    /// Deposit receipts held and wanted; `None` while not signed.
    pub(crate) deposited: Option<(u32, u32)>,
    /// What the person has done, as the platform says it.
    pub(crate) steps: Steps,
    /// What the platform answers about this signer for.
    pub(crate) credential: String,
    /// The path of the link to this signer's pages.
    pub(crate) link: Option<String>,
    /// The credential of somebody whose evidence is not held by all custodians yet.
    pub(crate) token: Option<String>,
}

impl Shown {
    /// Asks the platform how far everybody is: the visitor may have signed meanwhile, and anybody may confirm or object.
    async fn caught_up(&self) -> Vec<SignerShown> {
        let mut signers = self.signers.read().await.clone();
        for signer in &mut signers {
            let caller = self.platform.with_token(&signer.credential);
            // Whoever has not come in yet is shown nothing, and neither are we.
            let Ok(now) = caller.get::<Progress>("/api/v1/ceremony").await else { continue };
            let is_whole = signer.deposited.is_some_and(|(held, of)| held == of && of > 0);
            if let Some(signed) = now.signed.as_ref().filter(|_| !is_whole) {
                let path = format!("/api/v1/receipts/{}", signed.record_id);
                if let Ok(receipt) = caller.get::<Receipt>(&path).await {
                    signer.deposited = Some((receipt.deposited.held, receipt.deposited.of));
                    if receipt.is_whole() {
                        signer.token = None;
                    }
                }
            }
            signer.steps = lanes::steps(&now, signer.deposited);
        }
        // Only what was learnt: others write here meanwhile.
        let mut kept = self.signers.write().await;
        for (kept, learnt) in kept.iter_mut().zip(signers) {
            kept.steps = learnt.steps;
            kept.deposited = learnt.deposited.or(kept.deposited);
            if learnt.token.is_none() {
                kept.token = None;
            }
        }
        kept.clone()
    }
}

/// How soon the inbox beside the phone looks again, in seconds: a code is there at once.
const LOOK_AGAIN_S: &str = "3";
/// How soon the guide looks again, in seconds, where it follows.
pub(crate) const FOLLOW_S: u32 = 5;

/// Which of the two pages a listener serves at its root.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(crate) enum Page {
    Guide,
    Inbox,
}

/// Serves one page on a listener.
pub(crate) fn serve(
    listener: Listener,
    page: Page,
    shown: Shown,
    (edge, catcher): (web::Data<Edge>, Catcher),
) -> std::io::Result<actix_web::dev::Server> {
    let shown = web::Data::new(shown);
    let health = web::Data::new(Health::default());
    let catcher = web::Data::new(catcher);
    let serving = Serving {
        workers: 1,
        drain_timeout_ms: 2_000,
        load: Load::unlimited(),
        trusted_proxies: TrustedProxies::default(),
    };
    let application = move || {
        let root = match page {
            Page::Guide => web::resource("/").route(web::get().to(guide)),
            Page::Inbox => web::resource("/").route(web::get().to(inbox_page)),
        };
        let sms = match page {
            Page::Guide => web::post().to(HttpResponse::NotFound),
            Page::Inbox => web::post().to(take_sms),
        };
        App::new()
            .app_data(shown.clone())
            .app_data(edge.clone())
            .app_data(health.clone())
            .app_data(catcher.clone())
            .service(root)
            .service(web::resource("/phone").route(web::get().to(phone)))
            .service(web::resource("/officers").route(web::get().to(enter::cards)))
            .service(web::resource("/officers/{login}").route(web::post().to(enter::enter)))
            .service(web::resource("/outage").route(web::post().to(outage)))
            .service(web::resource("/tamper").route(web::get().to(tamper)))
            .service(web::resource("/path").route(web::get().to(path)))
            .service(web::resource("/rates").route(web::get().to(speed)))
            .service(web::resource(rates::PICTURE_PATH).route(web::get().to(speed_picture)))
            .service(web::resource("/style.css").route(web::get().to(style)))
            .service(web::resource(SMS_PATH).route(sms))
            .service(web::resource("/bundle").route(web::get().to(bundle)))
            .service(web::resource("/anchors.json").route(web::get().to(anchors)))
            .service(web::resource(older::CERTIFICATE).route(web::get().to(older::certificate)))
            .service(web::resource("/healthz").route(web::get().to(health::healthz)))
            .service(web::resource("/readyz").route(web::get().to(health::readyz)))
            .wrap(from_fn(edge::around))
    };
    serve::server(application, listener, &serving)
}

async fn guide(
    shown: web::Data<Shown>,
    asked: web::Query<Asked>,
    reader: ReaderLanguage,
) -> HttpResponse {
    let is_live = asked.live.is_some();
    let halves = picture::Halves::look(&shown).await;
    let signers = shown.caught_up().await;
    let has_bundle = shown.exported.read().await.is_some();
    let policy = ContentPolicy::default()
        .allow("style-src", "'self'")
        .allow("img-src", "'self'")
        // One click signs a visitor in, and signing in ends at the platform.
        .allow("form-action", format!("'self' {}", shown.platform_url));
    let older = shown.older.read().await.clone();
    let guide = html::Guide { shown: &shown, halves, signers, has_bundle, older, is_live };
    let mut response = html_page(guide.page(asked.view(reader)), policy);
    if is_live {
        response.headers_mut().insert(HeaderName::from_static("refresh"), FOLLOW_S.into());
    }
    response
}

async fn inbox_page(
    shown: web::Data<Shown>,
    asked: web::Query<Asked>,
    reader: ReaderLanguage,
) -> HttpResponse {
    // The guide shows it beside the phone.
    let policy = ContentPolicy::default().allow("style-src", "'self'").framed_by(&shown.guide_url);
    let view = asked.view(reader);
    if asked.live.is_some() {
        let mut response = html_page(inbox::of_visitor(&shown, view), policy);
        let seconds = HeaderValue::from_static(LOOK_AGAIN_S);
        response.headers_mut().insert(HeaderName::from_static("refresh"), seconds);
        return response;
    }
    let signers = shown.caught_up().await;
    html_page(inbox::page(&shown, &signers, view), policy)
}

/// The signer's pages in the frame of a phone, the inbox beside it.
async fn phone(
    shown: web::Data<Shown>,
    asked: web::Query<Asked>,
    reader: ReaderLanguage,
) -> HttpResponse {
    let signers = shown.caught_up().await;
    let policy = ContentPolicy::default()
        .allow("style-src", "'self'")
        .allow("frame-src", format!("{} {}", shown.platform_url, shown.inbox_url));
    html_page(html::phone(&shown, &signers, asked.view(reader)), policy)
}

/// For how long the notary is away, in seconds, where nobody asks for less; never longer.
const OUTAGE_S: u64 = 30;

/// How long an absence is asked for; the button says nothing.
#[derive(Deserialize)]
struct Absence {
    seconds: Option<u64>,
}

/// Stops the notary's data centre for a while, and leads to where its absence is seen.
async fn outage(shown: web::Data<Shown>, asked: web::Query<Absence>) -> HttpResponse {
    let seconds = asked.seconds.unwrap_or(OUTAGE_S);
    if !(1..=OUTAGE_S).contains(&seconds) {
        return HttpResponse::BadRequest().finish();
    }
    let world = shown.world.clone();
    actix_web::rt::spawn(async move {
        if let Err(error) = Box::pin(world.notary_outage(Duration::from_secs(seconds))).await {
            tracing::error!(%error, "the notary could not be started again");
        }
    });
    let coverage = format!("{}/coverage?live=yes", shown.platform_url);
    HttpResponse::SeeOther().insert_header((LOCATION, coverage)).finish()
}

/// The good bundle with every way to cheat, or one of them done to a copy: what both halves and
/// `verify` say.
async fn tamper(
    shown: web::Data<Shown>,
    asked: web::Query<Asked>,
    reader: ReaderLanguage,
) -> HttpResponse {
    let view = asked.view(reader);
    let Ok(way) = asked.deed.as_deref().map(str::parse::<Way>).transpose() else {
        return HttpResponse::NotFound().finish();
    };
    let Some(Exported { bundle, anchors }) = shown.exported.read().await.clone() else {
        return page(tampering::nothing_yet(view));
    };
    let data_dir = shown.data_dir.clone();
    let judged = web::block(move || {
        let bench = Bench { data_dir: &data_dir, bundle: &bundle, anchors: &anchors };
        bench.judge(way, view.language)
    });
    match judged.await {
        Ok(Ok(judged)) => page(tampering::page(&judged, view)),
        Ok(Err(error)) => {
            tracing::error!(%error, "a copy could not be judged");
            HttpResponse::InternalServerError().finish()
        }
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

/// The path from the photo to the root, as it is or with one byte changed.
async fn path(
    shown: web::Data<Shown>,
    asked: web::Query<Asked>,
    reader: ReaderLanguage,
) -> HttpResponse {
    let view = asked.view(reader);
    let Some(Exported { bundle, .. }) = shown.exported.read().await.clone() else {
        return page(climbing::nothing_yet(view));
    };
    let is_changed = asked.deed.is_some();
    let climbed = web::block(move || {
        let changed = if is_changed { Some(Climb::of(&bundle, true)?) } else { None };
        Some((Climb::of(&bundle, false)?, changed))
    });
    match climbed.await {
        Ok(Some((good, changed))) => page(climbing::page(&good, changed.as_ref(), view)),
        Ok(None) | Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn speed(asked: web::Query<Asked>, reader: ReaderLanguage) -> HttpResponse {
    page(rates::page(asked.view(reader)))
}

async fn speed_picture() -> HttpResponse {
    HttpResponse::Ok().content_type("image/svg+xml").body(rates::PICTURE)
}

async fn bundle(shown: web::Data<Shown>) -> HttpResponse {
    match shown.exported.read().await.as_ref() {
        Some(Exported { bundle, .. }) => HttpResponse::Ok()
            .content_type("application/vnd.etsi.asic-e+zip")
            .insert_header(("content-disposition", "attachment; filename=\"demo.heqi.zip\""))
            .body(bundle.clone()),
        None => HttpResponse::NotFound().finish(),
    }
}

async fn anchors(shown: web::Data<Shown>) -> HttpResponse {
    match shown.exported.read().await.as_ref() {
        Some(Exported { anchors, .. }) => {
            HttpResponse::Ok().content_type("application/json").body(anchors.clone())
        }
        None => HttpResponse::NotFound().finish(),
    }
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8")))
        .body(include_str!("guide/style.css"))
}

fn page(html: String) -> HttpResponse {
    html_page(
        html,
        ContentPolicy::default().allow("style-src", "'self'").allow("img-src", "'self'"),
    )
}

fn html_page(html: String, policy: ContentPolicy) -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").insert_header(policy).body(html)
}
