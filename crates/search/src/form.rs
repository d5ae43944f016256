//! Which fields a document of the index has, and how a filing becomes one.

use heqi_registration::search_index::{IndexedFiling, Rank, Sought, normalised};
use heqi_vocabulary::{FilingId, FilingNo, UtcMillis};
use tantivy::query::{Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{TantivyDocument, Term};

/// The field of the place in the order of all filings.
pub(crate) const RANK: &str = "rank";
/// The upper half of a filing's identifier.
pub(crate) const UPPER: &str = "upper";
/// The lower half.
pub(crate) const LOWER: &str = "lower";

/// Milliseconds of a fine slice of time, as a power of two: 4.7 hours.
pub(crate) const FINE_BITS: u32 = 24;
/// Of a coarse one: 12.4 days.
pub(crate) const COARSE_BITS: u32 = 30;
/// How many bits of a rank are not time.
const RANDOM_BITS: u32 = 20;

/// The fields.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    names: Field,
    codes: Field,
    number: Field,
    persons: Field,
    fine: Field,
    coarse: Field,
    rank: Field,
    upper: Field,
    lower: Field,
}

impl Form {
    /// The fields with their schema. Nothing is stored: what is shown comes from the platform's
    /// own rows.
    pub(crate) fn new() -> (Self, Schema) {
        let mut schema = Schema::builder();
        let text = |tokenizer: &str, option| {
            let indexing = TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_fieldnorms(false)
                .set_index_option(option);
            TextOptions::default().set_indexing_options(indexing)
        };
        let whole = || text("raw", IndexRecordOption::Basic);
        let positions = IndexRecordOption::WithFreqsAndPositions;
        let form = Self {
            names: schema.add_text_field("names", text("whitespace", positions)),
            codes: schema.add_text_field("codes", whole()),
            number: schema.add_text_field("number", whole()),
            persons: schema.add_text_field("persons", whole()),
            fine: schema.add_u64_field("fine", NumericOptions::from(INDEXED)),
            coarse: schema.add_u64_field("coarse", NumericOptions::from(INDEXED)),
            rank: schema.add_u64_field(RANK, NumericOptions::from(FAST)),
            upper: schema.add_u64_field(UPPER, NumericOptions::from(FAST)),
            lower: schema.add_u64_field(LOWER, NumericOptions::from(FAST)),
        };
        (form, schema.build())
    }

    /// The document of a filing.
    pub(crate) fn document(&self, filing: &IndexedFiling) -> TantivyDocument {
        let mut document = TantivyDocument::default();
        for name in &filing.companies {
            document.add_text(self.names, bigrams(&normalised(name)).join(" "));
        }
        for code in &filing.codes {
            document.add_text(self.codes, code.as_str());
        }
        for person in &filing.persons {
            document.add_text(self.persons, person.to_string());
        }
        let rank = filing.rank();
        document.add_text(self.number, filing.number.to_string());
        document.add_u64(self.fine, fine(rank));
        document.add_u64(self.coarse, coarse(rank));
        document.add_u64(self.rank, rank.as_u64());
        let [upper, lower] = halves(filing.filing);
        document.add_u64(self.upper, upper);
        document.add_u64(self.lower, lower);
        document
    }

    /// The term by which the document of a filing is replaced.
    pub(crate) fn key(&self, number: FilingNo) -> Term {
        Term::from_field_text(self.number, &number.to_string())
    }

    /// Everything but time that is looked for.
    pub(crate) fn conditions(&self, sought: &Sought) -> Conditions {
        let mut all = Conditions::default();
        if let Some(fragment) = &sought.company {
            let terms = bigrams(fragment.as_str());
            let terms: Vec<_> =
                terms.iter().map(|pair| Term::from_field_text(self.names, pair)).collect();
            all.terms.extend(terms.iter().cloned());
            match <[Term; 1]>::try_from(terms) {
                Ok([one]) => all.must(exactly(one)),
                Err(several) => all.must(Box::new(PhraseQuery::new(several))),
            }
        }
        let code = sought.code.map(|code| Term::from_field_text(self.codes, code.as_str()));
        let number = sought.number.map(|number| self.key(number));
        let person = sought.person;
        let person = person.map(|one| Term::from_field_text(self.persons, &one.to_string()));
        for term in [code, number, person].into_iter().flatten() {
            all.terms.push(term.clone());
            all.must(exactly(term));
        }
        all
    }

    /// Filings of one slice of time.
    pub(crate) fn slice(&self, slice: Slice) -> (Occur, Box<dyn Query>) {
        let (field, number) = match slice {
            Slice::Fine(number) => (self.fine, number),
            Slice::Coarse(number) => (self.coarse, number),
        };
        (Occur::Should, exactly(Term::from_field_u64(field, number)))
    }
}

/// A slice of time: so many of its lengths after 1970.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Slice {
    Fine(u64),
    Coarse(u64),
}

/// What all must fit.
#[derive(Default)]
pub(crate) struct Conditions {
    pub(crate) queries: Vec<(Occur, Box<dyn Query>)>,
    /// The terms in them: the rarest says how many filings can fit at most.
    pub(crate) terms: Vec<Term>,
}

impl Conditions {
    fn must(&mut self, query: Box<dyn Query>) {
        self.queries.push((Occur::Must, query));
    }
}

pub(crate) fn exactly(term: Term) -> Box<dyn Query> {
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// The fine slice of a place.
pub(crate) fn fine(rank: Rank) -> u64 {
    rank.as_u64() >> (RANDOM_BITS + FINE_BITS)
}

/// The coarse slice of a place.
pub(crate) fn coarse(rank: Rank) -> u64 {
    rank.as_u64() >> (RANDOM_BITS + COARSE_BITS)
}

/// The places between two instants: from the first on, before the second.
pub(crate) fn places(
    from: Option<UtcMillis>,
    before: Option<UtcMillis>,
    after: Option<Rank>,
) -> (u64, u64) {
    let first = from.map_or(0, |from| Rank::first_at(from).as_u64());
    let end = before.map_or(u64::MAX, |before| Rank::first_at(before).as_u64());
    (first, after.map_or(end, |after| end.min(after.as_u64())))
}

/// Every pair of neighbouring characters.
fn bigrams(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.windows(2).map(|pair| pair.iter().collect()).collect()
}

/// An identifier as two numbers.
fn halves(filing: FilingId) -> [u64; 2] {
    let number = u128::from_be_bytes(filing.to_bytes());
    let upper = u64::try_from(number >> 64).unwrap_or(u64::MAX);
    let lower = u64::try_from(number & u128::from(u64::MAX)).unwrap_or(u64::MAX);
    [upper, lower]
}

/// The identifier of two numbers.
pub(crate) fn whole([upper, lower]: [u64; 2]) -> FilingId {
    FilingId::from_bytes((u128::from(upper) << 64 | u128::from(lower)).to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_into_pairs_of_neighbours() {
        assert_eq!(bigrams("青穗茶业"), ["青穗", "穗茶", "茶业"]);
        assert_eq!(bigrams("𠮷a"), ["𠮷a"]);
        assert!(bigrams("茶").is_empty());
    }

    #[test]
    fn an_identifier_survives_its_halves() {
        let filing =
            FilingId::from_bytes([1, 2, 3, 4, 5, 6, 7, 8, 250, 10, 11, 12, 13, 14, 15, 16]);
        assert_eq!(whole(halves(filing)), filing);
    }
}
