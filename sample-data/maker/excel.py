"""Saves workbooks so that the same content gives the same bytes."""

import io
import re
import zipfile


def save_stable(book, path):
    """Saves without the clock: fixed zip times and fixed document dates."""
    raw = io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for item in sorted(source.namelist()):
            data = source.read(item)
            if item == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2025-04-01T01:00:00Z", data)
            info = zipfile.ZipInfo(item, (2025, 4, 1, 8, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, data, compresslevel=9)
