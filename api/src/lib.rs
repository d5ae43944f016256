//! The signing platform's service: HTTP in, HTTP out, no rules.
