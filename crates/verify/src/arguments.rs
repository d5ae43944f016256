//! The command line.

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::DateTime;
use clap::Args;
use heqi_evidence::anchors::{Base64, Spki};
use heqi_evidence::verdict::ClaimName;
use heqi_pki::keys::PublicKey;
use heqi_vocabulary::{Language, UtcMillis};

/// What is asked, about which file, by which anchors.
///
/// 退出码 Exit codes: 0 全部必需项核验通过 all required claims proved; 1 有核验不符
/// something contradicted; 2 无法读取 unreadable; 3 未能核验 not proved.
#[derive(Args, Clone, Debug)]
pub struct VerifyArgs {
    /// 证据包、盖章文书或分叉证明 The evidence bundle (.heqi.zip), a sealed document (.pdf) with
    /// bundles inside, or a proof that a log or a chain forked (.fork-proof, .chain-fork-proof)
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// 公证处公布的信任锚 The trust anchors, as the notary published them; without them
    /// only self-consistency can be checked
    #[arg(long, value_name = "FILE")]
    pub anchors: Option<PathBuf>,

    /// 印章根证书，可重复 A root of seals on documents, PEM, beside those among the anchors; may be
    /// given several times
    #[arg(long = "seal-root", value_name = "FILE")]
    pub seal_roots: Vec<PathBuf>,

    /// 时间戳根证书，可重复 A root of time authorities of seals, PEM, beside those among the
    /// anchors; may be given several times
    #[arg(long = "time-root", value_name = "FILE")]
    pub time_roots: Vec<PathBuf>,

    /// 时间戳续期文件 The renewals of the time stamps of a sealed document or of a bundle's record, as the
    /// notary or the platform gives them beside it: that it was in their log while the certificates counted,
    /// to this day
    #[arg(long, value_name = "FILE")]
    pub renewals: Option<PathBuf>,

    /// 续期签名公钥，可重复 A key that signs renewals, beside the custodians among the anchors: the
    /// platform's order key as the custodians know it, SubjectPublicKeyInfo in base64; may be given several
    /// times
    #[arg(long = "renewal-key", value_name = "KEY", value_parser = renewal_key, requires = "renewals")]
    pub renewal_keys: Vec<PublicKey>,

    /// 必需项，逗号分隔 The claims that must be proved, separated by commas [default:
    /// integrity,signed_by,logged,witnessed,deposited]
    #[arg(long, value_name = "CLAIMS", value_delimiter = ',')]
    pub require: Option<Vec<ClaimName>>,

    /// 以此时刻的信任锚判断 The instant the question is put, RFC 3339: keys not valid then
    /// are not relied on
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    pub at: Option<UtcMillis>,

    /// 语言 The language of the report: zh or en
    #[arg(long, value_name = "LANG", env = "HEQI_LANG", default_value = "zh")]
    pub lang: Language,

    /// 输出 JSON Prints the verdict as JSON
    #[arg(long)]
    pub json: bool,
}

impl VerifyArgs {
    /// The claims that must be proved.
    pub fn required(&self) -> BTreeSet<ClaimName> {
        match &self.require {
            Some(claims) => claims.iter().copied().collect(),
            None => ClaimName::required_by_default(),
        }
    }
}

/// People write instants in more ways than signed objects may: seconds or fractions, any
/// offset. What is finer than a millisecond is cut off.
fn instant(text: &str) -> Result<UtcMillis, &'static str> {
    const FORM: &str = "an instant is written like 2026-11-23T20:05:00+08:00 (RFC 3339)";
    let parsed = DateTime::parse_from_rfc3339(text).map_err(|_| FORM)?;
    UtcMillis::from_millis(parsed.timestamp_millis()).map_err(|_| FORM)
}

/// As it stands in the settings of custodians.
fn renewal_key(text: &str) -> Result<PublicKey, &'static str> {
    let der = Base64::try_from(text.to_owned())?;
    let Spki(key) = Spki::try_from(der)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: VerifyArgs,
    }

    fn parse(arguments: &[&str]) -> Result<VerifyArgs, clap::Error> {
        let line = ["verify", "a.heqi.zip", "--lang", "en"].iter().chain(arguments);
        Cli::try_parse_from(line).map(|cli| cli.args)
    }

    #[test]
    fn instants_are_read_in_every_spelling_of_rfc_3339() {
        for text in [
            "2026-11-23T12:05:00Z",
            "2026-11-23T12:05:00.000Z",
            "2026-11-23T20:05:00+08:00",
            "2026-11-23t12:05:00.0004z",
            "2026-11-23 12:05:00Z",
        ] {
            let at = parse(&["--at", text]).unwrap().at.unwrap();
            assert_eq!(at.to_string(), "2026-11-23T12:05:00.000Z", "{text}");
        }
        for text in ["2026-11-23", "2026-11-23T12:05:00", "yesterday", ""] {
            assert!(parse(&["--at", text]).is_err(), "{text}");
        }
    }

    #[test]
    fn a_key_of_renewals_is_read_as_it_stands_in_settings() {
        let text = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
        let with = |key: &str| parse(&["--renewals", "a.zip", "--renewal-key", key]);
        assert_eq!(with(text).unwrap().renewal_keys.len(), 1);
        for other in ["", "key", "MCowBQYDK2VwAyEA"] {
            assert!(with(other).is_err(), "{other}");
        }
        assert!(parse(&["--renewal-key", text]).is_err(), "it is for nothing else");
    }

    #[test]
    fn claims_are_required_by_name_and_by_default_as_the_format_says() {
        assert_eq!(parse(&[]).unwrap().required(), ClaimName::required_by_default());
        let two = parse(&["--require", "integrity,complete"]).unwrap().required();
        assert_eq!(two, [ClaimName::Integrity, ClaimName::Complete].into());
        let error = parse(&["--require", "beauty"]).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("the claims are integrity"));
        assert_eq!(error.exit_code(), 2);
    }

    #[test]
    fn a_usage_error_ends_with_two() {
        for arguments in [&["--lang", "fr"][..], &["--colour"], &["--anchors"], &["b.heqi.zip"]] {
            assert_eq!(parse(arguments).map(|_| ()).unwrap_err().exit_code(), 2);
        }
    }
}
