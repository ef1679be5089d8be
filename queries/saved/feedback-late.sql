-- Phản ánh, kiến nghị tiếp nhận trong kỳ mà đến ngày cuối kỳ đã quá hạn chưa trả lời, hoặc trả lời quá hạn: mã, đơn vị, quá mấy ngày.
-- Tham số: $from, $to
SELECT f.feedback_code, u.name AS unit_name,
       CAST(f.received_at AS DATE) AS received_on,
       CAST(f.due_at AS DATE) AS due_on,
       CASE WHEN CAST(f.answered_at AS DATE) <= $to THEN CAST(f.answered_at AS DATE) END AS answered_on,
       CASE WHEN CAST(f.answered_at AS DATE) <= $to THEN CAST(CAST(f.answered_at AS DATE) AS INT) ELSE CAST($to AS INT) END - CAST(CAST(f.due_at AS DATE) AS INT) AS days_late
FROM feedback f
JOIN units u ON u.code = f.unit
WHERE CAST(f.received_at AS DATE) BETWEEN $from AND $to
  AND CASE WHEN CAST(f.answered_at AS DATE) <= $to THEN CAST(CAST(f.answered_at AS DATE) AS INT) ELSE CAST($to AS INT) END > CAST(CAST(f.due_at AS DATE) AS INT)
ORDER BY days_late DESC, f.feedback_code
