//! The page `verify.html`: a second implementation of the same formats, for people without
//! this program. It is assembled from `crates/verify/page` and carried along as it is; this
//! crate never runs it.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use heqi_vocabulary::Digest;

/// The page, byte for byte as it is published.
pub const PAGE: &str = include_str!("../page/dist/verify.html");

/// SHA-256 of [`PAGE`], to be compared with the published one.
pub fn page_digest() -> Digest {
    Digest::of(PAGE.as_bytes())
}

/// 写出核验网页 verify.html Writes the page that verifies in a browser, and prints its SHA-256
#[derive(Args, Clone, Debug)]
pub struct PageArgs {
    /// 写到这个文件 The file to write; it must not be there yet
    #[arg(long, value_name = "FILE", required_unless_present = "digest")]
    pub out: Option<PathBuf>,

    /// 只输出 SHA-256 Prints the digest alone
    #[arg(long)]
    pub digest: bool,
}

/// Writes the page and prints its digest; gives the exit code, 0 or 2.
pub fn write_page(args: &PageArgs, stdout: &mut dyn Write, stderr: &mut dyn Write) -> u8 {
    match written(args, stdout) {
        Ok(()) => 0,
        Err(error) => {
            let _ = writeln!(stderr, "verify.html: {error}");
            crate::run::UNREADABLE
        }
    }
}

fn written(args: &PageArgs, stdout: &mut dyn Write) -> io::Result<()> {
    if let Some(path) = &args.out {
        // A page that somebody may have compared already is never replaced.
        let mut file = File::create_new(path)?;
        file.write_all(PAGE.as_bytes())?;
        file.sync_all()?;
    }
    writeln!(stdout, "{}", page_digest())?;
    stdout.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(args: &PageArgs) -> (u8, String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = write_page(args, &mut out, &mut err);
        (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[test]
    fn the_page_is_written_once_and_its_digest_is_printed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("verify.html");
        let args = PageArgs { out: Some(path.clone()), digest: false };
        let line = format!("{}\n", page_digest());
        assert_eq!(asked(&args), (0, line.clone(), String::new()));
        assert_eq!(std::fs::read(&path).unwrap(), PAGE.as_bytes());
        let (code, out, err) = asked(&args);
        assert_eq!((code, out.as_str()), (2, ""));
        assert!(err.starts_with("verify.html: "));
        assert_eq!(asked(&PageArgs { out: None, digest: true }), (0, line, String::new()));
    }

    #[test]
    fn the_page_allows_its_own_script_and_nothing_else() {
        let policy = PAGE.split("Content-Security-Policy\" content=\"").nth(1).unwrap();
        let policy = policy.split('"').next().unwrap();
        let script = PAGE.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
        let digest = {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD
                .encode(Digest::of(script.as_bytes()).as_bytes())
        };
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(policy.contains(&format!("script-src 'sha256-{digest}';")), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        for banned in
            ["见证", "公证签名", "已公证", "已证明", "http-equiv=\"refresh\"", "<link", "<img"]
        {
            assert!(!PAGE.contains(banned), "{banned}");
        }
    }
}
