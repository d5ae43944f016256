//! That the check of a round cries when something is lost, and only then: what `power-cut` 115
//! of the ledger saw, without chance.

use super::*;
use crate::reliability::syscalls::copy;

/// A store in a folder of its own, and what was heard after each of its words.
struct Heard {
    store: Embedded,
    place: Place,
    looks: Mutex<Vec<Known>>,
    _folder: tempfile::TempDir,
}

impl Heard {
    /// The acts `9-0-0` to `9-0-{last}`, each answered.
    async fn after(last: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::below(folder.path());
        let store = place.open().unwrap();
        let heard = Self { store, place, looks: Mutex::default(), _folder: folder };
        for number in 0..=last {
            act(&heard.store, "9-0", number, &|word: &Word| heard.hear(word)).await.unwrap();
        }
        heard
    }

    /// As a client hears it: by the line that was written.
    fn hear(&self, word: &Word) -> Tried<()> {
        let mut looks = self.looks.lock();
        let mut known = looks.last().cloned().unwrap_or_default();
        known.hear(&serde_json::to_string(word)?)?;
        looks.push(known);
        Ok(())
    }

    /// What a look knew right after this act was answered, whatever was said next.
    fn look_after(&self, name: &str) -> Known {
        let looks = self.looks.lock();
        let is_it = |known: &&Known| known.acknowledged.last().is_some_and(|act| act.name == name);
        looks.iter().find(is_it).cloned().unwrap()
    }

    /// Everything that was said.
    fn in_all(&self) -> Known {
        self.looks.lock().last().cloned().unwrap()
    }

    fn object_of(&self, name: &str) -> ObjectRef {
        let known = self.in_all();
        let act = known.acknowledged.iter().find(|act| act.name == name).unwrap();
        act.object.unwrap()
    }

    /// The words of the check of what the cut left, if it cries.
    async fn cry(&self, known: &Known) -> Option<String> {
        self.store.crash();
        // The folder of a store is held by the one that is open.
        let folder = tempfile::tempdir().unwrap();
        let left = Place { directory: folder.path().join("left"), ..self.place.clone() };
        copy(&self.place.directory, &left.directory).unwrap();
        left.survives(known).await.err().map(|error| error.to_string())
    }
}

#[tokio::test]
async fn an_announcement_between_the_last_look_and_the_cut_was_called_a_loss_and_is_none() {
    let heard = Heard::after(16).await;
    // The act was answered; its object was announced and discarded before the cut; the look
    // that counts fell in between.
    let look = heard.look_after("9-0-16");
    assert_eq!(look.going("9-0-16"), None);
    // What the check of that day knew, and its very words in the ledger.
    assert_eq!(
        heard.cry(&look).await.as_deref(),
        Some("the object of 9-0-16: the object was never stored or has been discarded")
    );
    // What the check knows today: the same look, and every announcement until the end.
    let known = look.and_may_lack(heard.in_all());
    assert_eq!(known.going("9-0-16"), Some(Going::Object));
    assert_eq!(known.acts(), 17);
    assert_eq!(heard.cry(&known).await, None);
}

#[tokio::test]
async fn an_object_that_nobody_announced_and_that_is_gone_is_called_lost() {
    let heard = Heard::after(16).await;
    assert!(heard.store.discard_object(&heard.object_of("9-0-13").id).await.unwrap());
    let known = heard.look_after("9-0-16").and_may_lack(heard.in_all());
    assert_eq!(
        heard.cry(&known).await.as_deref(),
        Some("the object of 9-0-13: the object was never stored or has been discarded")
    );
}

#[tokio::test]
async fn an_announcement_excuses_what_it_announced_and_nothing_else() {
    // Act 7 announced that its data key goes, not that its object does.
    let heard = Heard::after(10).await;
    assert_eq!(heard.in_all().going("9-0-7"), Some(Going::Key));
    assert!(heard.store.discard_object(&heard.object_of("9-0-7").id).await.unwrap());
    assert_eq!(
        heard.cry(&heard.in_all()).await.as_deref(),
        Some("the object of 9-0-7: the object was never stored or has been discarded")
    );

    // Nobody announced that the data key of act 10 goes.
    let heard = Heard::after(10).await;
    let name = "9-0-10";
    let id = DataKeyId::of(&[name.as_bytes()]);
    heard.store.vault().shred(&[id]).unwrap();
    let words = heard.cry(&heard.in_all()).await;
    assert_eq!(words, Some(format!("the object of {name}: data key {id} has been erased")));
}

#[tokio::test]
async fn an_answered_act_that_is_not_there_is_called_lost() {
    let heard = Heard::after(9).await;
    let mut known = heard.in_all();
    let mut beyond = known.acknowledged.last().cloned().unwrap();
    (beyond.name, beyond.leaf) = ("9-0-10".into(), 10);
    known.acknowledged.push(beyond);
    assert_eq!(
        heard.cry(&known).await.as_deref(),
        Some("9-0-10 was acknowledged at leaf 10 and is lost")
    );
}
