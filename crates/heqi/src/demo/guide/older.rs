//! The older filing on the guide: that it is acted out, where a regulator finds it, and its
//! certificate with the way to check it.

use std::fmt::Write as _;
use std::path::PathBuf;

use actix_web::{HttpResponse, web};

use super::Shown;
use super::view::{View, escaped};
use crate::demo::cast::older::{COMPANY, NUMBER};
use crate::demo::manifest::Manifest;

/// Where the certificate is read.
pub(super) const CERTIFICATE: &str = "/certificate.pdf";

/// What there is of it.
#[derive(Clone)]
pub(crate) struct OlderShown {
    /// The file, and where anybody checks it.
    certified: Option<(PathBuf, String)>,
}

impl OlderShown {
    /// As `demo.json` says it.
    pub(crate) fn of(manifest: &Manifest) -> Self {
        let file = manifest.certificate_path.clone();
        Self { certified: file.zip(manifest.certificate_check_url.clone()) }
    }

    pub(super) fn section(&self, l: View) -> String {
        let mut section = format!(
            "<h2>{} {NUMBER} · {COMPANY}</h2><p class=\"notice\">{}</p><p>{}</p><ul class=\"links\">",
            l.pick("历史办件", "An older filing"),
            l.pick(
                "历史办件，情节为模拟：由本演示在首次启动时生成，人物、公司均为虚构；所载时间均为生成时的真实时间。",
                "Acted out: this demo made it at its first start, people and companies are made up; every time in it is the true time of that.",
            ),
            l.pick(
                "简易注销：两位股东签署了承诺书，其中一位提出异议“非本人签署”，办件随即冻结，只有登记机关能决定下一步。她就这次签署申请的公证书写明了异议。",
                "A simplified cancellation: two shareholders signed the commitment, one objects that it was not she, and the filing stands still until the registry decides. The certificate about that signature, which she applied for, tells of the objection.",
            ),
        );
        let _ = write!(
            section,
            "<li><form class=\"way\" method=\"post\" action=\"/officers/zhou.zheng\"><button class=\"button\" type=\"submit\">{}</button></form></li>",
            l.pick(
                "以监管人员进入，企业名称填“旧梦”",
                "Enter as a regulator; the company name is 旧梦"
            ),
        );
        if let Some((_, check_url)) = &self.certified {
            let _ = write!(
                section,
                "<li><a href=\"{CERTIFICATE}\">{}</a></li><li><a href=\"{}\">{}</a></li>",
                l.pick(
                    "公证书（PDF，演示样章，无法律效力）",
                    "The certificate (PDF, a demo seal, no legal effect)"
                ),
                escaped(check_url),
                l.pick("在公证处核验这份公证书", "Check it at the notary's"),
            );
        }
        section.push_str("</ul>");
        section
    }
}

/// The file as it was issued.
pub(super) async fn certificate(shown: web::Data<Shown>) -> HttpResponse {
    let older = shown.older.read().await.clone();
    let Some((file, _)) = older.and_then(|older| older.certified) else {
        return HttpResponse::NotFound().finish();
    };
    match web::block(move || std::fs::read(file)).await {
        Ok(Ok(bytes)) => HttpResponse::Ok()
            .content_type("application/pdf")
            .insert_header(("content-disposition", "inline; filename=\"certificate.pdf\""))
            .body(bytes),
        Ok(Err(_)) | Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

#[cfg(test)]
mod tests {
    use heqi_vocabulary::Language;

    use super::*;

    #[test]
    fn it_says_that_it_is_acted_out_and_links_what_there_is() {
        let view = |language| View { language, is_large: false };
        let bare = OlderShown { certified: None };
        let page = bare.section(view(Language::Zh));
        assert!(page.contains("情节为模拟") && page.contains(COMPANY), "{page}");
        assert!(!page.contains(CERTIFICATE), "{page}");
        let url = "http://127.0.0.1:8802/check/ab?c=A\"B".to_owned();
        let whole = OlderShown { certified: Some((PathBuf::from("c.pdf"), url)) };
        let page = whole.section(view(Language::En));
        assert!(page.contains("Acted out") && page.contains("c=A&quot;B\""), "{page}");
        assert!(page.contains("href=\"/certificate.pdf\""), "{page}");
    }
}
