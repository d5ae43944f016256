//! The verifier as its users meet it: through its command line, its files and its bytes.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

mod command;
mod document;
mod golden;
mod hostile;
mod renewals;

use std::sync::LazyLock;

use heqi_testkit::{Story, Twists};

static STORY: LazyLock<Story> = LazyLock::new(|| Story::tell(1, &Twists::default()));
static BUNDLE: LazyLock<Vec<u8>> =
    LazyLock::new(|| STORY.bundle_with_chain(STORY.signing()).write().unwrap());
static ANCHORS: LazyLock<Vec<u8>> = LazyLock::new(|| STORY.anchors_file());
