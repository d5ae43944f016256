//! Certificates and CMS written part by part: what no authority of ours makes.

use const_oid::ObjectIdentifier;

use super::Seeded;
use crate::certificate::{
    COMMON_NAME, ECDSA_WITH_SHA256, KEY_PURPOSE_DOCUMENT_SIGNING, SigningCertificate,
    TEST_ONLY_EXTENSION,
};
use crate::keys::{Algorithm, PublicKey, SigningKey};
use crate::timestamp::der::{self, Node, context, integer, tlv};
use crate::timestamp::{Accuracy, KEY_PURPOSE_TIME_STAMPING, TokenIssuer, whole, write_algorithm};

/// An extension that nobody knows.
pub(crate) const UNKNOWN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.9.9");
/// keyCertSign, as a BIT STRING holds it: the unused bits, then the bits.
pub(crate) const ISSUES: [u8; 2] = [2, 0x04];
/// digitalSignature and nonRepudiation.
pub(crate) const SIGNS: [u8; 2] = [6, 0xc0];

/// A certificate in its parts, each as DER.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) serial: Vec<u8>,
    pub(crate) algorithm: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) validity: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) public_key: Vec<u8>,
    /// Where versions before the third had unique identifiers.
    pub(crate) unique_ids: Vec<u8>,
    pub(crate) extensions: Vec<Vec<u8>>,
}

impl Parts {
    /// Valid from 2020 to 2039, for the P-256 key of an issuer to sign, without an extension.
    pub(crate) fn new(issuer: &str, subject: &str, key: &PublicKey) -> Self {
        Self {
            serial: integer(&[1]),
            algorithm: write_algorithm(ECDSA_WITH_SHA256),
            issuer: name(&[(COMMON_NAME, issuer)]),
            validity: validity("200101000000Z", "391231235959Z"),
            subject: name(&[(COMMON_NAME, subject)]),
            public_key: key.to_spki_der(),
            unique_ids: Vec::new(),
            extensions: Vec::new(),
        }
    }

    pub(crate) fn authority(
        issuer: &str,
        subject: &str,
        key: &PublicKey,
        path_length: Option<u8>,
    ) -> Self {
        let extensions = vec![authority(path_length), key_usage(ISSUES)];
        Self { extensions, ..Self::new(issuer, subject, key) }
    }

    pub(crate) fn signer(issuer: &str, subject: &str, key: &PublicKey) -> Self {
        let extensions = vec![key_usage(SIGNS), purposes(false, &[KEY_PURPOSE_DOCUMENT_SIGNING])];
        Self { extensions, ..Self::new(issuer, subject, key) }
    }

    pub(crate) fn stamping(issuer: &str, subject: &str, key: &PublicKey) -> Self {
        let extensions = vec![key_usage(SIGNS), purposes(true, &[KEY_PURPOSE_TIME_STAMPING])];
        Self { extensions, ..Self::new(issuer, subject, key) }
    }

    /// With the TEST ONLY mark, where asked.
    pub(crate) fn marked(mut self, is_marked: bool) -> Self {
        if is_marked {
            self.extensions.push(extension(TEST_ONLY_EXTENSION, false, &tlv(der::NULL, &[])));
        }
        self
    }

    pub(crate) fn signed(&self, key: &SigningKey) -> Vec<u8> {
        let signature = key.sign(&self.to_sign());
        let signature = p256::ecdsa::Signature::from_slice(signature.as_bytes()).unwrap();
        self.written(signature.to_der().as_bytes())
    }

    /// Exactly so long, a thousand bytes or more, with a signature that is none: those of P-256
    /// are not all of one length.
    pub(crate) fn filled(&self, size_bytes: usize) -> Vec<u8> {
        let with = |fill: usize| {
            let mut parts = self.clone();
            parts.extensions.push(extension(UNKNOWN, false, &vec![0; fill]));
            parts.written(&[0; 70])
        };
        // From 256 bytes on each length around the filling is written in as many bytes.
        let around = with(256).len() - 256;
        with(size_bytes - around)
    }

    fn to_sign(&self) -> Vec<u8> {
        let extensions = if self.extensions.is_empty() {
            Vec::new()
        } else {
            tlv(context(3), &[&sequence(&self.extensions)])
        };
        let version = tlv(context(0), &[&integer(&[2])]);
        let fields: [&[u8]; 9] = [
            &version,
            &self.serial,
            &self.algorithm,
            &self.issuer,
            &self.validity,
            &self.subject,
            &self.public_key,
            &self.unique_ids,
            &extensions,
        ];
        tlv(der::SEQUENCE, &fields)
    }

    fn written(&self, signature: &[u8]) -> Vec<u8> {
        let bits = tlv(der::BIT_STRING, &[&[0], signature]);
        let fields: [&[u8]; 3] = [&self.to_sign(), &self.algorithm, &bits];
        tlv(der::SEQUENCE, &fields)
    }
}

/// A P-256 key.
pub(crate) fn key(seed: u64) -> SigningKey {
    SigningKey::generate(Algorithm::P256, &Seeded::new(seed))
}

pub(crate) fn name(attributes: &[(ObjectIdentifier, &str)]) -> Vec<u8> {
    let attribute = |(oid, text): &(ObjectIdentifier, &str)| {
        let value = tlv(der::UTF8_STRING, &[text.as_bytes()]);
        tlv(der::SET, &[&tlv(der::SEQUENCE, &[&der::oid(*oid), &value])])
    };
    sequence(&attributes.iter().map(attribute).collect::<Vec<_>>())
}

/// Both as UTCTime.
pub(crate) fn validity(from: &str, to: &str) -> Vec<u8> {
    const UTC_TIME: u8 = 0x17;
    sequence(&[tlv(UTC_TIME, &[from.as_bytes()]), tlv(UTC_TIME, &[to.as_bytes()])])
}

pub(crate) fn extension(oid: ObjectIdentifier, is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical = if is_critical { tlv(der::BOOLEAN, &[&[0xff]]) } else { Vec::new() };
    let value = tlv(der::OCTET_STRING, &[value]);
    tlv(der::SEQUENCE, &[&der::oid(oid), &critical, &value])
}

/// basicConstraints with cA.
pub(crate) fn authority(path_length: Option<u8>) -> Vec<u8> {
    let most = path_length.map(|most| integer(&[most])).unwrap_or_default();
    let value = tlv(der::SEQUENCE, &[&tlv(der::BOOLEAN, &[&[0xff]]), &most]);
    extension(ObjectIdentifier::new_unwrap("2.5.29.19"), true, &value)
}

pub(crate) fn key_usage(bits: [u8; 2]) -> Vec<u8> {
    let value = tlv(der::BIT_STRING, &[&bits]);
    extension(ObjectIdentifier::new_unwrap("2.5.29.15"), true, &value)
}

pub(crate) fn purposes(are_critical: bool, purposes: &[ObjectIdentifier]) -> Vec<u8> {
    let value = sequence(&purposes.iter().copied().map(der::oid).collect::<Vec<_>>());
    extension(ObjectIdentifier::new_unwrap("2.5.29.37"), are_critical, &value)
}

/// A root for time and an issuer of tokens whose certificate it signed, each with the TEST ONLY
/// mark where asked.
pub(crate) fn time_authority(root_is_marked: bool, own_is_marked: bool) -> (Vec<u8>, TokenIssuer) {
    let (root_key, own_key) = (key(71), key(72));
    let root = Parts::authority("time", "time", &root_key.public_key(), None);
    let own = Parts::stamping("time", "stamping", &own_key.public_key());
    let own = own.marked(own_is_marked).signed(&root_key);
    let own = SigningCertificate::from_der(&own).unwrap();
    let policy = ObjectIdentifier::new_unwrap("1.2.3.4");
    let issuer = TokenIssuer::new(Box::new(own_key), &[own], policy, Accuracy::default());
    (root.marked(root_is_marked).signed(&root_key), issuer.unwrap())
}

/// SignedData with other certificates: nobody signs which ones it carries.
pub(crate) fn carrying(cms: &[u8], certificates: &[&[u8]]) -> Vec<u8> {
    rewritten(cms, |fields| fields[3] = tlv(context(0), certificates))
}

/// SignedData with something else in its one SignerInfo: version, name of the certificate,
/// digest algorithm, signed attributes, algorithm, signature, unsigned attributes.
pub(crate) fn with_signer(cms: &[u8], change: impl FnOnce(&mut [Vec<u8>])) -> Vec<u8> {
    rewritten(cms, |fields| {
        let mut signer = fields_of(whole(&fields[4]).unwrap().only().unwrap());
        change(&mut signer);
        fields[4] = tlv(der::SET, &[&sequence(&signer)]);
    })
}

/// Version, digest algorithms, content, certificates, signers.
fn rewritten(cms: &[u8], change: impl FnOnce(&mut [Vec<u8>])) -> Vec<u8> {
    let mut content_info = whole(cms).unwrap().sequence().unwrap();
    let kind = content_info.expect(der::OID).unwrap().whole;
    let signed_data = content_info.expect(context(0)).unwrap().only().unwrap();
    let mut fields = fields_of(signed_data);
    assert_eq!(fields.len(), 5);
    change(&mut fields);
    tlv(der::SEQUENCE, &[kind, &tlv(context(0), &[&sequence(&fields)])])
}

fn fields_of(sequence: Node<'_>) -> Vec<Vec<u8>> {
    let fields = sequence.sequence().unwrap().rest().unwrap();
    fields.iter().map(|field| field.whole.to_vec()).collect()
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    tlv(der::SEQUENCE, &parts)
}
