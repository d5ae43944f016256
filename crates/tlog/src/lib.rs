//! RFC 6962 and the C2SP transparency-log specifications, pure, one module per spec.
