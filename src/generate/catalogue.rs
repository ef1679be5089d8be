//! What is applied for, and by whom: invented procedures and names.

/// One procedure. Names with a comma are quoted in a CSV.
#[derive(Debug)]
pub struct Procedure {
    pub code: &'static str,
    pub name: &'static str,
    pub field: &'static str,
    pub level: u8,
    pub limit: u8,
    pub fee: u32,
}

const fn procedure(
    code: &'static str,
    name: &'static str,
    field: &'static str,
    level: u8,
    limit: u8,
    fee: u32,
) -> Procedure {
    Procedure { code, name, field, level, limit, fee }
}

const OF_PROVINCE: [Procedure; 14] = [
    procedure("1.000104", "Cấp phiếu lý lịch tư pháp", "Lý lịch tư pháp", 4, 10, 200_000),
    procedure("2.000233", "Cấp chứng chỉ hành nghề khám bệnh, chữa bệnh", "Khám bệnh, chữa bệnh", 3, 20, 360_000),
    procedure("1.000307", "Thông báo hoạt động khuyến mại", "Xúc tiến thương mại", 4, 1, 0),
    procedure("1.000418", "Cấp đổi giấy phép lái xe", "Đường bộ", 4, 5, 135_000),
    procedure("2.000526", "Đăng ký thay đổi nội dung đăng ký doanh nghiệp", "Thành lập doanh nghiệp", 4, 3, 50_000),
    procedure("1.000655", "Cấp chứng chỉ hành nghề hoạt động xây dựng", "Hoạt động xây dựng", 3, 20, 150_000),
    procedure("1.000712", "Giải quyết hưởng trợ cấp thất nghiệp", "Việc làm", 3, 20, 0),
    procedure("2.000846", "Cấp giấy chứng nhận đủ điều kiện kinh doanh dược", "Dược phẩm", 3, 30, 750_000),
    procedure("1.000931", "Đăng ký biến động quyền sử dụng đất, tài sản gắn liền với đất", "Đất đai", 3, 10, 8_000),
    procedure("1.001077", "Chuyển trường đối với học sinh trung học phổ thông", "Giáo dục trung học", 3, 2, 0),
    procedure("2.001180", "Cấp giấy phép khai thác thủy sản", "Thủy sản", 4, 6, 40_000),
    procedure("1.001264", "Tặng bằng khen của Chủ tịch Ủy ban nhân dân tỉnh", "Thi đua, khen thưởng", 2, 25, 0),
    procedure("1.001392", "Cấp giấy chứng nhận kiểm định phương tiện đo", "Đo lường", 3, 5, 0),
    procedure("2.001405", "Thẩm định báo cáo nghiên cứu khả thi đầu tư xây dựng", "Hoạt động xây dựng", 2, 30, 0),
];
const OF_DISTRICT: [Procedure; 10] = [
    procedure("1.002011", "Đăng ký biến động đất đai của hộ gia đình, cá nhân", "Đất đai", 3, 10, 8_000),
    procedure("2.002122", "Chứng thực hợp đồng, giao dịch", "Chứng thực", 2, 2, 50_000),
    procedure("2.002203", "Đăng ký thành lập hộ kinh doanh", "Thành lập và hoạt động của hộ kinh doanh", 4, 3, 100_000),
    procedure("1.002334", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Quản lý hoạt động xây dựng", 3, 15, 75_000),
    procedure("1.002445", "Chuyển mục đích sử dụng đất của hộ gia đình", "Đất đai", 3, 15, 0),
    procedure("1.002556", "Cấp đổi Giấy chứng nhận quyền sử dụng đất", "Đất đai", 4, 7, 30_000),
    procedure("1.002667", "Chứng thực bản sao từ bản chính", "Chứng thực", 4, 0, 4_000),
    procedure("2.002778", "Đăng ký khai sinh có yếu tố nước ngoài", "Hộ tịch", 4, 3, 75_000),
    procedure("1.002889", "Thực hiện trợ cấp xã hội hàng tháng", "Bảo trợ xã hội", 3, 20, 0),
    procedure("1.002990", "Cấp danh hiệu Lao động tiên tiến", "Văn hóa, thi đua", 3, 10, 0),
];
const OF_COMMUNE: [Procedure; 8] = [
    procedure("1.003015", "Chứng thực bản sao từ bản chính giấy tờ do cơ quan Việt Nam cấp", "Chứng thực", 4, 0, 4_000),
    procedure("1.003126", "Đăng ký khai sinh", "Hộ tịch", 4, 1, 0),
    procedure("1.003237", "Đăng ký kết hôn", "Hộ tịch", 3, 1, 0),
    procedure("2.003348", "Cấp giấy xác nhận tình trạng hôn nhân", "Hộ tịch", 4, 3, 15_000),
    procedure("2.003459", "Chứng thực chữ ký trong giấy tờ, văn bản", "Chứng thực", 3, 0, 10_000),
    procedure("1.003560", "Đăng ký khai tử", "Hộ tịch", 4, 1, 0),
    procedure("1.003671", "Xác định, xác định lại mức độ khuyết tật", "Bảo trợ xã hội", 2, 20, 0),
    procedure("1.003782", "Đăng ký lại khai sinh", "Hộ tịch", 3, 5, 8_000),
];

/// The procedures that a kind of unit offers, the commonest first.
pub fn offered_by(kind: &str) -> &'static [Procedure] {
    match kind {
        "commune" => &OF_COMMUNE,
        "district" => &OF_DISTRICT,
        _ => &OF_PROVINCE,
    }
}

pub const FAMILY: [&str; 14] =
    ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"];
pub const MIDDLE: [&str; 14] =
    ["Văn", "Thị", "Hữu", "Đức", "Minh", "Ngọc", "Thanh", "Quang", "Kim", "Xuân", "Thu", "Gia", "Bảo", "Hoài"];
pub const GIVEN: [&str; 20] = [
    "An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Hạnh", "Hiếu", "Hùng", "Lan", "Linh", "Long", "Mai", "Nam", "Nga",
    "Nhung", "Phúc", "Quân", "Tâm", "Vinh",
];
/// Names that a spreadsheet would take for formulas.
pub const FORMULAS: [&str; 4] = ["=HYPERLINK(\"http://vi.du\";\"x\")", "=1+1", "+84 Nguyễn Văn A", "@SUM(A1:A9)"];
/// Units that no list has.
pub const UNKNOWN_UNITS: [&str; 3] = ["UBND xã Mù Khơi", "Sở Vũ trụ", "UBND phường Hải Đăng Cũ"];
