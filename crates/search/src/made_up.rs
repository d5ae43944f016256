//! Filings that nobody filed: always the same for the same number, so that a measurement of ten
//! million can be made again and any of them can be looked for.

use heqi_identity::Uscc;
use heqi_registration::search_index::{IndexedFiling, PersonDigest};
use heqi_vocabulary::{Digest, FilingId, FilingNo, UtcMillis};

const PLACES: [&str; 12] = [
    "杭州", "临安", "宁波", "温州", "嘉兴", "湖州", "绍兴", "金华", "衢州", "舟山", "台州", "丽水",
];
/// Characters of which made-up names are made.
const CHARACTERS: &str = "青穗云栖旧梦山海星辰明月清风长河远帆金石玉兰松柏竹梅春秋冬夏东西南北天地人和安康福寿宁远致诚信义仁德礼智勇锦绣华章龙凤麒麟鹏程万里腾飞宏图盛世昌隆恒泰永固联创新科数智物网光电能源材料生医药食品茶酒果蔬鲜农林牧渔花木园艺纺织服饰鞋帽箱包家具建筑装饰工程机械汽配五金化塑纸印刷包装文体旅游教培咨询策划广告传媒影视音像图书";
const TRADES: [&str; 14] = [
    "茶业",
    "餐饮",
    "科技",
    "贸易",
    "投资",
    "建材",
    "电子商务",
    "文化传播",
    "信息技术",
    "供应链管理",
    "生物科技",
    "机械设备",
    "物业服务",
    "企业管理咨询",
];
const FORMS: [&str; 4] = ["有限公司", "有限责任公司", "股份有限公司", "合伙企业（有限合伙）"];
/// Regions of the codes.
const REGIONS: [&str; 4] = ["330112", "330106", "330203", "330302"];
/// The first filing, and how far apart two are: ten million fill some nine and a half years.
const BEGIN_MS: i64 = 1_483_228_800_000;
const APART_MS: i64 = 30_000;
/// How many people take part in filings, all in all, for every hundred filings.
const PEOPLE_PER_HUNDRED: u64 = 180;

/// The made-up filing of this number, below ten million.
pub fn filing(number: u32) -> Option<IndexedFiling> {
    let draw = Draw::of("filing", number.into());
    let serial = u64::from(number);
    let ms = BEGIN_MS + i64::from(number) * APART_MS + i64::try_from(draw.below(0, 25_000)).ok()?;
    let opened_at = UtcMillis::from_millis(ms).ok()?;
    let stamp = u128::try_from(ms).ok()? << 80;
    let filing = FilingId::from_bytes((stamp | draw.wide() >> 48).to_be_bytes());
    let people = serial / 100 * PEOPLE_PER_HUNDRED + 400;
    let persons = (0..2 + draw.below(1, 3)).flat_map(|at| {
        let person = draw.below(8 + usize::try_from(at).unwrap_or(0), people);
        [format!("{person}"), format!("name {person}")]
    });
    Some(IndexedFiling {
        filing,
        number: FilingNo::from_serial(number).ok()?,
        opened_at,
        companies: vec![company(&draw)],
        codes: code(number).into_iter().collect(),
        persons: persons.map(|text| PersonDigest::made_up(&text)).collect(),
    })
}

/// The person of this number, as filings know one by document alone.
pub fn person(number: u64) -> PersonDigest {
    PersonDigest::made_up(&number.to_string())
}

/// A name of the usual form: place, two to four characters, trade, form.
fn company(draw: &Draw) -> String {
    let characters: Vec<char> = CHARACTERS.chars().collect();
    let of = |list: &[&str], at: usize| -> String {
        let place = usize::try_from(draw.below(at, u64::try_from(list.len()).unwrap_or(1)));
        list.get(place.unwrap_or(0)).copied().unwrap_or_default().to_owned()
    };
    let mut own = String::new();
    for at in 0..2 + draw.below(2, 3) {
        let at = 4 + usize::try_from(at).unwrap_or(0);
        let place = draw.below(at, u64::try_from(characters.len()).unwrap_or(1));
        own.extend(characters.get(usize::try_from(place).unwrap_or(0)));
    }
    format!("{}{own}{}{}", of(&PLACES, 3), of(&TRADES, 11), of(&FORMS, 12))
}

/// A code whose check character fits.
fn code(number: u32) -> Option<Uscc> {
    let region = REGIONS.get(usize::try_from(number % 4).ok()?)?;
    let body = format!("91{region}MA{number:07}");
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .find_map(|check| Uscc::parse(&format!("{body}{check}")).ok())
}

/// Numbers drawn from a digest.
struct Draw(Digest);

impl Draw {
    fn of(label: &str, number: u64) -> Self {
        Self(Digest::labelled("heqi.made-up/v1\n", format!("{label} {number}").as_bytes()))
    }

    fn wide(&self) -> u128 {
        self.0.as_bytes().first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes))
    }

    /// A number below `end`, from 16 bits at a place of its own.
    fn below(&self, at: usize, end: u64) -> u64 {
        let bytes = self.0.as_bytes();
        let byte = |at: usize| u64::from(bytes.get(at % bytes.len()).copied().unwrap_or(0));
        let drawn = [0, 1, 2, 3].into_iter().fold(0, |sum, n| sum << 8 | byte(at * 2 + n));
        drawn % end.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_number_makes_the_same_filing_and_others_make_others() {
        let one = filing(4_711).unwrap();
        assert_eq!(filing(4_711).unwrap(), one);
        assert_ne!(filing(4_712).unwrap().companies, one.companies);
        assert!(filing(0).unwrap().opened_at < filing(9_999_999).unwrap().opened_at);
        assert!((0..500).all(|number| filing(number).unwrap().codes.len() == 1));
        assert!(filing(10_000_000).is_none());
    }
}
