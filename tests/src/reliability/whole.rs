//! Whole programs under load over HTTP: kill -9 of the platform, a custodian, the deposit
//! worker; the power or the space of the platform's disk goes, or the space of the data
//! centre's. Clients go on asking under their idempotency keys; when everybody has been
//! answered everything is looked at from outside (`town::audit`), then all is
//! stopped in order and the three stores are read again.

use std::path::Path;
use std::time::{Duration, Instant};

use super::Tried;
use super::dice::Dice;
use super::medium::{Left, Volume};
use super::rounds::{Bench, Round};
use super::town::audit::History;
use super::town::client::Book;
use super::town::work::{self, Filing};
use super::town::{PATIENCE, Town, Who};

const SIGNERS: u64 = 6;
/// Room for a store and for the 256 MiB below which a platform takes nothing more.
const DISK_BYTES: u64 = 448 << 20;
/// How long a worker may find nothing to do: leases of a killed one run out after 5 s.
const IDLE: Duration = Duration::from_secs(20);
const SHORT: Duration = Duration::from_millis(2);

/// Which process is killed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Victim {
    /// `heqi platform`, which also deposits.
    Platform,
    /// `heqi notary`, in either role.
    Notary,
    /// `heqi sync`.
    Worker,
    /// The power of the platform's machine goes.
    Power,
    /// The platform's disk fills up.
    Space,
    /// The data centre's disk fills up.
    NotarySpace,
}

impl Victim {
    /// Whose folder lies on a disk of its own.
    const fn on_a_disk(self) -> Option<Who> {
        match self {
            Self::Power | Self::Space => Some(Who::Platform),
            Self::NotarySpace => Some(Who::DataCentre),
            Self::Platform | Self::Notary | Self::Worker => None,
        }
    }
}

/// Kills once or more for each seed. The rounds share one town, so the history grows, and so
/// does what must not be lost.
pub(super) async fn run(bench: &Bench, victim: Victim, seeds: &[u64]) -> Vec<Round> {
    let mut rounds = Vec::new();
    let mut streets = match Streets::found(bench, victim.on_a_disk()).await {
        Ok(streets) => streets,
        Err(error) => return seeds.iter().map(|seed| Round::failed(*seed, &*error)).collect(),
    };
    for seed in seeds {
        let round = match streets.round(victim, *seed).await {
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
    rounds
}

/// Kills each of the three once for each seed, one after the other in one town, and looks at
/// everything once at the end: a short sample.
pub async fn one_after_the_other(bench: &Bench, seeds: &[u64]) -> Tried<Round> {
    let mut streets = Streets::found(bench, None).await?;
    let (mut faults, mut notes) = (0, Vec::new());
    for seed in seeds {
        for victim in [Victim::Platform, Victim::Notary, Victim::Worker] {
            let (more, note) = streets.fault(victim, &mut Dice::new(*seed), false).await?;
            faults += more;
            notes.push(note);
        }
    }
    let (acknowledged, note) = (streets.look(0).await?, notes.join("; "));
    Ok(Round { faults, acknowledged, note, ..Round::survived(0) })
}

/// A town, what was answered in it, and what its log was.
struct Streets {
    town: Town,
    book: Book,
    history: History,
    filings: u64,
    /// What one folder lies on, if it is a disk of its own. Gone after the town,
    /// whose processes use it.
    disk: Option<Volume>,
}

impl Streets {
    async fn found(bench: &Bench, on_a_disk: Option<Who>) -> Tried<Self> {
        let disk = on_a_disk.map(|_| Volume::create(DISK_BYTES)).transpose()?;
        let path = disk.as_ref().map(Volume::path);
        let mut town = Town::found(&bench.program, on_a_disk.zip(path.as_deref()))?;
        town.start_all().await?;
        Ok(Self { town, book: Book::default(), history: History::default(), filings: 0, disk })
    }

    async fn open(&mut self) -> Tried<Filing> {
        self.filings += 1;
        let name = format!("示例公司 {}", self.filings);
        let people = usize::try_from(SIGNERS)?;
        let client = self.town.client(Who::Platform)?;
        work::open(&client, &self.book, &self.town.staff, &name, people).await
    }

    async fn round(&mut self, victim: Victim, seed: u64) -> Tried<Round> {
        let before = self.book.len();
        let (faults, note) = self.fault(victim, &mut Dice::new(seed), true).await?;
        let acknowledged = self.look(before).await?;
        self.town.start_all().await?;
        Ok(Round { faults, acknowledged, note, ..Round::survived(seed) })
    }

    /// Looks at everything, stops everything and reads the stores; signings acknowledged
    /// since so many answers, which are all asked for again.
    async fn look(&mut self, before: usize) -> Tried<u64> {
        let counts = self.town.audit(&mut self.history, &self.book, before, true).await?;
        self.town.audit_stores(counts)?;
        Ok(self.book.signings_since(before).try_into()?)
    }

    /// How many times was killed, and when.
    async fn fault(
        &mut self,
        victim: Victim,
        dice: &mut Dice,
        is_whole: bool,
    ) -> Tried<(u64, String)> {
        match victim {
            Victim::Platform => self.kill_a_server(Who::Platform, dice).await,
            Victim::Notary => {
                let who = *dice.one_of(&Who::CUSTODIANS).ok_or("there are custodians")?;
                self.kill_a_server(who, dice).await
            }
            Victim::Worker => self.kill_the_worker(dice, is_whole).await,
            Victim::Power => self.cut_the_power(dice).await,
            Victim::Space => self.fill_the_disk(dice).await,
            Victim::NotarySpace => self.fill_the_notarys_disk(dice).await,
        }
    }

    /// Kills it while people sign and a clerk prepares what comes next; in a third of the
    /// rounds once more while it starts.
    async fn kill_a_server(&mut self, who: Who, dice: &mut Dice) -> Tried<(u64, String)> {
        let filing = self.open().await?;
        let before = self.book.len();
        let client = self.town.client(Who::Platform)?;
        let signing = work::sign_all(&client, &self.book, &filing);
        let (book, staff) = (self.book.clone(), self.town.staff.clone());
        let name = format!("示例公司 {} bis", self.filings);
        let clerk = tokio::spawn(async move { work::open(&client, &book, &staff, &name, 2).await });
        // Some answers are acts of one signer, some of others: what is under way differs.
        let answers = usize::try_from(dice.below(7 * SIGNERS))?;
        self.until_answered(before + answers).await?;
        tokio::time::sleep(Duration::from_micros(dice.below(15_000))).await;
        self.town.kill(who)?;
        let at = self.book.len() - before;
        tokio::time::sleep(Duration::from_millis(dice.below(150))).await;
        self.town.start(who)?;
        let mut faults = 1;
        if dice.below(3) == 0 {
            tokio::time::sleep(Duration::from_millis(dice.below(250))).await;
            self.town.kill(who)?;
            self.town.start(who)?;
            faults += 1;
        }
        self.town.until_ready().await?;
        work::all(signing).await?;
        let next = clerk.await??;
        let client = self.town.client(Who::Platform)?;
        work::all(work::sign_all(&client, &self.book, &next)).await?;
        Ok((faults, format!("{who:?} after {at} answers, {faults} kills")))
    }

    /// While the custodians give no answer people sign and deposits pile up; then the
    /// platform is killed, and the worker takes over, and is killed again and again. At last
    /// it may do all that is left, or leave it to the platform.
    async fn kill_the_worker(&mut self, dice: &mut Dice, ends: bool) -> Tried<(u64, String)> {
        // Several chains, for the deposits of one follow one another.
        let filings = [self.open().await?, self.open().await?];
        for who in Who::CUSTODIANS {
            self.town.freeze(who, true)?;
        }
        let client = self.town.client(Who::Platform)?;
        for filing in &filings {
            work::all(work::sign_all(&client, &self.book, filing)).await?;
        }
        self.town.kill(Who::Platform)?;
        for who in Who::CUSTODIANS {
            self.town.freeze(who, false)?;
        }
        let (mut faults, mut seen) = (0, Vec::new());
        let kills = if ends { dice.between(1, 2) } else { 1 };
        for _ in 0..kills {
            let before = self.deposits().await?;
            // Killed after so many answers of the custodians; with 0 of them while it begins.
            let (more, pause) = (dice.below(5), Duration::from_micros(dice.below(20_000)));
            let mut worker = self.town.start_worker()?;
            let deadline = Instant::now() + IDLE;
            while self.deposits().await? < before + more {
                let is_over = Instant::now() > deadline;
                match worker.has_ended()? {
                    Some(status) if status.success() || is_over => break,
                    // What a killed process had leased cannot be had for a while.
                    Some(_) => {
                        tokio::time::sleep(Duration::from_millis(300)).await;
                        worker = self.town.start_worker()?;
                    }
                    None if is_over => break,
                    None => {}
                }
                tokio::time::sleep(SHORT).await;
            }
            tokio::time::sleep(pause).await;
            if worker.has_ended()?.is_none() {
                worker.kill()?;
                faults += 1;
            }
            seen.push(self.deposits().await? - before);
        }
        if ends {
            self.town.sync()?;
        }
        self.town.start(Who::Platform)?;
        self.town.until_ready().await?;
        Ok((faults, format!("{faults} kills, after {seen:?} deposits")))
    }

    /// The power of the platform's machine goes while people sign: the disk keeps what was
    /// flushed and a random part of its cache, and finishes nothing any more. Whatever was
    /// answered to anybody, before the cut or after it, was on the disk at the cut.
    async fn cut_the_power(&mut self, dice: &mut Dice) -> Tried<(u64, String)> {
        let filing = self.open().await?;
        let before = self.book.len();
        let client = self.town.client(Who::Platform)?;
        let signing = work::sign_all(&client, &self.book, &filing);
        let answers = usize::try_from(dice.below(6 * SIGNERS))?;
        self.until_answered(before + answers).await?;
        let disk = self.disk.take().ok_or("there is no disk")?;
        let left = if dice.below(2) == 0 {
            tokio::time::sleep(Duration::from_micros(dice.below(30_000))).await;
            disk.die(dice)
        } else {
            self.until_it_dies(&disk, dice).await?
        };
        // Nothing of it goes on, but whatever it says now must be true of what is left.
        tokio::time::sleep(Duration::from_millis(dice.below(60))).await;
        self.town.kill(Who::Platform)?;
        let at = self.book.len() - before;
        drop(disk);
        let disk = Volume::after_cut(left.cells, DISK_BYTES)?;
        self.town.put_the_platform_on(&disk.path())?;
        self.disk = Some(disk);
        self.town.start(Who::Platform)?;
        self.town.until_ready().await?;
        work::all(signing).await?;
        Ok((1, format!("after {at} answers, {} writes in the cache", left.cached)))
    }

    /// The power goes while a write lies in the cache of the disk.
    async fn until_it_dies(&self, disk: &Volume, dice: &mut Dice) -> Tried<Left> {
        disk.arm_to_die(dice.below(12), dice.clone());
        let deadline = Instant::now() + IDLE;
        loop {
            if let Some(left) = disk.taken() {
                return Ok(left);
            }
            if Instant::now() > deadline {
                // Everybody was answered before: then it goes while nothing is written.
                return Ok(disk.die(dice));
            }
            tokio::time::sleep(SHORT).await;
        }
    }

    /// The platform's disk fills up while people sign: to just below its reserve, or to the
    /// last byte. Who asks is told, with the time to wait; reading goes on; when there is
    /// room again so does signing. A process that could not write has ended and named it.
    async fn fill_the_disk(&mut self, dice: &mut Dice) -> Tried<(u64, String)> {
        let filing = self.open().await?;
        let before = self.book.len();
        let refused = self.book.refused("store_full");
        let client = self.town.client(Who::Platform)?;
        let signing = work::sign_all(&client, &self.book, &filing);
        self.until_answered(before + usize::try_from(dice.below(4 * SIGNERS))?).await?;
        let disk = self.disk.as_ref().ok_or("there is no disk")?.path();
        let ballast = disk.join("ballast");
        let room = if dice.below(2) == 0 { RESERVE_BYTES - (1 << 20) } else { 0 };
        fill(&ballast, &disk, room)?;
        let deadline = Instant::now() + IDLE;
        let mut ended = None;
        while ended.is_none() && self.book.refused("store_full") == refused {
            if Instant::now() > deadline {
                return Err(format!("{room} bytes are free and nobody is told").into());
            }
            tokio::time::sleep(SHORT).await;
            ended = self.town.has_ended(Who::Platform)?;
        }
        let how = if ended.is_some() { "it ended" } else { "it refused" };
        if ended.is_some() {
            let said = self.town.last_words(Who::Platform);
            if !said.contains("No space left") && !said.contains("nearly full") {
                return Err(format!("on a full disk it ended and said {said}").into());
            }
        } else {
            client.get(&self.town.staff, "/api/v1/coverage").await?;
        }
        std::fs::remove_file(&ballast)?;
        if self.town.has_ended(Who::Platform)?.is_some() {
            self.town.start(Who::Platform)?;
        }
        self.town.until_ready().await?;
        work::all(signing).await?;
        Ok((1, format!("{room} bytes were free, {how}")))
    }

    /// The data centre's disk fills up while people sign: to just below its reserve, or to the
    /// last byte. Nobody who signs waits for it; a deposit is turned away with the time to wait,
    /// and reading goes on; when there is room again everything comes to be held. A process that
    /// could not write has ended and named it.
    async fn fill_the_notarys_disk(&mut self, dice: &mut Dice) -> Tried<(u64, String)> {
        let filing = self.open().await?;
        let before = self.book.len();
        let turned_away = self.turned_away().await;
        let client = self.town.client(Who::Platform)?;
        let signing = work::sign_all(&client, &self.book, &filing);
        self.until_answered(before + usize::try_from(dice.below(4 * SIGNERS))?).await?;
        let disk = self.disk.as_ref().ok_or("there is no disk")?.path();
        let ballast = disk.join("ballast");
        let room = if dice.below(2) == 0 { RESERVE_BYTES - (1 << 20) } else { 0 };
        fill(&ballast, &disk, room)?;
        work::all(signing).await?;
        // What is certain to be deposited on a full disk.
        let more = self.open().await?;
        work::all(work::sign_all(&client, &self.book, &more)).await?;
        let deadline = Instant::now() + IDLE;
        let mut ended = self.town.has_ended(Who::DataCentre)?;
        while ended.is_none() && self.turned_away().await <= turned_away {
            if Instant::now() > deadline {
                return Err(format!("{room} bytes are free and no deposit is turned away").into());
            }
            tokio::time::sleep(SHORT).await;
            ended = self.town.has_ended(Who::DataCentre)?;
        }
        let how = if ended.is_some() { "it ended" } else { "it refused" };
        if ended.is_some() {
            let said = self.town.last_words(Who::DataCentre);
            if !said.contains("No space left") && !said.contains("nearly full") {
                return Err(format!("on a full disk it ended and said {said}").into());
            }
        } else {
            self.town.client(Who::DataCentre)?.get("", "/anchors.json").await?;
        }
        std::fs::remove_file(&ballast)?;
        if self.town.has_ended(Who::DataCentre)?.is_some() {
            self.town.start(Who::DataCentre)?;
        }
        self.town.until_ready().await?;
        Ok((1, format!("{room} bytes were free, {how}")))
    }

    /// Deposits that the data centre has turned away for a while since it was started; none
    /// while it does not answer.
    async fn turned_away(&self) -> u64 {
        let Ok(client) = self.town.client(Who::DataCentre) else { return 0 };
        let metrics = client.get("", "/metrics").await.unwrap_or_default();
        let metrics = String::from_utf8_lossy(&metrics).into_owned();
        let counted = metrics.lines().filter(|line| {
            line.starts_with("heqi_http_requests_total{")
                && line.contains("route=\"/deposits\"")
                && line.contains("status=\"503\"")
        });
        counted.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum()
    }

    /// Deposits the custodians have decided about since they were started.
    async fn deposits(&self) -> Tried<u64> {
        let mut all = 0;
        for who in Who::CUSTODIANS {
            let metrics = self.town.client(who)?.get("", "/metrics").await?;
            let metrics = String::from_utf8_lossy(&metrics).into_owned();
            let counted = metrics.lines().filter(|line| line.starts_with("heqi_deposits_total{"));
            let numbers = counted.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
            all += numbers.sum::<u64>();
        }
        Ok(all)
    }

    async fn until_answered(&self, answers: usize) -> Tried<()> {
        let deadline = Instant::now() + PATIENCE;
        while self.book.len() < answers {
            if Instant::now() > deadline {
                return Err("nothing is answered any more".into());
            }
            tokio::time::sleep(SHORT).await;
        }
        Ok(())
    }
}

/// The free space below which a platform takes nothing more (docs/OPERATING.md).
const RESERVE_BYTES: u64 = 256 << 20;

/// Takes all of the disk but `room` bytes.
fn fill(ballast: &Path, disk: &Path, room: u64) -> Tried<()> {
    let free = rustix::fs::statvfs(disk)?;
    let free = free.f_bavail * free.f_frsize;
    let file = std::fs::File::create(ballast)?;
    let flags = rustix::fs::FallocateFlags::empty();
    Ok(rustix::fs::fallocate(&file, flags, 0, free.saturating_sub(room).max(1))?)
}
