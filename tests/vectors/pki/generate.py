#!/usr/bin/env python3
"""Writes the vectors of heqi-pki with software that is not Heqi's: pyca/cryptography (OpenSSL).

Needs `cryptography` >= 43. Everything is deterministic; running it again changes no byte.
The expectations are written by hand, from docs/spec/dsse.md and docs/spec/signer-certificate.md.
"""
import base64
import hashlib
import json
import pathlib
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils, x25519

HERE = pathlib.Path(__file__).parent
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ED25519_ORDER = 2**252 + 27742317777372353535851937790883648493
P25519 = 2**255 - 19


def write(name, value):
    (HERE / name).write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def spki(public):
    return public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def key_id(public):
    return hashlib.sha256(spki(public)).hexdigest()


def ed(seed):
    return ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed) if len(seed) == 64 else hashlib.sha256(seed.encode()).digest())


def p256(secret):
    value = secret if isinstance(secret, int) else int.from_bytes(hashlib.sha256(secret.encode()).digest(), "big") % P256_ORDER
    return ec.derive_private_key(value, ec.SECP256R1())


def raw(r, s):
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def sign(key, message):
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    return raw(*utils.decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))))


# RFC 8032 section 7.1; RFC 6979 appendix A.2.5; DSSE protocol.md "Test Vectors".
RFC8032 = [
    ("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
]
RFC6979_KEY = 0xC9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721
RFC6979 = [
    ("sample", "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"),
    ("test", "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"),
]
DSSE_KEY = 97358161215184420915383655311931858321456579547487070936769975997791359926199
DSSE_SIG = "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="


def signatures():
    cases = []

    def case(name, key, message, signature, valid):
        cases.append({"name": name, "spki": spki(key.public_key()).hex(), "message": message.hex(), "signature": signature.hex(), "valid": valid})

    for number, (seed, message, signature) in enumerate(RFC8032, 1):
        case(f"RFC 8032 section 7.1 test {number}", ed(seed), bytes.fromhex(message), bytes.fromhex(signature), True)
    for message, signature in RFC6979:
        case(f"RFC 6979 A.2.5 SHA-256 {message}", p256(RFC6979_KEY), message.encode(), bytes.fromhex(signature), True)
    pae = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    case("DSSE protocol.md example", p256(DSSE_KEY), pae, base64.b64decode(DSSE_SIG), True)

    key, message = ed("signer one"), b"heqi"
    good = sign(key, message)
    s = int.from_bytes(good[32:], "little")
    identity = (1).to_bytes(32, "little")
    case("Ed25519, another message", key, b"Heqi", good, False)
    case("Ed25519, another key", ed("signer two"), message, good, False)
    case("Ed25519, S + L", key, message, good[:32] + (s + ED25519_ORDER).to_bytes(32, "little"), False)
    case("Ed25519, small-order R", key, message, identity + good[32:], False)
    case("Ed25519, R with a flipped bit", key, message, bytes([good[0] ^ 1]) + good[1:], False)
    case("Ed25519, one byte short", key, message, good[:-1], False)
    case("Ed25519, one byte long", key, message, good + b"\0", False)
    case("Ed25519, empty", key, message, b"", False)

    key = p256("signer three")
    good = sign(key, message)
    r, s = int.from_bytes(good[:32], "big"), int.from_bytes(good[32:], "big")
    case("P-256, s", key, message, raw(r, s), True)
    case("P-256, n - s, the other form of the same signature", key, message, raw(r, P256_ORDER - s), True)
    case("P-256, another message", key, b"Heqi", good, False)
    case("P-256, another key", p256("signer four"), message, good, False)
    case("P-256, r = 0", key, message, raw(0, s), False)
    case("P-256, s = 0", key, message, raw(r, 0), False)
    case("P-256, s = n", key, message, raw(r, P256_ORDER), False)
    case("P-256, r = n", key, message, raw(P256_ORDER, s), False)
    case("P-256, as a DER sequence", key, message, utils.encode_dss_signature(r, s), False)
    case("P-256, one byte short", key, message, good[:-1], False)
    case("P-256, all zero", key, message, bytes(64), False)
    write("signatures.json", {"about": "message and signature in hexadecimal, key as DER SubjectPublicKeyInfo in hexadecimal", "cases": cases})


def public_keys():
    cases = []

    def case(name, der, algorithm=None):
        cases.append({"name": name, "spki": der.hex(), "algorithm": algorithm, "key_id": hashlib.sha256(der).hexdigest() if algorithm else None})

    e, p = spki(ed("signer one").public_key()), spki(p256("signer three").public_key())
    ed_prefix, p_prefix = e[:12], p[:26]
    case("Ed25519", e, "ed25519")
    case("P-256", p, "ecdsa-p256-sha256")
    case("nothing", b"")
    case("Ed25519, one byte short", e[:-1])
    case("Ed25519, trailing byte", e + b"\0")
    case("Ed25519 with NULL parameters", bytes.fromhex("302c300706032b65700500032100") + e[12:])
    case("Ed25519, length in long form", bytes.fromhex("30812a300506032b6570032100") + e[12:])
    case("Ed25519, the neutral element (y = 1)", ed_prefix + (1).to_bytes(32, "little"))
    case("Ed25519, small order (y = -1)", ed_prefix + (P25519 - 1).to_bytes(32, "little"))
    case("Ed25519, small order (y = 0)", ed_prefix + bytes(32))
    case("Ed25519, y = p + 1, not canonical", ed_prefix + (P25519 + 1).to_bytes(32, "little"))
    case("Ed25519, y = p + 3, not canonical and not of small order", ed_prefix + (P25519 + 3).to_bytes(32, "little"))
    case("Ed25519, y = 2, off the curve", ed_prefix + (2).to_bytes(32, "little"))
    case("X25519", spki(x25519.X25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()))
    case("P-256, one byte short", p[:-1])
    case("P-256, trailing byte", p + b"\0")
    compressed = bytes([2 + p[-1] % 2]) + p[27:59]
    case("P-256, compressed point", bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200") + compressed)
    case("P-256, compressed point in the frame of an uncompressed one", p_prefix + compressed + bytes(32))
    case("P-256, hybrid point", p_prefix + bytes([6 + p[-1] % 2]) + p[27:])
    case("P-256, off the curve", p[:-1] + bytes([p[-1] ^ 1]))
    case("P-256, coordinates zero", p_prefix + b"\x04" + bytes(64))
    case("P-256 with one unused bit", p[:25] + b"\x01" + p[26:])
    case("P-384", spki(ec.derive_private_key(7, ec.SECP384R1()).public_key()))
    case("secp256k1", spki(ec.derive_private_key(7, ec.SECP256K1()).public_key()))
    write("public-keys.json", {"about": "DER SubjectPublicKeyInfo in hexadecimal; algorithm null: to be rejected", "cases": cases})


def dsse():
    kind, other_kind = "application/vnd.heqi.vector.v1+json", "application/vnd.heqi.other.v1+json"
    one, two, stranger = ed("signer one"), p256("signer three"), ed("stranger")
    payload = '{"人":"王","n":1}'.encode()

    def pae(kind, body):
        return f"DSSEv1 {len(kind.encode())} {kind} {len(body)} ".encode() + body

    def b64(value):
        return base64.b64encode(value).decode()

    def entry(key, kind=kind, body=payload):
        return {"keyid": key_id(key.public_key()), "sig": b64(sign(key, pae(kind, body)))}

    def envelope(*entries, kind=kind, body=payload):
        return {"payload": b64(body), "payloadType": kind, "signatures": list(entries)}

    def text(value):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

    accepted, rejected = [], []

    def accept(name, envelope, signers, body=payload):
        accepted.append({"name": name, "envelope": envelope, "payload": body.hex(), "signers": [key_id(k.public_key()) for k in signers]})

    def reject(name, envelope, error):
        rejected.append({"name": name, "envelope": envelope, "error": error})

    plain = envelope(entry(one))
    accept("one Ed25519 signature", text(plain), [one])
    accept("one P-256 signature", text(envelope(entry(two))), [two])
    accept("two signatures", text(envelope(entry(one), entry(two))), [one, two])
    accept("a stranger's signature beside a known one is ignored", text(envelope(entry(stranger), entry(one))), [one])
    accept("an empty payload", text(envelope(entry(one, body=b""), body=b"")), [one], body=b"")

    first = text(plain)
    signature, keyid = plain["signatures"][0]["sig"], plain["signatures"][0]["keyid"]
    reject("nothing", "", "json")
    reject("not an object", "17", "json")
    reject("an array in place of the envelope", text([plain["payload"], kind, plain["signatures"]]), "not_canonical")
    reject("an array in place of a signature", text({**plain, "signatures": [[keyid, signature]]}), "not_canonical")
    reject("members in another order", text({key: plain[key] for key in reversed(plain)}), "not_canonical")
    reject("a signature's members in another order", text({**plain, "signatures": [{"sig": signature, "keyid": keyid}]}), "not_canonical")
    reject("white space between members", json.dumps(plain), "not_canonical")
    reject("a line feed at the end", first + "\n", "not_canonical")
    reject("a needless escape", first.replace("application/", "application\\/"), "not_canonical")
    reject("trailing bytes", first + "x", "json")
    reject("a second object", first + first, "json")
    reject("a member twice", first.replace('"payloadType"', f'"payload":"{plain["payload"]}","payloadType"'), "json")
    reject("a member twice, once written with an escape", first.replace('"payloadType"', f'"p\\u0061yload":"{plain["payload"]}","payloadType"'), "json")
    reject("a signature's member twice", first.replace('"sig"', f'"keyid":"{keyid}","sig"'), "json")
    reject("an unknown member", text({**plain, "note": ""}), "json")
    reject("an unknown member in a signature", text({**plain, "signatures": [{**plain["signatures"][0], "cert": ""}]}), "json")
    reject("no payloadType", text({k: v for k, v in plain.items() if k != "payloadType"}), "json")
    reject("no keyid", text({**plain, "signatures": [{"sig": signature}]}), "json")
    reject("keyid null", text({**plain, "signatures": [{"keyid": None, "sig": signature}]}), "json")
    reject("a lone surrogate", first.replace(kind, "\\ud800"), "json")
    reject("an empty payloadType", text({**plain, "payloadType": ""}), "payload_type")
    reject("a payloadType with a space", text({**plain, "payloadType": kind + " "}), "payload_type")
    reject("a payloadType beyond ASCII", text({**plain, "payloadType": "application/exämple"}), "payload_type")
    reject("a payloadType with a quote", text({**plain, "payloadType": 'a"b'}), "payload_type")
    reject("a payloadType of 256 bytes", text({**plain, "payloadType": "a" * 256}), "payload_type")
    reject("a payload without padding", text({**plain, "payload": plain["payload"].rstrip("=")}), "base64")
    reject("a payload with spare bits", text({**plain, "payload": "QR=="}), "base64")
    reject("a payload with a line break", text({**plain, "payload": plain["payload"][:4] + "\n" + plain["payload"][4:]}), "base64")
    reject("a payload in URL-safe base64", text({**plain, "payload": "-_-_Pj8="}), "base64")
    reject("a signature in URL-safe base64", text({**plain, "signatures": [{"keyid": keyid, "sig": "-_-_Pj8="}]}), "base64")
    reject("a keyid in capitals", text({**plain, "signatures": [{"keyid": keyid.upper(), "sig": signature}]}), "key_id")
    reject("a shortened keyid", text({**plain, "signatures": [{"keyid": keyid[:16], "sig": signature}]}), "key_id")
    reject("an empty keyid", text({**plain, "signatures": [{"keyid": "", "sig": signature}]}), "key_id")
    reject("no signature", text(envelope()), "signature_count")
    reject("nine signatures", text(envelope(*[entry(ed(f"signer {n}")) for n in range(9)])), "signature_count")
    reject("one key twice", text(envelope(entry(one), entry(one))), "duplicate_key_id")
    reject("another kind of statement", text(envelope(entry(one, kind=other_kind), kind=other_kind)), "other_type")
    reject("signed as another kind", text(envelope(entry(one, kind=other_kind))), "signature")
    reject("another payload than the one signed", text(envelope(entry(one), body=payload + b" ")), "signature")
    reject("signed without the pre-authentication encoding", text(envelope({"keyid": keyid, "sig": b64(sign(one, payload))})), "signature")
    reject("a known key's keyid on a stranger's signature", text(envelope({"keyid": keyid, "sig": entry(stranger)["sig"]})), "signature")
    reject("one good and one bad signature by known keys", text(envelope(entry(one), {"keyid": key_id(two.public_key()), "sig": entry(stranger)["sig"]})), "signature")
    reject("an empty signature", text(envelope({"keyid": keyid, "sig": ""})), "signature")
    reject("only a stranger's signature", text(envelope(entry(stranger))), "no_known_signer")

    write("dsse.json", {
        "about": "keys: DER SubjectPublicKeyInfo in hexadecimal; envelopes are the exact JSON text; payload in hexadecimal",
        "pae": [
            {"payload_type": "http://example.com/HelloWorld", "payload": b"hello world".hex(), "pae": b"DSSEv1 29 http://example.com/HelloWorld 11 hello world".hex()},
            {"payload_type": kind, "payload": "", "pae": pae(kind, b"").hex()},
            {"payload_type": kind, "payload": payload.hex(), "pae": pae(kind, payload).hex()},
        ],
        "payload_type": kind,
        "keys": [spki(one.public_key()).hex(), spki(two.public_key()).hex()],
        "accepted": accepted,
        "rejected": rejected,
    })


NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=timezone.utc)
TEST_ONLY = x509.ObjectIdentifier("1.3.6.1.4.1.32473.1.1")
UNKNOWN = x509.ObjectIdentifier("1.3.6.1.4.1.32473.1.999")
DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")
EMAIL, SERVER, ANY = (x509.ObjectIdentifier(o) for o in ("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.1", "2.5.29.37.0"))


def usage(**allowed):
    names = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{name: allowed.get(name, False) for name in names})


def instant(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def chains():
    certificates, cases, serial = {}, [], iter(range(0x1001, 0x2000))

    def common_name(text):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])

    def certify(name, subject, key, issuer, issuer_key, extensions, begin=NOW - timedelta(minutes=1), end=NOW + timedelta(days=1)):
        builder = (x509.CertificateBuilder().subject_name(common_name(subject)).issuer_name(common_name(issuer))
                   .public_key(key.public_key()).serial_number(next(serial)).not_valid_before(begin).not_valid_after(end))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        builder = builder.add_extension(x509.SubjectKeyIdentifier(hashlib.sha256(name.encode()).digest()[:20]), False)
        if isinstance(issuer_key, ed25519.Ed25519PrivateKey):
            made = builder.sign(issuer_key, None)
        else:
            made = builder.sign(issuer_key, hashes.SHA256(), ecdsa_deterministic=True)
        certificates[name] = made.public_bytes(serialization.Encoding.DER)

    CERT_SIGN = (usage(key_cert_sign=True, crl_sign=True), True)
    MARK = (x509.UnrecognizedExtension(TEST_ONLY, b"\x05\x00"), False)

    def ca(length=None, key_usage=CERT_SIGN, more=()):
        return [(x509.BasicConstraints(True, length), True), *([key_usage] if key_usage else []), *more]

    def leaf(key_usage=(usage(digital_signature=True, content_commitment=True), True), purposes=(DOCUMENT_SIGNING,), more=()):
        return [*([key_usage] if key_usage else []), *([(x509.ExtendedKeyUsage(purposes), False)] if purposes else []), *more]

    def case(name, chain, expect, at=NOW, test_only=False):
        cases.append({"name": name, "chain": chain, "at": instant(at), "expect": expect, "test_only": test_only})

    years = {"begin": NOW - timedelta(days=365), "end": NOW + timedelta(days=3650)}
    root, other, root_ed, marked, short = p256("root"), p256("other root"), ed("root"), p256("marked root"), p256("short root")
    certify("root", "Root", root, "Root", root, ca(), **years)
    certify("root-ed25519", "Root Ed25519", root_ed, "Root Ed25519", root_ed, ca(), **years)
    certify("root-marked", "Marked Root", marked, "Marked Root", marked, ca(more=[MARK]), **years)
    certify("root-length-0", "Short Root", short, "Short Root", short, ca(0), **years)
    certify("stranger-root", "Root", other, "Root", other, ca(), **years)
    trusted = ["root", "root-ed25519", "root-marked", "root-length-0"]

    issuing, issuing_ed, signer, signer_p = p256("issuing"), ed("issuing"), ed("signer one"), p256("signer three")
    certify("issuing", "Issuing", issuing, "Root", root, ca(0), **years)
    certify("issuing-ed25519", "Issuing Ed25519", issuing_ed, "Root Ed25519", root_ed, ca(0), **years)
    certify("issuing-marked", "Issuing", issuing, "Root", root, ca(0, more=[MARK]), **years)
    certify("issuing-under-marked", "Issuing", issuing, "Marked Root", marked, ca(0), **years)
    certify("issuing-under-short", "Issuing", issuing, "Short Root", short, ca(0), **years)
    certify("issuing-under-stranger", "Issuing", issuing, "Root", other, ca(0), **years)
    certify("issuing-other-key", "Issuing", p256("issuing, other"), "Root", root, ca(0), **years)
    certify("issuing-renamed", "Issuing Two", issuing, "Root", root, ca(0), **years)
    certify("issuing-over", "Issuing", issuing, "Root", root, ca(0), begin=NOW - timedelta(days=30), end=NOW - timedelta(seconds=1))
    certify("issuing-no-cert-sign", "Issuing", issuing, "Root", root, ca(0, (usage(digital_signature=True), True)), **years)
    certify("issuing-no-usage", "Issuing", issuing, "Root", root, ca(0, None), **years)
    certify("issuing-not-ca", "Issuing", issuing, "Root", root, [(x509.BasicConstraints(False, None), True), CERT_SIGN], **years)
    certify("issuing-no-constraints", "Issuing", issuing, "Root", root, [CERT_SIGN], **years)
    certify("issuing-server-only", "Issuing", issuing, "Root", root, ca(0, more=[(x509.ExtendedKeyUsage([SERVER]), False)]), **years)
    certify("issuing-documents", "Issuing", issuing, "Root", root, ca(0, more=[(x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), False)]), **years)
    certify("issuing-any", "Issuing", issuing, "Root", root, ca(0, more=[(x509.ExtendedKeyUsage([ANY]), False)]), **years)
    certify("issuing-names", "Issuing", issuing, "Root", root, ca(0, more=[(x509.NameConstraints([x509.DirectoryName(common_name("x"))], None), True)]), **years)
    sub, between = p256("sub"), p256("between")
    certify("sub", "Sub", sub, "Issuing", issuing, ca(0), **years)
    certify("between", "Between", between, "Root", root, ca(1), **years)
    certify("issuing-under-between", "Issuing", issuing, "Between", between, ca(0), **years)

    certify("signer", "party-1", signer, "Issuing", issuing, leaf())
    certify("signer-p256", "当事人-1", signer_p, "Issuing", issuing, leaf())
    certify("signer-under-ed25519", "party-1", signer, "Issuing Ed25519", issuing_ed, leaf())
    certify("signer-under-root", "party-1", signer, "Root", root, leaf())
    certify("signer-under-sub", "party-1", signer, "Sub", sub, leaf())
    certify("signer-marked", "party-1", signer, "Issuing", issuing, leaf(more=[MARK]))
    certify("signer-ca", "party-1", signer, "Issuing", issuing, [*ca(), (x509.ExtendedKeyUsage([DOCUMENT_SIGNING]), False)])
    certify("signer-no-usage", "party-1", signer, "Issuing", issuing, leaf(key_usage=None))
    certify("signer-encipherment", "party-1", signer, "Issuing", issuing, leaf(key_usage=(usage(key_encipherment=True), True)))
    certify("signer-no-purpose", "party-1", signer, "Issuing", issuing, leaf(purposes=None))
    certify("signer-email", "party-1", signer, "Issuing", issuing, leaf(purposes=[EMAIL]))
    certify("signer-any", "party-1", signer, "Issuing", issuing, leaf(purposes=[ANY]))
    certify("signer-critical", "party-1", signer, "Issuing", issuing, leaf(more=[(x509.UnrecognizedExtension(UNKNOWN, b"\x05\x00"), True)]))
    certify("signer-unknown", "party-1", signer, "Issuing", issuing, leaf(more=[(x509.UnrecognizedExtension(UNKNOWN, b"\x05\x00"), False)]))
    certify("signer-critical-mark", "party-1", signer, "Issuing", issuing, leaf(more=[(MARK[0], True)]))

    good = ["signer", "issuing"]
    ok = {"result": "verified"}

    def broken(position, fault):
        return {"result": "broken", "position": position, "fault": fault}

    untrusted = {"result": "untrusted"}
    case("Ed25519 signer, P-256 authorities", good, ok)
    case("P-256 signer, P-256 authorities", ["signer-p256", "issuing"], ok)
    case("Ed25519 authorities", ["signer-under-ed25519", "issuing-ed25519"], ok)
    case("with the root at the end", [*good, "root"], ok)
    case("directly under the root", ["signer-under-root"], ok)
    case("three authorities with the root", ["signer", "issuing-under-between", "between", "root"], ok)
    case("an unknown extension that is not critical", ["signer-unknown", "issuing"], ok)
    case("an authority for documents only", ["signer", "issuing-documents"], ok)
    case("an authority for any purpose", ["signer", "issuing-any"], ok)
    case("a marked signer", ["signer-marked", "issuing"], ok, test_only=True)
    case("a marked signer, the mark critical", ["signer-critical-mark", "issuing"], ok, test_only=True)
    case("a marked authority", ["signer", "issuing-marked"], ok, test_only=True)
    case("a marked root", ["signer", "issuing-under-marked"], ok, test_only=True)
    case("at its first second", good, ok, at=NOW - timedelta(minutes=1))
    case("at its last second", good, ok, at=NOW + timedelta(days=1))
    case("a second too early", good, {"result": "not_yet_valid", "position": 0, "bound": instant(NOW - timedelta(minutes=1))}, at=NOW - timedelta(seconds=61))
    case("a second too late", good, {"result": "expired", "position": 0, "bound": instant(NOW + timedelta(days=1))}, at=NOW + timedelta(days=1, seconds=1))
    case("an authority that is over", ["signer", "issuing-over"], {"result": "expired", "position": 1, "bound": instant(NOW - timedelta(seconds=1))})
    case("without the authority between", ["signer"], untrusted)
    case("under another root of the same name", ["signer", "issuing-under-stranger"], untrusted)
    case("with that root at the end", ["signer", "issuing-under-stranger", "stranger-root"], untrusted)
    case("under a root that allows no authority below it", ["signer", "issuing-under-short"], untrusted)
    case("in the wrong order", ["issuing", "signer"], broken(0, "is_authority"))
    case("a root alone", ["root"], broken(0, "is_authority"))
    case("the right name, another key", ["signer", "issuing-other-key"], broken(0, "signature"))
    case("the right key, another name", ["signer", "issuing-renamed"], broken(0, "issuer_name"))
    case("an authority's certificate in the signer's place", ["signer-ca", "issuing"], broken(0, "is_authority"))
    case("an issuer with cA false", ["signer", "issuing-not-ca"], broken(1, "not_authority"))
    case("an issuer without basicConstraints", ["signer", "issuing-no-constraints"], broken(1, "not_authority"))
    case("a path length exceeded", ["signer-under-sub", "sub", "issuing"], broken(2, "path_length"))
    case("an issuer that may not sign certificates", ["signer", "issuing-no-cert-sign"], broken(1, "key_usage"))
    case("an issuer without key usage", ["signer", "issuing-no-usage"], broken(1, "key_usage"))
    case("an issuer for servers only", ["signer", "issuing-server-only"], broken(1, "extended_key_usage"))
    case("name constraints", ["signer", "issuing-names"], broken(1, "name_constraints"))
    case("a signer without key usage", ["signer-no-usage", "issuing"], broken(0, "key_usage"))
    case("a signer for encipherment", ["signer-encipherment", "issuing"], broken(0, "key_usage"))
    case("a signer without purpose", ["signer-no-purpose", "issuing"], broken(0, "extended_key_usage"))
    case("a signer for mail", ["signer-email", "issuing"], broken(0, "extended_key_usage"))
    case("a signer for any purpose", ["signer-any", "issuing"], broken(0, "extended_key_usage"))
    case("an unknown critical extension", ["signer-critical", "issuing"], broken(0, "unknown_critical_extension"))

    write("chains.json", {
        "about": "certificates: DER in base64, by name; every case is judged with the same trusted roots",
        "trusted": trusted,
        "certificates": {name: base64.b64encode(der).decode() for name, der in certificates.items()},
        "cases": cases,
    })


if __name__ == "__main__":
    signatures()
    public_keys()
    dsse()
    chains()
