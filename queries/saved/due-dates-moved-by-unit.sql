-- Hồ sơ đổi ngày hẹn trả theo đơn vị, khi hạn cũ hoặc hạn mới thuộc kỳ: bao nhiêu lần lùi, bao nhiêu lần lùi khi hạn cũ đã qua, rút ngắn, bị xóa hạn, số ngày lùi trung bình.
-- Tham số: $from, $to
WITH moved AS (
  SELECT unit,
         dossier_code,
         TRY_CAST(substr(old_value, 1, 10) AS DATE) AS old_due,
         TRY_CAST(substr(new_value, 1, 10) AS DATE) AS new_due,
         CAST(exported_at AS DATE) AS exported_on
  FROM changes
  WHERE column_name = 'due_at'
)
SELECT m.unit,
       u.short_name AS unit_name,
       count(DISTINCT m.dossier_code) AS dossiers,
       count(*) FILTER (WHERE new_due > old_due) AS later,
       count(*) FILTER (WHERE new_due > old_due AND old_due < exported_on) AS later_after_due,
       count(*) FILTER (WHERE new_due < old_due) AS earlier,
       count(*) FILTER (WHERE new_due IS NULL) AS removed,
       round(avg(CASE WHEN new_due > old_due THEN CAST(new_due AS INT) - CAST(old_due AS INT) END), 1) AS mean_days_later
FROM moved m
LEFT JOIN units u ON u.code = m.unit
WHERE (old_due BETWEEN $from AND $to OR new_due BETWEEN $from AND $to)
  AND (new_due IS NULL OR new_due <> old_due)
GROUP BY m.unit, u.short_name
ORDER BY dossiers DESC, m.unit
