-- Ngày tiếp nhận, ngày hẹn trả, ngày kết thúc đã bị đổi giữa các lần gửi, khi ngày cũ hoặc ngày mới thuộc kỳ: từng hồ sơ, ngày cũ và mới, tệp nào. Mỗi dòng là một thay đổi có thể làm số liệu của kỳ khác đi.
-- Tham số: $from, $to
WITH dates AS (
  SELECT *,
         TRY_CAST(substr(old_value, 1, 10) AS DATE) AS old_day,
         TRY_CAST(substr(new_value, 1, 10) AS DATE) AS new_day
  FROM changes
  WHERE column_name <> 'status'
)
SELECT d.unit,
       u.short_name AS unit_name,
       d.dossier_code,
       d.column_name,
       d.old_value,
       d.new_value,
       CAST(d.new_day AS INT) - CAST(d.old_day AS INT) AS days_moved,
       CAST(d.old_exported_at AS DATE) AS old_exported_on,
       CAST(d.exported_at AS DATE) AS exported_on,
       d.old_file,
       d.file,
       d.sheet,
       d.row
FROM dates d
LEFT JOIN units u ON u.code = d.unit
WHERE d.old_day BETWEEN $from AND $to OR d.new_day BETWEEN $from AND $to
ORDER BY d.unit, d.dossier_code, d.exported_at, d.column_name, d.import, d.file, d.row
