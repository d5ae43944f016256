//! What a person compares: SHA-256 in groups of four hexadecimal digits.

use heqi_vocabulary::Digest;

/// `3F2A 09BC …`: sixteen groups of four.
pub fn grouped(digest: &Digest) -> String {
    let groups: Vec<String> = digest
        .as_bytes()
        .chunks(2)
        .map(|pair| {
            let number = pair.iter().fold(0_u16, |number, byte| number << 8 | u16::from(*byte));
            format!("{number:04X}")
        })
        .collect();
    groups.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_sixteen_groups_of_four_digits() {
        let text = grouped(&Digest::of(b""));
        assert!(text.starts_with("E3B0 C442 98FC 1C14 "), "{text}");
        assert_eq!(text.split(' ').count(), 16);
        assert!(text.split(' ').all(|group| group.len() == 4));
    }
}
