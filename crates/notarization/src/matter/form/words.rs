//! What an application chooses from: each a stable word on the wire and in the store.

use serde::{Deserialize, Serialize};

macro_rules! chosen {
    (
        $(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $word:literal),+ $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
        #[serde(rename_all = "snake_case")]
        #[expect(clippy::exhaustive_enums, reason = "the form offers these and no others")]
        pub enum $name {
            $($(#[$each])* $variant),+
        }

        impl $name {
            /// All of them, in the order of the form.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The one of this word.
            pub fn of_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }
    };
}

chosen! {
    /// How the certificate reaches whoever applied.
    DeliveryWay {
        /// 下载电子公证书.
        Download = "download",
        /// 到窗口领取.
        Counter = "counter",
        /// 邮寄.
        Mail = "mail",
    }
}

impl DeliveryWay {
    /// Whether paper is handed over this way.
    pub const fn brings_paper(self) -> bool {
        !matches!(self, Self::Download)
    }
}

chosen! {
    /// In which form the certificate is wanted.
    Medium {
        /// 电子公证书.
        Electronic = "electronic",
        /// 纸质公证书.
        Paper = "paper",
        /// 电子和纸质公证书.
        Both = "both",
    }
}

impl Medium {
    /// What a way of delivery means by itself.
    pub const fn of(way: DeliveryWay) -> Self {
        if way.brings_paper() { Self::Paper } else { Self::Electronic }
    }

    /// Whether a certificate in this form can be brought this way.
    pub const fn goes(self, way: DeliveryWay) -> bool {
        way.brings_paper() == matches!(self, Self::Paper | Self::Both)
    }
}

chosen! {
    /// The language of the certificate (公证法 art. 32, 公证程序规则 art. 43).
    #[derive(Default)]
    CertificateLanguage {
        /// 中文.
        #[default]
        Zh = "zh",
    }
}

chosen! {
    /// What whoever applies said about a lawsuit over the same facts.
    #[derive(Default)]
    Lawsuit {
        /// Nobody said: an application of before it was asked for, or out of a program that does not.
        #[default]
        Unstated = "unstated",
        /// There is none.
        No = "no",
        /// There is one.
        Yes = "yes",
    }
}

chosen! {
    /// Whether the power of attorney of an agent was seen.
    #[derive(Default)]
    PowerOfAttorney {
        /// Nobody said so.
        #[default]
        Unstated = "unstated",
        /// Staff has seen it at the counter.
        Seen = "seen",
    }
}
