//! Work on a file of a stranger, on a thread of its own: deep nesting has the stack it
//! needs, a panic ends the thread and nothing else, and work without end is stopped.

use std::any::Any;
use std::thread;

/// Deeply nested forms use stack; only what is used is ever backed by memory.
const STACK_BYTES: usize = 64 << 20;

/// Why work did not end well.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stopped {
    /// It would have been too much.
    TooMuch,
    /// A library panicked over the file.
    Panicked,
    /// The system gave no thread.
    NoThread,
}

/// Thrown to leave a library that cannot be asked to stop.
struct TooMuch;

/// Runs `job` on a thread of its own.
pub(crate) fn isolated<T: Send>(job: impl FnOnce() -> T + Send) -> Result<T, Stopped> {
    thread::scope(|scope| {
        let builder = thread::Builder::new().name("paper".into()).stack_size(STACK_BYTES);
        let thread = builder.spawn_scoped(scope, job).map_err(|_| Stopped::NoThread)?;
        thread.join().map_err(|why: Box<dyn Any + Send>| {
            if why.is::<TooMuch>() { Stopped::TooMuch } else { Stopped::Panicked }
        })
    })
}

/// Steps that are left.
#[derive(Debug)]
pub(crate) struct Budget(u32);

impl Budget {
    pub(crate) const fn of(steps: u32) -> Self {
        Self(steps)
    }

    /// Takes `steps`; leaves everything up to [`isolated`] when there are no more. No panic
    /// hook hears of it: it is not a fault of the program.
    pub(crate) fn take(&mut self, steps: u32) {
        match self.0.checked_sub(steps) {
            Some(left) => self.0 = left,
            None => std::panic::resume_unwind(Box::new(TooMuch)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_ends_well_or_is_said_why_not() {
        assert_eq!(isolated(|| 7), Ok(7));
        let much = isolated(|| {
            let mut budget = Budget::of(10);
            budget.take(10);
            budget.take(1);
        });
        assert_eq!(much, Err(Stopped::TooMuch));
        let panicked = isolated(|| std::panic::resume_unwind(Box::new("a library's reason")));
        assert_eq!(panicked, Err::<(), _>(Stopped::Panicked));
    }
}
