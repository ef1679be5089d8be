-- Thủ tục trong danh mục không phát sinh hồ sơ nào tiếp nhận trong kỳ; dùng khi rà soát danh mục. Chỉ đúng với đơn vị có ghi mã thủ tục trong tệp xuất.
-- Tham số: $from, $to
SELECT p.kind, COALESCE(u.name, '') AS agency, p.field, p.procedure_code, p.procedure_name, p.service_level
FROM procedures p
LEFT JOIN units u ON u.code = p.agency
LEFT JOIN (
  SELECT DISTINCT procedure_code
  FROM dossiers
  WHERE CAST(received_at AS DATE) BETWEEN $from AND $to
    AND procedure_code IS NOT NULL
) d ON d.procedure_code = p.procedure_code
WHERE d.procedure_code IS NULL
ORDER BY p.kind, agency, p.field, p.procedure_code
