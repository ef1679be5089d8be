-- Ngày xuất mới nhất có hồ sơ của từng đơn vị giải quyết; đơn vị không có hồ sơ nào hoặc có ngày xuất trước ngày cuối kỳ đứng đầu: có thể chưa gửi, không hẳn là không phát sinh.
-- Tham số: $from, $to
SELECT u.kind, u.code, u.name AS unit_name,
       CAST(max(d.exported_at) AS DATE) AS last_export,
       count(d.dossier_code) AS dossiers,
       CASE WHEN max(d.exported_at) IS NULL THEN 'không có hồ sơ'
            WHEN CAST(max(d.exported_at) AS DATE) < $to THEN 'cũ'
            ELSE 'đủ' END AS state
FROM units u
LEFT JOIN dossiers d ON d.resolving_unit = u.code
WHERE u.kind <> 'province'
  AND (u.valid_from IS NULL OR CAST(u.valid_from AS DATE) <= $to)
  AND (u.valid_to IS NULL OR CAST(u.valid_to AS DATE) >= $from)
GROUP BY u.kind, u.code, u.name
ORDER BY last_export NULLS FIRST, u.code
