#!/usr/bin/env python3
"""Writes the vectors of docs/spec/tlog.md beside itself: python3 tests/vectors/tlog/generate.py

Independent of the Rust code on purpose: trees by the recursive definitions of RFC 6962 and of
draft-ietf-plants-merkle-tree-certs, Ed25519 by the `cryptography` package. Deterministic: a second run changes nothing.
The tests only ever read the files; regenerate them when a spec changes, never to make a test pass.
"""

import base64, hashlib, json, pathlib, struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = pathlib.Path(__file__).parent
DASH = "\u2014"


def sha256(data):
    return hashlib.sha256(data).digest()


def b64(data):
    return base64.standard_b64encode(data).decode()


def loose(text):
    """The same bytes in base64 with a stray bit that a lenient decoder ignores; for texts ending in one `=`."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return text[:-2] + alphabet[alphabet.index(text[-2]) | 1] + "="


def leaf(entry):
    return sha256(b"\0" + entry)


def node(left, right):
    return sha256(b"\1" + left + right)


def split(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root(leaves):
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(root(leaves[:k]), root(leaves[k:]))


def path(m, leaves):
    if len(leaves) <= 1:
        return []
    k = split(len(leaves))
    if m < k:
        return path(m, leaves[:k]) + [root(leaves[k:])]
    return path(m - k, leaves[k:]) + [root(leaves[:k])]


def subproof(m, leaves, known):
    if m == len(leaves):
        return [] if known else [root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return subproof(m, leaves[:k], known) + [root(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [root(leaves[:k])]


def consistency(m, leaves):
    return [] if m in (0, len(leaves)) else subproof(m, leaves, True)


def subtree_subproof(start, end, leaves, known):
    n = len(leaves)
    if start == 0 and end == n:
        return [] if known else [root(leaves)]
    k = split(n)
    if end <= k:
        return subtree_subproof(start, end, leaves[:k], known) + [root(leaves[k:])]
    if k <= start:
        return subtree_subproof(start - k, end - k, leaves[k:], known) + [root(leaves[:k])]
    return subtree_subproof(0, end - k, leaves[k:], False) + [root(leaves[:k])]


def subtree_proof(start, end, leaves):
    return [] if start == end else subtree_subproof(start, end, leaves, True)


class Key:
    def __init__(self, name, seed, kind):
        self.name, self.seed, self.kind = name, seed, kind
        self.secret = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self.secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = sha256(name.encode() + b"\n" + bytes([kind]) + self.public)[:4]
        self.vkey = f"{name}+{self.id.hex()}+{b64(bytes([kind]) + self.public)}"

    def line(self, signature):
        return f"{DASH} {self.name} {b64(self.id + signature)}\n"

    def sign(self, text):
        return self.line(self.secret.sign(text.encode()))

    def cosign(self, text, time, claimed=None):
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        return self.line(struct.pack(">Q", time if claimed is None else claimed) + self.secret.sign(message))


def checkpoint(origin, size, root_hash, extensions=()):
    return "".join(line + "\n" for line in (origin, str(size), b64(root_hash), *extensions))


def write(name, content):
    (HERE / name).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def hexes(hashes):
    return [h.hex() for h in hashes]


def flip(data, bit=0):
    data = bytearray(data)
    data[bit // 8] ^= 1 << (bit % 8)
    return bytes(data)


ENTRIES = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]
LEAVES = [leaf(entry) for entry in ENTRIES]
LOG = Key("log.example/evidence/2026", bytes(range(32)), 1)
WITNESS = Key("witness.example/notary1", bytes(range(32, 64)), 4)
MIRROR = Key("mirror.example/notary1", bytes(range(64, 96)), 4)
OTHER_LOG = Key("log.example/other", bytes(range(96, 128)), 1)
STRANGER = Key("witness.example/stranger", bytes(range(128, 160)), 4)
TIME = 1767225600
HEAD8 = checkpoint(LOG.name, 8, root(LEAVES))
NOTE8 = HEAD8 + "\n" + LOG.sign(HEAD8)


def tree():
    inclusion, consistent, subtrees = [], [], []

    def include(name, index, size, leaf_hash, hashes, root_hash, valid):
        inclusion.append(dict(name=name, index=index, size=size, leaf_hash=leaf_hash.hex(), path=hexes(hashes), root=root_hash.hex(), valid=valid))

    def consist(name, old_size, old_root, new_size, new_root, hashes, valid):
        consistent.append(dict(name=name, old_size=old_size, old_root=old_root.hex(), new_size=new_size, new_root=new_root.hex(), proof=hexes(hashes), valid=valid))

    def sub(name, start, end, subtree, size, root_hash, hashes, valid):
        subtrees.append(dict(name=name, start=start, end=end, subtree=subtree.hex(), size=size, root=root_hash.hex(), proof=hexes(hashes), valid=valid))

    for size in range(1, 9):
        for index in range(size):
            include(f"PATH({index}, {size})", index, size, LEAVES[index], path(index, LEAVES[:size]), root(LEAVES[:size]), True)
        for old in range(size + 1):
            consist(f"PROOF({old} -> {size})", old, root(LEAVES[:old]), size, root(LEAVES[:size]), consistency(old, LEAVES[:size]), True)
    consist("PROOF(0 -> 0)", 0, root([]), 0, root([]), [], True)

    p, r = path(5, LEAVES), root(LEAVES)
    include("an extra hash at the end", 5, 8, LEAVES[5], p + [p[0]], r, False)
    include("an extra hash in front", 5, 8, LEAVES[5], [p[0]] + p, r, False)
    include("a missing hash", 5, 8, LEAVES[5], p[:-1], r, False)
    include("swapped hashes", 5, 8, LEAVES[5], [p[1], p[0], p[2]], r, False)
    include("another index", 4, 8, LEAVES[5], p, r, False)
    include("a smaller size", 5, 6, LEAVES[5], p, r, False)
    include("a larger size", 5, 9, LEAVES[5], p, r, False)
    include("an index outside the tree", 8, 8, LEAVES[5], p, r, False)
    include("the largest index", 2**64 - 1, 2**64 - 1, LEAVES[5], p, r, False)
    include("the empty tree", 0, 0, LEAVES[0], [], root([]), False)
    include("another leaf", 5, 8, LEAVES[4], p, r, False)
    include("a flipped root bit", 5, 8, LEAVES[5], p, flip(r, 255), False)
    include("a flipped path bit", 5, 8, LEAVES[5], [flip(p[0]), p[1], p[2]], r, False)
    include("a path into a deeper tree", 3, 4, LEAVES[7], path(7, LEAVES), r, False)
    include("a path into a shallower tree", 7, 8, LEAVES[3], path(3, LEAVES[:4]), root(LEAVES[:4]), False)
    include("a path for a tree of one", 0, 1, LEAVES[0], [LEAVES[0]], LEAVES[0], False)

    c, old6 = consistency(6, LEAVES), root(LEAVES[:6])
    consist("an extra hash at the end", 6, old6, 8, r, c + [c[0]], False)
    consist("an extra hash in front", 6, old6, 8, r, [c[0]] + c, False)
    consist("a missing hash", 6, old6, 8, r, c[:-1], False)
    consist("no hash", 6, old6, 8, r, [], False)
    consist("another old root", 6, flip(old6), 8, r, c, False)
    consist("another new root", 6, old6, 8, flip(r), c, False)
    consist("another old size", 5, old6, 8, r, c, False)
    consist("another new size", 6, old6, 9, r, c, False)
    consist("a shrunk tree", 8, r, 6, old6, c, False)
    consist("a proof from the empty tree", 0, root([]), 8, r, c, False)
    consist("an empty tree with another root", 0, r, 8, r, [], False)
    consist("a proof between equal sizes", 8, r, 8, r, c, False)
    consist("two roots for one size", 8, r, 8, flip(r), [], False)
    consist("two roots for the empty tree", 0, root([]), 0, r, [], False)

    consist("a new tree that is the old one", 4, root(LEAVES[:4]), 8, root(LEAVES[:4]), [], False)

    many = [leaf(str(n).encode()) for n in range(14)]
    for start, end, size in ((4, 8, 14), (8, 13, 14), (8, 13, 13), (0, 14, 14), (12, 14, 14), (13, 14, 14), (0, 6, 14), (8, 12, 13), (5, 5, 14), (0, 0, 0)):
        tree_leaves = many[:size]
        sub(f"SUBTREE_PROOF({start}, {end}, {size})", start, end, root(many[start:end]), size, root(tree_leaves), subtree_proof(start, end, tree_leaves), True)
    s, t = subtree_proof(8, 13, many), root(many)
    sub("a subtree out of alignment", 5, 9, root(many[5:9]), 14, t, s, False)
    sub("a subtree beyond the tree", 8, 16, root(many[8:13]), 14, t, s, False)
    sub("a subtree that ends before it starts", 8, 4, root([]), 14, t, [], False)
    sub("an extra hash at the end", 8, 13, root(many[8:13]), 14, t, s + [s[0]], False)
    sub("a missing hash", 8, 13, root(many[8:13]), 14, t, s[:-1], False)
    sub("no hash", 8, 13, root(many[8:13]), 14, t, [], False)
    sub("another subtree", 8, 13, flip(root(many[8:13])), 14, t, s, False)
    sub("another root", 8, 13, root(many[8:13]), 14, flip(t), s, False)
    sub("another end", 8, 12, root(many[8:13]), 14, t, s, False)
    sub("a tree that is its subtree", 0, 4, root(many[:4]), 8, root(many[:4]), [], False)
    sub("a deeper tree than the size says", 4, 8, root(many[4:8]), 8, root(many[:13]), subtree_proof(4, 8, many[:13]), False)
    sub("an empty subtree with a hash", 4, 4, root(many[4:8]), 14, t, [], False)
    sub("an empty subtree with a proof", 4, 4, root([]), 14, t, s, False)

    return dict(
        spec="RFC 6962 section 2.1; draft-ietf-plants-merkle-tree-certs section 4",
        entries=hexes(ENTRIES),
        roots=[dict(size=n, root=root(LEAVES[:n]).hex()) for n in range(9)],
        inclusion=inclusion,
        consistency=consistent,
        subtree=subtrees,
    )


def note():
    public = bytes.fromhex("e932791ae6e7a840a46164c904786426d5e7821dd8b29a00d61cae72afdd4da4")
    foo = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    blob = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    text = "This is an example message.\n"
    spec_note = f"{text}\n{DASH} example.com/foo {blob}\n"

    def vkey(name, kind, key):
        key_id = sha256(name.encode() + b"\n" + bytes([kind]) + key)[:4]
        return f"{name}+{key_id.hex()}+{b64(bytes([kind]) + key)}"

    good = lambda name, text, kind, key_id: dict(name=name, vkey=text, valid=True, key_name=text.split("+")[0], key_id=key_id, type=kind, public_key=base64.b64decode(text.split("+", 2)[2])[1:].hex())
    bad = lambda name, text: dict(name=name, vkey=text, valid=False)
    cosigner_foo = vkey("example.com/foo", 4, public)
    assert cosigner_foo.split("+")[1] == "7c264079"
    small_order = bytes([1] + [0] * 31)
    vkeys = [
        good("the vector of the spec", foo, 1, "530d903a"),
        good("the same key as a cosigner", cosigner_foo, 4, "7c264079"),
        good("the log of these vectors", LOG.vkey, 1, LOG.id.hex()),
        good("the witness of these vectors", WITNESS.vkey, 4, WITNESS.id.hex()),
        bad("a key ID of another name", foo.replace("foo", "fop")),
        bad("an uppercase key ID", foo.replace("530d903a", "530D903A")),
        bad("a short key ID", foo.replace("530d903a", "530d903")),
        bad("a long key ID", foo.replace("530d903a", "530d903a00")),
        bad("no key ID", "example.com/foo+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"),
        bad("an empty name", vkey("", 1, public)),
        bad("a name with a space", vkey("a b", 1, public)),
        bad("a name with a no-break space", vkey("a\u00a0b", 1, public)),
        bad("a name with a tab", vkey("a\tb", 1, public)),
        bad("a name of 256 bytes", vkey("a" * 256, 1, public)),
        bad("a key of 31 bytes", vkey("example.com/foo", 1, public[:31])),
        bad("a key of 33 bytes", vkey("example.com/foo", 1, public + b"\0")),
        bad("an unsupported type (ECDSA)", vkey("example.com/foo", 2, public)),
        bad("an unsupported type (ML-DSA-44)", vkey("example.com/foo", 6, public)),
        bad("an unassigned type", vkey("example.com/foo", 255, public)),
        bad("needless padding", foo + "="),
        bad("base64 of the URL alphabet", LOG.vkey.replace("/zzh", "_zzh")),
        bad("a newline in the base64", foo[:-4] + "\n" + foo[-4:]),
        bad("a trailing space", foo + " "),
        bad("a point of small order", vkey("example.com/foo", 1, small_order)),
        bad("no point of the curve", vkey("example.com/foo", 1, bytes([2] + [0] * 31))),
        bad("an empty text", ""),
    ]

    signature_line = f"{DASH} example.com/foo {blob}\n"
    lines = lambda count: "".join(f"{DASH} signer{n} AAAAAAA=\n" for n in range(count))
    ok = lambda name, note, texts=text, count=1: dict(name=name, note=note, valid=True, text=texts, signatures=count)
    no = lambda name, note: dict(name=name, note=note, valid=False)
    no_hex = lambda name, data: dict(name=name, note_hex=data.hex(), valid=False)
    notes = [
        ok("the vector of the spec", spec_note),
        ok("a text with an empty line", f"a\n\nb\n\n{signature_line}", "a\n\nb\n"),
        ok("a text that ends in an empty line", f"a\n\n\n{signature_line}", "a\n\n"),
        ok("a text that looks like a signature", f"{signature_line}\n{signature_line}", signature_line),
        ok("sixteen signatures", f"{text}\n{lines(16)}", text, 16),
        ok("sixty-four signatures", f"{text}\n{lines(64)}", text, 64),
        ok("the same name with another key ID", f"{text}\n{signature_line}{DASH} example.com/foo AAAAAAA=\n", text, 2),
        no("sixty-five signatures", f"{text}\n{lines(65)}"),
        no("no signature", f"{text}\n"),
        no("no blank line", f"{text}{signature_line}"),
        no("nothing", ""),
        no("only a signature", signature_line),
        no("a blank line in front only", f"\n{signature_line}"),
        no("no final newline", spec_note[:-1]),
        no("a trailing newline", spec_note + "\n"),
        no("trailing text", spec_note + "x\n"),
        no("a duplicate line", f"{text}\n{signature_line}{signature_line}"),
        no("a second signature of the same key", f"{text}\n{signature_line}{DASH} example.com/foo Uw2QOgA=\n"),
        no("a carriage return", spec_note.replace("message.\n", "message.\r\n")),
        no("a tab in the text", spec_note.replace("This is", "This\tis")),
        no("a NUL in the text", spec_note.replace("This is", "This\0is")),
        no("a hyphen for the em dash", spec_note.replace(DASH, "-")),
        no("two spaces after the dash", spec_note.replace(DASH + " ", DASH + "  ")),
        no("two spaces after the name", spec_note.replace("foo Uw", "foo  Uw")),
        no("a trailing space", spec_note.replace("aQM=\n", "aQM= \n")),
        no("a plus sign in the name", spec_note.replace("example.com/foo", "example.com+foo")),
        no("an ideographic space in the name", spec_note.replace("example.com/foo", "example\u3000foo")),
        no("no name", spec_note.replace("example.com/foo ", "")),
        no("base64 without padding", spec_note.replace("aQM=", "aQM")),
        no("base64 with trailing bits", spec_note.replace(blob, loose(blob))),
        no("base64 of the URL alphabet", f"{text}\n{DASH} a -_-_AAAA\n"),
        no("a key ID and no signature", f"{text}\n{DASH} a AAAAAA==\n"),
        no("less than a key ID", f"{text}\n{DASH} a AAAA\n"),
        no_hex("not UTF-8", spec_note.encode().replace(b"This", b"Th\xffs")),
        no_hex("an overlong encoding", spec_note.encode().replace(b"This", b"Th\xc0\xaes")),
    ]

    head, both = HEAD8, NOTE8 + WITNESS.cosign(HEAD8, TIME)
    forged = lambda key: f"{DASH} {key.name} {b64(key.id + bytes(64 if key.kind == 1 else 72))}\n"
    verify = lambda name, note, keys, verified: dict(name=name, note=note, vkeys=keys, verified=verified)
    return dict(
        spec="c2sp.org/signed-note@v1.0.0",
        vkeys=vkeys,
        notes=notes,
        verify=[
            verify("the vector of the spec", spec_note, [foo], ["example.com/foo"]),
            verify("log and witness known", both, [LOG.vkey, WITNESS.vkey], [LOG.name, WITNESS.name]),
            verify("only the witness known", both, [WITNESS.vkey], [WITNESS.name]),
            verify("an unknown line is ignored, whatever it holds", both + forged(STRANGER), [LOG.vkey], [LOG.name]),
            verify("no known key", both, [STRANGER.vkey], None),
            verify("no key at all", both, [], None),
            verify("a known key that fails rejects the rest", NOTE8 + forged(WITNESS), [LOG.vkey, WITNESS.vkey], None),
            verify("a changed text", spec_note.replace("example message", "exemple message"), [foo], None),
            verify("a signature of 63 bytes", f"{text}\n{DASH} example.com/foo {b64(base64.b64decode(blob)[:-1])}\n", [foo], None),
            verify("a signature of 65 bytes", f"{text}\n{DASH} example.com/foo {b64(base64.b64decode(blob) + bytes(1))}\n", [foo], None),
            verify("the same key under the cosigner type is unknown", spec_note, [cosigner_foo], None),
            verify("the same ID under another name is unknown", spec_note.replace("foo", "fop"), [foo], None),
            verify("a signature whose R is of small order", f"{head}\n{LOG.line(small_order_signature(LOG, head.encode()))}", [LOG.vkey], None),
            verify("a signature whose scalar is not reduced", f"{text}\n{DASH} example.com/foo {b64(unreduced(base64.b64decode(blob)))}\n", [foo], None),
        ],
    )


ORDER = 2**252 + 27742317777372353535851937790883648493


def small_order_signature(key, message):
    """What the owner of a key can make and a lenient verifier takes: R is the identity, s is k times the secret."""
    secret = bytearray(hashlib.sha512(key.seed).digest()[:32])
    secret[0] &= 248
    secret[31] = secret[31] & 63 | 64
    point = bytes([1] + [0] * 31)
    k = int.from_bytes(hashlib.sha512(point + key.public + message).digest(), "little")
    return point + (k * int.from_bytes(secret, "little") % ORDER).to_bytes(32, "little")


def unreduced(blob):
    scalar = int.from_bytes(blob[36:], "little") + ORDER
    return blob[:36] + scalar.to_bytes(32, "little")


def checkpoints():
    r = b64(root(LEAVES))
    ok = lambda name, text, size, extensions=(): dict(name=name, text=text, valid=True, origin=text.split("\n")[0], size=size, root=base64.b64decode(text.split("\n")[2]).hex(), extensions=list(extensions))
    no = lambda name, text: dict(name=name, text=text, valid=False)
    o = LOG.name
    return dict(
        spec="c2sp.org/tlog-checkpoint@v1.0.0",
        texts=[
            ok("the vector", HEAD8, 8),
            ok("the empty tree", checkpoint(o, 0, root([])), 0),
            ok("the largest size", checkpoint(o, 2**63 - 1, root(LEAVES)), 2**63 - 1),
            ok("an extension line", checkpoint(o, 8, root(LEAVES), ["anything goes"]), 8, ["anything goes"]),
            ok("two extension lines", checkpoint(o, 8, root(LEAVES), ["a", "b "]), 8, ["a", "b "]),
            no("a size beyond 2^63 - 1", f"{o}\n{2**63}\n{r}\n"),
            no("a size beyond 2^64", f"{o}\n{2**64}\n{r}\n"),
            no("a leading zero", f"{o}\n08\n{r}\n"),
            no("a double zero", f"{o}\n00\n{r}\n"),
            no("a plus sign", f"{o}\n+8\n{r}\n"),
            no("a minus sign", f"{o}\n-8\n{r}\n"),
            no("a hexadecimal size", f"{o}\n0x8\n{r}\n"),
            no("full-width digits", f"{o}\n\uff18\n{r}\n"),
            no("no size", f"{o}\n\n{r}\n"),
            no("a space after the size", f"{o}\n8 \n{r}\n"),
            no("no root", f"{o}\n8\n"),
            no("a root of 31 bytes", f"{o}\n8\n{b64(bytes(31))}\n"),
            no("a root of 33 bytes", f"{o}\n8\n{b64(bytes(33))}\n"),
            no("a root without padding", f"{o}\n8\n{r.rstrip('=')}\n"),
            no("a root with trailing bits", f"{o}\n8\n{loose(r)}\n"),
            no("a root in hex", f"{o}\n8\n{root(LEAVES).hex()}\n"),
            no("no origin", f"\n8\n{r}\n"),
            no("an origin with a space", f"a b\n8\n{r}\n"),
            no("an origin with a plus sign", f"a+b\n8\n{r}\n"),
            no("an empty extension line", f"{o}\n8\n{r}\n\n"),
            no("an empty line between extensions", f"{o}\n8\n{r}\na\n\nb\n"),
            no("no final newline", f"{o}\n8\n{r}"),
            no("a carriage return", f"{o}\r\n8\r\n{r}\r\n"),
            no("nothing", ""),
        ],
        signing=dict(seed=LOG.seed.hex(), vkey=LOG.vkey, text=HEAD8, note=NOTE8),
        monitoring=[dict(origin=o, path=sha256(o.encode()).hex())],
    )


def cosignatures():
    cosigned = NOTE8 + WITNESS.cosign(HEAD8, TIME)
    message = f"cosignature/v1\ntime {TIME}\n{HEAD8}".encode()
    assert sha256(message).hex() == "dcfca3c8496029376e6c0414edbdd810c28831e8fbe55ed9bee542d49a6a9423"
    assert sha256(cosigned.encode()).hex() == "b1adffa995b4356b6a7c532324e55686bfa967130af45632c1a7357f98de5236"
    blob = base64.b64decode(WITNESS.cosign(HEAD8, TIME).split(" ")[2])
    case = lambda name, line, time, head=HEAD8: dict(name=name, note=f"{head}\n{line}", vkey=WITNESS.vkey, time=time)
    line = lambda data: f"{DASH} {WITNESS.name} {b64(data)}\n"
    extended = checkpoint(LOG.name, 8, root(LEAVES), ["an extension"])
    return dict(
        spec="c2sp.org/tlog-cosignature@v1.0.1",
        seed=WITNESS.seed.hex(),
        vkey=WITNESS.vkey,
        time=TIME,
        text=HEAD8,
        message=message.decode(),
        message_sha256=sha256(message).hex(),
        note=cosigned,
        note_sha256=sha256(cosigned.encode()).hex(),
        verify=[
            case("the vector", line(blob), TIME),
            case("the largest time", WITNESS.cosign(HEAD8, 2**63 - 1), 2**63 - 1),
            case("extension lines are covered as they stand", WITNESS.cosign(extended, TIME), TIME, extended),
            case("extension lines cannot be added", line(blob), None, extended),
            case("extension lines cannot be dropped", WITNESS.cosign(extended, TIME), None),
            case("another size", line(blob), None, checkpoint(LOG.name, 9, root(LEAVES))),
            case("another origin", line(blob), None, checkpoint("log.example/evidence/2027", 8, root(LEAVES))),
            case("another root", line(blob), None, checkpoint(LOG.name, 8, root(LEAVES[:7]))),
            case("another time", WITNESS.cosign(HEAD8, TIME, claimed=TIME + 1), None),
            case("time zero", WITNESS.cosign(HEAD8, 0), None),
            case("a time beyond 2^63 - 1", WITNESS.cosign(HEAD8, 2**63), None),
            case("a byte too few", line(blob[:-1]), None),
            case("a byte too many", line(blob + b"\0"), None),
            case("no time", line(blob[:4] + blob[12:]), None),
            case("a plain Ed25519 signature", WITNESS.sign(HEAD8), None),
            case("a flipped bit", line(flip(blob, 8 * 12)), None),
            case("a text that is no checkpoint", WITNESS.cosign("hello\n", TIME), None, "hello\n"),
        ],
    )


def tiles():
    good = lambda path, kind, index, width: dict(path=path, valid=True, kind=kind, index=index, width=width)
    bad = lambda path: dict(path=path, valid=False)
    bundle = lambda name, data, width, entries: dict(name=name, bytes=data.hex(), width=width, entries=None if entries is None else hexes(entries))
    three = bytes.fromhex("000568656c6c6f" "0000" "0003000000")
    return dict(
        spec="c2sp.org/tlog-tiles@v0.1.0",
        paths=[
            good("tile/entries/x001/x234/067", "entries", 1234067, 256),
            good("tile/entries/999", "entries", 999, 256),
            good("tile/entries/x001/000.p/5", "entries", 1000, 5),
            good("tile/0/000", "0", 0, 256),
            good("tile/0/273.p/112", "0", 273, 112),
            good("tile/1/001.p/17", "1", 1, 17),
            good("tile/2/000.p/1", "2", 0, 1),
            good("tile/63/x999/999.p/255", "63", 999999, 255),
            good("tile/0/x018/x446/x744/x073/x709/x551/615", "0", 2**64 - 1, 256),
            *map(bad, [
                "", "tile", "tile/0", "tile/0/", "/tile/0/000", "tile/0/000/", "tile//000", "tile/64/000", "tile/00/000", "tile/01/000",
                "tile/-1/000", "tile/data/000", "tile/8/0/000", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/0/x000", "tile/0/x000/001",
                "tile/0/001/000", "tile/0/x001/x000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/257", "tile/0/000.p/01", "tile/0/000.p/",
                "tile/0/000.p/1/", "tile/0/000.p", "tile/0/+01", "tile/0/0a1", "tile/0/00１", "tile/0/X001/000", "tile/0/x018/x446/x744/x073/x709/x551/616",
                "tile/0/x001/x018/x446/x744/x073/x709/x551/615", "tile/entries", "tile/entries/", "tile/Entries/000", "tile/entries/000.p/256", "tile/0/000 ",
            ]),
        ],
        sizes=[
            dict(size=0, tiles=[]),
            dict(size=1, tiles=["tile/entries/000.p/1", "tile/0/000.p/1"]),
            dict(size=255, tiles=["tile/entries/000.p/255", "tile/0/000.p/255"]),
            dict(size=256, tiles=["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]),
            dict(size=257, tiles=["tile/entries/000", "tile/entries/001.p/1", "tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]),
            dict(size=70000, tiles=[f"tile/entries/{n:03}" for n in range(273)] + ["tile/entries/273.p/112"] + [f"tile/0/{n:03}" for n in range(273)] + ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"]),
        ],
        growth=[
            dict(old_size=255, new_size=255, tiles=[]),
            dict(old_size=255, new_size=256, tiles=["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]),
            dict(old_size=256, new_size=300, tiles=["tile/entries/001.p/44", "tile/0/001.p/44"]),
            dict(old_size=300, new_size=512, tiles=["tile/entries/001", "tile/0/001", "tile/1/000.p/2"]),
            dict(old_size=65535, new_size=65537, tiles=["tile/entries/255", "tile/entries/256.p/1", "tile/0/255", "tile/0/256.p/1", "tile/1/000", "tile/2/000.p/1"]),
        ],
        bundles=[
            bundle("hello, nothing, three zeros", three, 3, [b"hello", b"", b"\0\0\0"]),
            bundle("no entry", b"", 0, []),
            bundle("fewer entries than the width", three, 4, None),
            bundle("more entries than the width", three, 2, None),
            bundle("a trailing byte", three + b"\0", 3, None),
            bundle("an entry cut short", three[:-1], 3, None),
            bundle("a length cut short", three[:8], 2, None),
        ],
    )


def witness():
    def head(size, root_hash=None, key=LOG):
        text = checkpoint(key.name, size, root(LEAVES[:size]) if root_hash is None else root_hash)
        return text + "\n" + key.sign(text)

    def request(old, new_note, hashes=None, new_size=None):
        hashes = consistency(old, LEAVES[:new_size]) if hashes is None else hashes
        return f"old {old}\n" + "".join(b64(h) + "\n" for h in hashes) + "\n" + new_note

    def case(name, last, body, status, size=None, evidence=None):
        return dict(name=name, last=last, request=body, status=status, conflict_size=size, evidence=evidence)

    forged = f"{DASH} {LOG.name} {b64(LOG.id + bytes(64))}\n"
    text8 = HEAD8
    proof68 = consistency(6, LEAVES)
    bad_root = flip(root(LEAVES))
    lines = lambda *parts: "".join(parts)
    return dict(
        spec="c2sp.org/tlog-witness@v1.0.0 with the status codes of main 2026-07-06",
        log_vkeys=[LOG.vkey, OTHER_LOG.vkey],
        cases=[
            case("the first head", None, request(0, head(8), []), 200),
            case("the first head is empty", None, request(0, head(0), []), 200),
            case("growth from an empty head", head(0), request(0, head(8), []), 200),
            case("growth", head(6), request(6, head(8), new_size=8), 200),
            case("growth from a power of two", head(4), request(4, head(7), new_size=7), 200),
            case("the same head again", head(8), request(8, head(8), []), 200),
            case("other signatures are ignored", head(6), request(6, head(8) + WITNESS.cosign(text8, TIME) + STRANGER.line(bytes(72)), new_size=8), 200),
            case("extension lines", None, request(0, (lambda t: t + "\n" + LOG.sign(t))(checkpoint(LOG.name, 8, root(LEAVES), ["x"])), []), 200),
            case("an unknown origin", None, request(0, head(8, key=Key("log.example/nobody", bytes(32), 1)), []), 404),
            case("signed by a stranger", None, request(0, text8 + "\n" + STRANGER.sign(text8), []), 403),
            case("signed by another known log", None, request(0, text8 + "\n" + OTHER_LOG.sign(text8), []), 403),
            case("signed by an unknown key of the log's name", None, request(0, text8 + "\n" + Key(LOG.name, bytes(32), 1).sign(text8), []), 403),
            case("a forged signature of the log", None, request(0, text8 + "\n" + forged, []), 403),
            case("an old size beyond the checkpoint", head(8), request(8, head(7), []), 400),
            case("an old size that is too small", head(6), request(5, head(8), new_size=8), 409, 6),
            case("an old size of zero to ask", head(6), request(0, head(8), []), 409, 6),
            case("an old size where nothing was cosigned", None, request(6, head(8), new_size=8), 409, 0),
            case("a bad proof", head(6), request(6, head(8), [flip(h) for h in proof68]), 422, None, "unproved_growth"),
            case("a proof with an extra hash", head(6), request(6, head(8), proof68 + proof68[:1]), 422, None, "unproved_growth"),
            case("a proof with a missing hash", head(6), request(6, head(8), proof68[:-1]), 422, None, "unproved_growth"),
            case("a proof from nothing", None, request(0, head(8), proof68), 422, None, "unproved_growth"),
            case("a proof between equal sizes", head(8), request(8, head(8), proof68), 422, None, "unproved_growth"),
            case("growth to another tree", head(6), request(6, head(8, bad_root), new_size=8), 422, None, "unproved_growth"),
            case("two roots for one size", head(8), request(8, head(8, bad_root), []), 422, None, "split_view"),
            case("two roots for one size behind a conflict", head(8), request(6, head(8, bad_root), new_size=8), 409, 8, "split_view"),
            case("an empty tree with a root", None, request(0, head(0, root(LEAVES)), []), 422, None, "empty_tree_with_entries"),
        ],
        malformed=[
            dict(name=name, request=body)
            for name, body in [
                ("nothing", ""),
                ("no old line", "\n" + NOTE8),
                ("a leading zero", lines("old 06\n\n", NOTE8)),
                ("two spaces", lines("old  6\n\n", NOTE8)),
                ("an upper case Old", lines("Old 6\n\n", NOTE8)),
                ("a trailing space", lines("old 6 \n\n", NOTE8)),
                ("a negative size", lines("old -1\n\n", NOTE8)),
                ("a hash of 31 bytes", lines("old 6\n", b64(bytes(31)), "\n\n", NOTE8)),
                ("a hash without padding", lines("old 6\n", b64(bytes(32)).rstrip("="), "\n\n", NOTE8)),
                ("a hash with trailing bits", lines("old 6\n", loose(b64(bytes(32))), "\n\n", NOTE8)),
                ("sixty-four hashes", lines("old 6\n", (b64(bytes(32)) + "\n") * 64, "\n", NOTE8)),
                ("no blank line", lines("old 6\n", NOTE8)),
                ("two blank lines", lines("old 6\n\n\n", NOTE8)),
                ("no note", "old 6\n\n"),
                ("a note that is no checkpoint", lines("old 6\n\nhello\n\n", LOG.sign("hello\n"))),
                ("trailing bytes", lines("old 0\n\n", NOTE8, "x")),
                ("carriage returns", lines("old 0\r\n\r\n", NOTE8)),
            ]
        ],
    )


def mirror():
    entries = [f"entry {n}".encode() for n in range(600)]
    leaves = [leaf(entry) for entry in entries]

    def head(size):
        text = checkpoint(LOG.name, size, root(leaves[:size]))
        return text + "\n" + LOG.sign(text)

    def ranges(start, end):
        while start < end:
            base = start - start % 256
            yield base, start, min(end, base + 256)
            start = base + 256

    def header(start, end, origin=LOG.name, ticket=b""):
        return struct.pack(">H", len(origin)) + origin.encode() + struct.pack(">QQH", start, end, len(ticket)) + ticket

    def package(base, start, end, upload_end, change=lambda n, entry: entry, hashes=None):
        data = b"".join(struct.pack(">H", len(e)) + e for e in (change(n, entries[n]) for n in range(start, end)))
        hashes = subtree_proof(base, end, leaves[:upload_end]) if hashes is None else hashes
        return data + bytes([len(hashes)]) + b"".join(hashes)

    def upload(start, end, count=None, **kwargs):
        packages = [package(*r, end, **kwargs) for r in ranges(start, end)]
        return header(start, end) + b"".join(packages[:count])

    def case(name, pending, mirrored, next_entry, body, status, info=None, stored=None):
        state = None if pending is None else dict(pending=[head(n) for n in pending], mirrored=None if mirrored is None else head(mirrored), next_entry=next_entry)
        return dict(name=name, state=state, body=b64(body), status=status, info=info, next_entry_after=next_entry if stored is None else stored)

    info = lambda size, next_entry: f"{size}\n{next_entry}\n\n"
    whole = upload(250, 270)
    first = next(ranges(250, 270))
    cut = len(header(250, 270) + package(*first, 270)) + 20
    return dict(
        spec="c2sp.org/tlog-mirror, main 2026-07-09",
        note="Entry n of the log is the ASCII text `entry <n>`; a mirror holds all entries below its next entry.",
        origin=LOG.name,
        cases=[
            case("a first upload", [20], None, 0, upload(0, 20), 200, None, 20),
            case("an upload over a bundle boundary", [270], None, 250, whole, 200, None, 270),
            case("an upload that starts on a boundary", [300], 256, 256, upload(256, 300), 200, None, 300),
            case("an upload towards an earlier pending checkpoint", [270, 300], 250, 250, whole, 200, None, 270),
            case("entries already held are skipped", [270], 250, 260, whole, 200, None, 270),
            case("nothing left to upload", [270], 250, 270, upload(270, 270), 200),
            case("a refresh of the mirror checkpoint", [], 270, 270, upload(270, 270), 200),
            case("a ticket is ignored", [20], None, 0, header(0, 20, ticket=b"abc") + upload(0, 20)[len(header(0, 20)):], 200, None, 20),
            case("a prefix of the sequence", [270], 250, 250, upload(250, 270, 1), 202, info(270, 256), 256),
            case("a package cut short after a whole one", [270], 250, 250, whole[:cut], 202, info(270, 256), 256),
            case("an unknown log", None, None, 0, upload(0, 20), 404),
            case("no pending checkpoint yet", [], None, 0, upload(0, 20), 422),
            case("asking for the state", [270], 250, 250, header(0, 0), 409, info(270, 250)),
            case("asking for the state of a mirror that once was empty", [0, 270], 0, 250, header(0, 0), 409, info(270, 250)),
            case("an empty log", [0], None, 0, header(0, 0), 200),
            case("an end that is no pending checkpoint", [270], 250, 250, upload(250, 260), 409, info(270, 250)),
            case("an end before the mirror checkpoint", [250, 270], 260, 260, upload(250, 250), 409, info(270, 260)),
            case("a start beyond the next entry", [270], 250, 250, upload(251, 270), 409, info(270, 250)),
            case("a start too far below the next entry", [600], 500, 500, upload(0, 600, 1), 409, info(600, 500)),
            case("another entry", [270], 250, 250, upload(250, 270, change=lambda n, e: b"forged" if n == 252 else e), 422),
            case("another entry in the second package", [270], 250, 250, upload(250, 270, change=lambda n, e: b"forged" if n == 260 else e), 422, None, 256),
            case("a bad proof", [270], 250, 250, header(250, 270) + package(*first, 270, hashes=[bytes(32)] * 2), 422),
            case("no proof", [270], 250, 250, header(250, 270) + package(*first, 270, hashes=[]), 422),
            case("an extra hash", [270], 250, 250, header(250, 270) + package(*first, 270, hashes=subtree_proof(0, 256, leaves[:270]) + [bytes(32)]), 422),
            case("a header and nothing else", [270], 250, 250, header(250, 270), 400),
            case("a first package cut short", [270], 250, 250, whole[: len(header(250, 270)) + 30], 400),
            case("more than 63 hashes", [270], 250, 250, header(250, 270) + package(*first, 270, hashes=[bytes(32)] * 64), 400),
            case("bytes after the last package", [270], 250, 250, whole + b"\0", 400),
            case("a header cut short", [270], 250, 250, header(250, 270)[:-1], 400),
            case("a start beyond the end", [270], 250, 250, header(271, 270), 400),
            case("an origin that is no origin", [270], 250, 250, header(250, 270, origin="a b"), 400),
            case("nothing", [270], 250, 250, b"", 400),
        ],
        info=[
            dict(name="no ticket", body="270\n256\n\n", pending_size=270, next_entry=256, ticket=""),
            dict(name="a ticket", body="270\n256\nAAE=\n", pending_size=270, next_entry=256, ticket="0001"),
            *(dict(name=name, body=body) for name, body in [
                ("two lines", "270\n256\n"), ("four lines", "270\n256\n\n\n"), ("no final newline", "270\n256\nAAE="), ("a leading zero", "0270\n256\n\n"),
                ("base64 without padding", "270\n256\nAAE\n"), ("a space", "270 \n256\n\n"), ("nothing", ""),
            ]),
        ],
    )


def policy():
    keys = [Key(f"witness.example/w{n}", sha256(b"w%d" % n), 4) for n in range(6)]
    names = "X1 X2 X3 Y1 Y2 Y3".split()
    defs = "".join(f"witness {name} {key.vkey}\n" for name, key in zip(names, keys))
    log = f"log {LOG.vkey}\n"
    example = f"{log}\n# two levels\n{defs}group X-witnesses 2 X1 X2 X3\ngroup Y-witnesses any Y1 Y2 Y3\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n"
    one = f"{log}witness w {WITNESS.vkey}\n"

    def signed(*cosigners, text=HEAD8, log_key=LOG):
        return text + "\n" + (log_key.sign(text) if log_key else "") + "".join(key.cosign(text, TIME) for key in cosigners)

    verify = lambda name, policy, note, cosigners: dict(name=name, policy=policy, note=note, cosigners=None if cosigners is None else [key.name for key in cosigners])
    x1, x2, x3, y1, y2, y3 = keys
    empty_forged = checkpoint(LOG.name, 0, root(LEAVES))
    ok = lambda name, text: dict(name=name, policy=text, valid=True)
    no = lambda name, text: dict(name=name, policy=text, valid=False)
    rotated = Key(LOG.name, sha256(b"rotated"), 1)
    return dict(
        spec="c2sp.org/tlog-policy, main 2026-06-22",
        parse=[
            ok("the example of the spec", example),
            ok("only a quorum", "quorum none\n"),
            ok("one witness", one + "quorum w\n"),
            ok("white space and comments", f" \tlog\t {LOG.vkey}  https://log.example/  \n\n   # comment\nquorum none\t\n"),
            ok("a witness with a URL", f"witness w {WITNESS.vkey} https://witness.example/\nquorum w\n"),
            ok("a second key of the same log", log + f"log {rotated.vkey}\nquorum none\n"),
            ok("a name in another script", f"witness 见证人 {WITNESS.vkey}\nquorum 见证人\n"),
            ok("32 logs, witnesses and groups", "".join(f"log {Key(f'l{n}', sha256(b'l%d' % n), 1).vkey}\nwitness w{n} {Key(f'w{n}', sha256(b'v%d' % n), 4).vkey}\ngroup g{n} any w{n}\n" for n in range(32)) + "quorum g31\n"),
            no("nothing", ""),
            no("no quorum", one),
            no("two quorums", one + "quorum w\nquorum none\n"),
            no("an unknown quorum", one + "quorum x\n"),
            no("a quorum before its definition", f"quorum w\n{one}"),
            no("a quorum with two names", one + "quorum w w\n"),
            no("no final newline", "quorum none"),
            no("a carriage return", "quorum none\r\n"),
            no("a NUL", "quorum none\n#\0\n"),
            no("a delete character", "quorum none\n#\x7f\n"),
            no("an unknown keyword", "logs x\nquorum none\n"),
            no("a log without a key", "log\nquorum none\n"),
            no("a log with too many words", f"log {LOG.vkey} a b\nquorum none\n"),
            no("a malformed key", "log x\nquorum none\n"),
            no("a cosigner key for a log", f"log {WITNESS.vkey}\nquorum none\n"),
            no("a log key for a witness", f"witness w {LOG.vkey}\nquorum none\n"),
            no("a log twice", log + log + "quorum none\n"),
            no("a log twice under two names", log + f"log {Key('x', LOG.seed, 1).vkey}\nquorum none\n"),
            no("a witness key twice under two names", one + f"witness v {Key('x', WITNESS.seed, 4).vkey}\nquorum none\n"),
            no("one key for log and witness", log + f"witness v {Key('x', LOG.seed, 4).vkey}\nquorum none\n"),
            no("a name twice", one + f"witness w {MIRROR.vkey}\nquorum none\n"),
            no("a witness called none", f"witness none {WITNESS.vkey}\nquorum none\n"),
            no("a group called none", one + "group none any w\nquorum none\n"),
            no("a group with the name of a witness", one + "group w any w\nquorum none\n"),
            no("a group without members", one + "group g any\nquorum g\n"),
            no("a group of unknown members", one + "group g any x\nquorum g\n"),
            no("a group of none", one + "group g any none\nquorum g\n"),
            no("a group of itself", one + "group g any w g\nquorum g\n"),
            no("a member twice in a group", one + "group g any w w\nquorum g\n"),
            no("a member of two groups", one + "group g any w\ngroup h any w\nquorum h\n"),
            no("a threshold of zero", one + "group g 0 w\nquorum g\n"),
            no("a threshold beyond the members", one + "group g 2 w\nquorum g\n"),
            no("a threshold with a leading zero", one + "group g 01 w\nquorum g\n"),
            no("a threshold in words", one + "group g one w\nquorum g\n"),
        ],
        verify=[
            verify("no quorum needed", log + "quorum none\n", signed(), []),
            verify("cosigners beyond the quorum are reported", one + "quorum none\n", signed(WITNESS), [WITNESS]),
            verify("the one witness", one + "quorum w\n", signed(WITNESS), [WITNESS]),
            verify("a stranger is ignored", one + "quorum w\n", signed(STRANGER, WITNESS), [WITNESS]),
            verify("two of X and one of Y", example, signed(x1, x3, y2), [x1, x3, y2]),
            verify("all of them", example, signed(*keys), keys),
            verify("the witness is missing", one + "quorum w\n", signed(), None),
            verify("only a stranger", one + "quorum w\n", signed(STRANGER), None),
            verify("one of X and one of Y", example, signed(x1, y2), None),
            verify("three of X and none of Y", example, signed(x1, x2, x3), None),
            verify("not signed by the log", one + "quorum w\n", signed(WITNESS, log_key=None), None),
            verify("signed by another key of the same name", one + "quorum w\n", signed(WITNESS, log_key=rotated), None),
            verify("signed by another log of the policy", f"log {OTHER_LOG.vkey}\n" + one + "quorum w\n", signed(WITNESS, log_key=OTHER_LOG), None),
            verify("a log the policy does not list", f"log {OTHER_LOG.vkey}\nwitness w {WITNESS.vkey}\nquorum w\n", signed(WITNESS), None),
            verify("no log listed", f"witness w {WITNESS.vkey}\nquorum w\n", signed(WITNESS), None),
            verify("a forged cosignature nobody asked for", one + "quorum none\n", signed() + WITNESS.line(bytes(72)), None),
            verify("a cosignature over another head", one + "quorum w\n", signed() + WITNESS.cosign(checkpoint(LOG.name, 7, root(LEAVES[:7])), TIME), None),
            verify("an empty tree with a root", one + "quorum w\n", signed(WITNESS, text=empty_forged), None),
        ],
    )


def proof_files():
    trust = f"log {LOG.vkey}\nwitness w {WITNESS.vkey}\nquorum w\n"
    cosigned = NOTE8 + WITNESS.cosign(HEAD8, TIME)

    def text(index, hashes, extra=None, note=cosigned, header="c2sp.org/tlog-proof@v1"):
        head = f"{header}\n" + (f"extra {extra}\n" if extra is not None else "") + f"index {index}\n"
        return head + "".join(b64(h) + "\n" for h in hashes) + "\n" + note

    p5 = path(5, LEAVES)
    good = text(5, p5)
    one_head = checkpoint(LOG.name, 1, root(LEAVES[:1]))
    one = one_head + "\n" + LOG.sign(one_head) + WITNESS.cosign(one_head, TIME)
    case = lambda name, file, entry, result: dict(name=name, file=file, entry=entry.hex(), result=result)
    return dict(
        spec="c2sp.org/tlog-proof@v1",
        policy=trust,
        cases=[
            case("the vector", good, ENTRIES[5], "proved"),
            case("extra data", text(5, p5, extra=b64(b"anything")), ENTRIES[5], "proved"),
            case("empty extra data", text(5, p5, extra=""), ENTRIES[5], "proved"),
            case("the only leaf", text(0, [], note=one), ENTRIES[0], "proved"),
            case("another entry", good, ENTRIES[4], "not proved"),
            case("another index", text(4, p5), ENTRIES[5], "not proved"),
            case("an index outside the tree", text(8, p5), ENTRIES[5], "not proved"),
            case("an extra hash", text(5, p5 + p5[:1]), ENTRIES[5], "not proved"),
            case("a missing hash", text(5, p5[:-1]), ENTRIES[5], "not proved"),
            case("no cosignature", text(5, p5, note=NOTE8), ENTRIES[5], "not proved"),
            case("a forged cosignature", text(5, p5, note=NOTE8 + WITNESS.line(bytes(72))), ENTRIES[5], "not proved"),
            case("another header", text(5, p5, header="c2sp.org/tlog-proof@v2"), ENTRIES[5], "malformed"),
            case("a space after the header", text(5, p5, header="c2sp.org/tlog-proof@v1 "), ENTRIES[5], "malformed"),
            case("a byte order mark", "\ufeff" + good, ENTRIES[5], "malformed"),
            case("no index", good.replace("index 5\n", ""), ENTRIES[5], "malformed"),
            case("two indexes", good.replace("index 5\n", "index 5\nindex 5\n"), ENTRIES[5], "malformed"),
            case("a leading zero", good.replace("index 5\n", "index 05\n"), ENTRIES[5], "malformed"),
            case("extra data after the index", good.replace("index 5\n", "index 5\nextra AA==\n"), ENTRIES[5], "malformed"),
            case("extra data twice", text(5, p5, extra="AA==\nextra AA=="), ENTRIES[5], "malformed"),
            case("extra data without padding", text(5, p5, extra="AA"), ENTRIES[5], "malformed"),
            case("a hash of 31 bytes", text(5, [p5[0], p5[1], p5[2][:31]]), ENTRIES[5], "malformed"),
            case("a hash with trailing bits", good.replace(b64(p5[0]), loose(b64(p5[0]))), ENTRIES[5], "malformed"),
            case("sixty-four hashes", text(5, [bytes(32)] * 64), ENTRIES[5], "malformed"),
            case("no blank line", good.replace("\n\n", "\n", 1), ENTRIES[5], "malformed"),
            case("two blank lines", good.replace("\n\n", "\n\n\n", 1), ENTRIES[5], "malformed"),
            case("no final newline", good[:-1], ENTRIES[5], "malformed"),
            case("a trailing newline", good + "\n", ENTRIES[5], "malformed"),
            case("carriage returns", good.replace("\n", "\r\n"), ENTRIES[5], "malformed"),
            case("nothing", "", ENTRIES[5], "malformed"),
        ],
    )


for file, content in {
    "tree.json": tree, "note.json": note, "checkpoint.json": checkpoints, "cosignature.json": cosignatures, "tile.json": tiles,
    "witness.json": witness, "mirror.json": mirror, "policy.json": policy, "proof_file.json": proof_files,
}.items():
    write(file, content())
