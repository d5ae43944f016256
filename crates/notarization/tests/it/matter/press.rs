//! The presses of a test office, which print plain text, and its screen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use heqi_notarization::matter::press::{
    CertificateSheet, NoticeSheet, Press, PressAnswer, PressError, Pressed,
};
use heqi_notarization::matter::screen::{Screen, ScreenSheet};
use heqi_vocabulary::{Clock as _, Digest};
use tokio::sync::Semaphore;

/// A press that prints plain text; it can be told that there is no time.
#[derive(Debug, Default)]
pub(crate) struct PlainPress {
    pub(crate) has_no_time: AtomicBool,
    pub(super) clock: Option<Arc<heqi_testkit::FixedClock>>,
}

impl PlainPress {
    fn print(&self, file: String) -> PressAnswer<'_> {
        let has_no_time = self.has_no_time.load(Ordering::SeqCst);
        let now = self.clock.as_ref().unwrap().now();
        Box::pin(async move {
            if has_no_time {
                return Err(PressError::NoTime);
            }
            Ok(Pressed { file: file.into_bytes(), stamped_at: now })
        })
    }
}

/// Shows what was given out, as it is.
#[derive(Debug)]
pub(crate) struct PlainScreen;

impl Screen for PlainScreen {
    fn show(&self, sheet: &ScreenSheet) -> Vec<u8> {
        let ScreenSheet { place, act, at, output, .. } = sheet;
        format!("{place} {} {at}\n{output}", act.as_str()).into_bytes()
    }
}

impl Press for PlainPress {
    fn press_notice(&self, sheet: NoticeSheet) -> PressAnswer<'_> {
        let NoticeSheet { no, recipient, notary_name, says, due, check_url, query, .. } = sheet;
        let due = due.map(|day| day.to_string()).unwrap_or_default();
        self.print(format!(
            "{no}\n{recipient}\n{notary_name}\n{says:?}\n{due}\n{check_url}\n{}",
            query.1
        ))
    }

    fn press(&self, sheet: CertificateSheet) -> PressAnswer<'_> {
        let screens = sheet.working_record.iter().filter_map(|line| line.screen_sha256).count();
        let CertificateSheet { number, text, check_url, package, .. } = sheet;
        let package = Digest::of(&package);
        self.print(format!("{number}\n{text}\n{check_url}\n{screens} screens\npackage {package}"))
    }
}

/// A press at which something happens before it prints.
#[derive(Debug)]
pub(super) struct WaitingPress {
    prints: Arc<PlainPress>,
    asked: Semaphore,
    may: Semaphore,
}

impl WaitingPress {
    pub(super) fn before(prints: &Arc<PlainPress>) -> Arc<Self> {
        let none = || Semaphore::new(0);
        Arc::new(Self { prints: prints.clone(), asked: none(), may: none() })
    }

    /// Lets it print once `meanwhile` is over.
    pub(super) async fn once(&self, meanwhile: impl Future<Output = ()>) {
        self.asked.acquire().await.unwrap().forget();
        meanwhile.await;
        self.may.add_permits(1);
    }
}

impl Press for WaitingPress {
    fn press_notice(&self, sheet: NoticeSheet) -> PressAnswer<'_> {
        self.prints.press_notice(sheet)
    }

    fn press(&self, sheet: CertificateSheet) -> PressAnswer<'_> {
        Box::pin(async move {
            self.asked.add_permits(1);
            self.may.acquire().await.unwrap().forget();
            self.prints.press(sheet).await
        })
    }
}
