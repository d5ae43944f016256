//! Development only: fixed clock and randomness, builders, running services, conformance suites.
