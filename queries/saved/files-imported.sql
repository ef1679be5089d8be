-- Sổ cái các tệp đã nhập: ngày xuất, số dòng, nạp mới, cập nhật, trùng, từ chối, phiên bản đã xóa hẳn (nếu có). Không phụ thuộc kỳ.
-- Tham số: không
SELECT i.import, i.file, i.source, CAST(i.exported_at AS DATE) AS exported_on,
       i.rows, i.loaded, i.updated, i.duplicate, i.rejected, i.purged_by
FROM imports i
ORDER BY i.import, exported_on NULLS FIRST, i.file
