//! What the settings of the three organisations say.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use heqi_pki::keys::SigningKey;

use super::host;
use crate::agents::{Authority, Gateway};
use crate::program::heqi;

pub(super) fn settings(
    folder: &Path,
    ports: [u16; 3],
    (authority, gateway): (&Authority, &Gateway),
) -> [String; 3] {
    let keys = |organisation: &str| folder.join(organisation).join("keys");
    let vkey = |organisation: &str, file: &str| {
        let shown = heqi(&["keys", "show", keys(organisation).to_str().unwrap()]).exits(0).out;
        let line = shown.lines().find(|line| line.starts_with(file)).unwrap().to_owned();
        line.split_whitespace().nth(1).unwrap().to_owned()
    };
    let receipt_key = |organisation: &str| {
        let pem = std::fs::read_to_string(keys(organisation).join("receipt.pem")).unwrap();
        STANDARD.encode(SigningKey::from_pkcs8_pem(&pem).unwrap().public_key().to_spki_der())
    };
    let at = folder.display();
    let common = |organisation: &str, port: u16| {
        format!(
            "profile = \"production\"\ndata_dir = \"{at}/{organisation}\"\n\
             listen = \"127.0.0.1:{port}\"\nlog_origin = \"{}/2026\"\n",
            host(organisation)
        )
    };
    let tls = |organisation: &str| {
        format!("[tls]\ncertificate_file = \"{at}/{organisation}/keys/tls.pem\"\n")
    };
    let peer = |organisation: &str, port: u16| {
        format!(
            "url = \"https://127.0.0.1:{port}\"\napi_key_file = \"{at}/deposits.key\"\n\
             tls = {{ roots_file = \"{at}/{organisation}/keys/tls-root.pem\", name = \"{}\" }}\n",
            host(organisation)
        )
    };
    let platform = [
        common("platform", ports[0]),
        format!(
            "witnessed_logs = [\"{}\", \"{}\"]\n",
            vkey("notary", "log.key"),
            vkey("preservation", "log.key")
        ),
        "[names]\nnotary_office = \"杭州公证处\"\noperator = \"浙江文签\"\nverifier = \"浙江文签\"\n\
         retention = \"公司注销后20年\"\ntelephone = \"0571-0000-0000\"\n"
            .to_owned(),
        "[identity.review]\nkind = \"registry\"\nname = \"杭州市临安区市场监督管理局\"\n".to_owned(),
        tls("platform"),
        format!(
            "[certificate_authority]\nurl = \"{}\"\ntoken_file = \"{at}/authority.token\"\n\
             roots_file = \"{at}/authority.pem\"\n",
            authority.url
        ),
        format!("[data_centre]\n{}", peer("notary", ports[1])),
        format!(
            "receipt_key = \"{}\"\nwitness_vkey = \"{}\"\nmirror_vkey = \"{}\"\n",
            receipt_key("notary"),
            vkey("notary", "witness.key"),
            vkey("notary", "mirror.key")
        ),
        format!("[preservation]\n{}", peer("preservation", ports[2])),
        format!("receipt_key = \"{}\"\n", receipt_key("preservation")),
        format!(
            "[notify]\npublic_url = \"https://sign.heqi.internal\"\ncode_required = true\n\
             sender_zh = \"浙江文签\"\nsender_en = \"Zhejiang Signing\"\n\
             [notify.sms]\nname = \"gateway\"\nurl = \"{}\"\n\
             secret_file = \"{at}/sms-gateway.secret\"\n",
            gateway.url
        ),
    ]
    .concat();
    let office = |organisation: &str, role: &str, port: u16, rest: &str| {
        [
            common(organisation, port),
            format!("role = \"{role}\"\norganisation = \"杭州公证处\"\n"),
            tls(organisation),
            format!("[platform]\n{}", peer("platform", ports[0])),
            format!("witness_vkey = \"{}\"\n", vkey("platform", "witness.key")),
            format!(
                "[platform.log]\norganisation = \"浙江文签\"\nvkey = \"{}\"\n\
                 validity = {{ valid_from = \"1970-01-01T00:00:00.000Z\" }}\n\
                 [[platform.certificate_roots]]\norganisation = \"Licensed Authority\"\n\
                 test_only = false\ncertificate = \"{}\"\n\
                 validity = {{ valid_from = \"1970-01-01T00:00:00.000Z\" }}\n",
                vkey("platform", "log.key"),
                STANDARD.encode(&authority.root_der)
            ),
            rest.to_owned(),
        ]
        .concat()
    };
    let other = format!(
        "[[other_custodians]]\ncustodian = \"preservation\"\norganisation = \"杭州公证处\"\n\
         key = \"{}\"\nvalidity = {{ valid_from = \"1970-01-01T00:00:00.000Z\" }}\n",
        receipt_key("preservation")
    );
    let cosigners = [vkey("notary", "witness.key"), vkey("notary", "mirror.key")];
    let centre = data_centre_of_the_other(folder, ports[1], cosigners);
    [
        platform,
        office("notary", "data_centre", ports[1], &other),
        office("preservation", "preservation", ports[2], &centre),
    ]
}

/// Where 实时保 finds the data centre, which proves what it holds under cosigned heads.
fn data_centre_of_the_other(folder: &Path, port: u16, [witness, mirror]: [String; 2]) -> String {
    format!(
        "[data_centre]\nurl = \"https://127.0.0.1:{port}\"\norganisation = \"杭州公证处\"\n\
         witness_vkey = \"{witness}\"\nmirror_vkey = \"{mirror}\"\n\
         tls = {{ roots_file = \"{}/notary/keys/tls-root.pem\", name = \"{}\" }}\n",
        folder.display(),
        host("notary")
    )
}
