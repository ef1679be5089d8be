//! How a process keeps itself to the limits of its question.

use std::io;

use crate::SqlLimits;

/// Seconds of computing on each core that are allowed beyond those of the question: the asking process measures more
/// exactly, this limit is for the case that it is no longer there.
#[cfg(unix)]
const GRACE_SECONDS: u64 = 5;

/// Keeps this process to its limits: beyond them an allocation fails, or the operating system ends the process.
///
/// What a process writes to counts, not what it only reserves: stacks of threads and pools of the allocator are reserved
/// by the gigabyte on machines of many cores.
#[cfg(unix)]
pub(super) fn limit(limits: &SqlLimits) -> io::Result<()> {
    use rlimit::Resource;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let memory = own_memory().saturating_add(limits.memory());
    let seconds = limits.seconds.saturating_add(GRACE_SECONDS).saturating_mul(cores);
    for (resource, most) in [(Resource::DATA, memory), (Resource::CPU, seconds), (Resource::CORE, 0)] {
        let (_, hard) = resource.get()?;
        resource.set(most.min(hard), hard)?;
    }
    Ok(())
}

/// Elsewhere the asking process stands alone with its limit of time.
#[cfg(not(unix))]
pub(super) fn limit(_: &SqlLimits) -> io::Result<()> {
    Ok(())
}

/// Bytes that the program has for writing by itself, most of them never touched.
#[cfg(unix)]
fn own_memory() -> u64 {
    const USUAL: u64 = 256 << 20;
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else { return USUAL };
    let kib = status.lines().find_map(|line| line.strip_prefix("VmData:")?.split_whitespace().next()?.parse().ok());
    kib.map_or(USUAL, |kib: u64| kib << 10)
}
