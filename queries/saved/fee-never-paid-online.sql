-- Thủ tục có thu phí, lệ phí trong kỳ mà chưa hồ sơ nào thanh toán trực tuyến, nhiều hồ sơ nhất đứng trước.
-- Tham số: $from, $to
SELECT d.field, d.procedure_name,
       count(*) AS with_fee,
       sum(d.fee) AS fees,
       sum(CASE WHEN d.channel = 2 THEN 1 ELSE 0 END) AS submitted_online
FROM dossiers d
WHERE CAST(d.received_at AS DATE) BETWEEN $from AND $to
  AND d.fee > 0
  AND d.paid_online IS NOT NULL
GROUP BY d.field, d.procedure_name
HAVING max(d.paid_online) = 0
ORDER BY with_fee DESC, d.procedure_name, d.field
