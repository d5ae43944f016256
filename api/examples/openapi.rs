//! Prints the OpenAPI document: `cargo run -p heqi-api --example openapi > docs/openapi.json`.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    io::stdout().lock().write_all(heqi_api::openapi::to_json().as_bytes())
}
