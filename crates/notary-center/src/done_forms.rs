//! A form sent twice does one thing, and both copies have the same answer.
//!
//! A person clicks twice: the browser shows the answer to the second copy only. So the second waits
//! for the first. What was done is not done again, and the second leads where the first did; what was
//! refused is asked again and refused in the same words. Kept in memory: after a restart the state of
//! the matter refuses what was done.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use heqi_vocabulary::{Digest, StaffId};
use parking_lot::Mutex;
use tokio::sync::OwnedMutexGuard;

/// Where a form led that was done; `None`: it is under way, or was refused.
type Slot = Arc<tokio::sync::Mutex<Option<String>>>;

/// Forms that were sent a moment ago, by who sent them and under which name.
#[derive(Debug, Default)]
pub(crate) struct DoneForms(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    slots: HashMap<Digest, Slot>,
    order: VecDeque<Digest>,
}

/// While this lives, no twin of the form is under way.
#[derive(Debug)]
pub(crate) struct FormTurn(Option<OwnedMutexGuard<Option<String>>>);

impl DoneForms {
    const REMEMBERED: usize = 10_000;

    /// Waits until no twin of this form is under way: the same act, by the same person, from the same
    /// page. A form without a name has no twins.
    pub(crate) async fn turn(&self, by: StaffId, act: &str, key: &str) -> FormTurn {
        if key.is_empty() {
            return FormTurn(None);
        }
        let name = Digest::of(format!("{by} {act} {key}").as_bytes());
        let slot = self.slot(name);
        FormTurn(Some(slot.lock_owned().await))
    }

    fn slot(&self, name: Digest) -> Slot {
        let mut remembered = self.0.lock();
        let Remembered { slots, order } = &mut *remembered;
        if let Some(slot) = slots.get(&name) {
            return Arc::clone(slot);
        }
        let slot = Slot::default();
        slots.insert(name, Arc::clone(&slot));
        order.push_back(name);
        if order.len() > Self::REMEMBERED
            && let Some(oldest) = order.pop_front()
        {
            slots.remove(&oldest);
        }
        slot
    }
}

impl FormTurn {
    /// Where the same form led that was done before.
    pub(crate) fn earlier(&self) -> Option<&str> {
        self.0.as_ref()?.as_deref()
    }

    /// The form was done, and leads there.
    pub(crate) fn done(mut self, location: String) {
        if let Some(slot) = &mut self.0 {
            **slot = Some(location);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn somebody(n: u8) -> StaffId {
        StaffId::from_bytes([n; 16])
    }

    #[tokio::test]
    async fn a_form_sent_twice_does_one_thing_unless_the_first_was_refused() {
        let forms = DoneForms::default();
        let first = forms.turn(somebody(1), "act", "a").await;
        assert_eq!(first.earlier(), None);
        first.done("/there".into());
        let second = forms.turn(somebody(1), "act", "a").await;
        assert_eq!(second.earlier(), Some("/there"), "the twin leads where the first did");
        drop(second);
        for (by, key) in [(1, "b"), (2, "a")] {
            assert_eq!(forms.turn(somebody(by), "act", key).await.earlier(), None, "{by} {key}");
        }
        let other = forms.turn(somebody(1), "other", "a").await;
        assert_eq!(other.earlier(), None, "another act of the same page is no twin");
        drop(forms.turn(somebody(1), "act", "b").await);
        let again = forms.turn(somebody(1), "act", "b").await;
        assert_eq!(again.earlier(), None, "what was refused may be sent again");
        let unnamed = forms.turn(somebody(1), "act", "").await;
        unnamed.done("/there".into());
        assert_eq!(
            forms.turn(somebody(1), "act", "").await.earlier(),
            None,
            "without a name, no twin"
        );
    }

    #[tokio::test]
    async fn a_twin_waits_for_the_form_that_is_under_way_and_others_do_not() {
        let forms = DoneForms::default();
        let first = forms.turn(somebody(1), "act", "a").await;
        let other =
            tokio::time::timeout(Duration::from_secs(5), forms.turn(somebody(1), "act", "b"));
        assert!(other.await.is_ok());
        let twin = forms.turn(somebody(1), "act", "a");
        tokio::pin!(twin);
        let early = tokio::time::timeout(Duration::from_millis(5), &mut twin).await;
        assert!(early.is_err(), "it waits");
        first.done("/there".into());
        assert_eq!(twin.await.earlier(), Some("/there"));
    }

    #[tokio::test]
    async fn nothing_grows_for_ever() {
        let forms = DoneForms::default();
        for n in 0..DoneForms::REMEMBERED + 5 {
            drop(forms.turn(somebody(1), "act", &n.to_string()).await);
        }
        let remembered = forms.0.lock();
        assert_eq!(remembered.slots.len(), DoneForms::REMEMBERED);
        assert_eq!(remembered.order.len(), DoneForms::REMEMBERED);
    }
}
