//! The guide on the demo's first port, and the inbox: two small pages that show what is
//! really there, with links that work. No scripts, nothing from outside.

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
use crate::client::Caller;
use crate::client::messages::{CeremonyView, Receipt};
use crate::world::World;

mod enter;
mod html;
mod picture;

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
    /// Where changed copies are written for the verifier.
    pub(crate) tampered: std::path::PathBuf,
    pub(crate) signers: Arc<tokio::sync::RwLock<Vec<SignerShown>>>,
    pub(crate) exported: Arc<tokio::sync::RwLock<Option<Exported>>>,
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
    /// The path of the link to this signer's pages.
    pub(crate) link: Option<String>,
    /// The credential of somebody whose evidence is not held by all custodians yet.
    pub(crate) token: Option<String>,
}

impl Shown {
    /// Asks the platform about everybody who was not done when last asked: the visitor may
    /// have signed meanwhile.
    async fn caught_up(&self) -> Vec<SignerShown> {
        let mut signers = self.signers.read().await.clone();
        for signer in &mut signers {
            let Some(token) = signer.token.clone() else { continue };
            let caller = self.platform.with_token(&token);
            let Ok(view) = caller.get::<CeremonyView>("/api/v1/ceremony").await else { continue };
            let Some(signed) = view.signed else { continue };
            let path = format!("/api/v1/receipts/{}", signed.record_id);
            let Ok(receipt) = caller.get::<Receipt>(&path).await else { continue };
            signer.deposited = Some((receipt.deposited.held, receipt.deposited.of));
            if receipt.is_whole() {
                signer.token = None;
            }
        }
        self.signers.write().await.clone_from(&signers);
        signers
    }
}

/// How soon the inbox beside the phone looks again, in seconds: a code is there at once.
const LOOK_AGAIN_S: &str = "3";

#[derive(Deserialize)]
struct Asked {
    lang: Option<String>,
    /// Beside the phone the inbox looks again by itself.
    live: Option<String>,
}

impl Asked {
    fn language(&self, reader: ReaderLanguage) -> heqi_vocabulary::Language {
        self.lang.as_deref().and_then(|l| l.parse().ok()).unwrap_or(reader.0)
    }
}

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
            Page::Inbox => web::resource("/").route(web::get().to(inbox)),
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
            .service(web::resource("/style.css").route(web::get().to(style)))
            .service(web::resource(SMS_PATH).route(sms))
            .service(web::resource("/bundle").route(web::get().to(bundle)))
            .service(web::resource("/anchors.json").route(web::get().to(anchors)))
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
    let language = asked.language(reader);
    let halves = picture::Halves::look(&shown).await;
    let signers = shown.caught_up().await;
    let has_bundle = shown.exported.read().await.is_some();
    let policy = ContentPolicy::default()
        .allow("style-src", "'self'")
        .allow("img-src", "'self'")
        // One click signs a visitor in, and signing in ends at the platform.
        .allow("form-action", format!("'self' {}", shown.platform_url));
    html_page(html::guide(&shown, &halves, &signers, has_bundle, language), policy)
}

async fn inbox(
    shown: web::Data<Shown>,
    asked: web::Query<Asked>,
    reader: ReaderLanguage,
) -> HttpResponse {
    let signers = shown.caught_up().await;
    // The guide shows it beside the phone.
    let policy = ContentPolicy::default().allow("style-src", "'self'").framed_by(&shown.guide_url);
    let language = asked.language(reader);
    if asked.live.is_some() {
        let mut response = html_page(html::inbox_of_visitor(&shown, language), policy);
        let seconds = HeaderValue::from_static(LOOK_AGAIN_S);
        response.headers_mut().insert(HeaderName::from_static("refresh"), seconds);
        return response;
    }
    html_page(html::inbox(&shown, &signers, language), policy)
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
    html_page(html::phone(&shown, &signers, asked.language(reader)), policy)
}

/// For how long the notary is away.
const OUTAGE: Duration = Duration::from_secs(30);

/// Stops the notary's data centre for a while, and leads to where its absence is seen.
async fn outage(shown: web::Data<Shown>) -> HttpResponse {
    let world = shown.world.clone();
    actix_web::rt::spawn(async move {
        if let Err(error) = Box::pin(world.notary_outage(OUTAGE)).await {
            tracing::error!(%error, "the notary could not be started again");
        }
    });
    let coverage = format!("{}/coverage?live=yes", shown.platform_url);
    HttpResponse::SeeOther().insert_header((LOCATION, coverage)).finish()
}

/// Every way to cheat, on copies, and what `verify` says of each.
async fn tamper(
    shown: web::Data<Shown>,
    asked: web::Query<Asked>,
    reader: ReaderLanguage,
) -> HttpResponse {
    let language = asked.language(reader);
    let exported = shown.exported.read().await.clone();
    let folder = shown.tampered.clone();
    let judged = web::block(move || {
        exported
            .map(|files| super::tamper::judged(&folder, &files.bundle, &files.anchors, language))
    });
    match judged.await {
        Ok(Some(Ok(judged))) => page(html::tamper(&judged, language)),
        Ok(None) => page(html::tamper(&[], language)),
        Ok(Some(Err(_))) | Err(_) => HttpResponse::InternalServerError().finish(),
    }
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
