//! How a PDF looks here: each page as a file beside it, with its bytes, its milliseconds and
//! how many characters were read.
//!
//! ```text
//! cargo run --release -p heqi-paper --example pages FILE.pdf [FOLDER]
//! ```
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for a terminal")]

use std::error::Error;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use heqi_paper::{Limits, MediaType, PageText, inspect, render};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let file = arguments.next().ok_or("which file?")?;
    let folder = arguments.next();
    let bytes = std::fs::read(&file)?;
    let begun = Instant::now();
    let pages = inspect(&bytes, &Limits::default())?;
    println!("{pages} pages, looked at in {} ms", begun.elapsed().as_millis());
    let mut since = Instant::now();
    let mut written = Ok(());
    let rendition = render(Arc::new(bytes), |page| {
        let characters = match &page.text {
            PageText::Blocks(blocks) => blocks.iter().map(|block| block.text.chars().count()).sum(),
            PageText::Picture => 0,
        };
        println!(
            "page {}: {} x {}, {} bytes of {}, {} ms, {characters} characters",
            page.number,
            page.image.width,
            page.image.height,
            page.image.bytes.len(),
            page.image.media_type.as_str(),
            since.elapsed().as_millis()
        );
        if let Some(folder) = &folder {
            let kind = match page.image.media_type {
                MediaType::Png => "png",
                MediaType::Jpeg => "jpg",
            };
            let name = folder.join(format!("page-{}.{kind}", page.number));
            written = std::fs::write(name, &page.image.bytes);
        }
        since = Instant::now();
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    written?;
    println!("fonts replaced: {}", rendition.fonts_replaced);
    Ok(())
}
