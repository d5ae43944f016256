//! The smaller jobs, one file each.

pub(crate) mod admin;
pub(crate) mod chain_forks;
pub(crate) mod doctor;
pub(crate) mod keys;
pub(crate) mod recover;
pub(crate) mod report;
pub(crate) mod serve;
pub(crate) mod store;

/// An error with everything below it, in one line.
pub(crate) fn chain_of(error: &(dyn std::error::Error + 'static)) -> String {
    let mut line = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        let text = cause.to_string();
        if !line.contains(&text) {
            line.push_str(": ");
            line.push_str(&text);
        }
        below = cause.source();
    }
    line
}
