//! Licence expressions (SPDX specification 2.3, annex D), read as: may we use this?
//!
//! Old manifests separate alternatives with `/`; it is read as `OR`.

/// Whether `expression` can be satisfied with licences that `accepted` knows. A licence
/// with an exception is one word pair, such as `Apache-2.0 WITH LLVM-exception`.
///
/// # Errors
/// The text is not a licence expression.
pub(crate) fn satisfied(expression: &str, accepted: impl Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut parser = Parser { words: &words, accepted: &accepted };
    let value = parser.any_of().ok_or_else(|| format!("`{expression}` cannot be read"))?;
    if parser.words.is_empty() { Ok(value) } else { Err(format!("`{expression}` cannot be read")) }
}

struct Parser<'a> {
    words: &'a [&'a str],
    accepted: &'a dyn Fn(&str) -> bool,
}

impl Parser<'_> {
    fn any_of(&mut self) -> Option<bool> {
        let mut value = self.all_of()?;
        while self.skip("OR") {
            value |= self.all_of()?;
        }
        Some(value)
    }

    fn all_of(&mut self) -> Option<bool> {
        let mut value = self.one()?;
        while self.skip("AND") {
            value &= self.one()?;
        }
        Some(value)
    }

    fn one(&mut self) -> Option<bool> {
        if self.skip("(") {
            let value = self.any_of()?;
            return self.skip(")").then_some(value);
        }
        let licence = self.identifier()?;
        if self.skip("WITH") {
            let exception = self.identifier()?;
            return Some((self.accepted)(&format!("{licence} WITH {exception}")));
        }
        Some((self.accepted)(&licence))
    }

    fn identifier(&mut self) -> Option<String> {
        let (first, rest) = self.words.split_first()?;
        if matches!(*first, "(" | ")" | "AND" | "OR" | "WITH") {
            return None;
        }
        self.words = rest;
        Some((*first).to_owned())
    }

    fn skip(&mut self, wanted: &str) -> bool {
        match self.words.split_first() {
            Some((first, rest)) if *first == wanted => {
                self.words = rest;
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(licence: &str) -> bool {
        matches!(licence, "MIT" | "Apache-2.0 WITH LLVM-exception")
    }

    #[test]
    fn one_accepted_alternative_is_enough() {
        assert_eq!(satisfied("MIT OR GPL-3.0-only", accepted), Ok(true));
        assert_eq!(satisfied("Unknown/MIT", accepted), Ok(true));
        assert_eq!(satisfied("GPL-2.0-only OR AGPL-3.0-only", accepted), Ok(false));
    }

    #[test]
    fn every_part_of_a_conjunction_counts_and_binds_tighter_than_an_alternative() {
        assert_eq!(satisfied("MIT AND GPL-3.0-only", accepted), Ok(false));
        assert_eq!(satisfied("GPL-3.0-only AND MIT OR MIT", accepted), Ok(true));
        assert_eq!(satisfied("GPL-3.0-only AND (MIT OR MIT)", accepted), Ok(false));
    }

    #[test]
    fn an_exception_belongs_to_its_licence() {
        assert_eq!(satisfied("Apache-2.0 WITH LLVM-exception", accepted), Ok(true));
        assert_eq!(satisfied("Apache-2.0", accepted), Ok(false));
    }

    #[test]
    fn what_cannot_be_read_is_never_accepted() {
        for text in ["", "MIT OR", "(MIT", "MIT)", "MIT MIT", "AND", "MIT WITH"] {
            assert!(satisfied(text, accepted).is_err(), "{text}");
        }
    }
}
