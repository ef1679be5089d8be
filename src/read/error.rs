//! Why a file could not be read, with the id of the rule and what to do about it; never a cell's contents.

use std::borrow::Cow;

use super::foreign::Foreign;
use super::limits::Exceeded;
use super::sniff::Container;

/// Why a file, or the rest of it, could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system does not open or read the file.
    #[error("the file cannot be opened or read; check that it exists and that you may read it")]
    Open(#[source] std::io::Error),
    /// No content at all.
    #[error("the file is empty; export it again")]
    Empty,
    /// Encrypted.
    #[error("the file is password-protected; open it, remove the password and save it again")]
    Password,
    /// More than the limits allow.
    #[error("the file is too big: {0}")]
    TooBig(Exceeded),
    /// A zip archive without its directory, which is at the end.
    #[error("the zip archive is cut off or damaged; copy or download the file again")]
    TruncatedZip(#[source] zip::result::ZipError),
    /// A zip archive with nothing to read in it.
    #[error("the zip archive holds no file to read; pack the exports into it and send it again")]
    EmptyArchive,
    /// A zip archive where a file is expected, such as in another archive.
    #[error("the file is a zip archive where a table is expected, such as in another archive; unpack it first")]
    NestedArchive,
    /// Packed by a method other than the usual one.
    #[error("the zip archive is packed by an unusual method; unpack it, or pack it again as an ordinary zip")]
    UnusualPacking,
    /// Symbolic link, FIFO, device or socket.
    #[error("this is a {0}, not a file; copy the file itself to its place, or name the file it leads to")]
    NotAFile(&'static str),
    /// Changed between the beginning and the end of reading.
    #[error("the file changed while it was read; wait until its writer is done and import it again")]
    Changed,
    /// Nowhere to unpack to.
    #[error("there is no room to unpack the file; free space in the folder for temporary files")]
    NoRoom(#[source] std::io::Error),
    /// Readable, but of a kind that holds no sheets that this program reads.
    #[error("the content is {0}, not a workbook, CSV, HTML table or Parquet file; save it as .xlsx or .csv")]
    NotAWorkbook(Cow<'static, str>),
    /// A page, an answer, a picture or an archive that is called a table.
    #[error("the content is {0}")]
    Foreign(Foreign),
    /// Neither text nor any known container.
    #[error("the content is of no known kind; save it as .xlsx or .csv")]
    UnknownContainer,
    /// Text that ends inside a table.
    #[error("the {0} content ends inside a table; download or export the file again")]
    CutOff(Container),
    /// HTML whose rest stands in something that is not closed and of which nothing is shown.
    #[error("a <{0}> is not closed and hides the rows behind it; close it, or export the file again as .xlsx")]
    Swallowed(&'static str),
    /// Bytes that the encoding does not have.
    #[error("record {record} (from byte {offset}) does not fit the text encoding; save the file as UTF-8")]
    BadEncoding {
        /// Number of the record, from 1.
        record: u64,
        /// Where the record starts in the decoded file.
        offset: u64,
    },
    /// A quote that swallows the records after it.
    #[error("line {line} opens a quote that is not closed where it should be; repair the quotes or export again")]
    UnclosedQuote {
        /// Number of the line in the file, from 1.
        line: u64,
    },
    /// Two ways of counting the records of delimited text disagree, so some may have been read wrong.
    #[error("{read} records were read, but {counted} counted; the quotes are not clear, so export again as .xlsx")]
    RecordCount {
        /// Records handed out.
        read: u64,
        /// Records by the second count.
        counted: u64,
    },
    /// The container's own reader gave up.
    #[error("the {container} content is damaged; open the file in its program and save it again, or export it again")]
    Broken {
        /// What was being read.
        container: Container,
        /// The error of its reader.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The container's own reader panicked.
    #[error(
        "the {0} content is damaged in a way its reader cannot name; open the file in its program and save it again"
    )]
    Panicked(Container),
    /// The process that reads .xls files does not start.
    #[error("the process that reads .xls files cannot be started; check that the program may start itself")]
    Helper(#[source] std::io::Error),
}

impl ReadError {
    /// The stable id under which findings name this fault.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Open(_) | Self::Helper(_) => "unreadable",
            Self::Broken { .. } | Self::Panicked(_) => "damaged",
            Self::Empty => "empty_file",
            Self::Password => "password",
            Self::TooBig(_) => "too_big",
            Self::TruncatedZip(_) => "truncated_zip",
            Self::EmptyArchive => "empty_archive",
            Self::NestedArchive => "nested_archive",
            Self::UnusualPacking => "unusual_packing",
            Self::NotAFile(_) => "not_a_file",
            Self::Changed => "changed_while_read",
            Self::NoRoom(_) => "no_room",
            Self::NotAWorkbook(_) => "not_a_workbook",
            Self::Foreign(foreign) => foreign.rule(),
            Self::UnknownContainer => "unknown_container",
            Self::CutOff(_) => "truncated",
            Self::Swallowed(_) => "swallowed_rows",
            Self::BadEncoding { .. } => "bad_encoding",
            Self::UnclosedQuote { .. } => "unclosed_quote",
            Self::RecordCount { .. } => "record_count",
        }
    }

    /// What a finding says beside the sentence of its rule: words that are the same in every language.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Open(source) | Self::Helper(source) | Self::NoRoom(source) => source.to_string(),
            Self::NotAFile(kind) => (*kind).to_owned(),
            Self::Foreign(foreign) => foreign.format().to_owned(),
            Self::Swallowed(name) => format!("<{name}>"),
            Self::TooBig(exceeded) => exceeded.setting(),
            Self::NotAWorkbook(kind) => kind.to_string(),
            Self::CutOff(container) | Self::Broken { container, .. } | Self::Panicked(container) => {
                container.to_string()
            }
            Self::BadEncoding { record, offset } => format!("{record}, {offset}"),
            Self::UnclosedQuote { line } => line.to_string(),
            Self::RecordCount { read, counted } => format!("{read} ≠ {counted}"),
            Self::Empty
            | Self::Password
            | Self::TruncatedZip(_)
            | Self::EmptyArchive
            | Self::NestedArchive
            | Self::UnusualPacking
            | Self::Changed
            | Self::UnknownContainer => String::new(),
        }
    }

    /// Wraps the error of a container's reader.
    pub(super) fn broken<E>(container: Container) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |source| Self::Broken { container, source: source.into() }
    }
}
