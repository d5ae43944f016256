//! The provider of the demo, labelled 演示: a real-name service, a portrait service and the
//! registry's own identity check in one, by the contract (`docs/spec/attestation.md`), with a
//! key of its own. It knows the made-up people of the cast and nobody else.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use actix_web::middleware::from_fn;
use actix_web::{App, HttpRequest, HttpResponse, web};
use heqi_evidence::attestation::{
    Answer, Attestation, CompanyStatus, PersonOutcome, Question, SealKind,
};
use heqi_evidence::canonical;
use heqi_evidence::statement::Statement as _;
use heqi_pki::keys::{PublicKey, SigningKey};
use heqi_service_kit::edge::{self, Edge};
use heqi_service_kit::health::{self, Health};
use heqi_service_kit::listener::Listener;
use heqi_service_kit::serve::{self, Serving};
use heqi_service_kit::{Load, TrustedProxies};
use heqi_vocabulary::{Clock, Digest, Entropy};
use parking_lot::Mutex;
use std::sync::Arc;

use super::cast::{Member, everybody};
use crate::keys::{self, KeyError};
use crate::photo::SIMULATED_FACE;

/// How it signs its answers.
pub(crate) const NAME: &str = "演示核验机构(演示,无法律效力)";
/// Below which its questions are answered.
pub(crate) const PATH: &str = "/v1";
const MAX_BYTES: usize = 64 * 1024;
const HOUR_MS: i64 = 3_600_000;

/// What the platform must know of it.
#[derive(Clone, Debug)]
pub(crate) struct Providing {
    pub(crate) url: String,
    pub(crate) key: PublicKey,
    pub(crate) token_file: PathBuf,
}

/// The key and the token, made at the first start.
pub(crate) struct Provider {
    key: SigningKey,
    token: String,
    pub(crate) token_file: PathBuf,
}

impl Provider {
    /// Reads or makes both below `data_dir`.
    pub(crate) fn take_up(data_dir: &Path, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        let folder = data_dir.join("identity-provider");
        let key = keys::signing_key(&folder.join("answers.key"), entropy)?;
        let token_file = folder.join("platform.token");
        let token =
            keys::secret_text(&token_file, || hex::encode(entropy.bytes::<32>()))?.to_string();
        Ok(Self { key, token, token_file })
    }

    /// What the platform must know of it at this address.
    pub(crate) fn providing(&self, url: &str) -> Providing {
        Providing {
            url: format!("{}{PATH}", url.trim_end_matches('/')),
            key: self.key.public_key(),
            token_file: self.token_file.clone(),
        }
    }

    /// Answers on this listener.
    pub(crate) fn serve(
        self,
        listener: Listener,
        clock: Arc<dyn Clock>,
        edge: web::Data<Edge>,
    ) -> std::io::Result<actix_web::dev::Server> {
        let state = web::Data::new(State { provider: self, clock, given: Mutex::default() });
        let health = web::Data::new(Health::default());
        let serving = Serving {
            workers: 1,
            drain_timeout_ms: 2_000,
            load: Load::unlimited(),
            trusted_proxies: TrustedProxies::default(),
        };
        let application = move || {
            App::new()
                .app_data(state.clone())
                .app_data(edge.clone())
                .app_data(health.clone())
                .service(web::resource("/").route(web::get().to(about)))
                .service(web::resource("/v1/questions").route(web::post().to(answer)))
                .service(web::resource("/v1/portraits/{nonce}").route(web::get().to(portrait)))
                .service(web::resource("/healthz").route(web::get().to(health::healthz)))
                .wrap(from_fn(edge::around))
        };
        serve::server(application, listener, &serving)
    }
}

struct State {
    provider: Provider,
    clock: Arc<dyn Clock>,
    /// Answers by the nonce of their question: the same question again gets the same bytes.
    given: Mutex<HashMap<String, Vec<u8>>>,
}

async fn about() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(format!(
        "{NAME}\n本服务模拟实名核验、人口库照片、登记机关实名核验和企业印章核验，只认识演示人物。\n\
         A simulated provider of identity: real names, portraits, the registry's own check and seals of companies, of made-up people.\n"
    ))
}

async fn answer(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let header = |name: &str| {
        request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    let wanted = format!("Bearer {}", state.provider.token);
    // Digests are compared, so that the time it takes says nothing.
    if Digest::of(header("authorization").as_bytes()) != Digest::of(wanted.as_bytes()) {
        return HttpResponse::Unauthorized().finish();
    }
    let nonce = header("idempotency-key").to_owned();
    if nonce.is_empty() || nonce.len() > 128 || body.len() > MAX_BYTES {
        return HttpResponse::BadRequest().finish();
    }
    let Ok(question) = canonical::parse::<Question>(&body) else {
        return HttpResponse::UnprocessableEntity().finish();
    };
    let known = state.given.lock().get(&nonce).cloned();
    let Some(bytes) = known.or_else(|| signed(&state, &question)) else {
        return HttpResponse::InternalServerError().finish();
    };
    state.given.lock().insert(nonce, bytes.clone());
    HttpResponse::Ok().content_type("application/vnd.dsse+json").body(bytes)
}

fn signed(state: &State, question: &Question) -> Option<Vec<u8>> {
    let now = state.clock.now();
    let answer = match question {
        Question::Person { document_number, mobile, name, .. } => {
            Answer::Person { outcome: person(document_number, name, mobile.as_deref()) }
        }
        Question::Company { code, name, .. } => {
            let known = everybody().find(|member| member.company_code == Some(code.as_str()));
            Answer::Company {
                name_matches: known.is_some_and(|member| member.name == name),
                status: known.map_or(CompanyStatus::NotFound, |_| CompanyStatus::InOperation),
            }
        }
        Question::Portrait { document_number, name, .. } => {
            let known = of_number(document_number).filter(|member| member.person() == name);
            Answer::Portrait { sha256: known.map(|_| Digest::of(SIMULATED_FACE)) }
        }
        Question::Registry { document_number, name, .. } => {
            let known = of_number(document_number)
                .filter(|member| member.person() == name && member.is_known_to_registry);
            Answer::Registry { verified_at: known.map(|_| now.plus_millis(-HOUR_MS)) }
        }
        // Of the made-up companies every document is sealed by the electronic licence.
        Question::Seal { code, .. } => {
            let known = everybody().any(|member| member.company_code == Some(code.as_str()));
            Answer::Seal {
                kind: SealKind::ElectronicLicence,
                sealed_at: known.then(|| now.plus_millis(-HOUR_MS)),
            }
        }
        _ => return None,
    };
    let attestation = Attestation {
        answer,
        answered_at: now,
        provider: NAME.to_owned(),
        question_sha256: question.digest().ok()?,
    };
    Some(attestation.sign(&state.provider.key).ok()?.as_bytes().to_vec())
}

fn of_number(number: &str) -> Option<&'static Member> {
    everybody().find(|member| member.contact.is_some_and(|known| known.id_number == number))
}

fn person(number: &str, name: &str, mobile: Option<&str>) -> PersonOutcome {
    let Some(member) = of_number(number) else { return PersonOutcome::NotFound };
    let own = member.contact.and_then(|contact| contact.mobile);
    if member.person() != name {
        PersonOutcome::Differs
    } else if mobile.is_none_or(|asked| Some(asked.trim_start_matches("+86")) == own) {
        PersonOutcome::Matches
    } else {
        PersonOutcome::MobileDiffers
    }
}

async fn portrait(state: web::Data<State>, nonce: web::Path<String>) -> HttpResponse {
    if !state.given.lock().contains_key(nonce.as_str()) {
        return HttpResponse::NotFound().finish();
    }
    HttpResponse::Ok().content_type("image/jpeg").body(SIMULATED_FACE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_knows_the_cast_and_nobody_else() {
        let gong = "110105197907149992";
        assert_eq!(person(gong, "龚𠮷", Some("+8613900000003")), PersonOutcome::Matches);
        assert_eq!(person(gong, "龚𠮷", Some("+8613900000009")), PersonOutcome::MobileDiffers);
        assert_eq!(person(gong, "龚吉", None), PersonOutcome::Differs);
        assert_eq!(person("330112199003079999", "林嘉伟", None), PersonOutcome::NotFound);
        // Those of the older filing too.
        let shen = "330112197508170000";
        assert_eq!(person(shen, "沈书瑶", Some("+8613900000011")), PersonOutcome::Matches);
    }
}
