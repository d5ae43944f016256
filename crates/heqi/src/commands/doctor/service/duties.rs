//! Whether a platform with real people has somebody for security and for audit (ADR 0053). It goes on without: this
//! is said, and fails nothing.

use heqi_service_kit::Trust;
use heqi_service_kit::tls::Identity;

use super::super::Finding;
use super::{PATIENCE, Service};
use crate::client;

impl Service {
    /// What the running service counts; nothing where it cannot be asked, which is a finding of its own.
    pub(super) async fn duties(&self, identity: Option<&Identity>) -> Vec<Finding> {
        let (trust, url) = self.way_to_itself(identity);
        let Some(trust) = trust.filter(|_| self.needs_duties) else { return Vec::new() };
        figures(&trust, &url).await.map_or_else(Vec::new, |figures| filled(&figures))
    }
}

/// What the service shows at `/metrics`.
async fn figures(trust: &Trust, url: &str) -> Option<String> {
    let http = client::http(trust).ok()?;
    let asked = async { http.get(format!("{url}/metrics")).send().await?.text().await };
    tokio::time::timeout(PATIENCE, asked).await.ok()?.ok()
}

fn filled(figures: &str) -> Vec<Finding> {
    let security = in_force(figures, "security").map(|count| {
        Finding::hint(
            count > 0,
            format!("已启用的安全管理员：{count} 人"),
            format!("security officers in force: {count}"),
            (
                "请先建立一个：heqi admin create-staff … --office-kind operator --role security；没有安全管理员，之后建立的账号无人启用。",
                "Make one first: heqi admin create-staff … --office-kind operator --role security. Without one nobody lets in the accounts that are made next.",
            ),
        )
    });
    let auditors = in_force(figures, "auditor").map(|count| {
        Finding::hint(
            count > 0,
            format!("已启用的审计员：{count} 人"),
            format!("auditors in force: {count}"),
            (
                "请建立一个并由安全管理员启用：heqi admin create-staff … --office-kind operator --role auditor；没有审计员，无人查看工作人员做了什么。",
                "Make one and have security let it in: heqi admin create-staff … --office-kind operator --role auditor. Without one nobody reads what staff did.",
            ),
        )
    });
    security.into_iter().chain(auditors).collect()
}

fn in_force(figures: &str, role: &str) -> Option<u64> {
    let name = format!("heqi_staff_in_force{{role=\"{role}\"}} ");
    figures.lines().find_map(|line| line.strip_prefix(name.as_str())?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duty_that_nobody_has_is_a_hint_and_what_is_not_counted_is_none() {
        let figures =
            "heqi_staff_in_force{role=\"auditor\"} 0\nheqi_staff_in_force{role=\"security\"} 2\n";
        let found = filled(figures);
        let said: Vec<(&str, bool)> =
            found.iter().map(|one| (one.en.as_str(), one.mend.is_none())).collect();
        assert_eq!(
            said,
            [("security officers in force: 2", true), ("auditors in force: 0", false)]
        );
        assert!(found.iter().all(|one| one.is_hint));
        assert!(filled("heqi_staff_in_force{role=\"other\"} 1\n").is_empty());
    }
}
