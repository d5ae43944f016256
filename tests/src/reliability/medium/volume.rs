//! A mounted ext4 file system on a device whose power can be cut.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use parking_lot::Mutex;
use tempfile::TempDir;

use super::Cells;
use super::cells::{Device, Left};
use super::fuse::{self, FILE};
use crate::reliability::Tried;
use crate::reliability::dice::Dice;

/// A mounted volume. Dropped, it is unmounted and its content gone.
pub(crate) struct Volume {
    device: Arc<Mutex<Device>>,
    folder: TempDir,
    loop_device: Option<String>,
    is_mounted: bool,
}

impl Volume {
    /// An empty volume of so many bytes.
    pub(crate) fn create(size: u64) -> Tried<Self> {
        let mut volume = Self::attach(Cells::default(), size)?;
        let device = volume.loop_device.clone().unwrap_or_default();
        // A small journal, so that it wraps round within a round.
        let form = ["-q", "-F", "-E", "nodiscard", "-O", "^resize_inode", "-J", "size=4"];
        run(Command::new("mkfs.ext4").args(form).arg(&device))?;
        volume.mount()?;
        Ok(volume)
    }

    /// The volume that a power cut left: mounting replays its journal.
    pub(crate) fn after_cut(cells: Cells, size: u64) -> Tried<Self> {
        let mut volume = Self::attach(cells, size)?;
        volume.mount()?;
        Ok(volume)
    }

    /// Where it is mounted.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("volume")
    }

    /// What is on the disk if the power goes now. The volume itself goes on.
    pub(crate) fn cut(&self, dice: &mut Dice) -> Left {
        self.device.lock().cut(dice)
    }

    /// The power goes now and the disk with it: what runs on it can finish nothing.
    pub(crate) fn die(&self, dice: &mut Dice) -> Left {
        let mut device = self.device.lock();
        device.is_dead = true;
        device.cut(dice)
    }

    /// The same with the write after so many others.
    pub(crate) fn arm_to_die(&self, writes: u64, dice: Dice) {
        let mut device = self.device.lock();
        device.dies = true;
        device.arm(writes, dice);
    }

    /// The power goes with the write after so many others.
    pub(crate) fn arm(&self, writes: u64, dice: Dice) {
        self.device.lock().arm(writes, dice);
    }

    /// What the armed cut left, once it has happened.
    pub(crate) fn taken(&self) -> Option<Left> {
        self.device.lock().taken.clone()
    }

    /// From now on it says that it has flushed and has not.
    pub(crate) fn lie(&self) {
        self.device.lock().lies = true;
    }

    fn attach(cells: Cells, size: u64) -> Tried<Self> {
        let folder = tempfile::Builder::new().prefix("heqi-volume-").tempdir()?;
        let backing = folder.path().join("backing");
        fs::create_dir(&backing)?;
        fs::create_dir(folder.path().join("volume"))?;
        let device = Arc::new(Mutex::new(Device::new(cells)));
        let mut volume =
            Self { device: device.clone(), folder, loop_device: None, is_mounted: false };
        fuse::serve(&backing, device, size)?;
        let shown =
            run(Command::new("losetup").args(["--find", "--show"]).arg(backing.join(FILE)))?;
        volume.loop_device = Some(shown.trim().to_owned());
        Ok(volume)
    }

    fn mount(&mut self) -> Tried<()> {
        let device = self.loop_device.clone().unwrap_or_default();
        run(Command::new("mount").args(["-t", "ext4", &device]).arg(self.path()))?;
        self.is_mounted = true;
        Ok(())
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        if self.is_mounted {
            unmount(&self.path());
        }
        if let Some(device) = &self.loop_device {
            let _ = Command::new("losetup").args(["--detach", device]).output();
        }
        unmount(&self.folder.path().join("backing"));
    }
}

/// At once if nobody uses it any more, else as soon as nobody does.
fn unmount(path: &Path) {
    let done = Command::new("umount").arg(path).output();
    if !done.is_ok_and(|done| done.status.success()) {
        let _ = Command::new("umount").arg("--lazy").arg(path).output();
    }
}

fn run(command: &mut Command) -> Tried<String> {
    let done = command.output()?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let errors = String::from_utf8_lossy(&done.stderr);
    Err(format!("{command:?}: {}: {}", done.status, errors.trim()).into())
}
