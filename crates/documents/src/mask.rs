//! Numbers of documents as third parties may see them.

/// A document's number with its middle covered: the first three and last four characters stay,
/// fewer of a short one. Never the birthday.
///
/// ```
/// assert_eq!(heqi_documents::masked("330106199001011234"), "330***********1234");
/// assert_eq!(heqi_documents::masked("E12345678"), "E******78");
/// ```
pub fn masked(number: &str) -> String {
    let length = number.chars().count();
    let (first, last) = if length >= 15 { (3, 4) } else { (1, 2) };
    let shown = |place: usize| place < first.min(length) || place + last >= length;
    let cover = |(place, character)| if shown(place) { character } else { '*' };
    number.chars().enumerate().map(cover).collect()
}
