"""Writes the exports: A (xlsx with letterhead), C (HTML named .xls), D (CSV with ;), E (TCVN3), G (message)."""

import csv
import html
import io
import unicodedata
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook

from .excel import save_stable
from .tcvn3 import encode_tcvn3

STATUS = {1: "Mới đăng ký", 2: "Được tiếp nhận", 3: "Không được tiếp nhận", 4: "Đang xử lý", 5: "Yêu cầu bổ sung giấy tờ",
          6: "Yêu cầu thực hiện nghĩa vụ tài chính", 7: "Công dân yêu cầu rút hồ sơ", 8: "Dừng xử lý", 9: "Đã xử lý xong", 10: "Đã trả kết quả"}
CHANNEL = {1: "Trực tiếp", 2: "Trực tuyến", 3: "Bưu chính công ích"}
ROMAN = "I II III IV V VI VII VIII".split()
TITLE = "DANH SÁCH HỒ SƠ GIẢI QUYẾT THỦ TỤC HÀNH CHÍNH"


def text_date(parts, pattern):
    """A date by pattern; it need not exist."""
    if parts is None:
        return ""
    y, m, d, hour, minute, second = parts
    return pattern.format(y=y, m=m, d=d, H=hour, M=minute, S=second)


MINUTES = "{d:02}/{m:02}/{y:04} {H:02}:{M:02}"
SECONDS = MINUTES + ":{S:02}"
DAYS = "{d:02}/{m:02}/{y:04}"
MESSAGE = "{y:04}{m:02}{d:02}{H:02}{M:02}{S:02}"


def yes_no(value):
    """Có, Không, or blank for unknown."""
    return "" if value is None else "Có" if value else "Không"


def span_line(exported):
    """The line under the title that says when the export was made."""
    until = date.fromordinal(exported.toordinal() - 1)
    return f"(Từ ngày 02/01/2024 đến ngày {until:%d/%m/%Y}; thời điểm xuất: {exported:%d/%m/%Y} 08:00)"


def grouped(rows, names):
    """Rows under their unit, in order of first appearance in the list of units."""
    return [(names[code], [r for r in rows if r.d.resolving == code]) for code in names if any(r.d.resolving == code for r in rows)]


A_GROUPS = [("STT", ["STT"]), ("Thông tin hồ sơ", ["Số hồ sơ", "Tên thủ tục hành chính", "Tên  lĩnh vực", "Mức độ", "Hình thức tiếp nhận"]),
            ("Thời hạn giải quyết", ["Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc xử lý"]),
            ("Thông tin xử lý", ["Phòng ban", "Cơ quan/đơn vị", "Cán bộ xử lý hiện tại", "Trạng thái hồ sơ"]),
            ("Người nộp", ["Chủ hồ sơ", "Số điện thoại"])]
A_DECOMPOSED = {"Hình thức tiếp nhận", "Ngày kết thúc xử lý"}


def write_a(path, file, names):
    """Letterhead, merged two-row heading, group rows, total and signatures."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Danh sách"
    for row, left, right in ((1, "ỦY BAN NHÂN DÂN TỈNH SÔNG MÂY", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), (2, file.owner.upper(), "Độc lập - Tự do - Hạnh phúc")):
        put(sheet, row, 1, left, 7)
        put(sheet, row, 8, right, 8)
    put(sheet, 3, 1, TITLE, 15)
    put(sheet, 4, 1, span_line(file.exported), 15)
    column = 1
    for group, headings in A_GROUPS:
        put(sheet, 6, column, group, len(headings))
        for heading in headings:
            if group != "STT":
                put(sheet, 7, column, unicodedata.normalize("NFD", heading) if heading in A_DECOMPOSED else heading)
            column += 1
    sheet.merge_cells("A6:A7")
    at = 8
    if "tu-phap" in file.name:
        for c in range(1, 16):
            put(sheet, at, c, f"({c})")
        at += 1
    for n, (unit, rows) in enumerate(grouped(file.rows, names)):
        put(sheet, at, 1, ROMAN[n])
        put(sheet, at, 2, unit, 14)
        at += 1
        for stt, row in enumerate(rows, 1):
            for c, value in enumerate(a_cells(stt, row), 1):
                put(sheet, at, c, value)
            at += 1
    put(sheet, at, 1, "Tổng cộng", 2)
    put(sheet, at, 3, f"{len(file.rows)} hồ sơ")
    put(sheet, at + 2, 12, f"Sông Mây, ngày {file.exported:%d} tháng {file.exported:%m} năm {file.exported:%Y}", 4)
    put(sheet, at + 3, 2, "NGƯỜI LẬP BIỂU")
    put(sheet, at + 3, 12, "THỦ TRƯỞNG ĐƠN VỊ", 4)
    save_stable(book, path)


def put(sheet, row, column, value, width=1):
    """Writes text (never a formula) or a number, merged over some columns."""
    if value in ("", None):
        return
    cell = sheet.cell(row, column, value)
    if isinstance(value, str):
        cell.data_type = "s"
    if width > 1:
        sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=column + width - 1)


def a_cells(stt, row):
    """The 15 cells of layout A."""
    d = row.d
    dates = [text_date(row.date(n), MINUTES) for n in ("received", "due", "finished")]
    return [stt, row.code, d.name, d.field, f"Mức độ {d.level}", CHANNEL[d.channel], *dates, f"Phòng {d.field}", row.unit,
            f"Cán bộ {sum(map(ord, d.code)) % 7 + 1}", STATUS[d.status], d.applicant, d.phone]


C_HEADINGS = ("STT|Số hồ sơ|Mã TTHC|Tên thủ tục hành chính|Tên lĩnh vực|Mức độ|Hình thức tiếp nhận|Đơn vị tiếp nhận|Cơ quan/đơn vị|Chủ hồ sơ|"
              "Ngày nộp hồ sơ|Ngày tiếp nhận|Ngày hẹn trả|Ngày kết thúc xử lý|Ngày trả kết quả|Trạng thái hồ sơ|Số hóa hồ sơ|Kết quả điện tử|"
              "Phí, lệ phí (đồng)|Thanh toán trực tuyến|Tái sử dụng dữ liệu").split("|")


def write_c(path, file, names):
    """An HTML page that calls itself .xls, with a hidden table before the real one."""
    out = ['<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="UTF-8">'
           '<style>td{mso-number-format:"\\@"}</style></head><body>\n<table style="display:none"><tr><td>xuat_excel</td></tr></table>\n<table border="1">']
    for line in (file.owner.upper(), TITLE, span_line(file.exported)):
        out.append(f'<tr><td colspan="21">{html.escape(line)}</td></tr>')
    out.append("<tr>" + "".join(f"<th>{h}</th>" for h in C_HEADINGS) + "</tr>")
    for n, (unit, rows) in enumerate(grouped(file.rows, names)):
        out.append(f'<tr><td>{ROMAN[n]}</td><td colspan="20">{unit}</td></tr>')
        for stt, row in enumerate(rows, 1):
            out.append("<tr>" + "".join(f"<td>{html.escape(str(c))}</td>" for c in c_cells(stt, row)) + "</tr>")
    out.append(f'<tr><td colspan="2">Cộng</td><td>{len(file.rows)}</td></tr></table></body></html>\n')
    path.write_bytes("\n".join(out).encode())


def c_cells(stt, row):
    """The 21 cells of layout C."""
    d = row.d
    dates = [text_date(row.date(n), SECONDS) for n in ("submitted", "received", "due", "finished", "returned")]
    return [stt, row.code, d.procedure, d.name, d.field, f"Mức độ {d.level}", CHANNEL[d.channel], row.receiving, row.unit, d.applicant,
            *dates, STATUS[d.status], yes_no(d.digitised), yes_no(d.e_result), f"{d.fee:,}".replace(",", "."), yes_no(d.paid), yes_no(d.reused)]


D_HEADINGS = ("STT|Số hồ sơ|Mã TTHC|Tên thủ tục hành chính|Tên lĩnh vực|Mức độ|Hình thức tiếp nhận|Đơn vị tiếp nhận|Cơ quan/đơn vị|Chủ hồ sơ|"
              "Số CMND/CCCD|Số điện thoại|Ngày nộp hồ sơ|Ngày tiếp nhận|Ngày hẹn trả|Ngày kết thúc xử lý|Ngày trả kết quả|Trạng thái hồ sơ|"
              "Số lần bổ sung|Số hóa hồ sơ|Kết quả điện tử|Phí, lệ phí (đồng)|Thanh toán trực tuyến|Tái sử dụng dữ liệu").split("|")


def write_d(path, file, _names):
    """UTF-8 with a BOM, semicolons, line breaks inside procedure names, decimal commas."""
    text = io.StringIO(newline="")
    out = csv.writer(text, delimiter=";", lineterminator="\r\n")
    out.writerow(D_HEADINGS)
    for stt, row in enumerate(file.rows, 1):
        d = row.d
        dates = [text_date(row.date(n), MINUTES) for n in ("submitted", "received", "due", "finished", "returned")]
        out.writerow([stt, row.code, d.procedure, d.name.replace(", ", ",\n"), d.field, f"Mức độ {d.level}", CHANNEL[d.channel], row.receiving,
                      row.unit, d.applicant, d.applicant_id, d.phone, *dates, STATUS[d.status], len(d.pauses), yes_no(d.digitised),
                      yes_no(d.e_result), f"{d.fee},00", yes_no(d.paid), yes_no(d.reused)])
    path.write_bytes(("\ufeff" + text.getvalue()).encode())


E_HEADINGS = ("STT|Số hồ sơ|Tên thủ tục hành chính|Tên lĩnh vực|Cơ quan/đơn vị|Chủ hồ sơ|Ngày tiếp nhận|Ngày hẹn trả|Ngày kết thúc xử lý|"
              "Trạng thái hồ sơ|Hình thức tiếp nhận|Mức độ|Số hóa hồ sơ").split("|")


def write_e(path, file, _names):
    """TCVN3 (ABC) text with commas, dates without time."""
    text = io.StringIO(newline="")
    out = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    out.writerow(E_HEADINGS)
    for stt, row in enumerate(file.rows, 1):
        d = row.d
        dates = [text_date(row.date(n), DAYS) for n in ("received", "due", "finished")]
        out.writerow([stt, row.code, d.name, d.field, row.unit, d.applicant, *dates, STATUS[d.status], CHANNEL[d.channel],
                      f"Mức độ {d.level}", yes_no(d.digitised)])
    path.write_bytes(encode_tcvn3(text.getvalue()))


G_FIELDS = ("MaHoSo MaTTHC TenTTHC TenLinhVuc MucDo KenhThucHien ChuHoSo MaDoiTuong SoDienThoai NgayNopHoSo NgayTiepNhan NgayHenTra "
            "NgayKetThucXuLy NgayTra NgayTuChoi TrangThaiHoSo NoiNopHoSo DonViXuLy HoSoCoThanhPhanSoHoa CoKetQuaDienTu DuocTaiSuDung LePhi "
            "DuocThanhToanTrucTuyen NgayBoSung NgayTiepNhanBoSung NgayBoSung2 NgayTiepNhanBoSung2").split()
G_INTEGERS = {"MucDo", "KenhThucHien", "TrangThaiHoSo", "HoSoCoThanhPhanSoHoa", "CoKetQuaDienTu", "DuocTaiSuDung", "DuocThanhToanTrucTuyen"}


def g_cells(row):
    """The 27 fields of the national message; None where there is nothing."""
    d = row.d
    date_of = lambda name: text_date(row.date(name), MESSAGE) or None
    moment = lambda m: m and m.strftime("%Y%m%d%H%M%S")
    pause = [m for p in (*d.pauses, (None, None), (None, None))[:2] for m in p]
    refused = date_of("submitted") if d.status == 3 else None
    return [row.code or None, d.procedure, d.name, d.field, d.level, d.channel, d.applicant, d.applicant_id, d.phone, date_of("submitted"),
            date_of("received"), date_of("due"), date_of("finished"), date_of("returned"), refused, d.status, row.receiving, row.unit,
            int(d.digitised), None if d.e_result is None else int(d.e_result), int(d.reused), d.fee, d.paid, *map(moment, pause)]


def write_g(path, file, _names):
    """The fields of the national message, as CSV or Parquet by the file's name."""
    rows = [g_cells(r) for r in file.rows]
    if path.suffix == ".parquet":
        kind = lambda f: pa.int8() if f in G_INTEGERS else pa.int32() if f == "LePhi" else pa.string()
        table = pa.table({f: pa.array([r[i] for r in rows], kind(f)) for i, f in enumerate(G_FIELDS)})
        pq.write_table(table, path, compression="snappy")
        return
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(G_FIELDS)
    out.writerows([["" if c is None else c for c in r] for r in rows])
    path.write_bytes(text.getvalue().encode())


WRITERS = {"A": write_a, "C": write_c, "D": write_d, "E": write_e, "G": write_g}
