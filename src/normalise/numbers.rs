//! Reads numbers as Vietnamese offices write them.

/// A number whose decimal mark is `decimal`: Vietnamese with a comma, else as machines write it (`2e-06` too).
pub(super) fn number_in(text: &str, decimal: char) -> Option<f64> {
    if decimal == ',' {
        return number(text);
    }
    let text = text.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    if plain && text.bytes().any(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().filter(|number: &f64| number.is_finite());
    }
    // 1,234.5 and 12.4% are the Vietnamese number with its marks the other way round.
    let turned: String = text
        .chars()
        .map(|letter| match letter {
            ',' => '.',
            '.' => ',',
            other => other,
        })
        .collect();
    number(&turned)
}

/// A Vietnamese number: `1.234`, `1.234,5`, `200000,00`, `8000`, `12,4%`.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let lower = text.to_lowercase();
    let unit = ["đồng", "vnđ", "vnd", "đ", "₫"].iter().find(|unit| lower.ends_with(*unit));
    let text = unit.map_or(text, |unit| text[..text.len() - unit.len()].trim());
    let (text, scale) = text.strip_suffix('%').map_or((text, 1.0), |text| (text.trim(), 100.0));
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text), |digits| (-1.0, digits));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',') {
        return None;
    }
    let (whole, fraction) = digits.split_once(',').unwrap_or((digits, ""));
    let groups: Vec<&str> = whole.split('.').collect();
    let grouped = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|group| group.len() == 3));
    if !grouped || groups.iter().any(|group| group.is_empty()) || fraction.contains(['.', ',']) {
        return None;
    }
    format!("{}.{fraction}0", groups.concat()).parse::<f64>().ok().map(|number| sign * number / scale)
}

#[cfg(test)]
mod tests {
    use super::{number, number_in};

    #[test]
    fn numbers_of_machines_have_a_point() {
        for (text, value) in [
            ("278.4264", Some(278.4264)),
            ("1.234", Some(1.234)),
            ("2e-06", Some(2e-6)),
            ("1,234.5", Some(1234.5)),
            ("12.4%", Some(0.124)),
            ("-5", Some(-5.0)),
            ("n/a", None),
            ("", None),
            ("1e999", None),
        ] {
            assert_eq!(number_in(text, '.'), value, "{text}");
        }
        assert_eq!(number_in("1.234", ','), Some(1234.0));
    }

    #[test]
    fn numbers_are_vietnamese() {
        for (text, value) in [
            ("1.234", Some(1234.0)),
            ("1.234,5", Some(1234.5)),
            ("200000,00", Some(200_000.0)),
            ("8000", Some(8000.0)),
            ("12,4%", Some(0.124)),
            ("1.23", None),
            ("1,2,3", None),
            ("", None),
            ("abc", None),
            ("-5", Some(-5.0)),
            ("150.000 VNĐ", Some(150_000.0)),
            ("20.000 đồng", Some(20_000.0)),
            ("150.000 VNĐ", Some(150_000.0)),
            ("20.000 đồng", Some(20_000.0)),
        ] {
            assert_eq!(number(text), value, "{text}");
        }
    }
}
