"""The invented province: its units with their aliases, its catalogue of procedures, names of people."""

import unicodedata
from dataclasses import dataclass

PROVINCE = "H99"
DEPARTMENTS = [  # name, short name, fields, what they are asked for
    ("Sở Nội vụ", "Sở NV", {"Thi đua, khen thưởng": ["bằng khen", "giấy chứng nhận danh hiệu"], "Tổ chức phi chính phủ": ["quyết định công nhận điều lệ hội"]}),
    ("Sở Tư pháp", "Sở TP", {"Lý lịch tư pháp": ["phiếu lý lịch tư pháp"], "Công chứng, luật sư": ["thẻ công chứng viên", "giấy đăng ký hoạt động, chi nhánh văn phòng luật sư"]}),
    ("Sở Xây dựng", "Sở XD", {"Hoạt động xây dựng": ["chứng chỉ hành nghề hoạt động xây dựng", "giấy phép xây dựng công trình cấp I, cấp II"], "Nhà ở": ["giấy xác nhận điều kiện mua nhà ở xã hội"]}),
    ("Sở Y tế", "Sở YT", {"Khám bệnh, chữa bệnh": ["chứng chỉ hành nghề khám bệnh, chữa bệnh", "giấy phép hoạt động phòng khám"], "Dược phẩm": ["giấy chứng nhận đủ điều kiện kinh doanh dược"]}),
    ("Sở Công Thương", "Sở CT", {"Xúc tiến thương mại": ["thông báo hoạt động khuyến mại"], "Kinh doanh khí": ["giấy chứng nhận đủ điều kiện nạp khí"], "Hóa chất": ["giấy chứng nhận sản xuất hóa chất"]}),
    ("Sở Tài chính", "Sở TC", {"Thành lập doanh nghiệp": ["giấy chứng nhận đăng ký doanh nghiệp", "giấy chứng nhận hoạt động chi nhánh"], "Quản lý giá": ["văn bản kê khai giá"]}),
    ("Sở Nông nghiệp và Phát triển nông thôn", "Sở NN&PTNT", {"Trồng trọt": ["giấy chứng nhận buôn bán phân bón"], "Thủy sản": ["giấy phép khai thác thủy sản"], "Thú y": ["chứng chỉ hành nghề thú y"]}),
    ("Sở Khoa học và Công nghệ", "Sở KH&CN", {"Đo lường": ["giấy chứng nhận kiểm định phương tiện đo"]}),
]
MORE_ALIASES = {
    "Sở Nội vụ": ["SNV", "Sở Nội Vụ"], "Sở Tư pháp": ["STP", "Sở Tư Pháp"], "Sở Xây dựng": ["SXD", "Sở Xây Dựng"],
    "Sở Y tế": ["SYT", "Sở Y Tế"], "Sở Công Thương": ["SCT"], "Sở Tài chính": ["STC", "Sở Tài Chính"],
    "Sở Nông nghiệp và Phát triển nông thôn": ["Sở NNPTNT", "Sở Nông nghiệp & PTNT"], "Sở Khoa học và Công nghệ": ["Sở KHCN"],
}
DISTRICTS = {
    "thành phố Mây Trắng": ["phường 1", "phường 2", "phường Bến Gió", "xã Thạnh Hoà", "xã Đồng Sương", "xã Cồn Mây"],
    "thị xã Bến Sương": ["phường 1", "phường Trăng Non", "xã Thanh Hòa", "xã Rạch Lam", "xã Gò Nắng", "xã Bãi Trăng"],
    "huyện Suối Lam": ["thị trấn Suối Lam", "xã Khe Thuỷ", "xã Đá Ngân", "xã Lũng Sương", "xã Nà Trăng", "xã Đồi Quế"],
    "huyện Đồi Mơ": ["thị trấn Đồi Mơ", "xã Vườn Mơ", "xã Nắng Hạ", "xã Truông Lau", "xã Hoà Sương", "xã Gò Trúc"],
}
SHORT = {"thành phố": "TP.", "thị xã": "TX.", "huyện": "H.", "phường": "P.", "thị trấn": "TT.", "xã": "X."}
DISTRICT_FIELDS = {
    "Đất đai": ["Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở", "quyết định chuyển mục đích sử dụng đất"],
    "Hộ kinh doanh": ["giấy chứng nhận đăng ký hộ kinh doanh"], "Xây dựng": ["giấy phép xây dựng nhà ở riêng lẻ"],
    "Hộ tịch": ["trích lục ghi chú kết hôn"],
}
COMMUNE_FIELDS = {
    "Hộ tịch": ["giấy khai sinh", "giấy xác nhận tình trạng hôn nhân", "trích lục khai tử"],
    "Chứng thực": ["bản sao từ bản chính", "chữ ký trong giấy tờ, văn bản"], "Bảo trợ xã hội": ["giấy xác nhận khuyết tật"],
}
VERBS = ["Cấp", "Cấp lại", "Cấp đổi", "Điều chỉnh", "Gia hạn", "Thu hồi"]
FAMILY = "Nguyễn Trần Lê Phạm Hoàng Phan Vũ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
MIDDLE = "Văn Thị Hữu Đức Minh Ngọc Thanh Quang Kim Xuân Thu Gia Bảo Hoài".split()
GIVEN = "An Bình Chi Dũng Giang Hà Hạnh Hiếu Hùng Lan Linh Long Mai Nam Nga Nhung Phúc Quân Tâm Thảo Trang Tùng Uyên Vân Vinh Yến".split()
FORMULAS = ['=HYPERLINK("http://vi.du";"x")', "=1+1", "+84 Nguyễn Văn A", "@SUM(A1:A9)", '=IMPORTXML("http://vi.du";"//a")', "-2+3"]


@dataclass(frozen=True)
class Unit:
    """One row of units.csv."""

    code: str
    name: str
    short: str
    level: str
    parent: str
    aliases: tuple
    valid_to: str = ""


@dataclass(frozen=True)
class Procedure:
    """One procedure of the catalogue."""

    code: str
    name: str
    field: str
    level: str
    agency: str
    one_stop: bool
    online: int
    limit: int
    fee: int


def local_unit(code, name, level, parent, where=""):
    """A district or commune with the ways in which people write it."""
    kind = next(k for k in SHORT if name.startswith(k + " "))
    rest = name[len(kind) + 1:] + (f", {where}" if where else "")
    short = f"{SHORT[kind]} {rest}"
    aliases = (f"{kind.capitalize()} {rest}", f"UBND {short}", short, f"{SHORT[kind][:-1]} {rest}", f"Ủy ban nhân dân {kind} {rest}")
    return Unit(code, f"UBND {kind} {rest}", short, level, parent, aliases, "2025-06-30")


def make_units():
    """Province, departments, districts, communes."""
    units = [Unit(PROVINCE, "UBND tỉnh Sông Mây", "Sông Mây", "province", "", ())]
    for n, (name, short, _) in enumerate(DEPARTMENTS, 1):
        units.append(Unit(f"000.00.{n:02}.{PROVINCE}", name, short, "department", PROVINCE, (short, *MORE_ALIASES[name])))
    names = [c for communes in DISTRICTS.values() for c in communes]
    for n, (district, communes) in enumerate(DISTRICTS.items(), 31):
        parent = f"000.00.{n}.{PROVINCE}"
        units.append(local_unit(parent, district, "district", PROVINCE))
        for m, commune in enumerate(communes, 1):
            where = district if names.count(commune) > 1 else ""
            units.append(local_unit(f"000.{m:02}.{n}.{PROVINCE}", commune, "commune", parent, where))
    return units


def make_procedures(rng):
    """The catalogue: every field of every department, of districts, of communes, under each verb."""
    groups = [("department", f"000.00.{n:02}.{PROVINCE}", fields) for n, (_, _, fields) in enumerate(DEPARTMENTS, 1)]
    groups += [("district", "", DISTRICT_FIELDS), ("commune", "", COMMUNE_FIELDS)]
    procedures, used = [], set()
    for level, agency, fields in groups:
        for field, objects in fields.items():
            for thing in objects:
                for verb in VERBS[: rng.randint(4, 6)]:
                    code = None
                    while code is None or code in used:
                        code = f"{rng.choice('12')}.{rng.randint(0, 13999):06}"
                    used.add(code)
                    procedures.append(Procedure(
                        code, f"{verb} {thing}", field, level, agency, rng.random() < 0.95,
                        rng.choices((2, 3, 4), (6, 44, 50))[0],
                        rng.choice((0, 1, 1, 3)) if level == "commune" else rng.choice((3, 5, 7, 10, 15, 20)),
                        rng.choice((0, 0, 0, 8000, 50000, 150000, 500000)),
                    ))
    return procedures


def person(rng):
    """A made-up name, ID number (099…) and phone (06…)."""
    name = f"{rng.choice(FAMILY)} {rng.choice(MIDDLE)} {rng.choice(GIVEN)}"
    if rng.random() < 0.06:
        name = f"Công ty TNHH {rng.choice(MIDDLE)} {rng.choice(GIVEN)}"
    return name, f"099{rng.randrange(10**9):09}", f"06{rng.randrange(10**8):08}"


def other_tone_place(name):
    """The same name with the tone mark in the other place, or None if it has no such syllable."""
    pairs = [("oà", "òa"), ("oá", "óa"), ("uỷ", "ủy"), ("uý", "úy")]
    for a, b in pairs + [(b, a) for a, b in pairs]:
        if a in unicodedata.normalize("NFC", name):
            return name.replace(a, b)
    return None
