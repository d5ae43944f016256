//! Ways of altering a sealed PDF: bytes in, bytes out. Each keeps what is around it as it has to be, so that nothing but
//! the alteration is there to be found.
#![expect(clippy::indexing_slicing, reason = "a file that is not as it has to be fails the test")]

/// Where something stands last.
pub fn find(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).rposition(|window| window == needle).unwrap()
}

/// One bit in the middle of the file.
pub fn flipped(good: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    let place = find(&bytes, b"endstream") - 40;
    bytes[place] ^= 1;
    bytes
}

/// A revision that adds nothing: other readers go on saying that the signature is valid.
pub fn appended(good: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    let (table, root) = (find(&bytes, b"\nxref\n") + 1, find(&bytes, b"/Root "));
    let root: String =
        bytes[root + 6..].iter().map(|b| char::from(*b)).take_while(char::is_ascii_digit).collect();
    let at = bytes.len();
    let update = format!(
        "xref\n0 0\ntrailer\n<</Size 99/Root {root} 0 R/Prev {table}>>\nstartxref\n{at}\n%%EOF\n"
    );
    bytes.extend_from_slice(update.as_bytes());
    bytes
}

/// Bytes in the middle of the first file of the embedded container.
pub fn swapped_attachment(good: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    let place = bytes.windows(4).position(|window| window == b"PK\x03\x04").unwrap();
    for byte in &mut bytes[place + 400..place + 432] {
        *byte = byte.wrapping_add(1);
    }
    bytes
}

/// The tree of pages shows the second page first.
pub fn other_page(good: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    // Of the lists of children the one of pages: the others have one or none.
    let lists = bytes.windows(5).enumerate().filter(|(_, window)| *window == b"/Kids");
    let (from, to, kids) = lists
        .filter_map(|(at, _)| {
            let from = at + 5;
            let to = from + bytes[from..].iter().position(|byte| *byte == b']')?;
            Some((from, to, String::from_utf8_lossy(&bytes[from..to]).into_owned()))
        })
        .find(|(_, _, kids)| kids.matches(" 0 R").count() > 1)
        .unwrap();
    let mut numbers: Vec<&str> =
        kids.trim_matches([' ', '[']).split(" 0 R").map(str::trim).collect();
    numbers.retain(|number| !number.is_empty());
    numbers.swap(0, 1);
    let swapped: Vec<String> = numbers.iter().map(|number| format!("{number} 0 R")).collect();
    let swapped = format!("{:<width$}", format!(" [{}", swapped.join(" ")), width = to - from);
    bytes[from..to].copy_from_slice(&swapped.as_bytes()[..to - from]);
    bytes
}

/// Takes the seal out, changes it, and puts it back.
pub fn with_seal(bytes: &[u8], change: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let from = find(bytes, b"/Contents<") + 10;
    let to = from + bytes[from..].iter().position(|byte| *byte == b'>').unwrap();
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16).unwrap()).unwrap();
    let der: Vec<u8> =
        bytes[from..to].chunks(2).map(|two| digit(two[0]) << 4 | digit(two[1])).collect();
    let length = 4 + usize::from(u16::from_be_bytes([der[2], der[3]]));
    let mut changed = change(&der[..length]);
    changed.resize((to - from) / 2, 0);
    let mut bytes = bytes.to_vec();
    for (place, byte) in bytes[from..to].chunks_mut(2).zip(changed) {
        place.copy_from_slice(format!("{byte:02x}").as_bytes());
    }
    bytes
}

/// The hole of the signature is wider than the seal: what stands in it could be changed at will.
pub fn wider_hole(good: &[u8]) -> Vec<u8> {
    let (before, behind) = range(good);
    with_range(good, [0, before, behind + 60, good.len() - behind - 60])
}

/// The signature leaves out the beginning.
pub fn no_beginning(good: &[u8]) -> Vec<u8> {
    let (before, behind) = range(good);
    with_range(good, [100, before - 100, behind, good.len() - behind])
}

/// The signature leaves out the end.
pub fn no_end(good: &[u8]) -> Vec<u8> {
    let (before, behind) = range(good);
    with_range(good, [0, before, behind, good.len() - behind - 20])
}

/// The mark that no change is allowed, turned into one that allows some.
pub fn allowing_changes(good: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    let place = find(&bytes, b"/P 1/V");
    bytes[place + 3] = b'2';
    bytes
}

/// The end of what is signed before the hole, and the beginning of what is signed behind it.
pub fn range(bytes: &[u8]) -> (usize, usize) {
    let from = find(bytes, b"/ByteRange[") + 11;
    let text = String::from_utf8_lossy(&bytes[from..from + 43]).into_owned();
    let numbers: Vec<usize> =
        text.split_whitespace().map(|number| number.parse().unwrap()).collect();
    (numbers[1], numbers[2])
}

/// Other numbers in the place of the range that is signed.
pub fn with_range(bytes: &[u8], numbers: [usize; 4]) -> Vec<u8> {
    let from = find(bytes, b"/ByteRange[") + 11;
    let text = numbers.map(|number| format!("{number:<10}")).join(" ");
    let mut bytes = bytes.to_vec();
    bytes[from..from + 43].copy_from_slice(text.as_bytes());
    bytes
}

/// Puts other bytes in the place of some, of whatever length: every length around is set anew.
pub fn replaced(der: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    if der == old {
        return new.to_vec();
    }
    let is_around = der.windows(old.len()).any(|window| window == old);
    if !is_around {
        return der.to_vec();
    }
    let (header, length) = header(der);
    let inside: Vec<u8> = parts(&der[header..header + length])
        .into_iter()
        .flat_map(|part| replaced(part, old, new))
        .collect();
    wrapped(der[0], &inside)
}

/// Drops the last part of the SignerInfo, an implicit `[1]`.
pub fn stripped(der: &[u8]) -> Vec<u8> {
    fn last_context_one(der: &[u8], depth: u8) -> Option<&[u8]> {
        let (from, length) = header(der);
        let parts = parts(&der[from..from + length]);
        let last = parts.last()?;
        if depth == 0 {
            (last[0] == 0xa1).then_some(last)
        } else {
            last_context_one(last, depth - 1)
        }
    }
    // ContentInfo, [0], SignedData, SET, SignerInfo.
    let unsigned = last_context_one(der, 4).unwrap().to_vec();
    replaced(der, &unsigned, &[])
}

fn header(der: &[u8]) -> (usize, usize) {
    match der[1] {
        short @ 0..=0x7f => (2, usize::from(short)),
        0x81 => (3, usize::from(der[2])),
        _ => (4, usize::from(u16::from_be_bytes([der[2], der[3]]))),
    }
}

fn parts(mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    while !bytes.is_empty() {
        let (from, length) = header(bytes);
        let (part, rest) = bytes.split_at(from + length);
        parts.push(part);
        bytes = rest;
    }
    parts
}

fn wrapped(identifier: u8, inside: &[u8]) -> Vec<u8> {
    let mut der = match u16::try_from(inside.len()).unwrap().to_be_bytes() {
        [0, short @ 0..=0x7f] => vec![identifier, short],
        [0, byte] => vec![identifier, 0x81, byte],
        [high, low] => vec![identifier, 0x82, high, low],
    };
    der.extend_from_slice(inside);
    der
}
