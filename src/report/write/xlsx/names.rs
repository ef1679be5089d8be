//! Sheet names that Excel accepts: at most 31 characters, no forbidden sign, no two alike.

use std::collections::BTreeSet;

const LONGEST: usize = 31;

/// Makes every name acceptable, in order; a name met before gets a number.
pub fn unique<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let (mut given, mut lower): (Vec<String>, BTreeSet<String>) = (Vec::new(), BTreeSet::new());
    for name in names {
        let clean: String =
            name.chars().map(|c| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') { '-' } else { c }).collect();
        let clean = clean.trim().trim_matches('\'');
        let clean = if clean.is_empty() { "-" } else { clean };
        let taken = |name: &str| lower.contains(&name.to_lowercase());
        let mut name = shorten(clean, LONGEST);
        let mut number = 2;
        while taken(&name) {
            let mark = format!(" ({number})");
            name = format!("{}{mark}", shorten(clean, LONGEST - mark.len()));
            number += 1;
        }
        lower.insert(name.to_lowercase());
        given.push(name);
    }
    given
}

/// Cuts at the last word that fits; Excel counts UTF-16 units.
fn shorten(name: &str, longest: usize) -> String {
    let length = |text: &str| text.encode_utf16().count();
    if length(name) <= longest {
        return name.to_owned();
    }
    let mut cut = String::new();
    for c in name.chars() {
        if length(&cut) + c.len_utf16() >= longest {
            break;
        }
        cut.push(c);
    }
    let whole_words = cut.rfind(' ').filter(|place| *place > cut.len() / 2).unwrap_or(cut.len());
    cut.truncate(whole_words);
    format!("{}…", cut.trim_end_matches([' ', ',', ';', '-', '–']))
}

#[cfg(test)]
mod tests {
    use super::unique;

    #[test]
    fn names_are_short_clean_and_different() {
        let long = "Mức độ hài lòng của người dân và doanh nghiệp";
        let names = unique([long, long, "a/b", "A/B", ""].into_iter());
        assert_eq!(names[0], "Mức độ hài lòng của người dân…");
        assert!(names[1].ends_with("… (2)"), "{}", names[1]);
        assert_eq!(names[2..], ["a-b", "A-B (2)", "-"]);
        assert!(names.iter().all(|name| name.chars().count() <= 31));
    }
}
