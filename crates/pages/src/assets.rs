//! Style sheet, scripts and icons, inside the program. They stand below one folder named by
//! the digest of all of them: a changed file has a new address, so browsers may keep the old
//! one for ever, and a module finds the modules beside it.

use std::sync::LazyLock;

use heqi_vocabulary::Digest;

macro_rules! assets {
    ($($(#[$doc:meta])* $asset:ident = $name:literal, $media:ident, $path:literal;)+) => {
        /// A file of ours.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        #[expect(clippy::exhaustive_enums, reason = "a closed list of embedded files")]
        pub enum Asset {
            $($(#[$doc])* $asset,)+
        }

        impl Asset {
            /// Every file.
            pub const ALL: &[Self] = &[$(Self::$asset,)+];

            /// The last part of its address.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$asset => $name,)+ }
            }

            /// Its bytes.
            pub const fn bytes(self) -> &'static [u8] {
                match self { $(Self::$asset => include_bytes!($path),)+ }
            }

            /// Its media type.
            pub const fn media_type(self) -> &'static str {
                match self { $(Self::$asset => $media,)+ }
            }
        }
    };
}

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const PNG: &str = "image/png";
const MANIFEST: &str = "application/manifest+json";

assets! {
    /// The style sheet of every page.
    Style = "style.css", CSS, "../assets/style.css";
    /// What pages of staff have besides.
    StaffStyle = "staff.css", CSS, "../assets/staff.css";
    /// What pages of the notary's workbench have besides.
    OfficeStyle = "office.css", CSS, "../assets/office.css";
    /// What pages with plots have besides.
    BoardStyle = "board.css", CSS, "../assets/board.css";
    /// The preview of a draft, and files that are sent as they are.
    Office = "office.js", JS, "../assets/office.js";
    /// The two halves of a tally, as the icon of the tab and of the installed application.
    Icon = "icon.svg", SVG, "../assets/icon.svg";
    /// The icon, for systems that want pixels.
    Icon192 = "icon-192.png", PNG, "../assets/icon-192.png";
    /// The same, larger.
    Icon512 = "icon-512.png", PNG, "../assets/icon-512.png";
    /// What makes the signer's side installable.
    Manifest = "manifest.webmanifest", MANIFEST, "../assets/manifest.webmanifest";
    /// The icon of 实时保: a shield with the tally.
    HeldIcon = "held.svg", SVG, "../assets/held.svg";
    /// The icon of 实时保, for systems that want pixels.
    HeldIcon192 = "held-192.png", PNG, "../assets/held-192.png";
    /// The same, larger.
    HeldIcon512 = "held-512.png", PNG, "../assets/held-512.png";
    /// What makes 实时保 installable.
    HeldManifest = "held.webmanifest", MANIFEST, "../assets/held.webmanifest";
    /// Whether this browser can do what signing needs.
    Features = "features.js", JS, "../assets/features.js";
    /// What every page does: the network, forms, the service worker.
    Shell = "shell.js", JS, "../assets/shell.js";
    /// The service worker: it keeps files of ours and the page for no network.
    Worker = "worker.js", JS, "../assets/worker.js";
    /// Cryptography for browsers that have none for pages; loaded by those only.
    Library = "library.js", JS, "../assets/library.js";
    /// A key for the letter X.
    Entry = "entry.js", JS, "../assets/entry.js";
    /// How long a document was looked at.
    Reading = "reading.js", JS, "../assets/reading.js";
    /// A step on another device.
    Handover = "handover.js", JS, "../assets/handover.js";
    /// The camera.
    Photo = "photo.js", JS, "../assets/photo.js";
    /// What is to be done before the camera.
    Actions = "actions.js", JS, "../assets/actions.js";
    /// The statement read aloud.
    Video = "video.js", JS, "../assets/video.js";
    /// Beginning a signing.
    Begin = "begin.js", JS, "../assets/begin.js";
    /// Handwriting.
    Drawing = "drawing.js", JS, "../assets/drawing.js";
    /// Signing.
    Sign = "sign.js", JS, "../assets/sign.js";
    /// The receipt, as its flags arrive.
    Receipt = "receipt.js", JS, "../assets/receipt.js";
    /// Forms with a file.
    Upload = "upload.js", JS, "../assets/upload.js";
    /// Requests that are repeated and never done twice.
    Call = "call.js", JS, "../assets/call.js";
    /// What the device remembers while somebody signs.
    Keep = "keep.js", JS, "../assets/keep.js";
    /// The device's key.
    Key = "key.js", JS, "../assets/key.js";
    /// The device's own attributes and the statement it signs.
    Statement = "statement.js", JS, "../assets/statement.js";
    /// Which attribute stands in which slot: the verifier's own module.
    Schema = "schema.js", JS, "../../verify/page/src/schema.js";
    /// Canonical JSON: the verifier's own module.
    Json = "json.js", JS, "../../verify/page/src/json.js";
    /// Bytes and texts: the verifier's own module.
    Bytes = "bytes.js", JS, "../../verify/page/src/bytes.js";
}

impl Asset {
    /// The file of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|asset| asset.name() == name)
    }
}

/// The verifier of evidence bundles as one page; it runs in the browser and sends nothing.
pub const VERIFIER: &str = include_str!("../../verify/page/dist/verify.html");

/// The policy that [`VERIFIER`] puts on itself, to be put on the answer as well: its own
/// scripts and styles by their digests, and nothing else.
pub fn verifier_policy() -> &'static str {
    const BEFORE: &str = "http-equiv=\"Content-Security-Policy\" content=\"";
    let policy = VERIFIER.split_once(BEFORE).and_then(|(_, rest)| rest.split_once('"'));
    policy.map_or("default-src 'none'", |(policy, _)| policy)
}

/// The digest of all files: 16 hexadecimal characters of SHA-256.
pub fn digest() -> &'static str {
    &DIGEST
}

static DIGEST: LazyLock<String> = LazyLock::new(|| {
    let mut all = Vec::new();
    for asset in Asset::ALL {
        all.extend_from_slice(asset.name().as_bytes());
        all.extend_from_slice(Digest::of(asset.bytes()).as_bytes());
    }
    Digest::labelled("heqi.assets/v1\n", &all).to_string().chars().take(16).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_its_own_name_and_every_module_imports_only_files_that_exist() {
        for (at, asset) in Asset::ALL.iter().enumerate() {
            assert_eq!(Asset::named(asset.name()), Some(*asset));
            assert_eq!(Asset::ALL.iter().position(|other| other.name() == asset.name()), Some(at));
            let Ok(text) = std::str::from_utf8(asset.bytes()) else {
                assert_eq!(asset.media_type(), PNG, "{}", asset.name());
                continue;
            };
            assert!(!text.contains("http://") || asset.media_type() == SVG, "{}", asset.name());
            for line in text.lines().filter(|line| line.contains(" from '")) {
                let from = line.split(" from '").nth(1).unwrap().split('\'').next().unwrap();
                let name = from.strip_prefix("./").unwrap_or(from);
                assert!(Asset::named(name).is_some(), "{} imports {from}", asset.name());
            }
        }
    }

    #[test]
    fn the_first_paint_is_far_below_its_bound() {
        // The library is loaded by browsers that have no cryptography for pages, icons by installing.
        let rare = [
            Asset::Library,
            Asset::Icon192,
            Asset::Icon512,
            Asset::HeldIcon192,
            Asset::HeldIcon512,
        ];
        let usual = Asset::ALL.iter().filter(|asset| !rare.contains(asset));
        let all: usize = usual.map(|asset| asset.bytes().len()).sum();
        assert!(all < 120_000, "{all} bytes of style, scripts and icons");
    }

    #[test]
    fn each_installable_application_has_icons_that_exist_and_begins_within_its_scope() {
        for manifest in [Asset::Manifest, Asset::HeldManifest] {
            let read: serde_json::Value = serde_json::from_slice(manifest.bytes()).unwrap();
            let scope = read["scope"].as_str().unwrap();
            assert!(read["start_url"].as_str().unwrap().starts_with(scope));
            let icons = read["icons"].as_array().unwrap();
            for icon in icons {
                let asset = Asset::named(icon["src"].as_str().unwrap()).unwrap();
                assert_eq!(icon["type"], asset.media_type());
                if let Some(png) = asset.bytes().strip_prefix(b"\x89PNG\r\n\x1a\n") {
                    // IHDR: length and name, then width and height.
                    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
                    assert_eq!(icon["sizes"], format!("{}x{}", side(8), side(12)));
                }
            }
            assert!(icons.iter().any(|icon| icon["purpose"] == "any maskable"));
        }
    }

    #[test]
    fn the_verifier_brings_a_policy_that_allows_its_own_script_only() {
        let policy = verifier_policy();
        assert!(policy.contains("script-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    }
}
