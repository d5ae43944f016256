//! The channels against real counterparts on loopback: an HTTP gateway and a mail server.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that panics has failed")]

mod email;
mod sms;

use heqi_notify::Letter;
use heqi_vocabulary::MessageId;

pub(crate) fn letter(address: &str) -> Letter {
    Letter {
        message: MessageId::from_bytes([7; 16]),
        purpose: "code".into(),
        address: address.into(),
        subject: "请签署：青穗茶业".into(),
        text: "验证码012345，请勿告知他人。\n.点开头的一行\n".into(),
    }
}
