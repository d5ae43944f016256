//! Acceptance, command-line, vector and layering tests of the whole house.
