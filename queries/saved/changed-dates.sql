-- Ngày tiếp nhận, ngày hẹn trả, ngày kết thúc và trạng thái đã bị đổi giữa các lần gửi: từng hồ sơ, giá trị cũ và mới, tệp nào. Theo ngày xuất của tệp đã đổi.
-- Tham số: $from, $to
SELECT c.unit,
       u.short_name AS unit_name,
       c.dossier_code,
       c.column_name,
       c.old_value,
       c.new_value,
       CAST(TRY_CAST(substr(c.new_value, 1, 10) AS DATE) AS INT)
         - CAST(TRY_CAST(substr(c.old_value, 1, 10) AS DATE) AS INT) AS days_moved,
       CAST(c.old_exported_at AS DATE) AS old_exported_on,
       CAST(c.exported_at AS DATE) AS exported_on,
       c.old_file,
       c.file,
       c.sheet,
       c.row
FROM changes c
LEFT JOIN units u ON u.code = c.unit
WHERE c.exported_at IS NULL OR CAST(c.exported_at AS DATE) BETWEEN $from AND $to
ORDER BY c.unit, c.dossier_code, c.exported_at, c.column_name, c.import
