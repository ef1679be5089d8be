-- Hồ sơ tiếp nhận trong kỳ không có ngày hẹn trả, theo đơn vị giải quyết. Các hồ sơ này đang được tính là đúng hạn.
-- Tham số: $from, $to
SELECT u.kind, u.name AS unit_name,
       count(*) AS received,
       sum(CASE WHEN d.due_at IS NULL THEN 1 ELSE 0 END) AS without_due_date,
       round(CAST(sum(CASE WHEN d.due_at IS NULL THEN 1 ELSE 0 END) AS DOUBLE) / count(*), 4) AS share
FROM dossiers d
JOIN units u ON u.code = d.resolving_unit
WHERE CAST(d.received_at AS DATE) BETWEEN $from AND $to
GROUP BY u.kind, u.name, d.resolving_unit
HAVING sum(CASE WHEN d.due_at IS NULL THEN 1 ELSE 0 END) > 0
ORDER BY without_due_date DESC, d.resolving_unit
