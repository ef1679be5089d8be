//! Invented units in any number, and the list of units that goes with an export.

use std::path::Path;

use super::GenerateError;

const PROVINCE: &str = "H99";
const DEPARTMENTS: [&str; 20] = [
    "Sở Nội vụ",
    "Sở Tư pháp",
    "Sở Xây dựng",
    "Sở Y tế",
    "Sở Công Thương",
    "Sở Tài chính",
    "Sở Nông nghiệp và Phát triển nông thôn",
    "Sở Khoa học và Công nghệ",
    "Sở Tài nguyên và Môi trường",
    "Sở Giao thông vận tải",
    "Sở Kế hoạch và Đầu tư",
    "Sở Lao động - Thương binh và Xã hội",
    "Sở Giáo dục và Đào tạo",
    "Sở Văn hóa, Thể thao và Du lịch",
    "Sở Thông tin và Truyền thông",
    "Sở Ngoại vụ",
    "Sở Du lịch",
    "Thanh tra tỉnh",
    "Văn phòng UBND tỉnh",
    "Ban Quản lý các khu công nghiệp",
];
const FIRST: [&str; 24] = [
    "Sông", "Suối", "Đồi", "Bến", "Gò", "Rạch", "Cồn", "Bãi", "Khe", "Đá", "Lũng", "Nà", "Vườn", "Truông", "Đồng",
    "Núi", "Cầu", "Làng", "Xóm", "Thạnh", "Mỹ", "Phú", "Tân", "Hoà",
];
const SECOND: [&str; 24] = [
    "Mây", "Lam", "Mơ", "Sương", "Nắng", "Trăng", "Gió", "Ngân", "Quế", "Trúc", "Hạ", "Thuỷ", "Sao", "Biếc", "Vàng",
    "Xanh", "Non", "Sen", "Mận", "Chanh", "Lựu", "Tre", "Sim", "Ngọc",
];

/// A unit that resolves dossiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GenUnit {
    /// Code, such as `000.00.31.H99`.
    pub code: String,
    /// Name as exports write it.
    pub name: String,
    /// Kind: department, district, commune …
    pub kind: String,
}

/// That many invented units: departments, districts, and communes under these.
#[must_use]
pub fn default_units(n: usize) -> Vec<GenUnit> {
    let departments = DEPARTMENTS.len().min(n.div_ceil(4));
    let districts = (n / 40).clamp(1, 60).min(n - departments);
    let mut units = Vec::with_capacity(n);
    for (place, name) in (1..).zip(&DEPARTMENTS[..departments]) {
        units.push(unit(format!("000.00.{place:02}.{PROVINCE}"), (*name).to_owned(), "department"));
    }
    for place in 0..districts {
        units.push(unit(
            format!("000.00.{}.{PROVINCE}", 31 + place),
            format!("UBND huyện {}", invented(place * 25 + 1)),
            "district",
        ));
    }
    for place in 0..n - units.len() {
        let (district, number) = (31 + place % districts, place / districts + 1);
        units.push(unit(
            format!("000.{number:02}.{district}.{PROVINCE}"),
            format!("UBND xã {}", invented(place)),
            "commune",
        ));
    }
    units
}

/// Writes the list of units below an invented province, in the columns that an import of units reads.
pub fn write_units(units: &[GenUnit], out: &Path) -> Result<(), GenerateError> {
    let mut file = csv::Writer::from_path(out)?;
    file.write_record(["code", "name", "short_name", "level", "parent_code", "aliases", "valid_from", "valid_to"])?;
    file.write_record([PROVINCE, "UBND tỉnh Sông Mây", "Sông Mây", "province", "", "", "2015-01-01", ""])?;
    for unit in units {
        let short = unit.name.strip_prefix("UBND ").unwrap_or(&unit.name);
        let alias = if short == unit.name { String::new() } else { format!("Ủy ban nhân dân {short}") };
        let parent = parent(&unit.code);
        file.write_record([&unit.code, &unit.name, short, &unit.kind, &parent, &alias, "2015-01-01", ""])?;
    }
    file.flush().map_err(super::write_error(out))
}

fn unit(code: String, name: String, kind: &str) -> GenUnit {
    GenUnit { code, name, kind: kind.to_owned() }
}

/// A name of two syllables; a number is added where the syllables repeat.
fn invented(n: usize) -> String {
    let (first, second, round) = (n % FIRST.len(), n / FIRST.len() % SECOND.len(), n / (FIRST.len() * SECOND.len()));
    let name = format!("{} {}", FIRST[first], SECOND[second]);
    if round == 0 { name } else { format!("{name} {}", round + 1) }
}

/// `000.05.31.H99` lies below `000.00.31.H99`, all others below the province.
fn parent(code: &str) -> String {
    let parts: Vec<_> = code.split('.').collect();
    match parts[..] {
        [head, commune, district, province] if commune != "00" => format!("{head}.00.{district}.{province}"),
        [.., province] => province.to_owned(),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn there_are_as_many_as_asked_with_codes_and_names_of_their_own() {
        for n in [0, 1, 2, 10, 60, 500, 3000] {
            let units = default_units(n);
            assert_eq!(units.len(), n);
            assert_eq!(units.iter().map(|u| &u.code).collect::<BTreeSet<_>>().len(), n);
            assert_eq!(units.iter().map(|u| &u.name).collect::<BTreeSet<_>>().len(), n);
        }
    }

    #[test]
    fn the_list_names_every_parent() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        write_units(&default_units(60), file.path()).expect("written");
        let mut reader = csv::Reader::from_path(file.path()).expect("opens");
        let rows: Vec<_> = reader.records().map(|r| r.expect("a row")).collect();
        let codes: BTreeSet<_> = rows.iter().map(|r| r[0].to_owned()).collect();
        assert_eq!(rows.len(), 61);
        assert!(rows.iter().skip(1).all(|r| codes.contains(&r[4])));
    }
}
