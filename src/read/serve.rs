//! The process that reads .xls files for another one: limits itself, then answers one request after the other.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::budget::Budget;
use super::frames::{FrameWriter, read_frame, write_frame};
use super::sniff::Container;
use super::{Limits, guard, xls};

/// Seconds of computing that are allowed beyond those of the request: the asking process measures more exactly, this
/// limit is for the case that it is no longer there.
const GRACE_SECONDS: u64 = 5;

/// A request to the process.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) limits: Limits,
    pub(super) seconds: u64,
    pub(super) wants_notes: bool,
    /// The path in the encoding of the operating system, which need not be UTF-8.
    path: Vec<u8>,
}

impl Request {
    pub(super) fn new(path: &Path, limits: Limits, seconds: u64, wants_notes: bool) -> Self {
        Self { limits, seconds, wants_notes, path: path.as_os_str().as_encoded_bytes().to_vec() }
    }

    /// Writes the request as one frame.
    pub(super) fn send(&self, to: impl Write) -> io::Result<()> {
        write_frame(to, &postcard::to_stdvec(self).map_err(io::Error::other)?)
    }
}

/// Reads the files that `requests` names, and writes their rows to `answers`, until the requests end.
///
/// Claims no more memory and computing time than the requests allow: beyond that the operating system ends the process.
///
/// # Errors
/// The pipes break.
pub fn serve_xls(mut requests: impl Read, mut answers: impl Write) -> io::Result<()> {
    let claimed = own_memory();
    let mut busy = Duration::ZERO;
    while let Some(request) = read_frame(&mut requests)? {
        let request: Request = postcard::from_bytes(&request).map_err(io::Error::other)?;
        let path = path(request.path)?;
        let begun = Instant::now();
        // Time at work is never less than computing time.
        let seconds = busy.as_secs() + 1 + request.seconds + GRACE_SECONDS;
        limit(claimed.saturating_add(request.limits.max_xls_memory_mib.saturating_mul(1 << 20)), seconds)?;
        let mut writer = FrameWriter::new(&mut answers, request.wants_notes);
        let mut budget = Budget::new(&mut writer, &request.limits);
        let result = guard::catching(Container::Xls, || xls::read(&path, &mut budget));
        writer.end(&result)?;
        busy += begun.elapsed();
    }
    Ok(())
}

#[cfg(unix)]
fn limit(memory: u64, seconds: u64) -> io::Result<()> {
    use rlimit::Resource;
    for (resource, most) in [(Resource::AS, memory), (Resource::CPU, seconds), (Resource::CORE, 0)] {
        let (_, hard) = resource.get()?;
        resource.set(most.min(hard), hard)?;
    }
    Ok(())
}

/// On other systems only the limits of the asking process on cells and time hold.
#[cfg(not(unix))]
fn limit(_memory: u64, _seconds: u64) -> io::Result<()> {
    Ok(())
}

/// Bytes of address space that the program takes by itself, most of it never touched.
fn own_memory() -> u64 {
    const USUAL: u64 = 512 << 20;
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return USUAL };
    let kib = status.lines().find_map(|line| line.strip_prefix("VmSize:")?.split_whitespace().next()?.parse().ok());
    kib.map_or(USUAL, |kib: u64| kib << 10)
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere a path must be text")]
fn path(bytes: Vec<u8>) -> io::Result<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    Ok(PathBuf::from(OsString::from_vec(bytes)))
}

#[cfg(not(unix))]
fn path(bytes: Vec<u8>) -> io::Result<PathBuf> {
    String::from_utf8(bytes).map(OsString::from).map(PathBuf::from).map_err(io::Error::other)
}
