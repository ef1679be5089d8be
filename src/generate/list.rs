//! Writes a list of dossiers as a workbook of 20 columns, dates as text.

use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use super::calendar::Moment;
use super::dossier::{BadDate, Dossier, Dossiers};
use super::{GenerateError, REPORT_EVERY};

const HEADINGS: [&str; 20] = [
    "STT",
    "Số hồ sơ",
    "Mã TTHC",
    "Tên thủ tục hành chính",
    "Tên lĩnh vực",
    "Mức độ",
    "Hình thức tiếp nhận",
    "Đơn vị tiếp nhận",
    "Cơ quan/đơn vị",
    "Chủ hồ sơ",
    "Ngày nộp hồ sơ",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày kết thúc xử lý",
    "Ngày trả kết quả",
    "Trạng thái hồ sơ",
    "Số hóa hồ sơ",
    "Kết quả điện tử",
    "Phí, lệ phí (đồng)",
    "Thanh toán trực tuyến",
];
const LEVELS: [&str; 3] = ["Mức độ 2", "Mức độ 3", "Mức độ 4"];
const CHANNELS: [&str; 3] = ["Trực tiếp", "Trực tuyến", "Bưu chính công ích"];
const STATUSES: [&str; 10] = [
    "Mới đăng ký",
    "Được tiếp nhận",
    "Không được tiếp nhận",
    "Đang xử lý",
    "Yêu cầu bổ sung giấy tờ",
    "Yêu cầu thực hiện nghĩa vụ tài chính",
    "Công dân yêu cầu rút hồ sơ",
    "Dừng xử lý",
    "Đã xử lý xong",
    "Đã trả kết quả",
];
/// Rows of a sheet below its heading.
const MAX_ROWS: u64 = 1_048_575;

/// Writes the workbook.
pub fn write(
    dossiers: &mut Dossiers<'_>,
    rows: u64,
    out: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<(), GenerateError> {
    if rows > MAX_ROWS {
        return Err(GenerateError::TooManyRows { rows, most: MAX_ROWS });
    }
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2025, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheet = book.add_worksheet();
    sheet.set_name("Danh sách")?;
    for (column, heading) in (0..).zip(HEADINGS) {
        sheet.write_string(0, column, heading)?;
    }
    let mut row = 0;
    while let Some(dossier) = dossiers.next() {
        row += 1;
        write_row(dossiers, sheet, row, &dossier)?;
        if u64::from(row) % REPORT_EVERY == 0 {
            progress(row.into());
        }
    }
    book.save(out)?;
    Ok(())
}

fn write_row(dossiers: &Dossiers<'_>, sheet: &mut Worksheet, row: u32, d: &Dossier) -> Result<(), XlsxError> {
    sheet.write_number(row, 0, row)?;
    let words = [
        d.code.as_str(),
        d.procedure.code,
        d.procedure.name,
        d.procedure.field,
        LEVELS[usize::from(d.procedure.level) - 2],
        CHANNELS[usize::from(d.channel) - 1],
        dossiers.unit_name(d.receiving),
        &d.resolving,
        &d.applicant,
    ];
    for (column, word) in (1..).zip(words) {
        text(sheet, row, column, word)?;
    }
    let received = d.received.map(|m| date(dossiers, m, d.bad_date));
    let plain = |moment: Option<Moment>| moment.map(|m| date(dossiers, m, None));
    let dates = [plain(Some(d.submitted)), received, plain(d.due), plain(d.finished), plain(d.returned)];
    for (column, moment) in (10..).zip(dates) {
        text(sheet, row, column, moment.as_deref().unwrap_or_default())?;
    }
    text(sheet, row, 15, STATUSES[usize::from(d.status) - 1])?;
    text(sheet, row, 16, yes_no(d.digitised))?;
    text(sheet, row, 17, d.e_result.map_or("", yes_no))?;
    sheet.write_number(row, 18, d.procedure.fee)?;
    text(sheet, row, 19, yes_no(d.paid > 0))
}

/// Text stays text, whatever it begins with; nothing leaves the cell out.
fn text(sheet: &mut Worksheet, row: u32, column: u16, value: &str) -> Result<(), XlsxError> {
    if !value.is_empty() {
        sheet.write_string(row, column, value)?;
    }
    Ok(())
}

/// `dd/MM/yyyy HH:mm`.
fn date(dossiers: &Dossiers<'_>, moment: Moment, bad: Option<BadDate>) -> String {
    let (year, month_day) = dossiers.calendar.text(moment.day()).split_at(4);
    let (month, day) = month_day.split_at(2);
    let (year, month, day) = match bad {
        Some(BadDate::NoSuchDay) => (year, "02", "31"),
        Some(BadDate::FarYear) => ("2569", month, day),
        None => (year, month, day),
    };
    let minutes = moment.second() / 60;
    format!("{day}/{month}/{year} {:02}:{:02}", minutes / 60, minutes % 60)
}

const fn yes_no(yes: bool) -> &'static str {
    if yes { "Có" } else { "Không" }
}
