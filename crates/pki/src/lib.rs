//! Keys, DSSE envelopes and X.509 signer certificates, pure.
