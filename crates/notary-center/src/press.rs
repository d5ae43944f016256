//! Certificates as PDF/A with the evidence inside, under the office's seal with a time stamp
//! (PAdES B-T): the port [`Press`] over `documents` and `sealed-pdf`. What the reader of
//! `sealed-pdf` does not believe by the office's own roots is not issued.

use std::fmt;
use std::sync::{Arc, LazyLock};

use heqi_documents::certificate::{
    AnswerRow, Answers, Bundle, CertificateInput, CheckPlace, Deposit, EvidenceFile, Extraction,
    Fee, GeneratedBy, Reads, SigningAnnex, Step, StepKind, VerificationLine, render,
};
use heqi_documents::{Fonts, Office, RenderError, UnsignedPdf};
use heqi_notarization::matter::extraction::Act;
use heqi_notarization::matter::form::ApplicantKind;
use heqi_notarization::matter::press::{
    self, CertificateSheet, NoticeSheet, Press, PressAnswer, PressError, Pressed, WorkingLine,
};
use heqi_notarization::matter::state;
use heqi_paper::write::WriteError;
use heqi_pki::certificate::TrustedRoot;
use heqi_pki::seal::SealFault;
use heqi_pki::timestamp::TimeRoot;
use heqi_sealed_pdf::{SealKey, SealNote, Sealer, SealingError, SignedPdf, Stamper, VerifyFault};
use heqi_vocabulary::{Clock, Language};

mod notice;

/// Unpacked when the first certificate is printed, and kept.
static FONTS: LazyLock<Fonts> = LazyLock::new(Fonts::new);

/// Everything certificates are made with.
#[expect(clippy::exhaustive_structs, reason = "an argument: callers build it")]
pub struct PdfPress {
    /// The office as documents name it, with the picture of its seal.
    pub office: Office,
    /// The seal's key.
    pub key: Arc<dyn SealKey>,
    /// Who stamps.
    pub stamper: Arc<dyn Stamper>,
    /// Roots of the seal.
    pub roots: Vec<TrustedRoot>,
    /// Roots of the time authority.
    pub time_roots: Vec<TimeRoot>,
    /// The office's clock.
    pub clock: Arc<dyn Clock>,
}

impl fmt::Debug for PdfPress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PdfPress").field("office", &self.office.name).finish_non_exhaustive()
    }
}

/// A press that threads can share: printing and sealing happen aside.
#[derive(Clone, Debug)]
pub struct SharedPress(Arc<PdfPress>);

impl SharedPress {
    /// Shares it.
    pub fn new(press: PdfPress) -> Self {
        Self(Arc::new(press))
    }
}

impl SharedPress {
    fn aside(
        &self,
        make: impl FnOnce(&PdfPress) -> Result<Pressed, PressError> + Send + 'static,
    ) -> PressAnswer<'_> {
        let press = Arc::clone(&self.0);
        Box::pin(async move {
            // A page takes milliseconds, the first one unpacks fonts, and a seal may be far away.
            tokio::task::spawn_blocking(move || make(&press))
                .await
                .map_err(|error| PressError::Sheet(error.to_string()))?
        })
    }
}

impl Press for SharedPress {
    fn press_notice(&self, sheet: NoticeSheet) -> PressAnswer<'_> {
        self.aside(move |press| press.make_notice(&sheet))
    }

    fn press(&self, sheet: CertificateSheet) -> PressAnswer<'_> {
        self.aside(move |press| press.make(sheet))
    }
}

impl PdfPress {
    fn make_notice(&self, sheet: &NoticeSheet) -> Result<Pressed, PressError> {
        let unsigned = notice::render(sheet, &self.office, &FONTS).map_err(of_render)?;
        self.sealed(&unsigned, format!("出具{}", sheet.no.kind().title(Language::Zh)))
    }

    fn make(&self, sheet: CertificateSheet) -> Result<Pressed, PressError> {
        let number = sheet.number.to_string();
        let input = input_of(sheet, self.office.clone())?;
        let unsigned = render(&input, &FONTS).map_err(of_render)?;
        self.sealed(&unsigned, format!("出具公证书 {number}"))
    }

    fn sealed(&self, unsigned: &UnsignedPdf, reason: String) -> Result<Pressed, PressError> {
        let note = SealNote { office: self.office.name.clone(), reason, at: self.clock.now() };
        let sealer = Sealer {
            key: &*self.key,
            stamper: &*self.stamper,
            roots: &self.roots,
            time_roots: &self.time_roots,
        };
        let pressed = sealer.seal(unsigned, &note).map_err(of_sealing)?;
        let stamped_at = pressed.seal().time().at();
        Ok(Pressed { file: pressed.into_bytes(), stamped_at })
    }
}

/// Whether a file is a certificate that these roots believe: for whoever hands it out.
pub fn is_believed(file: &[u8], roots: &[TrustedRoot], time_roots: &[TimeRoot]) -> bool {
    SignedPdf::parse(file.to_vec()).is_ok_and(|pdf| pdf.verify(roots, time_roots).is_ok())
}

fn of_render(error: RenderError) -> PressError {
    match error {
        RenderError::Write(WriteError::Uncovered(uncovered)) => {
            PressError::Character(uncovered.character)
        }
        error => PressError::Sheet(error.to_string()),
    }
}

fn of_sealing(error: SealingError) -> PressError {
    tracing::error!(%error, "a certificate was not sealed");
    match error {
        SealingError::Unstamped(_)
        | SealingError::NotBelieved(VerifyFault::Seal(SealFault::Token(_) | SealFault::NoToken)) => {
            PressError::NoTime
        }
        // A seal whose certificate has ended, or of another root, is nothing that the time authority mends.
        SealingError::Key(_)
        | SealingError::NotMarked
        | SealingError::Seal(_)
        | SealingError::NotBelieved(VerifyFault::Seal(_)) => PressError::Seal,
        error => PressError::Sheet(error.to_string()),
    }
}

fn input_of(sheet: CertificateSheet, office: Office) -> Result<CertificateInput, PressError> {
    let deposit = sheet.deposit.0.to_string();
    // Whoever applies as the signer reads what is its own; the registry reads about a third party, and so
    // does a company about the person who signed for it.
    let reads = match sheet.application.kind {
        ApplicantKind::Signer => Reads::Own,
        ApplicantKind::Company | ApplicantKind::Regulator => Reads::ThirdParty,
    };
    let signing = SigningAnnex::of_bundle(&sheet.package, reads);
    let signing = signing.map_err(|error| PressError::Sheet(error.to_string()))?;
    let files = sheet.parts.iter().filter_map(|part| {
        Some(EvidenceFile {
            deposit_no: deposit.clone(),
            title: title_of(&part.name),
            size_bytes: part.size_bytes,
            sha256: part.sha256.parse().ok()?,
            sm3: part.sm3.parse().ok()?,
            generated_by: GeneratedBy::Platform,
        })
    });
    let verification = sheet.report.iter().map(|line| VerificationLine {
        what: line.title.clone(),
        finding: line.result.clone(),
        reason: line.evidence.clone(),
    });
    Ok(CertificateInput {
        number: sheet.number.to_string(),
        office: Office { full_name: sheet.office_name.clone(), ..office },
        notary: sheet.notary_name.clone(),
        text: sheet.text,
        issued_at: sheet.dated_at,
        deposits: vec![Deposit {
            number: deposit.clone(),
            voucher_no: sheet.voucher.map(|voucher| voucher.to_string()),
        }],
        extraction: Extraction {
            place: sheet.session.place.clone(),
            assistant: sheet.session.second.clone(),
            computer: sheet.session.workstation.clone(),
            steps: sheet.working_record.iter().map(step).collect(),
            digests_agree: sheet.working_record.iter().all(|line| line.passed),
        },
        files: files.collect(),
        verification: verification.collect(),
        signing,
        answers: answers(sheet.answers),
        bundles: vec![Bundle { deposit_no: deposit, bytes: sheet.package }],
        check: CheckPlace { address: sheet.check_url, code: sheet.check_code },
        fee: fee(&sheet.fee),
    })
}

fn answers(answers: press::Answers) -> Answers {
    let row = |line: press::AnswerLine| AnswerRow {
        who: line.who,
        what: line.what,
        at: line.at,
        way: line.way,
        root: line.root,
    };
    Answers { rows: answers.lines.into_iter().map(row).collect(), file: answers.file }
}

fn step(line: &WorkingLine) -> Step {
    let (kind, outcome) = match line.act {
        Act::CleanEnvironment => (StepKind::CleanCheck, "环境检查完成"),
        Act::Search => (StepKind::Search, "命中该存证编号"),
        Act::Extract => (StepKind::Extract, "全部提取"),
        Act::Recompute => (StepKind::Recompute, "SHA-256与SM3均一致"),
        Act::Verify => (StepKind::Verify, "无核验不符，结果见附件三"),
        Act::Seal => (StepKind::Seal, "已封存为证据包"),
    };
    Step {
        kind,
        at: line.at,
        operator: line.operator.clone(),
        outcome: format!("{outcome}（输出摘要 {}）", line.output_sha256),
        tool: Some(line.tool_sha256),
        screenshot: line.screen_sha256,
    }
}

fn fee(fee: &state::Fee) -> Fee {
    match fee {
        state::Fee::Paid { fen, receipt } => Fee::Paid { cents: *fen, receipt_no: receipt.clone() },
        state::Fee::Due { fen } => Fee::Due { cents: *fen },
        state::Fee::Waived | state::Fee::Unset => Fee::Waived { reason: "依法减免".to_owned() },
    }
}

/// What a part of a bundle is called on paper.
fn title_of(name: &str) -> String {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let what = match name {
        "record.json" => "签署记录",
        "client.json" => "签署设备记录",
        "envelope.json" => "电子签名",
        "challenge.json" => "签署挑战",
        "proof/record.tlog-proof" => "日志证明",
        "proof/challenge.checkpoint" => "日志树头",
        _ if name.starts_with("certificates/") => "签署证书",
        _ if ending == Some("pdf") => "签署文件",
        _ if ending == Some("jpg") => "签署照片",
        _ => "其他数据",
    };
    format!("{what}（{name}）")
}

#[cfg(test)]
mod tests;
