//! Addresses of the notary office.

use std::fmt;

use super::path_segment;

/// An address of the notary office.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "whoever serves pages must serve each")]
pub enum OfficeLink {
    /// The applications that wait.
    Queue,
    /// The applications that have come as far as this word says, after one where one is given.
    Group(String, Option<String>),
    /// The figures of the office.
    Figures,
    /// Deposit search, and the form of an application.
    Deposits,
    /// A deposit's form.
    Deposit(String),
    /// Deposits of a day, after one.
    DepositsAfter(String, String),
    /// One application.
    Matter(String),
    /// Something done with an application.
    Do(String, String),
    /// The certificate's file.
    Certificate(String),
    /// The scan of the sealed original.
    Paper(String),
    /// The dossier's file.
    Dossier(String),
    /// How the certificate's time stamps were renewed.
    Renewals(String),
    /// A small document's file.
    Notice(String, String),
    /// What an extraction session showed, by its digest.
    Screen(String, String),
    /// A file of the held evidence, by its digest.
    Held(String, String),
    /// The register book.
    Book,
    /// The register book of another year.
    BookOf(u16),
    /// The same as CSV.
    BookFile(u16),
    /// Accounts of the office.
    Accounts,
    /// An account is released or shut out.
    AccountDo(String, String),
    /// Anybody's check of a certificate.
    Check,
    /// The same by the QR code: the number's digest, and the code.
    Scanned(String, String),
    /// A document for who applied.
    CheckFile,
    /// The keys that the office publishes.
    Anchors,
}

impl fmt::Display for OfficeLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = path_segment;
        match self {
            Self::Queue => f.write_str("/staff/matters"),
            Self::Group(word, None) => write!(f, "/staff/matters?at={}", plain(word)),
            Self::Group(word, Some(no)) => {
                write!(f, "/staff/matters?at={}&after={}", plain(word), plain(no))
            }
            Self::Figures => f.write_str("/staff/figures"),
            Self::Deposits => f.write_str("/staff/deposits"),
            Self::DepositsAfter(day, no) => {
                write!(f, "/staff/deposits?q={}&after={}", plain(day), plain(no))
            }
            Self::Deposit(no) => write!(f, "/staff/deposits?q={}", plain(no)),
            Self::Matter(no) => write!(f, "/staff/matters/{}", plain(no)),
            Self::Do(no, act) => write!(f, "/staff/matters/{}/{}", plain(no), plain(act)),
            Self::Certificate(no) => write!(f, "/staff/matters/{}/certificate.pdf", plain(no)),
            Self::Paper(no) => write!(f, "/staff/matters/{}/paper", plain(no)),
            Self::Renewals(no) => write!(f, "/staff/matters/{}/renewals.zip", plain(no)),
            Self::Dossier(no) => write!(f, "/staff/matters/{}/dossier.zip", plain(no)),
            Self::Notice(no, one) => {
                write!(f, "/staff/matters/{}/notices/{}", plain(no), plain(one))
            }
            Self::Screen(no, one) => {
                write!(f, "/staff/matters/{}/screens/{}", plain(no), plain(one))
            }
            Self::Held(no, one) => write!(f, "/staff/matters/{}/held/{}", plain(no), plain(one)),
            Self::Book => f.write_str("/staff/register"),
            Self::BookOf(year) => write!(f, "/staff/register?year={year}"),
            Self::BookFile(year) => write!(f, "/staff/register/{year}"),
            Self::Accounts => f.write_str("/staff/accounts"),
            Self::AccountDo(id, act) => write!(f, "/staff/accounts/{}/{}", plain(id), plain(act)),
            Self::Check => f.write_str("/check"),
            Self::Scanned(number, code) => write!(f, "/check/{}?c={}", plain(number), plain(code)),
            Self::CheckFile => f.write_str("/check/file"),
            Self::Anchors => f.write_str("/anchors.json"),
        }
    }
}
