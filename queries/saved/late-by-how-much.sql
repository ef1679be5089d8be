-- Hồ sơ quá hạn trong kỳ quá bao lâu: 1 ngày, 2–5, 6–10, 11–30, trên 30 ngày, theo loại đơn vị. Quá 1 ngày hàng loạt thường là chậm cập nhật, không phải chậm giải quyết.
-- Tham số: $from, $to
WITH late AS (
  SELECT resolving_unit, CAST(CAST(finished_at AS DATE) AS INT) - CAST(CAST(due_at AS DATE) AS INT) AS days
  FROM dossiers
  WHERE CAST(finished_at AS DATE) BETWEEN $from AND $to
    AND CAST(finished_at AS DATE) > CAST(due_at AS DATE)
)
SELECT u.kind,
       count(*) AS late,
       sum(CASE WHEN days = 1 THEN 1 ELSE 0 END) AS one_day,
       sum(CASE WHEN days BETWEEN 2 AND 5 THEN 1 ELSE 0 END) AS days_2_5,
       sum(CASE WHEN days BETWEEN 6 AND 10 THEN 1 ELSE 0 END) AS days_6_10,
       sum(CASE WHEN days BETWEEN 11 AND 30 THEN 1 ELSE 0 END) AS days_11_30,
       sum(CASE WHEN days > 30 THEN 1 ELSE 0 END) AS over_30
FROM late
JOIN units u ON u.code = late.resolving_unit
GROUP BY u.kind
ORDER BY late DESC, u.kind
