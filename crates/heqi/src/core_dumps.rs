//! No core dumps: keys in memory must not be written to a disk by a crash, nor read by a
//! debugger of the same user.

use rustix::process::{
    DumpableBehavior, Resource, Rlimit, dumpable_behavior, getrlimit, set_dumpable_behavior,
    setrlimit,
};

/// Turns core dumps off for this process and all it starts. What the system does not allow
/// is left as it is, and told by [`are_off`].
pub(crate) fn turn_off() {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    if let Err(error) = setrlimit(Resource::Core, none) {
        tracing::warn!(%error, "the limit on core dumps could not be set");
    }
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "the process could not be made undumpable");
    }
}

/// Whether a crash of this process leaves no picture of its memory.
pub(crate) fn are_off() -> bool {
    getrlimit(Resource::Core).current == Some(0)
        && dumpable_behavior().is_ok_and(|behavior| behavior == DumpableBehavior::NotDumpable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_turned_them_off_is_known_by_it() {
        turn_off();
        assert!(are_off());
    }
}
