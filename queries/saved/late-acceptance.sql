-- Hồ sơ trực tuyến được tiếp nhận muộn hơn một ngày làm việc sau khi nộp (quy định: 8 giờ làm việc), theo đơn vị tiếp nhận.
-- Tham số: $from, $to
SELECT u.kind, u.name AS unit_name,
       count(*) AS online,
       sum(CASE WHEN r.working_day_number - s.working_day_number > 1 THEN 1 ELSE 0 END) AS accepted_late,
       max(r.working_day_number - s.working_day_number) AS most_working_days
FROM dossiers d
JOIN units u ON u.code = d.receiving_unit
JOIN calendar s ON s.date = CAST(d.submitted_at AS DATE)
JOIN calendar r ON r.date = CAST(d.received_at AS DATE)
WHERE CAST(d.received_at AS DATE) BETWEEN $from AND $to
  AND d.channel = 2
GROUP BY u.kind, u.name, d.receiving_unit
HAVING sum(CASE WHEN r.working_day_number - s.working_day_number > 1 THEN 1 ELSE 0 END) > 0
ORDER BY accepted_late DESC, d.receiving_unit
