//! Names of the made-up province: units, and indicators with their themes.

use crate::FigureUnit;

pub const DEPARTMENTS: [&str; 20] = [
    "Sở Nội vụ",
    "Sở Tư pháp",
    "Sở Tài chính",
    "Sở Y tế",
    "Sở Công Thương",
    "Sở Xây dựng",
    "Sở Giao thông vận tải",
    "Sở Nông nghiệp và Phát triển nông thôn",
    "Sở Tài nguyên và Môi trường",
    "Sở Giáo dục và Đào tạo",
    "Sở Kế hoạch và Đầu tư",
    "Sở Khoa học và Công nghệ",
    "Sở Thông tin và Truyền thông",
    "Sở Lao động - Thương binh và Xã hội",
    "Sở Văn hóa, Thể thao và Du lịch",
    "Thanh tra tỉnh",
    "Ban Quản lý các khu công nghiệp và khu kinh tế cửa khẩu",
    "Công an tỉnh",
    "Bảo hiểm xã hội tỉnh",
    "Cục Thuế tỉnh",
];

pub const DISTRICTS: [&str; 11] = [
    "Cái Bè",
    "Cai Lậy",
    "Châu Thành",
    "Chợ Gạo",
    "Gò Công Đông",
    "Gò Công Tây",
    "Tân Phước",
    "Tân Phú Đông",
    "thành phố Mỹ Tho",
    "thị xã Gò Công",
    "thị xã Cai Lậy",
];

pub const FIRST: [&str; 16] = [
    "Thạnh", "Tân", "Mỹ", "Hậu", "Long", "Bình", "Phú", "An", "Hòa", "Vĩnh", "Đông", "Thới", "Điềm", "Nhị", "Song",
    "Quơn",
];
pub const SECOND: [&str; 10] =
    ["Thuận", "Hưng", "Lợi Trung", "Phước", "Khánh", "Định", "Đức Tây", "Thành", "Nghĩa", "Hiệp Đông"];

/// (id, name, theme, theme's title, unit, digits, more is better)
pub type Declared = (&'static str, &'static str, &'static str, &'static str, FigureUnit, u8, bool);

pub const RATE: FigureUnit = FigureUnit::Rate;
pub const INDICATORS: [Declared; 20] = [
    ("on_time_rate", "Tỷ lệ hồ sơ giải quyết đúng hạn", "timeliness", "Tiến độ giải quyết", RATE, 1, true),
    ("late_rate", "Tỷ lệ hồ sơ giải quyết quá hạn", "timeliness", "Tiến độ giải quyết", RATE, 1, false),
    (
        "overdue_pending_share",
        "Tỷ lệ hồ sơ đang giải quyết đã quá hạn",
        "timeliness",
        "Tiến độ giải quyết",
        RATE,
        1,
        false,
    ),
    ("online_share", "Tỷ lệ hồ sơ trực tuyến", "online", "Dịch vụ công trực tuyến", RATE, 1, true),
    (
        "online_share_l3",
        "Tỷ lệ hồ sơ trực tuyến mức độ 3 (một phần)",
        "online",
        "Dịch vụ công trực tuyến",
        RATE,
        1,
        true,
    ),
    (
        "online_share_l4",
        "Tỷ lệ hồ sơ trực tuyến mức độ 4 (toàn trình)",
        "online",
        "Dịch vụ công trực tuyến",
        RATE,
        1,
        true,
    ),
    ("online_share_l34", "Tỷ lệ hồ sơ trực tuyến mức độ 3 và 4", "online", "Dịch vụ công trực tuyến", RATE, 1, true),
    ("post_share", "Tỷ lệ hồ sơ qua bưu chính công ích", "online", "Dịch vụ công trực tuyến", RATE, 1, true),
    ("online_payment_share", "Tỷ lệ hồ sơ thanh toán trực tuyến", "online", "Dịch vụ công trực tuyến", RATE, 1, true),
    ("digitised_share", "Tỷ lệ số hóa hồ sơ", "digital", "Số hóa hồ sơ, kết quả", RATE, 1, true),
    ("e_result_share", "Tỷ lệ cấp kết quả điện tử", "digital", "Số hóa hồ sơ, kết quả", RATE, 1, true),
    ("reuse_share", "Tỷ lệ khai thác, sử dụng lại thông tin", "digital", "Số hóa hồ sơ, kết quả", RATE, 1, true),
    (
        "satisfaction_share",
        "Tỷ lệ hài lòng",
        "satisfaction",
        "Mức độ hài lòng của người dân, doanh nghiệp",
        RATE,
        2,
        true,
    ),
    ("mean_days", "Số ngày giải quyết bình quân", "duration", "Thời gian giải quyết", FigureUnit::Days, 1, false),
    ("median_days", "Số ngày giải quyết trung vị", "duration", "Thời gian giải quyết", FigureUnit::Days, 1, false),
    ("p90_days", "Số ngày giải quyết (phân vị 90)", "duration", "Thời gian giải quyết", FigureUnit::Days, 1, false),
    ("mean_working_days", "Số ngày làm việc bình quân", "duration", "Thời gian giải quyết", FigureUnit::Days, 1, false),
    (
        "no_due_resolved",
        "Hồ sơ đã giải quyết không có hạn trả",
        "data",
        "Hồ sơ thiếu hạn trả",
        FigureUnit::Count,
        0,
        false,
    ),
    (
        "no_due_pending",
        "Hồ sơ đang giải quyết không có hạn trả",
        "data",
        "Hồ sơ thiếu hạn trả",
        FigureUnit::Count,
        0,
        false,
    ),
    (
        "feedback_on_time_share",
        "Tỷ lệ phản ánh, kiến nghị xử lý đúng hạn",
        "feedback",
        "Phản ánh, kiến nghị",
        RATE,
        1,
        true,
    ),
];
