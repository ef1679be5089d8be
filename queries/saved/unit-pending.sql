-- Hồ sơ đang giải quyết của một đơn vị tính đến ngày cuối kỳ, sắp đến hạn hoặc quá hạn đứng trước; số âm là đã quá hạn.
-- Tham số: $to, $unit
SELECT d.dossier_code, d.procedure_name, d.status,
       CAST(d.received_at AS DATE) AS received_on,
       CAST(d.due_at AS DATE) AS due_on,
       CAST(CAST(d.due_at AS DATE) AS INT) - CAST($to AS INT) AS days_left
FROM dossiers d
WHERE d.resolving_unit = $unit
  AND CAST(d.received_at AS DATE) <= $to
  AND (d.finished_at IS NULL OR CAST(d.finished_at AS DATE) > $to)
ORDER BY days_left NULLS LAST, d.dossier_code
