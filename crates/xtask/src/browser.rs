//! What the tests of `verify.html` need beside cargo: Chromium and the page's packages.
//! Where they cannot be had the tests say that they were skipped, and so does this.

use std::path::Path;
use std::process::Command;

const CHROMIUM: [&str; 3] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/// Debian's fonts for Chinese: without them Chromium shows boxes where names should stand, and
/// a picture of a page proves nothing.
const FONTS: &str = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc";
const FONT_PACKAGES: [&str; 2] = ["fonts-noto-cjk", "fonts-noto-cjk-extra"];

/// Installs what is missing and can be installed; prints what is not there.
pub(crate) fn prepare(root: &Path) {
    if !CHROMIUM.iter().any(|path| Path::new(path).exists()) {
        let installed = succeeds(Command::new("apt-get").args(["install", "-y", "chromium"]));
        say("chromium", installed, "the tests in a browser are skipped");
    }
    if cfg!(target_os = "linux") && !Path::new(FONTS).exists() {
        let mut apt = Command::new("apt-get");
        let installed =
            succeeds(apt.args(["install", "-y", "--no-install-recommends"]).args(FONT_PACKAGES));
        say("fonts for Chinese", installed, "pictures of pages show boxes");
    }
    let page = root.join("crates/verify/page");
    if !page.join("node_modules").exists() {
        let mut npm = Command::new("npm");
        let installed = succeeds(npm.args(["ci", "--no-audit", "--no-fund"]).current_dir(&page));
        say(
            "packages of verify.html",
            installed,
            "it is not assembled again; axe is skipped, and fails on a build server",
        );
    }
}

fn succeeds(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}

fn say(what: &str, installed: bool, otherwise: &str) {
    if installed {
        println!("{what}: installed");
    } else {
        println!("{what}: SKIPPED, cannot be installed here: {otherwise}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_that_is_not_there_does_not_succeed() {
        assert!(!succeeds(&mut Command::new("no-such-program-anywhere")));
        assert!(!succeeds(&mut Command::new("false")));
        assert!(succeeds(&mut Command::new("true")));
    }
}
