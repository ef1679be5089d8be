-- Dòng bị từ chối theo tệp và quy tắc, để gửi lại cho đơn vị sửa; kèm dòng đầu tiên và một giá trị làm ví dụ. Không phụ thuộc kỳ.
-- Tham số: không
SELECT f.file, f.sheet, f.rule,
       sum(f.count) AS rows_refused,
       min(f.row) AS first_row,
       min(f.value) AS example,
       min(f.hint) AS hint
FROM findings f
WHERE f.level = 'error'
GROUP BY f.file, f.sheet, f.rule
ORDER BY rows_refused DESC, f.file, f.sheet, f.rule
