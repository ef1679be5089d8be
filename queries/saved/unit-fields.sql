-- Một đơn vị trong kỳ theo lĩnh vực: hồ sơ xong, quá hạn, tỷ lệ đúng hạn, số ngày trung bình.
-- Tham số: $from, $to, $unit
SELECT d.field,
       count(*) AS resolved,
       sum(CASE WHEN CAST(d.finished_at AS DATE) > CAST(d.due_at AS DATE) THEN 1 ELSE 0 END) AS late,
       round(1.0 - CAST(sum(CASE WHEN CAST(d.finished_at AS DATE) > CAST(d.due_at AS DATE) THEN 1 ELSE 0 END) AS DOUBLE) / count(*), 4) AS on_time_rate,
       round(avg(CAST(CAST(CAST(d.finished_at AS DATE) AS INT) - CAST(CAST(d.received_at AS DATE) AS INT) AS DOUBLE)), 1) AS mean_days
FROM dossiers d
WHERE d.resolving_unit = $unit
  AND CAST(d.finished_at AS DATE) BETWEEN $from AND $to
GROUP BY d.field
ORDER BY late DESC, resolved DESC, d.field
