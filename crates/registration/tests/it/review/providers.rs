//! Every authority that is asked about a person, played, and who compares faces.

use std::sync::atomic::{AtomicU8, Ordering};

use heqi_evidence::attestation::{CompanyStatus, PersonOutcome, Question};
use heqi_registration::ports::Comparing;
use heqi_registration::ports::{
    Answering, Attested, CompanyFound, FaceOutcome, FaceVerifier, Faces, NotAnswered,
    PopulationPortrait, Portrait, RealNameProvider, RegistryIdentity,
};
use heqi_testkit::files;
use heqi_vocabulary::{Digest, UtcMillis};

use super::Mood;

/// Plays every provider.
pub(crate) struct Providers {
    pub(super) mood: AtomicU8,
    pub(crate) company: parking_lot::Mutex<CompanyStatus>,
    pub(super) now: UtcMillis,
    pub(super) registry_saw: Option<UtcMillis>,
    pub(super) holds_portraits: bool,
    pub(super) asked: parking_lot::Mutex<Vec<Question>>,
}

impl Providers {
    fn mood(&self) -> Mood {
        [Mood::Down, Mood::Forged, Mood::Agrees, Mood::Differs]
            [usize::from(self.mood.load(Ordering::SeqCst))]
    }

    pub(crate) fn turn(&self, mood: Mood) {
        self.mood.store(mood as u8, Ordering::SeqCst);
    }

    fn answer<T: Send + 'static>(&self, question: Question, answer: T) -> Answering<'_, T> {
        self.asked.lock().push(question.clone());
        let outcome = match self.mood() {
            Mood::Down => Err(NotAnswered::Unreachable("down".into())),
            Mood::Forged => Err(NotAnswered::NotBelieved("another key".into())),
            Mood::Agrees | Mood::Differs => Ok(Attested {
                answer,
                provider: "示例实名".into(),
                answered_at: self.now,
                question,
                envelope: b"{\"payload\":\"\"}".to_vec(),
            }),
        };
        Box::pin(std::future::ready(outcome))
    }
}

impl RealNameProvider for Providers {
    fn person(&self, question: Question) -> Answering<'_, PersonOutcome> {
        let outcome = match self.mood() {
            Mood::Differs => PersonOutcome::Differs,
            _ => PersonOutcome::Matches,
        };
        self.answer(question, outcome)
    }

    fn company(&self, question: Question) -> Answering<'_, CompanyFound> {
        self.answer(question, CompanyFound { name_matches: true, status: *self.company.lock() })
    }
}

impl PopulationPortrait for Providers {
    fn portrait(&self, question: Question) -> Answering<'_, Option<Portrait>> {
        let bytes = files::photo("portrait");
        let sha256 = Digest::of(&bytes);
        let held = self.holds_portraits.then_some(Portrait { bytes, sha256 });
        self.answer(question, held)
    }
}

impl RegistryIdentity for Providers {
    fn verified_at(&self, question: Question) -> Answering<'_, Option<UtcMillis>> {
        self.answer(question, self.registry_saw)
    }
}

pub(crate) struct SameFace;

impl FaceVerifier for SameFace {
    fn compare<'a>(&'a self, _: Faces<'a>) -> Comparing<'a> {
        Box::pin(std::future::ready(FaceOutcome::Same))
    }
}
