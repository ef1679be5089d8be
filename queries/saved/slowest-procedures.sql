-- Hai mươi thủ tục lâu nhất trong kỳ, theo trung vị số ngày làm việc từ tiếp nhận đến kết thúc xử lý; chỉ thủ tục có từ 5 hồ sơ xong.
-- Tham số: $from, $to
SELECT d.field, d.procedure_name,
       count(*) AS resolved,
       median(CAST(e.working_day_number - s.working_day_number AS DOUBLE)) AS median_working_days,
       max(e.working_day_number - s.working_day_number) AS most_working_days
FROM dossiers d
JOIN calendar s ON s.date = CAST(d.received_at AS DATE)
JOIN calendar e ON e.date = CAST(d.finished_at AS DATE)
WHERE CAST(d.finished_at AS DATE) BETWEEN $from AND $to
GROUP BY d.field, d.procedure_name
HAVING count(*) >= 5
ORDER BY median_working_days DESC, resolved DESC, d.procedure_name, d.field
LIMIT 20
