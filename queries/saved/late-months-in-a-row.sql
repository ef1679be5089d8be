-- Đơn vị quá hạn nhiều lần: số tháng trong kỳ có từ 7 hồ sơ giải quyết quá hạn trở lên, và nhiều nhất bao nhiêu tháng liền. Đổi số 7 khi cần.
-- Tham số: $from, $to
WITH late AS (
  SELECT d.resolving_unit AS unit,
         CAST(date_part('year', d.finished_at) AS INT) * 12 + CAST(date_part('month', d.finished_at) AS INT) AS month,
         count(*) AS late
  FROM dossiers d
  WHERE CAST(d.finished_at AS DATE) BETWEEN $from AND $to
    AND CAST(d.finished_at AS DATE) > CAST(d.due_at AS DATE)
  GROUP BY d.resolving_unit, CAST(date_part('year', d.finished_at) AS INT) * 12 + CAST(date_part('month', d.finished_at) AS INT)
), bad AS (
  SELECT unit, month, late, month - row_number() OVER (PARTITION BY unit ORDER BY month) AS run
  FROM late
  WHERE late >= 7
), runs AS (
  SELECT unit, run, count(*) AS months_in_a_row
  FROM bad
  GROUP BY unit, run
)
SELECT u.kind, u.name AS unit_name,
       b.months AS months_with_seven_late, b.most AS most_late_in_a_month, r.longest AS most_months_in_a_row
FROM (SELECT unit, count(*) AS months, max(late) AS most FROM bad GROUP BY unit) b
JOIN (SELECT unit, max(months_in_a_row) AS longest FROM runs GROUP BY unit) r ON r.unit = b.unit
JOIN units u ON u.code = b.unit
ORDER BY r.longest DESC, b.months DESC, b.most DESC, b.unit
