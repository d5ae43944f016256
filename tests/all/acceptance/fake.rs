//! A second custodian that fails, stalls or lies when it is told to. It decides with the
//! real office and signs with the real key, so that nothing but the lie is wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{Bytes, Data, PayloadConfig, post};
use actix_web::{App, HttpResponse, HttpServer};
use heqi_evidence::deposit::DepositReceipt;
use heqi_evidence::statement::Statement as _;
use heqi_notarization::{AdmitBundleError, NotaryOffice, admit_bundle};
use heqi_notary_protocol::DepositReply;
use heqi_pki::keys::SigningKey;
use heqi_service_kit::Listener;
use heqi_vocabulary::Digest;

/// Longer than any caller waits.
const STALL: Duration = Duration::from_mins(10);
const MOST_BYTES: usize = 64 << 20;

/// What it does with the next deposits: first all failures, then all stalls, then all lies.
#[derive(Default)]
pub(crate) struct Mischief {
    pub(crate) failures: AtomicU32,
    pub(crate) stalls: AtomicU32,
    pub(crate) lies: AtomicU32,
}

struct Fake {
    office: NotaryOffice,
    key: Arc<SigningKey>,
    mischief: Arc<Mischief>,
}

/// Starts it.
pub(crate) fn start(
    listener: Listener,
    office: NotaryOffice,
    key: Arc<SigningKey>,
    mischief: Arc<Mischief>,
) -> ServerHandle {
    let fake = Data::new(Fake { office, key, mischief });
    let app = move || {
        App::new()
            .app_data(fake.clone())
            .app_data(PayloadConfig::new(MOST_BYTES))
            .route("/deposits", post().to(deposit))
    };
    let server = HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(1);
    let server = server.listen(listener.into_std()).unwrap().run();
    let handle = server.handle();
    tokio::spawn(server);
    handle
}

async fn deposit(fake: Data<Fake>, file: Bytes) -> HttpResponse {
    if takes_one(&fake.mischief.failures) {
        return HttpResponse::InternalServerError().finish();
    }
    if takes_one(&fake.mischief.stalls) {
        tokio::time::sleep(STALL).await;
    }
    let admission = match admit_bundle(&fake.office, file).await {
        Ok(admission) => admission,
        Err(AdmitBundleError::Gap { expected_seq }) => {
            panic!("the platform skipped {expected_seq}")
        }
        Err(error) => panic!("{error}"),
    };
    let mut reply = DepositReply { receipt: admission.receipt, chain_head: admission.chain_head };
    if takes_one(&fake.mischief.lies) {
        let opened = DepositReceipt::open(&reply.receipt, &[fake.key.public_key()]).unwrap();
        let mut receipt = opened.into_statement();
        receipt.manifest_sha256 = Digest::of(b"other bytes than were sent");
        reply.receipt = receipt.sign(&*fake.key).unwrap();
    }
    HttpResponse::Ok().content_type("application/json").body(reply.to_body())
}

fn takes_one(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}
