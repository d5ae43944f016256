use std::collections::{BTreeMap, BTreeSet};

use crate::{
    encoding::parse_decimal,
    note::{SignatureType, VerifierKey, VerifierKeyError},
    policy::{MAX_DEFINITIONS, Policy, PolicyLog, Quorum, Rule},
};

impl Policy {
    /// Reads a policy file.
    pub fn parse(text: &str) -> Result<Self, PolicyError> {
        if text.bytes().any(|byte| (byte < b' ' && byte != b'\t' && byte != b'\n') || byte == 0x7f)
        {
            return Err(PolicyError::ControlCharacter);
        }
        let lines = text.strip_suffix('\n').ok_or(PolicyError::NoFinalNewline)?.split('\n');
        let mut reading = Reading::default();
        for (line, number) in lines.zip(1..) {
            reading
                .line(line)
                .map_err(|reason| PolicyError::Line { number, reason: Box::new(reason) })?;
        }
        let quorum = reading.quorum.ok_or(PolicyError::NoQuorum)?;
        Ok(Self { logs: reading.logs, members: reading.members, quorum })
    }
}

#[derive(Default)]
struct Reading {
    logs: Vec<PolicyLog>,
    members: Vec<Rule>,
    places: BTreeMap<String, usize>,
    grouped: BTreeSet<usize>,
    public_keys: BTreeSet<[u8; 32]>,
    quorum: Option<Quorum>,
}

impl Reading {
    fn line(&mut self, line: &str) -> Result<(), PolicyError> {
        let words = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>();
        match *words.as_slice() {
            [] => Ok(()),
            [first, ..] if first.starts_with('#') => Ok(()),
            ["log", key] => self.log(key, None),
            ["log", key, url] => self.log(key, Some(url)),
            ["witness", name, key] => self.witness(name, key, None),
            ["witness", name, key, url] => self.witness(name, key, Some(url)),
            ["group", name, threshold, ref members @ ..] if !members.is_empty() => {
                self.group(name, threshold, members)
            }
            ["quorum", name] => self.quorum(name),
            _ => Err(PolicyError::UnknownLine),
        }
    }

    fn log(&mut self, key: &str, url: Option<&str>) -> Result<(), PolicyError> {
        let key = self.key(key, SignatureType::Ed25519)?;
        if self.logs.len() == MAX_DEFINITIONS {
            return Err(PolicyError::TooMany);
        }
        self.logs.push(PolicyLog { key, url: url.map(str::to_owned) });
        Ok(())
    }

    fn witness(&mut self, name: &str, key: &str, url: Option<&str>) -> Result<(), PolicyError> {
        let key = self.key(key, SignatureType::CosignatureV1)?;
        self.define(name, Rule::Witness { key, url: url.map(str::to_owned) })
    }

    fn group(&mut self, name: &str, threshold: &str, names: &[&str]) -> Result<(), PolicyError> {
        let mut members = Vec::new();
        for member in names {
            let place = *self.places.get(*member).ok_or(PolicyError::UnknownName)?;
            if !self.grouped.insert(place) {
                return Err(PolicyError::GroupedTwice);
            }
            members.push(place);
        }
        let threshold = match threshold {
            "all" => Some(members.len()),
            "any" => Some(1),
            number => parse_decimal(number).and_then(|number| number.try_into().ok()),
        };
        let threshold = threshold
            .filter(|threshold| (1..=members.len()).contains(threshold))
            .ok_or(PolicyError::BadThreshold)?;
        self.define(name, Rule::Group { threshold, members })
    }

    fn quorum(&mut self, name: &str) -> Result<(), PolicyError> {
        if self.quorum.is_some() {
            return Err(PolicyError::SecondQuorum);
        }
        let place = || self.places.get(name).copied().ok_or(PolicyError::UnknownName);
        self.quorum = Some(if name == NONE { Quorum::None } else { Quorum::Of(place()?) });
        Ok(())
    }

    fn key(
        &mut self,
        text: &str,
        signature_type: SignatureType,
    ) -> Result<VerifierKey, PolicyError> {
        let key: VerifierKey = text.parse()?;
        if key.signature_type() != signature_type {
            return Err(PolicyError::WrongKeyType);
        }
        if self.public_keys.insert(*key.public_key()) {
            Ok(key)
        } else {
            Err(PolicyError::DuplicateKey)
        }
    }

    fn define(&mut self, name: &str, rule: Rule) -> Result<(), PolicyError> {
        if name == NONE || self.places.contains_key(name) {
            return Err(PolicyError::NameTaken);
        }
        if self.members.len() == 2 * MAX_DEFINITIONS {
            return Err(PolicyError::TooMany);
        }
        self.places.insert(name.to_owned(), self.members.len());
        self.members.push(rule);
        Ok(())
    }
}

const NONE: &str = "none";

/// Why a policy file was refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PolicyError {
    /// Something is wrong with one line.
    #[error("line {number} of the policy: {reason}")]
    Line {
        /// Counted from 1.
        number: usize,
        /// What is wrong.
        reason: Box<PolicyError>,
    },
    /// A control character other than tab and newline.
    #[error("the policy contains a control character")]
    ControlCharacter,
    /// The file does not end in a newline.
    #[error("the policy does not end in a newline")]
    NoFinalNewline,
    /// There is no quorum line.
    #[error("the policy has no quorum line")]
    NoQuorum,
    /// There is more than one quorum line.
    #[error("there is a second quorum line")]
    SecondQuorum,
    /// An unknown keyword, or the wrong number of words after it.
    #[error("the line defines nothing known")]
    UnknownLine,
    /// A name used before it is defined.
    #[error("a name is used before it is defined")]
    UnknownName,
    /// The name is defined already, or is `none`.
    #[error("the name is taken")]
    NameTaken,
    /// A name stands in more than one group, or twice in one.
    #[error("a name is a group member twice")]
    GroupedTwice,
    /// Not `all`, `any` or a number from 1 to the number of members.
    #[error("the threshold must be all, any or 1 to the number of members")]
    BadThreshold,
    /// A public key appears twice, under whatever name.
    #[error("the public key appears twice")]
    DuplicateKey,
    /// A log key where a cosigner key belongs, or the other way round.
    #[error("the key is of the wrong signature type")]
    WrongKeyType,
    /// More definitions than [`MAX_DEFINITIONS`].
    #[error("too many definitions")]
    TooMany,
    /// The text is no verifier key.
    #[error(transparent)]
    Key(#[from] VerifierKeyError),
}
