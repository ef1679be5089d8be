"""Writes units.csv and the tables beside the exports: catalogue, satisfaction answers, feedback."""

import csv
import io
from collections import Counter

from openpyxl import Workbook

from .excel import save_stable

LEVELS = {"department": ("Cấp tỉnh", "CẤP TỈNH"), "district": ("Cấp huyện", "CẤP HUYỆN"), "commune": ("Cấp xã", "CẤP XÃ")}
WORDS = {5: "Rất hài lòng", 4: "Hài lòng", 3: "Bình thường", 2: "Không hài lòng", 1: "Rất không hài lòng", 0: "Không ý kiến", 6: "6", None: ""}


def write_csv(path, rows, bom=""):
    """Comma, LF, UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    path.write_bytes((bom + text.getvalue()).encode())


def write_units(path, units):
    """The list of units with their aliases."""
    head = ["code", "name", "short_name", "level", "parent_code", "aliases", "valid_from", "valid_to"]
    write_csv(path, [head] + [[u.code, u.name, u.short, u.level, u.parent, "|".join(u.aliases), "2015-01-01", u.valid_to] for u in units])


def write_catalogue(rng, path, procedures, names, repeated=5):
    """The catalogue of procedures under group rows, some of them listed twice."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Sheet1"
    sheet["A1"] = "DANH MỤC THỦ TỤC HÀNH CHÍNH TỈNH SÔNG MÂY"
    sheet.merge_cells("A1:J1")
    sheet.append([])
    sheet.append(["STT", "Mã TTHC", "Tên thủ tục hành chính", "Lĩnh vực", "Cơ quan thực hiện", "Cấp thực hiện", "Thực hiện tại Bộ phận một cửa",
                  "Mức độ DVCTT", "Thời hạn giải quyết (ngày làm việc)", "Phí, lệ phí (đồng)"])
    twice = set(rng.sample([p.code for p in procedures], repeated))
    count = 0
    for numeral, (level, (short, long)) in zip(("I", "II", "III"), LEVELS.items()):
        sheet.append([numeral, f"THỦ TỤC HÀNH CHÍNH {long}"])
        listed = [p for p in procedures if p.level == level]
        for stt, p in enumerate(listed + [p for p in listed if p.code in twice], 1):
            agency = names.get(p.agency) or f"UBND {short.lower()}"
            fee = f"{p.fee:,}".replace(",", ".") if p.fee else "Không"
            sheet.append([stt, p.code, p.name, p.field, agency, short, "Có" if p.one_stop else "Không", f"Mức độ {p.online}", p.limit, fee])
            count += 1
    sheet.append([None, "Tổng cộng", count])
    save_stable(book, path)
    return {"file": "tables/danh-muc-tthc.xlsx", "rows": count, "distinct": len(procedures), "group_and_total_rows": 4}


def catalogue_counts(procedures):
    """Distinct procedures by level of government and by agency."""
    counts = {}
    for key in ["all", *LEVELS, *sorted({p.agency for p in procedures} - {""})]:
        of = [p for p in procedures if key in ("all", p.level, p.agency)]
        by_level = Counter(p.online for p in of)
        counts[key] = {
            "procedures": len(of), "one_stop": sum(p.one_stop for p in of), "level_2": by_level[2], "level_3": by_level[3],
            "level_4": by_level[4], "coverage_l4": by_level[4] / len(of), "coverage_l34": (by_level[3] + by_level[4]) / len(of),
        }
    return counts


def write_answers(rng, path, answers, units, repeated=6):
    """Satisfaction answers: numbers from the QR code, words from paper; some twice, some not valid."""
    rows = [["Mã phiếu", "Đơn vị được đánh giá", "Ngày đánh giá", "Hình thức", "Mã hồ sơ", "Mức độ hài lòng"]]
    for number, unit, on, score, code in answers:
        unit = units[unit]
        name = rng.choice(unit.aliases) if rng.random() < 0.05 else unit.name
        scanned = rng.random() < 0.35
        word = ("" if score is None else score) if scanned else WORDS[score]
        rows.append([number, name, f"{on:%d/%m/%Y}", "Quét mã QR" if scanned else "Phiếu giấy", code, word])
    for row in rng.sample(rows[1:], repeated):
        rows.insert(rows.index(row) + 1, row)
    write_csv(path, rows, "\ufeff")
    invalid = sum(score not in (1, 2, 3, 4, 5) for *_, score, _ in answers)
    return {"file": "tables/danh-gia-hai-long.csv", "rows": len(rows) - 1, "distinct": len(answers), "not_valid": invalid}


def write_feedback(rng, path, feedback, units):
    """Complaints and proposals with their deadline and answer."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Sheet1"
    sheet["A1"] = "TỔNG HỢP PHẢN ÁNH, KIẾN NGHỊ CỦA NGƯỜI DÂN, DOANH NGHIỆP"
    sheet.merge_cells("A1:G1")
    sheet.append([])
    sheet.append(["STT", "Mã phản ánh", "Đơn vị xử lý", "Ngày tiếp nhận", "Hạn xử lý", "Ngày trả lời", "Đánh giá"])
    for stt, (number, unit, received, due, answered) in enumerate(feedback, 1):
        unit = units[unit]
        name = rng.choice(unit.aliases) if rng.random() < 0.15 else unit.name
        opinion = rng.choice(("Hài lòng", "Chấp nhận được", "Không hài lòng")) if answered else None
        sheet.append([stt, number, name, f"{received:%d/%m/%Y}", f"{due:%d/%m/%Y}", answered and f"{answered:%d/%m/%Y}", opinion])
    save_stable(book, path)
    return {"file": "tables/phan-anh-kien-nghi.xlsx", "rows": len(feedback)}
