//! A page of the signer's way as an answer: in the reader's language and size of text, under
//! a policy that allows our own files and nothing else.

use actix_web::http::header::{CONTENT_LANGUAGE, HeaderName, VARY};
use actix_web::{HttpResponse, HttpResponseBuilder};
use heqi_pages::{Frame, Link, Page, render};
use heqi_service_kit::security_headers::ContentPolicy;

use crate::state::State;
use crate::visitor::{Reader, StaffVisitor, Visitor};

/// To whom a page is shown, and where.
pub(crate) struct Shown {
    /// What surrounds the page.
    pub(crate) frame: Frame,
    reader: Reader,
    is_secure: bool,
    framed_by: Vec<String>,
}

impl Shown {
    /// A page at `here`.
    pub(crate) fn to(state: &State, reader: Reader, here: Link) -> Self {
        let names = &state.platform.settings().names;
        Self {
            frame: Frame {
                language: reader.language,
                large: reader.large,
                here,
                csrf: None,
                service: names.operator.clone(),
                telephone: names.telephone.clone(),
            },
            reader,
            is_secure: state.settings.pages.secure_cookies,
            framed_by: state.settings.pages.framed_by.clone(),
        }
    }

    /// The same inside a session: its forms can be sent.
    pub(crate) fn with(mut self, visitor: &Visitor) -> Self {
        self.frame.csrf = Some(visitor.csrf.clone());
        self
    }

    /// The same where staff comes in: nobody shows it in a frame.
    pub(crate) fn for_staff(mut self) -> Self {
        self.framed_by.clear();
        self
    }

    /// The same inside a session of staff. Nobody shows its pages in a frame.
    pub(crate) fn with_staff(mut self, visitor: &StaffVisitor) -> Self {
        self.frame.csrf = Some(visitor.csrf.clone());
        self.framed_by.clear();
        self
    }

    /// A name for one act of one form.
    #[expect(clippy::unused_self, reason = "names of acts belong to a page that is shown")]
    pub(crate) fn fresh_key(&self, state: &State) -> String {
        let bytes: [u8; 16] = state.entropy.bytes();
        heqi_vocabulary::Digest::of(&bytes).to_string().chars().take(32).collect()
    }
}

/// The answer that carries a page.
pub(crate) fn page(page: &impl Page, shown: &Shown) -> HttpResponse {
    respond(shown).body(render(page, &shown.frame))
}

/// The same before it has its body.
pub(crate) fn respond(shown: &Shown) -> HttpResponseBuilder {
    let mut policy = ContentPolicy::default();
    for directive in
        ["style-src", "script-src", "img-src", "connect-src", "manifest-src", "worker-src"]
    {
        policy = policy.allow(directive, "'self'");
    }
    // What was just recorded is watched from memory before it is sent.
    policy = policy.allow("media-src", "'self' blob:");
    policy = policy.allow("form-action", "'self'");
    if !shown.framed_by.is_empty() {
        policy = policy.framed_by(shown.framed_by.join(" "));
    }
    let mut response = HttpResponse::Ok();
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_LANGUAGE, shown.frame.language.tag()))
        .insert_header((VARY, "accept-language, cookie"))
        .insert_header((PERMISSIONS, "camera=(self), geolocation=(self), microphone=(self)"))
        .insert_header(policy);
    shown.reader.remember(&mut response, shown.is_secure);
    response
}

/// Camera, microphone and position are for the signer's pages only.
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");
