//! What the tests of sealed documents need beside cargo: four programs of others that read
//! PDF. Where they cannot be had those tests say that they were skipped, and so does this.

use std::path::Path;
use std::process::Command;

/// A program or library, and the packages of Debian that bring it.
const PACKAGES: [(&str, &[&str]); 4] = [
    ("/usr/bin/qpdf", &["qpdf"]),
    ("/usr/bin/pdfsig", &["poppler-utils"]),
    ("/usr/bin/certutil", &["libnss3-tools"]),
    (
        "/usr/share/java/preflight.jar",
        &["default-jre-headless", "libpdfbox2-java", "libactivation-java", "libjaxb-api-java"],
    ),
];

/// Installs what is missing and can be installed; prints what is not there.
pub(crate) fn prepare(root: &Path) {
    for (file, packages) in PACKAGES {
        if cfg!(target_os = "linux") && !Path::new(file).exists() {
            let mut apt = Command::new("apt-get");
            let apt = apt.args(["install", "-y", "--no-install-recommends"]).args(packages);
            say(file, succeeds(apt));
        }
    }
    let environment = root.join("target/validators");
    if !environment.join("bin/pyhanko").exists() {
        let made = succeeds(Command::new("python3").args(["-m", "venv"]).arg(&environment));
        let mut pip = Command::new(environment.join("bin/pip"));
        let pip = pip.args(["install", "--quiet", "pyhanko==0.38.0", "pyhanko-cli==0.6.0"]);
        say("pyHanko", made && succeeds(pip));
    }
}

fn succeeds(command: &mut Command) -> bool {
    command.status().is_ok_and(|status| status.success())
}

fn say(what: &str, installed: bool) {
    if installed {
        println!("{what}: installed");
    } else {
        println!("{what}: SKIPPED, cannot be installed here: sealed documents are not shown to it");
    }
}
