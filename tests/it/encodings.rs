//! Writes text in the encodings of old Vietnamese offices, by tables of its own: what the program decodes is checked
//! against these.

use unicode_normalization::UnicodeNormalization;

/// Letters and bytes of TCVN3; capitals with a tone do not exist and are written small.
const TCVN3: &str = "à B5 ả B6 ã B7 á B8 ạ B9 ă A8 ằ BB ẳ BC ẵ BD ắ BE ặ C6 â A9 ầ C7 ẩ C8 ẫ C9 ấ CA ậ CB đ AE è CC ẻ CE \
    ẽ CF é D0 ẹ D1 ê AA ề D2 ể D3 ễ D4 ế D5 ệ D6 ì D7 ỉ D8 ĩ DC í DD ị DE ò DF ỏ E1 õ E2 ó E3 ọ E4 ô AB ồ E5 ổ E6 ỗ E7 \
    ố E8 ộ E9 ơ AC ờ EA ở EB ỡ EC ớ ED ợ EE ù EF ủ F1 ũ F2 ú F3 ụ F4 ư AD ừ F5 ử F6 ữ F7 ứ F8 ự F9 ỳ FA ỷ FB ỹ FC ý FD \
    ỵ FE Ă A1 Â A2 Ê A3 Ô A4 Ơ A5 Ư A6 Đ A7";

/// The five tones in the order of the VNI marks below.
const TONES: [char; 5] = ['\u{301}', '\u{300}', '\u{309}', '\u{303}', '\u{323}'];

/// TCVN3 (ABC).
pub fn tcvn3(text: &str) -> Vec<u8> {
    let table: Vec<&str> = TCVN3.split_whitespace().collect();
    let byte = |letter: char| {
        let found = table.chunks(2).find(|pair| pair[0].chars().eq([letter]))?;
        u8::from_str_radix(found[1], 16).ok()
    };
    text.nfc()
        .map(|letter| {
            let small = letter.to_lowercase().next().unwrap();
            let ascii = u8::try_from(letter).ok().filter(u8::is_ascii);
            ascii.or_else(|| byte(letter)).or_else(|| byte(small)).unwrap_or_else(|| panic!("no TCVN3 for {letter}"))
        })
        .collect()
}

/// VNI for Windows: built from the letter, its hat and its tone, as the fonts lay them out.
pub fn vni(text: &str) -> Vec<u8> {
    let mut shown = String::new();
    for letter in text.nfc() {
        if letter.is_ascii() {
            shown.push(letter);
            continue;
        }
        let small: String = letter.to_lowercase().collect();
        let mut written = vni_letter(small.chars().next().unwrap());
        if letter.is_uppercase() {
            written = written.to_uppercase();
        }
        shown.push_str(&written);
    }
    western(&shown)
}

fn vni_letter(letter: char) -> String {
    let parts: Vec<char> = [letter].into_iter().nfd().collect();
    let tone = parts.iter().find_map(|part| TONES.iter().position(|tone| tone == part));
    let has = |mark: char| parts.contains(&mark);
    let marked = |base: &str, hat: &str, marks: &str| {
        let mark = tone.map_or(hat.to_owned(), |tone| marks.chars().nth(tone).unwrap().to_string());
        format!("{base}{mark}")
    };
    let plain = "ùøûõï";
    match parts[0] {
        'đ' => "ñ".to_owned(),
        'i' => "íìæóò".chars().nth(tone.unwrap()).unwrap().to_string(),
        'y' if tone == Some(4) => "î".to_owned(),
        'o' if has('\u{31b}') => marked("ô", "", plain),
        'u' if has('\u{31b}') => marked("ö", "", plain),
        base if has('\u{302}') => marked(&base.to_string(), "â", "áàåãä"),
        base if has('\u{306}') => marked(&base.to_string(), "ê", "éèúüë"),
        base => marked(&base.to_string(), "", plain),
    }
}

/// windows-1258: each tone as a mark of its own, as the keyboards of Windows type it.
pub fn windows_1258(text: &str) -> Vec<u8> {
    let mut typed = String::new();
    for letter in text.nfc() {
        let parts: Vec<char> = [letter].into_iter().nfd().collect();
        typed.extend(parts.iter().copied().filter(|part| !TONES.contains(part)).nfc());
        typed.extend(parts.iter().filter(|part| TONES.contains(part)));
    }
    let (bytes, _, lossy) = encoding_rs::WINDOWS_1258.encode(&typed);
    assert!(!lossy, "{text}");
    bytes.into_owned()
}

/// Bytes of text that the Western code page has.
pub fn western(text: &str) -> Vec<u8> {
    let (bytes, _, lossy) = encoding_rs::WINDOWS_1252.encode(text);
    assert!(!lossy, "{text}");
    bytes.into_owned()
}

/// The bytes as a spreadsheet shows them that takes them for Western text.
pub fn shown(bytes: &[u8]) -> String {
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}
