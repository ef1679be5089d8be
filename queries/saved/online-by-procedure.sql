-- Tỷ lệ hồ sơ trực tuyến trong kỳ theo thủ tục và mức độ, nhiều hồ sơ trực tiếp nhất đứng trước: nơi tuyên truyền có tác dụng nhất.
-- Tham số: $from, $to
SELECT d.field, d.procedure_name, d.service_level,
       count(*) AS received,
       sum(CASE WHEN d.channel = 2 THEN 1 ELSE 0 END) AS online,
       sum(CASE WHEN d.channel <> 2 THEN 1 ELSE 0 END) AS not_online,
       round(CAST(sum(CASE WHEN d.channel = 2 THEN 1 ELSE 0 END) AS DOUBLE) / count(*), 4) AS online_share
FROM dossiers d
WHERE CAST(d.received_at AS DATE) BETWEEN $from AND $to
  AND d.channel IS NOT NULL
GROUP BY d.field, d.procedure_name, d.service_level
ORDER BY not_online DESC, d.procedure_name, d.field, d.service_level
