#!/usr/bin/env python3
"""Runs cchc and its peers in turn on generated data and prints the ratios (whole processes, medians).

Needs: pip install duckdb polars fastexcel; cchc built in release. Usage: compare.py PATH_TO_CCHC [FOLDER] [RUNS]
"""
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

CCHC = sys.argv[1]
FOLDER = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else pathlib.Path(tempfile.mkdtemp())
RUNS = int(sys.argv[3]) if len(sys.argv) > 3 else 5
TIMES = "NgayNopHoSo NgayTiepNhan NgayHenTra NgayKetThucXuLy NgayTra NgayTuChoi NgayBoSung NgayTiepNhanBoSung NgayBoSung2 NgayTiepNhanBoSung2".split()
TEXTS = "MaTTHC TenTTHC TenLinhVuc NoiNopHoSo DonViXuLy".split()
INTS = "MucDo KenhThucHien TrangThaiHoSo LePhi DuocThanhToanTrucTuyen HoSoCoThanhPhanSoHoa CoKetQuaDienTu DuocTaiSuDung".split()

DUCK_IMPORT = """
import duckdb
c = duckdb.connect(); c.execute("SET threads = 2")
c.execute('''COPY (SELECT * EXCLUDE (rn) FROM (SELECT trim(MaHoSo) AS MaHoSo, {columns},
  row_number() OVER (PARTITION BY trim(MaHoSo)) AS rn FROM read_csv('{csv}', all_varchar = true, header = true))
  WHERE rn = 1) TO '{out}' (FORMAT parquet)''')
"""
POLARS_EXCEL = "import polars; polars.read_excel('{xlsx}')"
DUCK_FIGURES = """
import duckdb, time
c = duckdb.connect(); c.execute("SET threads = 2")
c.execute('''CREATE TABLE p AS SELECT m AS start, last_day(m) AS stop
             FROM (SELECT CAST(unnest(generate_series(DATE '2024-01-01', DATE '2024-12-01', INTERVAL 1 MONTH)) AS DATE) AS m)''')
sql = '''
WITH d AS (SELECT resolving_unit AS unit, channel, service_level AS lv, CAST(received_at AS DATE) AS r,
                  CAST(due_at AS DATE) AS due, CAST(finished_at AS DATE) AS f
           FROM read_parquet('{store}', union_by_name = true) WHERE received_at IS NOT NULL),
     s AS (SELECT d.*, p.start, p.stop, r >= start AS rec, coalesce(f <= stop, false) AS fin
           FROM d JOIN p ON r <= stop AND coalesce(f >= start, true))
SELECT unit, start, count(*) FILTER (rec AND channel = 2), count(*) FILTER (rec AND channel IS DISTINCT FROM 2),
  count(*) FILTER (NOT rec), count(*) FILTER (fin AND f < due), count(*) FILTER (fin AND (due IS NULL OR f = due)),
  count(*) FILTER (fin AND f > due), count(*) FILTER (NOT fin AND coalesce(due >= stop, true)),
  count(*) FILTER (NOT fin AND due < stop), count(*) FILTER (rec AND lv = 3), count(*) FILTER (rec AND lv = 3 AND channel = 2),
  count(*) FILTER (rec AND lv = 4), count(*) FILTER (rec AND lv = 4 AND channel = 2), avg(f - r) FILTER (fin)
FROM s GROUP BY ALL'''
c.execute(sql).fetchall()
t = time.perf_counter(); c.execute(sql).fetchall(); print(time.perf_counter() - t)
"""


def timed(command, inner=False):
    start = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout) if inner else time.perf_counter() - start


def cchc(*arguments):
    return [CCHC, "--workspace", str(FOLDER / "kho"), "--quiet", "--format", "ndjson", *arguments]


def compare(name, ours, theirs, prepare=lambda: None, inner=False):
    mine, other = [], []
    for _ in range(RUNS):
        other.append(timed([sys.executable, "-c", theirs], inner))
        prepare()
        mine.append(timed(ours))
    ours, theirs = statistics.median(mine), statistics.median(other)
    ratio = statistics.median(a / b for a, b in zip(mine, other))
    print(f"{name:40} cchc {ours:6.2f} s   peer {theirs:6.2f} s   ratio {ratio:5.2f}", flush=True)


def fresh():
    shutil.rmtree(FOLDER / "kho", ignore_errors=True)
    subprocess.run(cchc("init", "--units", str(FOLDER / "units.csv")), check=True)


csv, xlsx = FOLDER / "dong-bo_20250101.csv", FOLDER / "ho-so_20250101.xlsx"
if not csv.exists():
    subprocess.run([CCHC, "generate", "--rows", "1000000", "--out", str(csv)], check=True)
    subprocess.run([CCHC, "generate", "--rows", "100000", "--layout", "list-xlsx", "--out", str(xlsx)], check=True)
columns = ", ".join(
    [f"try_strptime({name}, '%Y%m%d%H%M%S') AS {name}" for name in TIMES]
    + TEXTS
    + [f"CAST({name} AS BIGINT) AS {name}" for name in INTS]
)
compare("import 100.000 × 20 xlsx / polars reads it", cchc("import", str(xlsx)), POLARS_EXCEL.format(xlsx=xlsx), fresh)
duck = DUCK_IMPORT.format(columns=columns, csv=csv, out=FOLDER / "peer.parquet")
compare("import 1 million rows CSV / DuckDB", cchc("import", str(csv)), duck, fresh)
figures = "c4 c5 c6 c8 c9 c10 c12 c13 online_share_l3 online_share_l4 mean_days".split()
months = cchc("indicators", "--by", "month", "--period", "2024", "--indicator", *figures)
store = FOLDER / "kho/data/dossiers/*/*.parquet"
compare("form 06 × 12 months, whole process / DuckDB's query", months, DUCK_FIGURES.format(store=store), inner=True)
