//! Finds streams in a compound file (the container of .xls) without trusting any chain or size in it.

use std::fmt;

const HEADER_BYTES: usize = 512;
const ENTRY_BYTES: usize = 128;
const MINI_SECTOR: usize = 64;
/// Streams shorter than this live in the mini stream.
const MINI_CUTOFF: usize = 4096;
const END_OF_CHAIN: u32 = 0xffff_fffe;
/// Sector numbers from here on are marks, not sectors.
const FIRST_MARK: u32 = 0xffff_fffa;

/// What is wrong with a compound file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CompoundFault {
    Header,
    PastTheEnd,
    Cycle,
}

impl fmt::Display for CompoundFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "the header of the compound file is not valid",
            Self::PastTheEnd => "the compound file points past its own end",
            Self::Cycle => "a chain of sectors in the compound file runs in a circle",
        })
    }
}

impl std::error::Error for CompoundFault {}

/// A compound file in memory, its directory read.
pub(super) struct Compound<'b> {
    bytes: &'b [u8],
    sector: usize,
    chain: Vec<u32>,
    mini_chain: Vec<u32>,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    start: u32,
    length: usize,
}

/// The positions in the file of the pieces of a stream, in order.
pub(super) struct Pieces {
    starts: Vec<usize>,
    size: usize,
    pub(super) length: usize,
}

impl Pieces {
    /// The place in the file of a byte of the stream.
    pub(super) fn place(&self, position: usize) -> Option<usize> {
        self.starts.get(position / self.size).map(|start| start + position % self.size)
    }
}

impl<'b> Compound<'b> {
    /// Reads header, chains and directory.
    pub(super) fn parse(bytes: &'b [u8]) -> Result<Self, CompoundFault> {
        let sector = match u16_at(bytes, 30) {
            Some(9) if bytes.len() > HEADER_BYTES => 512,
            Some(12) if bytes.len() > HEADER_BYTES => 4096,
            _ => return Err(CompoundFault::Header),
        };
        let mut compound = Self { bytes, sector, chain: Vec::new(), mini_chain: Vec::new(), entries: Vec::new() };
        compound.chain = compound.allocation()?;
        let header = |at| u32_at(bytes, at).ok_or(CompoundFault::Header);
        let directory = compound.follow(header(48)?)?;
        compound.entries = directory.iter().flat_map(|start| entries(compound.sector_bytes(*start))).collect();
        if header(64)? > 0 {
            let sectors = compound.follow(header(60)?)?;
            compound.mini_chain = sectors.iter().flat_map(|start| numbers(compound.sector_bytes(*start))).collect();
        }
        Ok(compound)
    }

    /// Whether a stream or storage of this name exists, whatever its case.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    /// Finds the pieces of a stream and checks that they exist.
    pub(super) fn pieces(&self, name: &str) -> Result<Option<Pieces>, CompoundFault> {
        let Some(entry) = self.entry(name) else { return Ok(None) };
        let pieces = if entry.length < MINI_CUTOFF {
            let root = self.entries.first().ok_or(CompoundFault::Header)?;
            let carrier = self.follow(root.start)?;
            let place = |number: u32| {
                let at = number as usize * MINI_SECTOR;
                carrier.get(at / self.sector).map(|start| start + at % self.sector)
            };
            let starts = walk(&self.mini_chain, entry.start)?
                .into_iter()
                .map(place)
                .collect::<Option<_>>()
                .ok_or(CompoundFault::PastTheEnd)?;
            Pieces { starts, size: MINI_SECTOR, length: entry.length }
        } else {
            Pieces { starts: self.follow(entry.start)?, size: self.sector, length: entry.length }
        };
        // A stream may be cut in its last sector by the end of the file, but not by more.
        if pieces.starts.len() * pieces.size < pieces.length {
            return Err(CompoundFault::PastTheEnd);
        }
        Ok(Some(pieces))
    }

    /// Copies a stream out.
    pub(super) fn contents(&self, pieces: &Pieces) -> Vec<u8> {
        let mut contents = Vec::with_capacity(pieces.starts.len() * pieces.size);
        for start in &pieces.starts {
            let end = (start + pieces.size).min(self.bytes.len());
            contents.extend_from_slice(&self.bytes[*start..end]);
        }
        contents.truncate(pieces.length);
        contents
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    /// The file's allocation table: for each sector the next one.
    fn allocation(&self) -> Result<Vec<u32>, CompoundFault> {
        let sectors = self.bytes.len() / self.sector;
        let mut tables: Vec<u32> = numbers(&self.bytes[76..HEADER_BYTES]).collect();
        let mut next = u32_at(self.bytes, 68).ok_or(CompoundFault::Header)?;
        let mut read = 0;
        while next < FIRST_MARK {
            read += 1;
            if read > sectors {
                return Err(CompoundFault::Cycle);
            }
            let mut more: Vec<u32> = numbers(self.sector_bytes(self.start_of(next)?)).collect();
            next = more.pop().ok_or(CompoundFault::PastTheEnd)?;
            tables.extend(more);
        }
        tables.retain(|table| *table < FIRST_MARK);
        if tables.len() > sectors {
            return Err(CompoundFault::PastTheEnd);
        }
        let mut chain = Vec::new();
        for table in tables {
            chain.extend(numbers(self.sector_bytes(self.start_of(table)?)));
        }
        Ok(chain)
    }

    /// Starts in the file of all sectors of a chain.
    fn follow(&self, first: u32) -> Result<Vec<usize>, CompoundFault> {
        walk(&self.chain, first)?.into_iter().map(|number| self.start_of(number)).collect()
    }

    fn start_of(&self, number: u32) -> Result<usize, CompoundFault> {
        let start = (number as usize + 1) * self.sector;
        if start < self.bytes.len() { Ok(start) } else { Err(CompoundFault::PastTheEnd) }
    }

    fn sector_bytes(&self, start: usize) -> &'b [u8] {
        &self.bytes[start..(start + self.sector).min(self.bytes.len())]
    }
}

/// The numbers of a chain; one longer than its table runs in a circle.
fn walk(table: &[u32], first: u32) -> Result<Vec<u32>, CompoundFault> {
    let mut numbers = Vec::new();
    let mut number = first;
    while number != END_OF_CHAIN {
        if numbers.len() > table.len() {
            return Err(CompoundFault::Cycle);
        }
        numbers.push(number);
        number = *table.get(number as usize).ok_or(CompoundFault::PastTheEnd)?;
    }
    Ok(numbers)
}

fn entries(sector: &[u8]) -> impl Iterator<Item = Entry> {
    sector.chunks_exact(ENTRY_BYTES).map(|entry| {
        let units = entry[..64].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
        let name: Vec<u16> = units.take_while(|unit| *unit != 0).collect();
        Entry {
            name: String::from_utf16_lossy(&name),
            start: u32_at(entry, 116).unwrap_or(END_OF_CHAIN),
            length: u32_at(entry, 120).unwrap_or(0) as usize,
        }
    })
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

/// A little-endian number of two bytes.
pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
}

/// A little-endian number of four bytes.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_in_a_circle_ends() {
        assert_eq!(walk(&[1, 2, 0], 0), Err(CompoundFault::Cycle));
        assert_eq!(walk(&[1, END_OF_CHAIN], 0), Ok(vec![0, 1]));
        assert_eq!(walk(&[1, 9], 0), Err(CompoundFault::PastTheEnd));
    }

    #[test]
    fn a_header_alone_is_refused() {
        assert_eq!(Compound::parse(&[0; 512]).err(), Some(CompoundFault::Header));
        assert_eq!(Compound::parse(b"").err(), Some(CompoundFault::Header));
    }
}
