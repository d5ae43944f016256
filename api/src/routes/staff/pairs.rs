//! Forms whose fields are read by name, one after the other: whose filing it is comes before what was left out, and what
//! was wrong is told at its field.

use actix_web::http::StatusCode;
use heqi_pages::staff::FieldTrouble;
use heqi_registration::fault::Refusal;
use heqi_vocabulary::Language;
use serde::Deserialize;

use super::trouble;
use crate::problem_of::status_of;

/// What was typed, in the order of the form.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Pairs(Vec<(String, String)>);

impl Pairs {
    /// What was typed into this field; nothing where it was not sent.
    pub(super) fn field(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// Everything that was ticked under this name.
    pub(super) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The same as it stands in the form again: not longer than the field.
    pub(super) fn shown(&self, name: &str, most: usize) -> String {
        self.field(name).chars().take(most).collect()
    }
}

/// What is told at a field of the form, and the status of the answer.
pub(super) type ToldAt = (FieldTrouble, StatusCode);

/// A refusal, told at this field; at none where it is about the whole.
pub(super) fn told_at(field: Option<&str>, error: &impl Refusal, language: Language) -> ToldAt {
    let field = field.map(str::to_owned);
    (FieldTrouble { field, trouble: trouble(error, language) }, status_of(error.class()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routes::journey::form::read;

    #[test]
    fn a_field_is_read_by_its_name_and_what_was_ticked_more_than_once_all_of_it() {
        let typed: Pairs = read("csrf=1&name=%E9%99%88&capacity=a&capacity=b").unwrap();
        assert_eq!((typed.field("name"), typed.field("absent")), ("陈", ""));
        assert_eq!(typed.all("capacity").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(typed.shown("capacity", 0), "");
    }
}
