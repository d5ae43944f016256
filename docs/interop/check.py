"""Checks record, signatures, anchors, receipts and chain head of an unpacked bundle with hashlib, OpenSSL and the
package `cryptography`, which share no code with Heqi. How to run it: ../INTEROP.md."""

import base64, hashlib, json, pathlib, subprocess, sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

bundle, anchors_path = pathlib.Path(sys.argv[1]), sys.argv[2]
read = lambda name: (bundle / name).read_bytes()
sha256 = lambda data: hashlib.sha256(data).digest()

# The attribute tree: every slot is open in this bundle, so the root is that of a perfect tree.
record = json.loads(read("record.json"))
jcs = lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode()
layer = [sha256(b"\0heqi.attribute/v1\n" + jcs(a[1:])) for a in record["attributes"]]
assert record["hashes"] == [] and len(layer) in (16, 32, 64)
while len(layer) > 1:
    layer = [sha256(b"\1" + layer[i] + layer[i + 1]) for i in range(0, len(layer), 2)]
root = layer[0].hex()
value = {a[2]: a[3] for a in record["attributes"]}
print("record root", root)

def opened(envelope, key):
    """The payload of a DSSE envelope of one signature, if `key` made it."""
    envelope = json.loads(envelope)
    kind, payload = envelope["payloadType"].encode(), base64.b64decode(envelope["payload"])
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    signature = base64.b64decode(envelope["signatures"][0]["sig"])
    if isinstance(key, ec.EllipticCurvePublicKey):
        r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    else:
        key.verify(signature, signed)
    return kind.decode(), json.loads(payload)

# The device's key signed the statement, and the record names statement, challenge and photo.
# OpenSSL reads the certificate: the `cryptography` of Debian 12 knows no number above 2^28 in an object identifier.
pem = subprocess.run(["openssl", "x509", "-inform", "DER", "-pubkey", "-noout"], input=read("certificates/00.der"),
                     capture_output=True, check=True).stdout
device = serialization.load_pem_public_key(pem)
kind, statement = opened(read("envelope.json"), device)
challenge = sha256(b"heqi.challenge/v1\n" + read("challenge.json")).hex()
assert statement["challenge"] == value["challenge"] == challenge
assert value["envelope_sha256"] == sha256(read("envelope.json")).hex()
assert statement["certificate_sha256"] == sha256(read("certificates/00.der")).hex()
assert (bundle / f"attachments/{value['photo_sha256']}.jpg").exists()
print(kind, "holds")

# The anchors are signed by the key they name; whether that is the notary's key, ask the notary.
spki = lambda text: serialization.load_der_public_key(base64.b64decode(text))
file = pathlib.Path(anchors_path).read_bytes()
publisher = json.loads(base64.b64decode(json.loads(file)["payload"]))["publisher"]["key"]
kind, anchors = opened(file, spki(publisher))
print(kind, "holds, SHA-256 of the file", sha256(file).hex())

# Each custodian signed for this record root.
custodians = {c["custodian"]: c["key"] for c in anchors["custodians"]}
for path in sorted((bundle / "deposits").iterdir()):
    said = json.loads(base64.b64decode(json.loads(path.read_bytes())["payload"]))["custodian"]
    kind, receipt = opened(path.read_bytes(), spki(custodians[said]))
    assert receipt["record_root"] == root
    print(kind, "holds:", said, receipt["outcome"]["outcome"])
    for part in receipt["parts"]:
        assert any(hashlib.sha256(f.read_bytes()).hexdigest() == part["sha256"] for f in bundle.rglob("*.*"))

# The chain: each record names the root of the one before, up to the custodian's head.
kind, chain_head = opened(read("chain/head.json"), spki(custodians["data_centre"]))
print(kind, "holds: record", value["seq"], "of", chain_head["seq"])
