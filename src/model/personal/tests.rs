//! Facts about masks.

use super::*;

fn mask() -> Mask {
    let text = include_str!("../../../queries/persons.toml");
    Mask::new(&toml::from_str(text).expect("the shipped words are valid"))
}

fn cell(text: &str) -> String {
    mask().text(text, Where::Cell).into_owned()
}

#[test]
fn names_of_persons_are_masked_however_they_are_written() {
    for text in [
        "Nguyễn Văn An",
        "NGUYỄN VĂN AN",
        "nguyễn văn an",
        "Nguyen Van An",
        "NGUYEN VAN AN",
        "Nguye\u{302}\u{303}n Va\u{306}n An",
        "Trần Thị Thu Hà",
        "Lê Hoàng Minh Tuấn",
        "Phạm Đức",
        "Vũ Hà",
        "VŨ ĐỨC MINH",
        "Lý Thị Mai",
        "Hồ Văn Ý",
        "Giàng A Páo",
        "Nguyễn Văn A",
        "Mai Thanh Tùng",
        "Cao Bá Quát",
    ] {
        assert!(is_masked(&cell(text)), "{text} → {}", cell(text));
        assert!(cell(text).starts_with(&text[..1]) && !cell(text).contains(' '), "{text} → {}", cell(text));
    }
}

#[test]
fn a_name_in_a_sentence_is_masked_alone() {
    for (text, shown) in [
        ("Cấp lại thẻ cho ông Nguyễn Văn An, xã Tân Phú", "Cấp lại thẻ cho ông N…(13), xã Tân Phú"),
        ("hồ sơ của Vũ Đức Minh nộp", "hồ sơ của V…(11) nộp"),
        ("UBND xã Trần Phán - Nguyễn Văn An", "UBND xã Trần Phán - N…(13)"),
        ("Một cửa (Lê Thị Hoa)", "Một cửa (L…(10))"),
        ("lien he Nguyen Thi Hoa 0912345678", "lien he N…(14) 0…(10)"),
    ] {
        assert_eq!(cell(text), shown);
    }
}

#[test]
fn numbers_and_addresses_of_persons_are_masked() {
    for (text, shown) in [
        ("0912345678", "0…(10)"),
        ("+84 912 345 678", "+…(15)"),
        ("0912.345.678", "0…(12)"),
        ("02733 123456", "0…(12)"),
        ("079201001234", "0…(12)"),
        ("CCCD 079201001234", "CCCD 0…(12)"),
        ("301234567", "3…(9)"),
        ("an.nguyen@example.com", "a…(21)"),
        ("hỏi a_b@mail.vn.", "hỏi a…(11)."),
    ] {
        assert_eq!(cell(text), shown);
    }
}

#[test]
fn units_streets_codes_days_and_words_stay() {
    for text in [
        "UBND xã Nguyễn Việt Khái",
        "Phường Trần Hưng Đạo",
        "P. Trần Phú",
        "Trường THPT Nguyễn Văn Cừ",
        "đường Lê Lợi",
        "Lý Lịch Tư Pháp",
        "LÝ LỊCH TƯ PHÁP",
        "HỒ SƠ",
        "ĐÀO TẠO NGHỀ",
        "Đào tạo nghề",
        "Nông Nghiệp Và Phát Triển Nông Thôn",
        "Lưu trú",
        "Kim loại quý",
        "Hộ tịch",
        "Mai táng phí",
        "Trực tuyến",
        "000.00.12.H41-230101-0001",
        "1.001193.000.00.00.H41",
        "123.456.789",
        "01-07-2020 08:03",
        "Đại diện công ty TNHH Hoàng Anh",
        "đô thị hóa",
        "LePhi",
        "Le Phi",
        "Kiểm tra hồ sơ hỗ trợ thiệt hại do thiên tai",
        "Cấp bổ sung danh hiệu Tập thể lao động xuất sắc",
        "trích lục từ văn bản gốc",
    ] {
        assert_eq!(cell(text), text);
    }
}

#[test]
fn a_day_or_a_time_in_a_name_stays_and_a_person_does_not() {
    let mask = mask();
    let name = |text: &str| mask.text(text, Where::Name).into_owned();
    for text in [
        "ho-so_ubnd-huyen-cai-be_20200601.xls",
        "ho-so_so-van-hoa-the-thao-va-du-lich_20200701.xlsx",
        "Danh sách hồ sơ 1_7_2020 16_40.xls",
        "Sổ theo dõi hồ sơ_2020_07_01_02_41.xlsx",
        "bao-cao_010720200803.csv",
        "bao-cao_202007010803.csv",
        "bao-cao_20200701080359.csv",
        "ubnd-xa-tran-phan_20250401.csv",
        "UBND xã Trần Văn Thời.xlsx",
    ] {
        assert_eq!(name(text), text);
    }
    for (text, shown) in [
        ("ho-so_nguyen-van-an_20200701.csv", "ho-so_n…(13)_20200701.csv"),
        ("ho-so-tran-thi-hoa.csv", "ho-so-t…(12).csv"),
        ("NguyenVanAn_0912345678.xlsx", "N…(11)_0…(10).xlsx"),
        ("hs 079201001234.csv", "hs 0…(12).csv"),
        ("kho/Lê Thị Hoa/ho-so.csv", "kho/L…(10)/ho-so.csv"),
    ] {
        assert_eq!(name(text), shown);
    }
}

#[test]
fn nine_digits_in_a_sentence_are_a_count_unless_a_file_is_called_so() {
    let mask = mask();
    let said = |text: &str| mask.text(text, Where::Sentence).into_owned();
    assert_eq!(said("123456789 rows of 200000000"), "123456789 rows of 200000000");
    assert_eq!(said("gui/301234567_20250401.csv: no file"), "gui/3…(9)_20250401.csv: no file");
    assert_eq!(said("301234567.csv"), "3…(9).csv");
    assert_eq!(said("error: 079201001234_20250401.csv"), "error: 0…(12)_20250401.csv");
}

#[test]
fn a_code_is_a_number_of_a_person_only_as_a_whole() {
    let mask = mask();
    assert_eq!(mask.code("079201001234"), Some(Personal::Identity12));
    assert_eq!(mask.code("301234567"), Some(Personal::Identity9));
    assert_eq!(mask.code("0912345678"), Some(Personal::Phone));
    assert_eq!(mask.code("Nguyễn Văn An"), Some(Personal::Name));
    for code in ["379201001234", "H41-079201001234", "000.00.12.H41-230101-0001", "12345678", "HS 001"] {
        assert_eq!(mask.code(code), None, "{code}");
    }
}

#[test]
fn masking_twice_is_masking_once() {
    let once = cell("Nguyễn Văn An, 0912345678, an@mail.vn");
    assert_eq!(cell(&once), once);
}

#[test]
fn units_of_the_list_are_no_persons() {
    let unit = Unit {
        code: "1".into(),
        name: "UBND xã Nguyễn Thị Lan".into(),
        short_name: "Nguyễn Thị Lan".into(),
        kind: "commune".into(),
        parent: None,
        aliases: vec!["UBND phường Lê Văn Bình".into()],
        valid_from: None,
        valid_to: None,
    };
    let mask = mask().knowing(&[unit]);
    for text in ["Nguyễn Thị Lan", "nguyen-thi-lan_20250101.csv", "Lê Văn Bình"] {
        assert_eq!(mask.text(text, Where::Name), text);
    }
}
