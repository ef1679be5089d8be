-- Diễn biến từng tháng trong kỳ, toàn bộ hồ sơ: tiếp nhận, trực tuyến, giải quyết xong, quá hạn, tỷ lệ đúng hạn.
-- Tham số: $from, $to
WITH received AS (
  SELECT date_trunc('month', received_at) AS month,
         count(*) AS received,
         sum(CASE WHEN channel = 2 THEN 1 ELSE 0 END) AS online
  FROM dossiers
  WHERE CAST(received_at AS DATE) BETWEEN $from AND $to
  GROUP BY date_trunc('month', received_at)
), finished AS (
  SELECT date_trunc('month', finished_at) AS month,
         count(*) AS resolved,
         sum(CASE WHEN CAST(finished_at AS DATE) > CAST(due_at AS DATE) THEN 1 ELSE 0 END) AS late
  FROM dossiers
  WHERE CAST(finished_at AS DATE) BETWEEN $from AND $to
  GROUP BY date_trunc('month', finished_at)
)
SELECT substr(CAST(COALESCE(r.month, f.month) AS VARCHAR), 1, 7) AS month,
       COALESCE(r.received, 0) AS received,
       COALESCE(r.online, 0) AS online,
       COALESCE(f.resolved, 0) AS resolved,
       COALESCE(f.late, 0) AS late,
       round(1.0 - CAST(f.late AS DOUBLE) / f.resolved, 4) AS on_time_rate
FROM received r
FULL JOIN finished f ON r.month = f.month
ORDER BY month
