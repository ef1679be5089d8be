-- Một trăm hồ sơ đang giải quyết quá hạn lâu nhất tính đến ngày cuối kỳ: mã hồ sơ, đơn vị, quá mấy ngày, tệp và dòng để tra.
-- Tham số: $to
SELECT d.dossier_code, u.name AS unit_name, d.procedure_name, d.status,
       CAST(d.received_at AS DATE) AS received_on,
       CAST(d.due_at AS DATE) AS due_on,
       CAST($to AS INT) - CAST(CAST(d.due_at AS DATE) AS INT) AS days_overdue,
       d.file, d.sheet, d.row
FROM dossiers d
JOIN units u ON u.code = d.resolving_unit
WHERE CAST(d.received_at AS DATE) <= $to
  AND (d.finished_at IS NULL OR CAST(d.finished_at AS DATE) > $to)
  AND CAST(d.due_at AS DATE) < $to
ORDER BY days_overdue DESC, d.dossier_code
LIMIT 100
