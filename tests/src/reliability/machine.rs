//! What this machine can do. Rounds that need more are skipped, and said to be.

use std::path::Path;
use std::process::{Command, Stdio};

/// Something a kind of fault cannot be injected without.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Need {
    /// Root, `/dev/fuse`, loop devices, `losetup` and `mkfs.ext4`.
    Volumes,
    /// `strace` with fault injection, and the right to trace.
    Strace,
}

impl Need {
    /// Why this machine does not have it; `None` if it does.
    pub fn missing(self) -> Option<String> {
        match self {
            Self::Volumes => {
                if !rustix::process::geteuid().is_root() {
                    return Some("only root may attach loop devices and mount them".to_owned());
                }
                let devices = ["/dev/fuse", "/dev/loop-control"];
                let device = devices.into_iter().find(|device| !Path::new(device).exists());
                let program = || {
                    let mut programs = ["losetup", "mkfs.ext4", "mount", "umount"].into_iter();
                    programs.find(|program| !runs(Command::new(program).arg("-V")))
                };
                let what = device.or_else(program)?;
                Some(format!("{what} is missing"))
            }
            Self::Strace => {
                let injecting = ["-qq", "-e", "inject=fsync:error=EIO", "true"];
                let can_inject = runs(Command::new("strace").args(injecting));
                (!can_inject).then(|| "strace is missing or may not trace here".to_owned())
            }
        }
    }
}

fn runs(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}
