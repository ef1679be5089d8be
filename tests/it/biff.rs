//! Writes small .xls files record by record, so that tests can have them damaged or in old code pages.

/// Records longer than this go on in CONTINUE records.
const LONGEST_RECORD: usize = 8224;

/// A record of a BIFF stream.
pub fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes(), &length.to_le_bytes(), data].concat()
}

/// One cell of a sheet.
#[derive(Clone)]
pub enum Value {
    /// Index into the shared strings.
    Shared(u32),
    /// BIFF8 text in the record itself, as UTF-16.
    Wide(String),
    /// BIFF8 text in the record itself, one byte a character (the low half of UTF-16).
    Narrow(Vec<u8>),
    /// BIFF5 text in the workbook's code page.
    Bytes(Vec<u8>),
    Number(f64),
}

/// A sheet: its name as bytes of the workbook's kind, and its cells by row and column.
pub struct Sheet {
    pub name: Vec<u8>,
    pub cells: Vec<(u16, u16, Value)>,
}

/// A workbook to be written.
pub struct Book {
    /// 0x0600 is BIFF8, 0x0500 BIFF5.
    pub version: u16,
    pub code_page: Option<u16>,
    pub strings: Vec<String>,
    pub sheets: Vec<Sheet>,
}

impl Book {
    /// A BIFF8 workbook of one sheet.
    pub fn biff8(strings: Vec<String>, cells: Vec<(u16, u16, Value)>) -> Self {
        let sheet = Sheet { name: b"Sheet1".to_vec(), cells };
        Self { version: 0x0600, code_page: Some(1200), strings, sheets: vec![sheet] }
    }

    /// A BIFF5 workbook of one sheet, in a code page.
    pub fn biff5(code_page: u16, cells: Vec<(u16, u16, Value)>) -> Self {
        let sheet = Sheet { name: b"Sheet1".to_vec(), cells };
        Self { version: 0x0500, code_page: Some(code_page), strings: Vec::new(), sheets: vec![sheet] }
    }

    /// The stream of records.
    pub fn stream(&self) -> Vec<u8> {
        let sheets: Vec<Vec<u8>> = self.sheets.iter().map(|sheet| self.sheet(sheet)).collect();
        let head = self.globals(&vec![0; sheets.len()]);
        let mut at = head.len() as u32;
        let mut places = Vec::new();
        for sheet in &sheets {
            places.push(at);
            at += sheet.len() as u32;
        }
        [self.globals(&places), sheets.concat()].concat()
    }

    /// The file.
    pub fn file(&self) -> Vec<u8> {
        let name = if self.version == 0x0600 { "Workbook" } else { "Book" };
        compound(name, &self.stream())
    }

    fn begin(&self, kind: u16) -> Vec<u8> {
        let mut data = [self.version.to_le_bytes(), kind.to_le_bytes(), [0xbb, 0x0d], [0xcc, 0x07]].concat();
        if self.version == 0x0600 {
            data.extend_from_slice(&[0, 0, 0, 0, 6, 0, 0, 0]);
        }
        record(0x0809, &data)
    }

    fn globals(&self, places: &[u32]) -> Vec<u8> {
        let mut stream = self.begin(0x0005);
        if let Some(page) = self.code_page {
            stream.extend(record(0x0042, &page.to_le_bytes()));
        }
        for (sheet, place) in self.sheets.iter().zip(places) {
            let mut data = [&place.to_le_bytes()[..], &[0, 0, sheet.name.len() as u8]].concat();
            if self.version == 0x0600 {
                data.push(0);
            }
            data.extend_from_slice(&sheet.name);
            stream.extend(record(0x0085, &data));
        }
        if !self.strings.is_empty() {
            stream.extend(shared_strings(&self.strings));
        }
        stream.extend(record(0x000a, &[]));
        stream
    }

    fn sheet(&self, sheet: &Sheet) -> Vec<u8> {
        let mut stream = self.begin(0x0010);
        for (row, column, value) in &sheet.cells {
            let place = [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
            let (kind, data) = match value {
                Value::Shared(index) => (0x00fd, index.to_le_bytes().to_vec()),
                Value::Number(number) => (0x0203, number.to_le_bytes().to_vec()),
                Value::Wide(text) => {
                    let units: Vec<u16> = text.encode_utf16().collect();
                    let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
                    (0x0204, [&(units.len() as u16).to_le_bytes()[..], &[1], &bytes].concat())
                }
                Value::Narrow(bytes) => (0x0204, [&(bytes.len() as u16).to_le_bytes()[..], &[0], bytes].concat()),
                Value::Bytes(bytes) => (0x0204, [&(bytes.len() as u16).to_le_bytes()[..], bytes].concat()),
            };
            stream.extend(record(kind, &[place, data].concat()));
        }
        stream.extend(record(0x000a, &[]));
        stream
    }
}

/// The table of shared strings, as UTF-16, continued where it is too long for one record.
pub fn shared_strings(strings: &[String]) -> Vec<u8> {
    let mut records = vec![[(strings.len() as u32).to_le_bytes(), (strings.len() as u32).to_le_bytes()].concat()];
    for text in strings {
        let units: Vec<u16> = text.encode_utf16().collect();
        let last = records.last_mut().unwrap();
        if last.len() + 5 > LONGEST_RECORD {
            records.push(Vec::new());
        }
        let last = records.last_mut().unwrap();
        last.extend_from_slice(&(units.len() as u16).to_le_bytes());
        last.push(1);
        for unit in units {
            if records.last().unwrap().len() + 2 > LONGEST_RECORD {
                // The rest of a string begins with its flags.
                records.push(vec![1]);
            }
            records.last_mut().unwrap().extend_from_slice(&unit.to_le_bytes());
        }
    }
    let kinds = std::iter::once(0x00fc).chain(std::iter::repeat(0x003c));
    records.iter().zip(kinds).flat_map(|(data, kind)| record(kind, data)).collect()
}

/// A compound file with one stream, in sectors of 4.096 bytes.
pub fn compound(name: &str, stream: &[u8]) -> Vec<u8> {
    const SECTOR: usize = 4096;
    const END: u32 = 0xffff_fffe;
    let whole = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes.resize(bytes.len().max(1).div_ceil(SECTOR) * SECTOR, 0);
        bytes
    };
    // Shorter streams would live in the mini stream.
    let mut stream = stream.to_vec();
    stream.resize(stream.len().max(SECTOR), 0);
    let length = stream.len() as u32;
    let stream = whole(&stream);
    let sectors = stream.len() / SECTOR;
    let tables = (sectors + 2).div_ceil(SECTOR / 4 - 1);
    // Order in the file: allocation tables, directory, stream.
    let mut chain: Vec<u32> = vec![0xffff_fffd; tables];
    chain.push(END);
    let first = tables as u32 + 1;
    chain.extend((1..sectors as u32).map(|next| first + next));
    chain.push(END);
    chain.resize(tables * SECTOR / 4, 0xffff_ffff);
    let mut header = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    header.resize(24, 0);
    for half in [0x3e_u16, 4, 0xfffe, 12, 6] {
        header.extend_from_slice(&half.to_le_bytes());
    }
    header.resize(40, 0);
    for word in [1, tables as u32, tables as u32, 0, 4096, END, 0, END, 0] {
        header.extend_from_slice(&word.to_le_bytes());
    }
    for table in 0..109 {
        let place = if (table as usize) < tables { table } else { 0xffff_ffff_u32 };
        header.extend_from_slice(&place.to_le_bytes());
    }
    // Its start is never followed, since there is no mini stream.
    let directory = [entry("Root Entry", 5, first, 0), entry(name, 2, first, length)].concat();
    let chain: Vec<u8> = chain.iter().flat_map(|next| next.to_le_bytes()).collect();
    [whole(&header), chain, whole(&directory), stream].concat()
}

fn entry(name: &str, kind: u8, start: u32, length: u32) -> Vec<u8> {
    let mut bytes: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.resize(64, 0);
    bytes.extend_from_slice(&(2 * name.len() as u16 + 2).to_le_bytes());
    bytes.extend_from_slice(&[kind, 1]);
    let child = if kind == 5 { 1 } else { u32::MAX };
    for word in [u32::MAX, u32::MAX, child] {
        bytes.extend_from_slice(&word.to_le_bytes());
    }
    bytes.resize(116, 0);
    bytes.extend_from_slice(&start.to_le_bytes());
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.resize(128, 0);
    bytes
}

/// A list of dossiers as cells of text, shared strings and all.
pub fn sheet_of(csv: &str) -> (Vec<String>, Vec<(u16, u16, Value)>) {
    let mut strings = Vec::new();
    let mut cells = Vec::new();
    for (row, line) in csv.lines().enumerate() {
        for (column, text) in line.split(',').enumerate() {
            cells.push((row as u16, column as u16, Value::Shared(strings.len() as u32)));
            strings.push(text.to_owned());
        }
    }
    (strings, cells)
}
