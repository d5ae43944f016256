#!/usr/bin/env python3
"""Writes store.json: the formats of docs/spec/store.md, made without the crate.

Needs the `cryptography` package for AES-256-GCM. Run it in this directory; the output MUST NOT change unless the spec does.
"""
import hashlib
import json
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283

u16 = lambda n: struct.pack(">H", n)
u32 = lambda n: struct.pack(">I", n)
u64 = lambda n: struct.pack(">Q", n)
short = lambda data: u16(len(data)) + data
long = lambda data: u32(len(data)) + data
position = lambda segment, offset: u64(segment << 32 | offset)

STORE = bytes(range(16))
STATE, LEDGER, OBJECTS, SNAPSHOT, VAULT = 1, 2, 3, 4, 5
BASE, BATCH, LEAF, EPOCH, KEYS = 1, 2, 3, 4, 5


def header(kind, number, store=STORE):
    head = b"HEQISEG1" + bytes([kind, 0, 0, 0]) + u32(number) + store
    return head + u32(crc32c(head)), crc32c(head)


def frame(seed, kind, sequence, payload):
    body = bytes([kind]) + u64(sequence) + payload
    length = u32(len(body))
    return length + u32(crc32c(body, crc32c(length, seed))) + body


def flip(data, at):
    data = bytearray(data)
    data[at] ^= 1
    return bytes(data)


def segments():
    head, seed = header(LEDGER, 7)
    first, second = frame(seed, LEAF, 41, b"one"), frame(seed, LEAF, 42, b"")
    good = head + first + second
    frames = [{"offset": 36, "kind": LEAF, "sequence": 41, "payload": b"one".hex()},
              {"offset": 36 + len(first), "kind": LEAF, "sequence": 42, "payload": ""}]
    other = header(LEDGER, 8)[1]
    at = 36 + len(first)
    case = lambda why, data, bad: {"why": why, "bytes": data.hex(), "bad_at": bad}
    refused = [
        case("a header with another byte", flip(good, 8), None),
        case("a header of another store", header(LEDGER, 7, bytes(16))[0] + good[36:], None),
        case("a header cut off", good[:35], None),
        case("a flipped byte in the length", flip(good, at + 3), at),
        case("a flipped byte in the checksum", flip(good, at + 4), at),
        case("a flipped byte in the kind", flip(good, at + 8), at),
        case("a flipped byte in the sequence", flip(good, at + 16), at),
        case("a flipped byte in the payload of the first frame", flip(good, 36 + 17), 36),
        case("a frame cut off", good[:-1], at),
        case("a frame header cut off", good[:at + 5], at),
        case("zeros where a frame belongs", good[:at] + bytes(40), at),
        case("a frame of another segment", good[:at] + frame(other, LEAF, 42, b""), at),
        case("a frame shorter than kind and sequence", good[:at] + u32(8) + u32(crc32c(u32(8) + bytes(8), seed)) + bytes(8), at),
        case("a frame longer than 32 MiB", good[:at] + u32((32 << 20) + 1) + bytes(60), at),
    ]
    return {"kind": LEDGER, "number": 7, "store": STORE.hex(), "seed": seed, "bytes": good.hex(),
            "frames": frames, "refused": refused}


NOTE = b"log.example/test\n2\n" + b"A" * 43 + b"=\n\n\xe2\x80\x94 log.example/test AAAA\n"


def state():
    point = u64(9) + u64(2) + position(1, 500) + position(0, 36) + u64(0) + u64(3) + long(NOTE)
    rows = [(b"rrow/a", 8, b"value"), (b"rrow/b", 9, None), (b"l" + u64(0), 9, position(0, 36)),
            (b"o" + hashlib.sha256(b"object").digest(), 9, position(2, 36) + u32(6))]
    encoded = b"".join(short(k) + u64(v) + (b"\0" if x is None else b"\1" + long(x)) for k, v, x in rows)
    payload = point + u32(len(rows)) + encoded
    return {
        "kind": BATCH, "sequence": 17, "payload": payload.hex(),
        "point": {"version": 9, "leaves": 2, "ledger_end": [1, 500], "objects_end": [0, 36], "tiled": 0,
                  "data_keys": 3, "note": NOTE.hex()},
        "rows": [{"key": k.hex(), "version": v, "value": None if x is None else x.hex()} for k, v, x in rows],
        "base_payload": point.hex(),
        "refused": [
            {"why": "a byte too many", "kind": BATCH, "payload": (payload + b"\0").hex()},
            {"why": "a byte too few", "kind": BATCH, "payload": payload[:-1].hex()},
            {"why": "one row fewer than counted", "kind": BATCH, "payload": (point + u32(len(rows) + 1) + encoded).hex()},
            {"why": "neither written nor removed", "kind": BATCH,
             "payload": (point + u32(1) + short(b"rrow/a") + u64(8) + b"\2").hex()},
            {"why": "a base with rows", "kind": BASE, "payload": payload.hex()},
            {"why": "a leaf in the state journal", "kind": LEAF, "payload": payload.hex()},
        ],
    }


def leaf():
    entry, record = b"entry", b"record"
    payload = short(entry) + record
    return {"payload": payload.hex(), "entry": entry.hex(), "record": record.hex(),
            "refused": [{"why": "an entry cut off", "payload": (u16(6) + entry).hex()},
                        {"why": "no length", "payload": "00"}]}


def objects():
    data = b"ciphertext of an object"
    seed = header(OBJECTS, 2)[1]
    head = b"HOBJ" + u32(len(data)) + hashlib.sha256(data).digest()
    head += u32(crc32c(head, seed))
    good = header(OBJECTS, 2)[0] + head + data
    case = lambda why, bytes_: {"why": why, "bytes": bytes_.hex()}
    return {"number": 2, "store": STORE.hex(), "bytes": good.hex(), "offset": 36, "size": len(data),
            "id": hashlib.sha256(data).hexdigest(),
            "refused": [case("another magic", flip(good, 36)), case("another size", flip(good, 43)),
                        case("another digest", flip(good, 44)), case("another checksum", flip(good, 79)),
                        case("another byte in the object", flip(good, 80)), case("cut off", good[:-1]),
                        case("the header of another segment", header(OBJECTS, 2)[0] + flip(head, 43)[:-4] + u32(0) + data)]}


def key_id(scope):
    data = b"heqi.data-key/v1\n" + b"".join(u64(len(part)) + part for part in scope)
    return hashlib.sha256(data).digest()[:16]


def sealed():
    identifier, key, nonce = key_id([b"fil_1", b"par_1", b"contact"]), bytes(range(32)), bytes(range(100, 112))
    context, plaintext = b"row\nparty/1", "\"示例\"".encode()
    associated = b"heqi.sealed/v1\n" + identifier + context
    good = b"\1" + identifier + nonce + AESGCM(key).encrypt(nonce, plaintext, associated)
    case = lambda why, data, ctx=context: {"why": why, "sealed": data.hex(), "context": ctx.hex()}
    return {"key_id": identifier.hex(), "key": key.hex(), "nonce": nonce.hex(), "context": context.hex(),
            "plaintext": plaintext.hex(), "sealed": good.hex(),
            "refused": [case("another format", b"\2" + good[1:]), case("another key id", flip(good, 1)),
                        case("another nonce", flip(good, 17)), case("another ciphertext", flip(good, 29)),
                        case("another tag", flip(good, len(good) - 1)), case("cut off", good[:-1]),
                        case("shorter than its header and tag", good[:44]), case("nothing", b""),
                        case("another place", good, b"row\nparty/2")]}


def vault():
    kek, epoch, secret = bytes([1]) * 32, bytes([2]) * 32, bytes([3]) * 32
    wrap_nonce, nonce, identifier = bytes([4]) * 12, bytes([5]) * 12, key_id([b"x"])
    wrapped = wrap_nonce + AESGCM(kek).encrypt(wrap_nonce, epoch, b"heqi.vault.wrap/v1\n" + STORE + u32(0))
    present = identifier + b"\1" + nonce + AESGCM(epoch).encrypt(
        nonce, secret, b"heqi.vault.key/v1\n" + u32(0) + identifier)
    erased = key_id([b"y"]) + b"\0"
    head, seed = header(VAULT, 0)
    keys = frame(seed, KEYS, 1, present + erased)
    begin = head + frame(seed, EPOCH, 0, wrapped)
    case = lambda why, data: {"why": why, "bytes": data.hex()}
    return {"store": STORE.hex(), "kek": kek.hex(), "key": secret.hex(), "present": identifier.hex(),
            "erased": key_id([b"y"]).hex(), "bytes": (begin + keys).hex(),
            "refused": [
                case("no epoch key", head + frame(seed, KEYS, 1, present)),
                case("keys out of order", begin + frame(seed, KEYS, 2, present)),
                case("neither present nor erased", begin + frame(seed, KEYS, 1, identifier + b"\2")),
                case("a key cut off", begin + frame(seed, KEYS, 1, present[:-1])),
                case("another frame among the keys", begin + frame(seed, LEAF, 1, present)),
                case("a bad frame with a good one behind it", flip(begin, len(begin) - 1) + keys)]}


def identity():
    origin = "log.example/test"
    fields = f"1\n{STORE.hex()}\n{origin}\n".encode()
    text = f'{{"format":1,"store":"{STORE.hex()}","origin":"{origin}","checksum":"{crc32c(fields):08x}"}}\n'
    case = lambda why, changed: {"why": why, "text": changed}
    return {"text": text, "store": STORE.hex(), "origin": origin,
            "refused": [case("another format", text.replace('"format":1', '"format":2')),
                        case("another origin", text.replace("test", "tess")),
                        case("another checksum", text.replace(f"{crc32c(fields):08x}", "00000000")),
                        case("spaces", text.replace(":1,", ": 1,")), case("no newline", text[:-1]),
                        case("cut off", text[:40]), case("nothing", "")]}


SCOPES = [[], [b""], [b"ab", b"c"], [b"a", b"bc"], [b"fil_1", b"par_1", b"contact"]]

with open("store.json", "w") as out:
    json.dump({
        "segment": segments(), "state": state(), "leaf": leaf(), "object": objects(),
        "data_key_ids": [{"scope": [part.hex() for part in scope], "id": key_id(scope).hex()} for scope in SCOPES],
        "sealed": sealed(), "vault": vault(), "identity": identity(),
    }, out, indent=1)
    out.write("\n")
