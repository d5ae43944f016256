//! Days and instants as Chinese documents write them, in Asia/Shanghai.

use heqi_vocabulary::UtcMillis;

/// `2026年11月28日`.
pub(crate) fn day(at: UtcMillis) -> String {
    let [year, month, day, ..] = parts(at);
    format!("{year}年{month}月{day}日")
}

/// `2026年11月28日20时05分09秒`.
pub(crate) fn second(at: UtcMillis) -> String {
    format!("{}{}", day(at), clock(at))
}

/// `20时05分09秒`.
pub(crate) fn clock(at: UtcMillis) -> String {
    let [.., hour, minute, second] = parts(at);
    format!("{hour}时{minute:02}分{second:02}秒")
}

/// `2026-11-28 20:05:09`, for tables.
pub(crate) fn short(at: UtcMillis) -> String {
    at.for_people().chars().take(19).collect()
}

fn parts(at: UtcMillis) -> [u16; 6] {
    let text = at.for_people();
    let mut numbers = text.split(['-', ' ', ':', '+']).map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_in_shanghai() {
        let at = "2026-11-28T16:05:09.120Z".parse().unwrap();
        assert_eq!(day(at), "2026年11月29日");
        assert_eq!(second(at), "2026年11月29日0时05分09秒");
        assert_eq!(short(at), "2026-11-29 00:05:09");
    }
}
