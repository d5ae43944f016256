//! The catcher of the demo: text messages and e-mails of the platform end here, and the
//! inbox shows them. A real gateway's side and a real mail server, on loopback.

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, web};
use heqi_notify::catcher::sms::{TakeError, TakenAs, take};
use heqi_notify::catcher::smtp::{TakesAll, serve};
use heqi_notify::catcher::{Caught, Tray};
use heqi_notify::report::Signed;
use heqi_notify::signature::{ID_HEADER, SIGNATURE_HEADER, Secret, TIMESTAMP_HEADER};
use heqi_service_kit::lifecycle::TaskGroup;
use heqi_vocabulary::Clock;
use serde_json::json;
use tokio::net::TcpListener;

/// Where the gateway's side takes text messages, below the inbox.
pub(crate) const SMS_PATH: &str = "/sms";
/// The longest request of the platform.
const MAX_BYTES: usize = 64 * 1024;
/// How long a made-up signer waits for a code.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was caught, and by which secret requests are believed.
#[derive(Clone)]
pub(crate) struct Catcher {
    pub(crate) tray: Tray,
    secret: Secret,
    clock: Arc<dyn Clock>,
}

impl Catcher {
    pub(crate) fn new(secret: Secret, clock: Arc<dyn Clock>) -> Self {
        Self { tray: Tray::default(), secret, clock }
    }

    /// Serves e-mail until the group stops.
    pub(crate) fn take_mail(&self, listener: TcpListener, group: &mut TaskGroup) {
        let serving = serve(listener, self.tray.clone(), self.clock.clone(), Arc::new(TakesAll));
        let mut stop = group.shutdown();
        group.spawn("mail", async move {
            tokio::select! {
                () = stop.requested() => Ok(()),
                served = serving => served,
            }
        });
    }

    /// The newest code that was sent to this address after `since_count` messages. Waits for
    /// it: the platform answers before its worker has sent.
    pub(crate) async fn code_for(&self, address: &str) -> Option<String> {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let code = self.tray.newest_first().iter().find_map(|caught| code_in(caught, address));
            if code.is_some() {
                return code;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        None
    }
}

/// Six digits that stand alone after 验证码.
fn code_in(caught: &Caught, address: &str) -> Option<String> {
    if caught.to != address {
        return None;
    }
    let (_, after) = caught.text.split_once("验证码")?;
    let digits: String = after
        .chars()
        .skip_while(|c| !c.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    (digits.len() == 6).then_some(digits)
}

/// The gateway's side of `docs/spec/sms-gateway.md`.
pub(crate) async fn take_sms(
    catcher: web::Data<Catcher>,
    http: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    if body.len() > MAX_BYTES {
        return HttpResponse::PayloadTooLarge().finish();
    }
    let header = |name: &str| {
        http.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    let signed = Signed {
        id: header(ID_HEADER),
        timestamp: header(TIMESTAMP_HEADER),
        signature: header(SIGNATURE_HEADER),
    };
    match take(&catcher.tray, &catcher.secret, signed, &body, catcher.clock.now()) {
        Ok(TakenAs::New) => HttpResponse::Ok().json(json!({ "reference": "demo" })),
        Ok(TakenAs::Repeated) => HttpResponse::Conflict().finish(),
        Err(TakeError::Signature(_)) => HttpResponse::Unauthorized().finish(),
        Err(TakeError::Malformed) => HttpResponse::BadRequest().finish(),
    }
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::{MessageChannel, UtcMillis};

    use super::*;

    fn caught(to: &str, text: &str) -> Caught {
        Caught {
            channel: MessageChannel::Sms,
            message: "m".into(),
            to: to.into(),
            subject: None,
            text: text.into(),
            received_at: UtcMillis::from_millis(0).unwrap(),
        }
    }

    #[test]
    fn the_code_is_read_out_of_the_message_to_the_right_person() {
        let message = caught("13800000001", "【示例】验证码012345，5分钟内有效。");
        assert_eq!(code_in(&message, "13800000001").as_deref(), Some("012345"));
        assert_eq!(code_in(&message, "13800000002"), None);
        assert_eq!(code_in(&caught("a", "请于2026年前打开"), "a"), None);
    }
}
