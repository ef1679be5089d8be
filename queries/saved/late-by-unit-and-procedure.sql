-- Hồ sơ giải quyết xong quá hạn trong kỳ, theo đơn vị giải quyết và thủ tục: bao nhiêu, trung bình quá mấy ngày, lâu nhất mấy ngày.
-- Tham số: $from, $to
SELECT u.kind, u.name AS unit_name, d.procedure_name,
       count(*) AS late,
       round(avg(CAST(CAST(CAST(d.finished_at AS DATE) AS INT) - CAST(CAST(d.due_at AS DATE) AS INT) AS DOUBLE)), 1) AS mean_days_late,
       max(CAST(CAST(d.finished_at AS DATE) AS INT) - CAST(CAST(d.due_at AS DATE) AS INT)) AS most_days_late
FROM dossiers d
JOIN units u ON u.code = d.resolving_unit
WHERE CAST(d.finished_at AS DATE) BETWEEN $from AND $to
  AND CAST(d.finished_at AS DATE) > CAST(d.due_at AS DATE)
GROUP BY u.kind, u.name, d.resolving_unit, d.procedure_name
ORDER BY late DESC, d.resolving_unit, d.procedure_name
