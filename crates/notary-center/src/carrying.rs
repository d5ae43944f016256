//! What is carried away from here in the background: what people said, to the data centre and the
//! platform; and messages to whoever wants to be told of signings in its name. Both wait in queues of
//! the office's store and are tried again until the other side has them.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use heqi_notarization::NotaryOffice;
use heqi_notarization::holder::HolderFault;
use heqi_notarization::holder::deliver::{self, Delivery, LeasedNotice, Recipient};
use heqi_notarization::holder::watch::{self, LeasedTelling};
use heqi_notary_protocol::Backoff;
use heqi_notary_protocol::notice::{NoticeClient, NoticeDelivery, NoticeReply, NoticeTaken};
use heqi_service_kit::lifecycle::Shutdown;
use tokio::time::sleep;

use crate::people::Told;
use crate::service::State;

/// Items under way at the same time.
const IN_FLIGHT: usize = 8;
/// Longer than one call may take.
const LEASE_MS: i64 = 90_000;
const LONGEST_PAUSE_MS: i64 = 300_000;
/// How long nothing is looked at when nothing was due.
const NAP: Duration = Duration::from_millis(500);

/// The ways to whom notices are brought.
pub type NoticeWays = Vec<(Recipient, NoticeClient)>;

/// A queue of the office.
trait Queue: Send + Sync {
    type Item: Send + Sync;
    const NAME: &'static str;

    fn recall(&self) -> impl Future<Output = Result<usize, HolderFault>> + Send;
    fn lease(&self) -> impl Future<Output = Result<Vec<Self::Item>, HolderFault>> + Send;
    fn work(&self, item: &Self::Item) -> impl Future<Output = Result<(), HolderFault>> + Send;
}

/// Brings notices until the program stops.
pub(crate) async fn bring_notices(
    state: Arc<State>,
    ways: NoticeWays,
    shutdown: Shutdown,
) -> Result<(), Infallible> {
    let office = state.office.clone();
    let queue = Notices { office: &office, ways, backoff: Backoff::default() };
    run(&office, queue, shutdown).await
}

/// Tells people until the program stops.
pub(crate) async fn tell_people(state: Arc<State>, shutdown: Shutdown) -> Result<(), Infallible> {
    let office = state.office.clone();
    run(&office, Tellings { state: &state, backoff: Backoff::default() }, shutdown).await
}

async fn run(
    office: &NotaryOffice,
    queue: impl Queue,
    mut shutdown: Shutdown,
) -> Result<(), Infallible> {
    let mut looked_at = None;
    loop {
        let worked = if office.backend().read_only().is_some() {
            Ok(false)
        } else {
            turn(office, &queue, &mut looked_at).await
        };
        let is_idle = match worked {
            Ok(worked) => !worked,
            Err(error) => {
                tracing::warn!(queue = queue_name(&queue), %error, "work waits: the own store cannot");
                true
            }
        };
        if is_idle {
            tokio::select! {
                () = shutdown.requested() => return Ok(()),
                () = sleep(NAP) => {}
            }
        } else if shutdown.is_requested() {
            return Ok(());
        }
    }
}

const fn queue_name<Q: Queue>(_: &Q) -> &'static str {
    Q::NAME
}

/// One look at what is due. Gives whether anything was.
async fn turn(
    office: &NotaryOffice,
    queue: &impl Queue,
    looked_at: &mut Option<heqi_vocabulary::UtcMillis>,
) -> Result<bool, HolderFault> {
    let now = office.clock().now();
    // At the start, and when the clock was set back: what was put off by a clock that ran ahead.
    if looked_at.is_none_or(|before| now < before) {
        queue.recall().await?;
    }
    *looked_at = Some(now);
    let leased = queue.lease().await?;
    work_all(queue, &leased).await;
    Ok(!leased.is_empty())
}

/// Works all of a batch at the same time. An item that cannot be worked, or takes long, keeps back none of
/// the others; it is leased again when its lease is over.
async fn work_all<Q: Queue>(queue: &Q, leased: &[Q::Item]) {
    let worked = join_all(leased.iter().map(|item| queue.work(item))).await;
    for error in worked.into_iter().filter_map(Result::err) {
        tracing::warn!(queue = queue_name(queue), %error, "an item waits");
    }
}

fn pause_ms(backoff: Backoff, attempts: u32, office: &NotaryOffice) -> i64 {
    let pause = backoff.wait_ms(attempts, office.entropy());
    i64::try_from(pause).unwrap_or(LONGEST_PAUSE_MS).min(LONGEST_PAUSE_MS)
}

struct Notices<'a> {
    office: &'a NotaryOffice,
    ways: NoticeWays,
    backoff: Backoff,
}

impl Queue for Notices<'_> {
    type Item = LeasedNotice;
    const NAME: &'static str = "notices";

    async fn recall(&self) -> Result<usize, HolderFault> {
        deliver::recall(self.office, LONGEST_PAUSE_MS).await
    }

    async fn lease(&self) -> Result<Vec<LeasedNotice>, HolderFault> {
        deliver::lease(self.office, LEASE_MS, IN_FLIGHT).await
    }

    async fn work(&self, item: &LeasedNotice) -> Result<(), HolderFault> {
        let letter = deliver::letter(self.office, item).await?;
        let (record, to) = (letter.record, letter.to.as_str());
        let way = self.ways.iter().find(|(recipient, _)| *recipient == letter.to);
        let error = match way {
            None => "no way to it is set up".to_owned(),
            Some((_, client)) => {
                let notice = NoticeDelivery { record_id: record, statement: letter.statement };
                let answer = match client.deliver(&notice).await {
                    Ok(NoticeReply::Taken(NoticeTaken { taken_at })) => {
                        tracing::info!(record.id = %record, to, "notice taken");
                        Ok(Delivery::Taken { at: taken_at })
                    }
                    Ok(NoticeReply::Refused { code }) => {
                        tracing::error!(record.id = %record, to, code, "notice refused");
                        Ok(Delivery::Refused { code, at: self.office.clock().now() })
                    }
                    Err(error) => Err(error.to_string()),
                };
                match answer {
                    Ok(answer) => return deliver::note(self.office, item, &answer).await,
                    Err(error) => error,
                }
            }
        };
        tracing::warn!(record.id = %record, to, error, attempts = item.attempts, "notice waits");
        let pause = pause_ms(self.backoff, item.attempts, self.office);
        let retry_at = self.office.clock().now().plus_millis(pause);
        deliver::try_again(self.office, item, retry_at).await
    }
}

struct Tellings<'a> {
    state: &'a State,
    backoff: Backoff,
}

impl Queue for Tellings<'_> {
    type Item = LeasedTelling;
    const NAME: &'static str = "tellings";

    async fn recall(&self) -> Result<usize, HolderFault> {
        watch::recall(&self.state.office, LONGEST_PAUSE_MS).await
    }

    async fn lease(&self) -> Result<Vec<LeasedTelling>, HolderFault> {
        watch::lease(&self.state.office, LEASE_MS, IN_FLIGHT).await
    }

    async fn work(&self, item: &LeasedTelling) -> Result<(), HolderFault> {
        let office = &self.state.office;
        let Some(people) = &self.state.people else { return watch::done(office, item).await };
        let Some(telling) = watch::telling(office, item).await? else {
            return watch::done(office, item).await;
        };
        match people.tell(&telling).await {
            Told::Done => watch::done(office, item).await,
            Told::NotNow { after_ms } => {
                let pause = pause_ms(self.backoff, item.attempts, office).max(after_ms);
                let retry_at = office.clock().now().plus_millis(pause);
                watch::try_again(office, item, retry_at).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;
    use tokio::sync::Barrier;

    use super::*;

    /// Notes what was worked once all of the batch are under way; one item is damaged.
    struct Noting {
        worked: Mutex<Vec<u32>>,
        all_begun: Barrier,
    }

    impl Queue for Noting {
        type Item = u32;
        const NAME: &'static str = "noting";

        async fn recall(&self) -> Result<usize, HolderFault> {
            Ok(0)
        }

        async fn lease(&self) -> Result<Vec<u32>, HolderFault> {
            Ok(vec![1, 2, 3])
        }

        async fn work(&self, item: &u32) -> Result<(), HolderFault> {
            self.all_begun.wait().await;
            if *item == 1 {
                return Err(HolderFault::Damaged("a record that does not open"));
            }
            self.worked.lock().push(*item);
            Ok(())
        }
    }

    #[tokio::test]
    async fn an_item_that_cannot_be_worked_keeps_back_none_of_its_batch() {
        let queue = Noting { worked: Mutex::default(), all_begun: Barrier::new(3) };
        let batch = queue.lease().await.unwrap();
        work_all(&queue, &batch).await;
        let mut worked = queue.worked.lock().clone();
        worked.sort_unstable();
        assert_eq!(worked, [2, 3]);
    }
}
