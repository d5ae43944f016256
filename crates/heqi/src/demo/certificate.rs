//! The demo's certificate: applied for, examined, extracted, drafted, approved and issued by the
//! notary's officers over real HTTP, by the very pages that a visitor uses.

use std::fmt::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_evidence::anchors::AnchorsFile;
use heqi_evidence_store::durable_file::Disk;
use heqi_vocabulary::{Digest, RecordId};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Method, Response, StatusCode};
use serde::{Deserialize, Serialize};

use super::DemoError;
use super::cast::Member;
use super::guide::Shown;
use super::manifest::Manifest;
use super::officers::{Officer, WORKSTATION};
use super::seed::percent_encoded;
use crate::world::World;

/// One step of an authenticator, in milliseconds.
const STEP_MS: i64 = 30_000;

/// What is remembered of it between starts.
#[derive(Deserialize, Serialize)]
struct Remembered {
    check_path: String,
    /// About which signing; folders of before had one about another.
    #[serde(default)]
    record: Option<RecordId>,
}

impl Remembered {
    /// Whether it is about this signing; where none was acted out, about one that was before.
    fn is_about(&self, record: Option<RecordId>) -> bool {
        self.record.is_some_and(|own| record.is_none_or(|record| record == own))
    }
}

/// Who applies, and about which of the own signings.
#[derive(Clone, Copy)]
pub(crate) struct Applicant {
    pub(crate) member: &'static Member,
    pub(crate) record: RecordId,
}

/// Issues the certificate, or takes up the one of an earlier start, and notes where it is.
pub(crate) async fn issue(
    world: &World,
    data_dir: &Path,
    applicant: Option<Applicant>,
    shown: &Shown,
    manifest: &mut Manifest,
) -> Result<(), DemoError> {
    let folder = std::path::absolute(data_dir).map_err(|e| DemoError::file(data_dir, e))?;
    let disk = Disk::default();
    write_roots(&disk, &folder, manifest)?;
    let (file, kept) = (folder.join("certificate.pdf"), folder.join("certificate.json"));
    let earlier = std::fs::read(&kept).ok();
    let earlier = earlier.and_then(|bytes| serde_json::from_slice::<Remembered>(&bytes).ok());
    let earlier = earlier.filter(|kept| kept.is_about(applicant.map(|applicant| applicant.record)));
    let check_path = match (earlier, applicant) {
        (Some(remembered), _) => Some(remembered.check_path),
        (None, Some(applicant)) => {
            let (bytes, check_path) = (Bureau { world, shown }).certify(applicant).await?;
            let write = |path: &Path, bytes: &[u8]| {
                disk.write_atomic(path, &[bytes]).map_err(|e| DemoError::file(path, e))
            };
            write(&file, &bytes)?;
            let remembered = Remembered { check_path, record: Some(applicant.record) };
            write(&kept, &serde_json::to_vec(&remembered).map_err(DemoError::Json)?)?;
            Some(remembered.check_path)
        }
        (None, None) => None,
    };
    if let Some(path) = check_path {
        manifest.certificate_path = Some(file);
        manifest.certificate_check_url = Some(format!("{}{path}", world.notary_url));
    }
    Ok(())
}

/// The roots of seal and time authority, as the office publishes them, for other programs.
fn write_roots(disk: &Disk, folder: &Path, manifest: &mut Manifest) -> Result<(), DemoError> {
    let anchors = std::fs::read(&manifest.anchors_path)
        .map_err(|e| DemoError::file(&manifest.anchors_path, e))?;
    let anchors = AnchorsFile::parse(&anchors).map_err(|e| DemoError::Bundle(e.to_string()))?;
    let anchors = anchors.anchors;
    let seal = anchors.seal_roots.first().map(|root| root.certificate.0.clone());
    let time = anchors.time_roots.first().map(|root| root.certificate.0.clone());
    manifest.seal_root_path = folder.join("seal-root.pem");
    manifest.tsa_root_path = folder.join("tsa-root.pem");
    for (path, der) in [(&manifest.seal_root_path, seal), (&manifest.tsa_root_path, time)] {
        let pem = pem_of(&der.unwrap_or_default());
        disk.write_atomic(path, &[pem.as_bytes()]).map_err(|e| DemoError::file(path, e))?;
    }
    Ok(())
}

fn pem_of(der: &[u8]) -> String {
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    let text = STANDARD.encode(der);
    for line in text.as_bytes().chunks(64) {
        let _ = writeln!(pem, "{}", String::from_utf8_lossy(line));
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}

/// The notary's pages, and who uses them.
struct Bureau<'a> {
    world: &'a World,
    shown: &'a Shown,
}

/// The page of an application.
struct Matter {
    path: String,
    /// An earlier start was interrupted in the middle: some of the steps are done.
    is_resumed: bool,
}

impl Matter {
    /// What a page has to show; nothing where it may be that the step behind it is done.
    fn unless_done<T>(&self, found: Result<T, DemoError>) -> Result<Option<T>, DemoError> {
        match found {
            Err(_) if self.is_resumed => Ok(None),
            found => found.map(Some),
        }
    }
}

/// Somebody who has signed in.
struct Browser<'a> {
    bureau: &'a Bureau<'a>,
    cookie: String,
    officer: &'a Officer,
}

impl<'a> Bureau<'a> {
    /// The whole way, or what an earlier start has left of it.
    async fn certify(&'a self, applicant: Applicant) -> Result<(Vec<u8>, String), DemoError> {
        let clerk = self.enter("zhao.min").await?;
        let notary = self.enter("qian.wei").await?;
        let approver = self.enter("sun.li").await?;
        let matter = self.apply(&clerk, applicant).await?;
        for browser in [&clerk, &notary, &approver] {
            browser.act(&matter, "declare", &[("choice", "none")]).await?;
        }
        notary.act(&matter, "accept", &[]).await?;
        notary.act(&matter, "recompute", &[]).await?;
        let page = notary.page(&matter.path).await?;
        for number in 1..=22 {
            if page.contains(&format!("{}/tick-{number}\"", matter.path)) {
                let form = [("choice", "passed"), ("text", "已核对原件和系统预检说明（演示）")];
                notary.act(&matter, &format!("tick-{number}"), &form).await?;
            }
        }
        let session = [
            ("workstation", WORKSTATION.to_owned()),
            ("place", "示例市示例路1号本处提取室（演示）".to_owned()),
            ("code", self.code(notary.officer, 0)?),
            ("second", clerk.officer.login.clone()),
            ("second_code", self.code(clerk.officer, 0)?),
        ];
        let session: Vec<(&str, &str)> = session.iter().map(|(n, v)| (*n, v.as_str())).collect();
        notary.act(&matter, "session", &session).await?;
        for act in ["clean_environment", "search", "extract", "recompute", "verify", "seal"] {
            notary.act(&matter, &format!("press-{act}"), &[]).await?;
        }
        let page = clerk.page(&matter.path).await?;
        if let Some(draft) = matter.unless_done(between(&page, "maxlength=\"8000\">", "<"))? {
            clerk.act(&matter, "draft", &[("text", &unescaped(draft))]).await?;
        }
        notary.act(&matter, "hand-in", &[]).await?;
        let page = approver.page(&matter.path).await?;
        let shown = between(&page, "name=\"shown\" value=\"", "\"");
        if let Some(shown) = matter.unless_done(shown)? {
            approver.act(&matter, "approve", &[("shown", shown), ("tick", "yes")]).await?;
        }
        let fee = [("choice", "paid"), ("fen", "800"), ("receipt", "演示票据0001")];
        clerk.act(&matter, "fee", &fee).await?;
        notary.act(&matter, "issue", &[]).await?;
        let page = notary.page(&matter.path).await?;
        let code = between(&page, "<dt>校验码</dt><dd>", "<")?;
        let number = between(&page, "<dt>公证书编号</dt><dd>", "<")?;
        let digest = Digest::labelled("heqi.certificate-no/v1\n", number.as_bytes());
        let check_path = format!("/check/{digest}?c={code}");
        let file = format!("{}/certificate.pdf", matter.path);
        let file = notary.send(Method::GET, &file, None).await?;
        if !file.status().is_success() {
            return Err(failed(&format!("the file was answered with {}", file.status())));
        }
        let file = file.bytes().await.map_err(|error| failed(&error))?;
        Ok((file.to_vec(), check_path))
    }

    /// Takes the application, or finds the one that an earlier start has taken.
    async fn apply(&self, clerk: &Browser<'_>, applicant: Applicant) -> Result<Matter, DemoError> {
        let Applicant { member, record } = applicant;
        let contact = member.contact.ok_or_else(|| failed(&"nobody knows who applies"))?;
        let page = clerk.page(&format!("/staff/deposits?q={record}")).await?;
        let deposit = between(&page, "name=\"deposit\" value=\"", "\"")?.to_owned();
        let form = [
            ("csrf", csrf_of(&page)?),
            ("key", between(&page, "name=\"key\" value=\"", "\"")?.to_owned()),
            ("deposit", deposit.clone()),
            ("applicant", "signer".to_owned()),
            ("name", member.person().to_owned()),
            ("document_kind", "resident_id".to_owned()),
            ("document_number", contact.id_number.to_owned()),
            ("address", "示例市示例街道示例路2号".to_owned()),
            ("phone", "0571-0000330".to_owned()),
            ("purpose", "向人民法院提供证据（演示，情节为模拟）".to_owned()),
            ("manner", "在手机上签署简易注销全体投资人承诺书（演示，情节为模拟）".to_owned()),
            ("materials", "居民身份证复印件，1份".to_owned()),
            ("copies", "1".to_owned()),
            ("delivery", "download".to_owned()),
            ("lawsuit", "no".to_owned()),
            ("truth", "yes".to_owned()),
        ];
        let taken = clerk.send(Method::POST, "/staff/deposits", Some(&encoded(&form))).await?;
        match taken.status() {
            StatusCode::SEE_OTHER => {
                let path = header(&taken, LOCATION.as_str())?;
                Ok(Matter { path, is_resumed: false })
            }
            StatusCode::CONFLICT => {
                let queue = clerk.page("/staff/matters").await?;
                let path = matter_about(&queue, &deposit)?;
                Ok(Matter { path, is_resumed: true })
            }
            status => Err(failed(&format!("the application was answered with {status}"))),
        }
    }

    /// Signs an officer in, with the code of the step before: the one of now stays for a visitor.
    /// A code that an earlier start has used counts no more, so the next ones are tried.
    async fn enter(&'a self, login: &str) -> Result<Browser<'a>, DemoError> {
        let officer = self.shown.officers.iter().find(|one| one.login == login);
        let officer = officer.ok_or_else(|| failed(&"no such officer"))?;
        let mut browser = Browser { bureau: self, cookie: String::new(), officer };
        let form = [("login", officer.login.clone()), ("password", officer.password.clone())];
        let half = browser.send(Method::POST, "/staff", Some(&encoded(&form))).await?;
        browser.cookie = cookie_of(&half)?;
        for moved_ms in [-STEP_MS, 0, STEP_MS] {
            let page = browser.page("/staff/code").await?;
            let code = self.code(officer, moved_ms)?;
            let key = format!("{login}{moved_ms}");
            let form = [("csrf", csrf_of(&page)?), ("key", key), ("code", code)];
            let whole = browser.send(Method::POST, "/staff/code", Some(&encoded(&form))).await?;
            if whole.status() == StatusCode::SEE_OTHER {
                browser.cookie = cookie_of(&whole)?;
                return Ok(browser);
            }
        }
        Err(failed(&"an officer was not let in"))
    }

    fn code(&self, officer: &Officer, moved_ms: i64) -> Result<String, DemoError> {
        let totp = officer.totp.as_ref().ok_or_else(|| failed(&"an officer without a secret"))?;
        Ok(totp.code_at(self.world.clock().now().plus_millis(moved_ms)))
    }
}

impl Browser<'_> {
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&str>,
    ) -> Result<Response, DemoError> {
        let url = format!("{}{path}", self.bureau.world.notary_url);
        let request = self.bureau.shown.http.request(method, url).header(COOKIE, &self.cookie);
        let request = match body {
            Some(body) => request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(body.to_owned()),
            None => request,
        };
        request.send().await.map_err(|error| failed(&error))
    }

    async fn page(&self, path: &str) -> Result<String, DemoError> {
        let answer = self.send(Method::GET, path, None).await?;
        if !answer.status().is_success() {
            return Err(failed(&format!("{path} was answered with {}", answer.status())));
        }
        answer.text().await.map_err(|error| failed(&error))
    }

    /// Sends a form of the page. Where an earlier start has gone, what it has done is refused now:
    /// whether all is done is seen at the end.
    async fn act(
        &self,
        matter: &Matter,
        act: &str,
        form: &[(&str, &str)],
    ) -> Result<(), DemoError> {
        let page = self.page(&matter.path).await?;
        // A page without a form has nothing left for this officer.
        let key = matter.unless_done(between(&page, "name=\"key\" value=\"", "\""))?;
        let Some(key) = key else { return Ok(()) };
        let mut all = vec![("csrf", csrf_of(&page)?), ("key", key.to_owned())];
        all.extend(form.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let path = format!("{}/{act}", matter.path);
        let done = self.send(Method::POST, &path, Some(&encoded(&all))).await?;
        if done.status() == StatusCode::SEE_OTHER || matter.is_resumed {
            return Ok(());
        }
        let status = done.status();
        let text = done.text().await.unwrap_or_default();
        let told = between(&text, "id=\"trouble\"", "</p>").unwrap_or_default();
        Err(failed(&format!("{act} was answered with {status}: {told}")))
    }
}

/// The path of the application about this deposit, in the page of the queue.
fn matter_about(queue: &str, deposit: &str) -> Result<String, DemoError> {
    let row = queue.split("<li>").find(|row| row.contains(deposit));
    let row = row.ok_or_else(|| failed(&"the application is not in the queue"))?;
    between(row, "href=\"/staff/matters/", "\"").map(|no| format!("/staff/matters/{no}"))
}

fn encoded(form: &[(&str, String)]) -> String {
    let pairs: Vec<String> =
        form.iter().map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
    pairs.join("&")
}

fn csrf_of(page: &str) -> Result<String, DemoError> {
    between(page, "name=\"csrf\" content=\"", "\"").map(str::to_owned)
}

fn between<'t>(text: &'t str, begin: &str, end: &str) -> Result<&'t str, DemoError> {
    let found = text.split_once(begin).and_then(|(_, rest)| rest.split_once(end));
    found.map(|(found, _)| found).ok_or_else(|| failed(&format!("the page has no {begin}")))
}

/// What a page escaped in a text.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn header(answer: &Response, name: &str) -> Result<String, DemoError> {
    let value = answer.headers().get(name).and_then(|value| value.to_str().ok());
    value.map(str::to_owned).ok_or_else(|| failed(&format!("an answer without {name}")))
}

fn cookie_of(answer: &Response) -> Result<String, DemoError> {
    let cookie = header(answer, SET_COOKIE.as_str())?;
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

fn failed(error: &dyn std::fmt::Display) -> DemoError {
    DemoError::Bundle(format!("the demo's certificate: {error}"))
}

#[cfg(test)]
mod tests {
    use heqi_testkit::SeededEntropy;

    use super::*;

    #[test]
    fn a_certificate_of_before_about_another_signing_is_not_shown_as_this_one() {
        let kept = |record| Remembered { check_path: "/check/1".to_owned(), record };
        let [one, other] = [1, 2].map(|seed| RecordId::random(&SeededEntropy::new(seed)));
        assert!(kept(Some(one)).is_about(Some(one)) && kept(Some(one)).is_about(None));
        assert!(!kept(Some(one)).is_about(Some(other)));
        // Folders of before do not say about which.
        assert!(!kept(None).is_about(Some(one)) && !kept(None).is_about(None));
    }

    #[test]
    fn an_application_that_was_taken_before_is_found_by_its_deposit() {
        let row = |no: &str, deposit: &str| {
            format!("<li><h3><a href=\"/staff/matters/{no}\">{no}</a></h3><p>{deposit}</p></li>")
        };
        let queue = format!("<ol>{}{}</ol>", row("SQ1", "CZ11"), row("SQ2", "CZ22"));
        assert_eq!(matter_about(&queue, "CZ22").unwrap(), "/staff/matters/SQ2");
        assert!(matter_about(&queue, "CZ33").is_err());
    }
}
