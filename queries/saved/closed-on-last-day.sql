-- Đơn vị nào dồn kết thúc hồ sơ vào ngày cuối kỳ: số hồ sơ xong trong ngày cuối so với trung bình một ngày có kết thúc hồ sơ.
-- Tham số: $from, $to
WITH by_day AS (
  SELECT resolving_unit, CAST(finished_at AS DATE) AS day, count(*) AS closed
  FROM dossiers
  WHERE CAST(finished_at AS DATE) BETWEEN $from AND $to
  GROUP BY resolving_unit, CAST(finished_at AS DATE)
), by_unit AS (
  SELECT resolving_unit,
         sum(closed) AS closed,
         count(*) AS days_with_closing,
         sum(CASE WHEN day = $to THEN closed ELSE 0 END) AS on_last_day
  FROM by_day
  GROUP BY resolving_unit
)
SELECT u.kind, u.name AS unit_name, b.closed, b.on_last_day,
       round(CAST(b.on_last_day AS DOUBLE) / b.closed, 4) AS share_on_last_day,
       round(CAST(b.closed AS DOUBLE) / b.days_with_closing, 1) AS mean_per_day
FROM by_unit b
JOIN units u ON u.code = b.resolving_unit
WHERE b.on_last_day > 0
ORDER BY share_on_last_day DESC, b.on_last_day DESC, b.resolving_unit
