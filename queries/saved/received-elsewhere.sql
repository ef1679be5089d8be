-- Hồ sơ trong kỳ do một đơn vị tiếp nhận, đơn vị khác giải quyết: từng cặp, và bao nhiêu đã xong quá hạn.
-- Tham số: $from, $to
SELECT r.name AS received_by, u.name AS resolved_by,
       count(*) AS received,
       sum(CASE WHEN CAST(d.finished_at AS DATE) > CAST(d.due_at AS DATE) THEN 1 ELSE 0 END) AS late
FROM dossiers d
JOIN units r ON r.code = d.receiving_unit
JOIN units u ON u.code = d.resolving_unit
WHERE CAST(d.received_at AS DATE) BETWEEN $from AND $to
  AND d.receiving_unit <> d.resolving_unit
GROUP BY r.name, u.name, d.receiving_unit, d.resolving_unit
ORDER BY received DESC, d.receiving_unit, d.resolving_unit
