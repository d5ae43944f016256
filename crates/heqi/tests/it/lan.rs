//! `demo --lan`: everything that people open has TLS, is reached by the machine's own
//! address, and shows the certificate whose fingerprint stands in the terminal.

use std::path::PathBuf;

use heqi_service_kit::tls::fingerprint::grouped;
use heqi_service_kit::{SystemClock, Trust};
use heqi_vocabulary::Digest;

use crate::device::{self, Client};
use crate::program::{Demo, Folder, heqi};

const FOR_PEOPLE: [&str; 5] =
    ["guide_url", "platform_url", "notary_url", "preservation_url", "inbox_url"];

fn fingerprint(demo: &Demo) -> Digest {
    serde_json::from_value(demo.manifest["lan"]["certificate_sha256"].clone()).unwrap()
}

fn client(demo: &Demo, trust: &Trust, service: &str) -> Client {
    let mut client = Client::of(demo.says(service));
    client.http = trust.client().unwrap().tls_info(true).build().unwrap();
    client
}

/// Whether others could reach this machine at all.
fn has_a_network() -> bool {
    let all = if_addrs::get_if_addrs().unwrap();
    all.iter().any(|one| one.ip().is_ipv4() && !one.is_loopback() && !one.is_link_local())
}

#[tokio::test]
async fn phones_of_the_network_reach_everything_over_tls_with_the_printed_fingerprint() {
    let folder = Folder::new();
    if !has_a_network() {
        let ran = folder.demo(&["--once", "--lan"]).exits(1);
        assert!(ran.errors.contains("has no address in a network; join one"), "{}", ran.errors);
        return;
    }
    let log = folder.path().join("terminal.txt");
    let demo = folder.start_on_the_network(&log);
    let terminal = || std::fs::read_to_string(&log).unwrap();
    let print = grouped(&fingerprint(&demo));
    let halves = print.split_at(print.len() / 2);
    assert!(terminal().contains(halves.0.trim()), "{}", terminal());
    assert!(terminal().contains(halves.1.trim()), "{}", terminal());

    let file = PathBuf::from(demo.manifest["lan"]["certificate_path"].as_str().unwrap());
    let trust = Trust::roots(&file).unwrap();
    let addresses = demo.manifest["lan"]["addresses"].as_array().unwrap();
    for service in FOR_PEOPLE {
        let url = reqwest::Url::parse(demo.says(service)).unwrap();
        assert_eq!(url.scheme(), "https", "{service}");
        let host = url.host_str().unwrap().to_owned();
        assert!(addresses.iter().any(|known| *known == host) && host != "127.0.0.1", "{host}");
        // By the address of the network, and on this machine by loopback too.
        for host in [host.as_str(), "127.0.0.1", "localhost"] {
            let mut url = url.clone();
            url.set_host(Some(host)).unwrap();
            let http = client(&demo, &trust, service).http;
            let answer = http.get(url.join("/healthz").unwrap()).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{service} by {host}");
            let strict = answer.headers().get("strict-transport-security");
            assert!(strict.is_none(), "{service} by {host}: a certificate of the demo's own");
            let shown = answer.extensions().get::<reqwest::tls::TlsInfo>().unwrap();
            assert_eq!(Digest::of(shown.peer_certificate().unwrap()), fingerprint(&demo));
        }
        // Whoever believes nobody gets nothing, and plain HTTP is not spoken.
        let stranger = Trust::Nobody.client().unwrap().build().unwrap();
        assert!(stranger.get(url.clone()).send().await.is_err(), "{service}");
        let plain = url.as_str().replace("https://", "http://");
        assert!(stranger.get(plain).send().await.is_err(), "{service} speaks plain HTTP");
    }
    let guide = client(&demo, &trust, "guide_url").get("", "/?lang=en").await;
    let page = String::from_utf8(guide.ok()).unwrap();
    assert!(page.contains(demo.says("inbox_url")) && !page.contains("http://"), "{page}");
    assert!(demo.says("time_authority_url").starts_with("http://127.0.0.1:"));

    let platform = client(&demo, &trust, "platform_url");
    let inbox = client(&demo, &trust, "inbox_url");
    let token = demo.visitor(&platform, &inbox).await;
    let signed = device::sign(&platform, &token, &SystemClock).await;
    assert!(signed["record_id"].is_string(), "{signed}");
    let doctor = heqi(&["doctor", "--data-dir", folder.text(), "--lang", "en"]).exits(0);
    assert!(doctor.out.contains("✓ the platform is ready at https://"), "{}", doctor.out);
    let before = fingerprint(&demo);
    assert_eq!(demo.end(), Some(0));

    // The next start shows the same certificate: nobody has to compare again.
    let again = folder.start_on_the_network(&log);
    assert_eq!(fingerprint(&again), before);
    assert_eq!(again.end(), Some(0));
}
