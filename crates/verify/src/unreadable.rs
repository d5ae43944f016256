//! Why a file could not be examined, and what to do about it.

use std::io;

use heqi_evidence::anchors::AnchorsError;
use heqi_evidence::bundle::BundleError;
use heqi_evidence::chain_fork::ChainForkProofError;
use heqi_evidence::container::ContainerError;
use heqi_sealed_pdf::FormFault;
use heqi_tlog::fork::ForkProofError;
use heqi_vocabulary::{Explain, Explanation, Language};

/// Which of the files.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the verifier reads no others")]
pub enum Which {
    /// The evidence bundle.
    Bundle,
    /// The trust anchors.
    Anchors,
    /// A root certificate.
    Root,
    /// The renewals of time stamps.
    Renewals,
}

/// Why nothing can be said about a file.
#[derive(Debug, thiserror::Error)]
#[expect(clippy::exhaustive_enums, reason = "every cause has its own sentence for people")]
pub enum Unreadable {
    /// The system did not give the bytes.
    #[error("the {0:?} file could not be read: {1}")]
    File(Which, io::Error),
    /// More bytes than such a file ever has.
    #[error("the {which:?} file has more than {most_bytes} bytes")]
    TooLarge {
        /// Which file.
        which: Which,
        /// The most bytes it may have.
        most_bytes: usize,
    },
    /// It is no evidence bundle.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// It says it is a fork proof and is none.
    #[error(transparent)]
    Fork(#[from] ForkProofError),
    /// It says it is a chain fork proof and is none.
    #[error(transparent)]
    ChainFork(#[from] ChainForkProofError),
    /// It is a PDF and no sealed document.
    #[error(transparent)]
    Document(FormFault),
    /// It is no root certificate.
    #[error("the file is not one root certificate in PEM")]
    Root,
    /// Renewals were given beside what is neither a sealed document nor a bundle.
    #[error("renewals belong to a sealed document or a bundle, and the file is neither")]
    RenewalsOfNoDocument,
    /// It is no list of anchors.
    #[error(transparent)]
    Anchors(#[from] AnchorsError),
}

impl Explain for Unreadable {
    fn code(&self) -> &'static str {
        match self {
            Self::File(_, error) if error.kind() == io::ErrorKind::NotFound => "file_not_found",
            Self::File(..) => "file_not_readable",
            Self::TooLarge { .. }
            | Self::Fork(ForkProofError::TooLong)
            | Self::ChainFork(ChainForkProofError::TooLong) => "file_too_large",
            Self::Bundle(error) => bundle_code(error),
            Self::Fork(_) => "fork_proof_malformed",
            Self::ChainFork(_) => "chain_fork_proof_malformed",
            Self::Document(fault) => fault.code(),
            Self::Root => "root_not_usable",
            Self::RenewalsOfNoDocument => "renewals_of_no_document",
            Self::Anchors(_) => "anchors_not_usable",
        }
    }

    fn explain(&self, language: Language) -> Explanation {
        match self {
            Self::File(which, error) => file_sentences(*which, error, language),
            Self::TooLarge { which, most_bytes } => too_large(*which, *most_bytes, language),
            Self::Bundle(error) => bundle_sentences(error, language),
            Self::Fork(_) | Self::ChainFork(_) => fork_sentences(language),
            Self::Document(fault) => fault.explain(language),
            Self::Root => root_sentences(language),
            Self::RenewalsOfNoDocument => renewals_sentences(language),
            Self::Anchors(error) => anchors_sentences(error, language),
        }
    }
}

fn name(which: Which, language: Language) -> &'static str {
    match which {
        Which::Bundle => language.pick("证据包", "evidence bundle"),
        Which::Anchors => language.pick("信任锚文件", "anchors file"),
        Which::Root => language.pick("根证书文件", "root certificate"),
        Which::Renewals => language.pick("续期文件", "file of renewals"),
    }
}

fn renewals_sentences(language: Language) -> Explanation {
    match language {
        Language::Zh => Explanation::new(
            "续期文件只用于已盖章的文书和证据包，而所给文件两者都不是，未作验证。",
            "请去掉 --renewals，或改为验证该续期文件所属的文书或证据包。",
        ),
        Language::En => Explanation::new(
            "Renewals belong to a sealed document or a bundle, and this file is neither; nothing was verified.",
            "Leave out --renewals, or verify the document or bundle that the renewals are of.",
        ),
    }
}

fn file_sentences(which: Which, error: &io::Error, language: Language) -> Explanation {
    let name = name(which, language);
    let missing = error.kind() == io::ErrorKind::NotFound;
    match (language, missing) {
        (Language::Zh, true) => {
            Explanation::new(format!("找不到{name}。"), "请检查路径和文件名后再试。")
        }
        (Language::En, true) => Explanation::new(
            format!("The {name} is not there."),
            "Check the path and the name, then try again.",
        ),
        (Language::Zh, false) => Explanation::new(
            format!("无法读取{name}：{error}。"),
            "请确认它是普通文件且当前用户可读，然后再试。",
        ),
        (Language::En, false) => Explanation::new(
            format!("The {name} cannot be read: {error}."),
            "Make sure it is a plain file you may read, then try again.",
        ),
    }
}

fn too_large(which: Which, most_bytes: usize, language: Language) -> Explanation {
    let name = name(which, language);
    let mebibytes = most_bytes / (1024 * 1024);
    match language {
        Language::Zh => Explanation::new(
            format!("这个文件超过{name}的上限 {mebibytes} MiB。"),
            "请确认选中的是最初收到的文件。",
        ),
        Language::En => Explanation::new(
            format!("The file is larger than an {name} ever is ({mebibytes} MiB)."),
            "Make sure this is the file you received.",
        ),
    }
}

fn bundle_code(error: &BundleError) -> &'static str {
    match error {
        BundleError::Container(error) => match error {
            ContainerError::TooLarge => "file_too_large",
            ContainerError::Truncated => "container_truncated",
            ContainerError::TooManyEntries => "container_too_many_entries",
            ContainerError::Directory => "container_directory",
            ContainerError::Feature(_) => "container_feature",
            ContainerError::Name => "container_name",
            ContainerError::Duplicate(_) => "container_duplicate",
        },
        BundleError::MediaType => "bundle_media_type",
        BundleError::Manifest(_) => "bundle_manifest",
        BundleError::Unlisted(_) => "bundle_unlisted_entry",
        BundleError::Missing(_) => "bundle_missing_entry",
        BundleError::UnknownEntry(_) => "bundle_unknown_entry",
        BundleError::Numbering(_) => "bundle_numbering",
    }
}

fn bundle_sentences(error: &BundleError, language: Language) -> Explanation {
    let what = match language {
        Language::Zh => bundle_in_chinese(error),
        Language::En => bundle_in_english(error),
    };
    let next = language.pick(
        "请使用最初收到的文件；仍然如此，请向出具方重新索取，不要依据这个文件作判断。",
        "Use the file exactly as you received it; if that is the one, ask its issuer for another and do not rely on this one.",
    );
    Explanation::new(what, next)
}

fn bundle_in_chinese(error: &BundleError) -> String {
    match error {
        BundleError::Container(error) => match error {
            ContainerError::TooLarge => "文件超过证据包的上限。".into(),
            ContainerError::Truncated => "文件不完整，或者不是证据包。".into(),
            ContainerError::TooManyEntries => "文件的条目多于证据包的上限。".into(),
            ContainerError::Directory => "文件的目录与内容不符，可能已损坏或被改动。".into(),
            ContainerError::Feature(entry) => {
                format!("条目 {entry} 的打包方式不是证据包所用的，文件可能被其他工具重新打包。")
            }
            ContainerError::Name => "文件中有证据包不会使用的条目名。".into(),
            ContainerError::Duplicate(entry) => format!("条目 {entry} 出现了两次。"),
        },
        BundleError::MediaType => "这是 ZIP 文件，但不是证据包。".into(),
        BundleError::Manifest(_) => "清单 manifest.json 格式不合规。".into(),
        BundleError::Unlisted(entry) => format!("条目 {entry} 不在清单中。"),
        BundleError::Missing(entry) => format!("清单所列的 {entry} 不在文件中。"),
        BundleError::UnknownEntry(entry) => format!("证据包不会有名为 {entry} 的条目。"),
        BundleError::Numbering(entry) => format!("条目 {entry} 的编号不连续或超出上限。"),
    }
}

fn bundle_in_english(error: &BundleError) -> String {
    match error {
        BundleError::Container(error) => match error {
            ContainerError::TooLarge => "The file is larger than a bundle ever is.".into(),
            ContainerError::Truncated => "The file is incomplete, or it is no bundle.".into(),
            ContainerError::TooManyEntries => "The file has more entries than a bundle.".into(),
            ContainerError::Directory => {
                "The directory of the file does not fit its content: it is damaged or altered."
                    .into()
            }
            ContainerError::Feature(entry) => {
                format!("Entry {entry} is packed as bundles never are: another tool packed it.")
            }
            ContainerError::Name => "An entry has a name that bundles never use.".into(),
            ContainerError::Duplicate(entry) => format!("Entry {entry} comes twice."),
        },
        BundleError::MediaType => "This is a ZIP file, but no evidence bundle.".into(),
        BundleError::Manifest(_) => "The list manifest.json is malformed.".into(),
        BundleError::Unlisted(entry) => format!("Entry {entry} is not in the list."),
        BundleError::Missing(entry) => format!("The list names {entry}, which is not there."),
        BundleError::UnknownEntry(entry) => format!("Bundles never have an entry {entry}."),
        BundleError::Numbering(entry) => {
            format!("The number of entry {entry} does not follow, or is beyond the limit.")
        }
    }
}

fn fork_sentences(language: Language) -> Explanation {
    Explanation::new(
        language.pick("分叉证明的格式不合规。", "The fork proof is malformed."),
        language.pick(
            "请使用最初收到的文件；仍然如此，请向制作者重新索取。",
            "Use the file exactly as you received it; if that is the one, ask its maker for another.",
        ),
    )
}

fn root_sentences(language: Language) -> Explanation {
    Explanation::new(
        language.pick(
            "文件不是一张 PEM 格式的根证书。",
            "The file is not one root certificate in PEM.",
        ),
        language.pick(
            "请从公证处取得根证书后再试。",
            "Get the root certificate from the notary and try again.",
        ),
    )
}

fn anchors_sentences(error: &AnchorsError, language: Language) -> Explanation {
    let what = match (language, error) {
        (Language::Zh, AnchorsError::TooLarge) => "信任锚文件超过上限。",
        (Language::En, AnchorsError::TooLarge) => "The anchors file is larger than one ever is.",
        (Language::Zh, AnchorsError::Statement(_)) => {
            "信任锚文件格式不合规，或不是由其所称的公布方签名。"
        }
        (Language::En, AnchorsError::Statement(_)) => {
            "The anchors file is malformed, or its publisher did not sign it."
        }
        (Language::Zh, AnchorsError::SharedKey(_) | AnchorsError::KeyType(_)) => {
            "信任锚文件中有密钥被重复使用或类型不符。"
        }
        (Language::En, AnchorsError::SharedKey(_) | AnchorsError::KeyType(_)) => {
            "A key in the anchors file is used twice or is of a type that does not fit."
        }
    };
    let next = language.pick(
        "请从公证处重新取得信任锚文件，并核对其 SHA-256。",
        "Get the anchors from the notary again and compare their SHA-256.",
    );
    Explanation::new(what, next)
}
