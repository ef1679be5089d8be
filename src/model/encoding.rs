//! The encodings that exports come in, and their names.

use serde::Deserialize;

/// How letters are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, low byte first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, high byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// TCVN 5712 as the `.Vn` fonts have it, called ABC: one byte a letter, capitals with a tone written small.
    #[serde(rename = "tcvn3")]
    Tcvn3,
    /// VNI for Windows: a letter and a byte for its marks.
    #[serde(rename = "vni")]
    Vni,
    /// Windows' Vietnamese code page: tones are marks after the letter.
    #[serde(rename = "windows-1258")]
    Windows1258,
    /// Windows' Western code page: what a program shows that knows nothing of Vietnamese encodings.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

impl Encoding {
    /// The encodings that Vietnamese offices used before Unicode.
    pub const LEGACY: [Self; 3] = [Self::Tcvn3, Self::Vni, Self::Windows1258];

    /// The name that source files and `cchc peek` use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Tcvn3 => "tcvn3",
            Self::Vni => "vni",
            Self::Windows1258 => "windows-1258",
            Self::Windows1252 => "windows-1252",
        }
    }
}
