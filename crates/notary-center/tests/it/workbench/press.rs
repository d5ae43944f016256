//! The press of a test office, and the words of what it printed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use heqi_documents::{Office, SealFace};
use heqi_notary_center::press::PdfPress;
use heqi_pki::authority::{TestSealAuthority, TestTimeAuthority};
use heqi_pki::certificate::TrustedRoot;
use heqi_pki::timestamp::{
    Accuracy, Nonce, TimeRoot, TimeStampRequest, TimestampToken, TokenIssuer,
};
use heqi_sealed_pdf::{Stamper, Unstamped};
use heqi_service_kit::SystemEntropy;
use heqi_testkit::{FixedClock, SeededEntropy};
use heqi_vocabulary::Clock as _;

use super::YEAR_MS;

/// A time authority whose clock is the office's.
struct Stamps {
    issuer: TokenIssuer,
    clock: Arc<FixedClock>,
    is_silent: Arc<AtomicBool>,
}

impl Stamper for Stamps {
    fn stamp(&self, bytes: &[u8]) -> Result<TimestampToken, Unstamped> {
        if self.is_silent.load(Ordering::SeqCst) {
            return Err(Unstamped::new("nobody answers"));
        }
        let request = TimeStampRequest::over(bytes, None, Nonce::random(&SystemEntropy));
        let der = self.issuer.token(&request, 1, self.clock.now()).map_err(Unstamped::new)?;
        TimestampToken::from_der(&der).map_err(Unstamped::new)
    }
}

/// The press of a test office: its seal and its time authority are for tests only.
pub(crate) fn press(clock: &Arc<FixedClock>, is_silent: &Arc<AtomicBool>) -> PdfPress {
    press_with(clock, is_silent, 0)
}

/// The same, with a time authority that is so many years old.
pub(crate) fn press_with(
    clock: &Arc<FixedClock>,
    is_silent: &Arc<AtomicBool>,
    authority_years: i64,
) -> PdfPress {
    let (made_at, entropy) = (clock.now(), SeededEntropy::new(9));
    let seal = TestSealAuthority::generate("杭州市示例公证处", made_at, &entropy).unwrap();
    let authority_made_at = made_at.plus_millis(-authority_years * YEAR_MS);
    let time = TestTimeAuthority::generate("示例时间戳", authority_made_at, &entropy).unwrap();
    let policy = "1.3.6.1.4.1.32473.1.3161".parse().unwrap();
    PdfPress {
        office: Office {
            full_name: "中华人民共和国浙江省杭州市示例公证处".into(),
            name: "杭州市示例公证处".into(),
            address: "浙江省杭州市示例路1号".into(),
            telephone: "0571-0000110".into(),
            seal: SealFace::Sample,
        },
        roots: vec![TrustedRoot::new(seal.root().clone(), true).unwrap()],
        key: Arc::new(seal),
        time_roots: vec![TimeRoot::from_der(time.root().der(), true).unwrap()],
        stamper: Arc::new(Stamps {
            issuer: time.into_issuer(policy, Accuracy::from_millis(1000)).unwrap(),
            clock: clock.clone(),
            is_silent: is_silent.clone(),
        }),
        clock: clock.clone(),
    }
}

/// The words of a PDF's pages.
pub(super) fn page_text(file: &[u8]) -> String {
    let mut text = String::new();
    heqi_paper::render(Arc::new(file.to_vec()), |page| {
        if let heqi_paper::PageText::Blocks(blocks) = page.text {
            text.extend(blocks.into_iter().map(|block| block.text));
        }
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    text
}
