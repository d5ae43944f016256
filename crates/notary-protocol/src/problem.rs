//! What a refusal says: the part of a problem (RFC 9457) that programs look at.

use serde::{Deserialize, Serialize};

/// Code of the answer to a deposit whose predecessors are missing.
pub const CHAIN_GAP: &str = "chain_gap";

/// The members of a problem that decide what a caller does. Everything else in the document
/// is for people.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ProblemNote {
    /// The stable word for programs.
    pub code: String,
    /// Of a [`CHAIN_GAP`]: the sequence number that is to be deposited next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_seq: Option<u64>,
}

impl ProblemNote {
    /// Reads the body of a refusal; `None` when it is no problem document.
    pub fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    /// The code of a refusal, whatever its body.
    pub(crate) fn code_of(status: u16, body: &[u8]) -> String {
        let known = |code: &String| {
            (1..=64).contains(&code.len())
                && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        // A code goes into logs and rows: what does not look like one is left out.
        Self::parse(body)
            .map(|problem| problem.code)
            .filter(known)
            .unwrap_or_else(|| format!("http_{status}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_read_for_its_code_and_the_rest_is_ignored() {
        let body =
            br#"{"type":"urn:x","title":"t","status":409,"code":"chain_gap","expected_seq":7}"#;
        let problem = ProblemNote::parse(body).unwrap();
        assert_eq!((problem.code.as_str(), problem.expected_seq), (CHAIN_GAP, Some(7)));
    }

    #[test]
    fn what_is_no_problem_gets_a_code_from_its_status() {
        assert_eq!(ProblemNote::code_of(404, b"not found"), "http_404");
        assert_eq!(ProblemNote::code_of(400, br#"{"code":"Bad Code\n"}"#), "http_400");
        assert_eq!(ProblemNote::code_of(400, br#"{"code":"too_large"}"#), "too_large");
    }
}
