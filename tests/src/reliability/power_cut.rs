//! The power goes while a store is written to. What was answered before that instant is on
//! the disk that is left, once the journals of the file system and of the store are
//! replayed.

use std::process::Command;
use std::time::{Duration, Instant};

use super::Tried;
use super::dice::Dice;
use super::known::Known;
use super::medium::{Left, Volume};
use super::process::{Program, Writer};
use super::rounds::{Bench, Round};
use super::store_writer::{Place, Work};

const VOLUME_BYTES: u64 = 192 << 20;
/// Rounds that follow one another on one store: the history grows, and so does what must
/// not be lost.
const ROUNDS_PER_STORE: usize = 8;

/// Longest wait for a write of a store that is written to.
const PATIENCE: Duration = Duration::from_secs(20);

/// Cuts the power once for each seed.
pub(super) async fn run(bench: &Bench, seeds: &[u64]) -> Vec<Round> {
    let mut rounds = Vec::new();
    for seeds in seeds.chunks(ROUNDS_PER_STORE) {
        let mut store = match OnVolume::create() {
            Ok(store) => store,
            Err(error) => {
                rounds.extend(seeds.iter().map(|seed| Round::failed(*seed, &*error)));
                continue;
            }
        };
        for seed in seeds {
            let round = match store.round(&bench.program, *seed).await {
                Ok(round) => round,
                Err(error) => Round::failed(*seed, &*error),
            };
            let is_over = !round.survived;
            rounds.push(round);
            if is_over {
                // Nothing that follows on a broken store says anything.
                break;
            }
        }
    }
    rounds
}

struct OnVolume {
    /// `None` between a cut and the next mount.
    volume: Option<Volume>,
    outside: tempfile::TempDir,
    known: Known,
    generation: u64,
    lies: bool,
}

/// What a store on a disk that lies about flushes loses, in words; `None` if nothing. A
/// check that found nothing there would find nothing anywhere.
pub fn on_a_lying_disk(program: &Program, seed: u64) -> Tried<Option<String>> {
    let mut store = OnVolume::create()?;
    store.lies = true;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(store.round(program, seed)).err().map(|error| error.to_string()))
}

impl OnVolume {
    fn create() -> Tried<Self> {
        let volume = Some(Volume::create(VOLUME_BYTES)?);
        let outside = tempfile::tempdir()?;
        Ok(Self { volume, outside, known: Known::default(), generation: 0, lies: false })
    }

    fn place(&self) -> Tried<Place> {
        let volume = self.volume.as_ref().ok_or("no volume is mounted")?;
        let mut place = Place::below(self.outside.path());
        place.directory = volume.path().join("store");
        Ok(place)
    }

    async fn round(&mut self, program: &Program, seed: u64) -> Tried<Round> {
        let mut dice = Dice::new(seed);
        let before = self.known.acts();
        let mut cached = self.write_and_cut(program, &mut dice, false)?;
        let mut faults = 1;
        if dice.below(3) == 0 {
            // The power goes again while the store recovers.
            cached += self.write_and_cut(program, &mut dice, true)?;
            faults += 1;
        }
        self.place()?.survives(&self.known).await?;
        Ok(Round {
            faults,
            acknowledged: self.known.acts() - before,
            note: format!("{cached} writes in the cache"),
            ..Round::survived(seed)
        })
    }

    /// Writes until an instant the dice choose, cuts the power and mounts what is left.
    fn write_and_cut(
        &mut self,
        program: &Program,
        dice: &mut Dice,
        while_opening: bool,
    ) -> Tried<usize> {
        self.generation += 1;
        let work = Work { generation: self.generation, lanes: dice.between(1, 12), acts: 1 << 40 };
        let place = self.place()?;
        let mut command = Command::new(program.path());
        command.args(Program::writer_words(&place, work));
        let errors = self.outside.path().join("writer.log");
        let mut writer = Writer::start(&mut command, self.known.clone(), &errors)?;
        if !while_opening {
            let acts = self.known.acts() + dice.between(1, 150);
            writer.until(|known| known.is_ready && known.acts() >= acts)?;
        }
        let volume = self.volume.take().ok_or("no volume is mounted")?;
        if self.lies {
            volume.lie();
        }
        let (known, left) = if dice.below(2) == 0 {
            std::thread::sleep(Duration::from_micros(dice.below(30_000)));
            // First what was heard, then the cut: whatever was heard happened before it.
            (writer.known(), volume.cut(dice))
        } else {
            with_a_write(&writer, &volume, dice)?
        };
        let said_in_all = writer.kill()?;
        drop(volume);
        self.volume = Some(Volume::after_cut(left.cells, VOLUME_BYTES)?);
        self.known = known.and_may_lack(said_in_all);
        Ok(left.cached)
    }
}

/// Lets the power go while a write lies in the cache of the disk.
fn with_a_write(writer: &Writer, volume: &Volume, dice: &mut Dice) -> Tried<(Known, Left)> {
    let deadline = Instant::now() + PATIENCE;
    volume.arm(dice.below(40), dice.clone());
    let mut before = writer.known();
    loop {
        let heard = writer.known();
        match volume.taken() {
            // What was heard since the look before may have come after the cut.
            Some(left) => return Ok((before, left)),
            None if Instant::now() > deadline => return Err("nothing is written any more".into()),
            None => before = heard,
        }
        std::thread::yield_now();
    }
}
