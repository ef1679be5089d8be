-- Mức độ hài lòng theo đơn vị trong kỳ: số phiếu hợp lệ, số phiếu từ 4 điểm, tỷ lệ, điểm trung bình, số phiếu không có điểm hợp lệ.
-- Tham số: $from, $to
SELECT u.kind, u.name AS unit_name,
       sum(CASE WHEN a.score BETWEEN 1 AND 5 THEN 1 ELSE 0 END) AS valid,
       sum(CASE WHEN a.score BETWEEN 4 AND 5 THEN 1 ELSE 0 END) AS satisfied,
       round(CAST(sum(CASE WHEN a.score BETWEEN 4 AND 5 THEN 1 ELSE 0 END) AS DOUBLE)
             / NULLIF(sum(CASE WHEN a.score BETWEEN 1 AND 5 THEN 1 ELSE 0 END), 0), 4) AS satisfied_share,
       round(avg(CASE WHEN a.score BETWEEN 1 AND 5 THEN CAST(a.score AS DOUBLE) END), 2) AS mean_score,
       sum(CASE WHEN a.score BETWEEN 1 AND 5 THEN 0 ELSE 1 END) AS not_valid
FROM ratings a
JOIN units u ON u.code = a.unit
WHERE CAST(a.rated_at AS DATE) BETWEEN $from AND $to
GROUP BY u.kind, u.name, a.unit
ORDER BY satisfied_share NULLS LAST, valid DESC, a.unit
