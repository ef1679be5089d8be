#!/usr/bin/env bash
# The full run of what CI does in short: every kill point of imports and purges, 50 kills at random times, 20 rounds of
# two importers, a vacuum and a reader at once, a disk that fills up page by page, a disk that can only be read; five
# minutes of damaged files; containers that unfold, a million refused rows and five million accepted ones within their
# memory; a province of full size; and known weaknesses of the crates that the program is built of.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }

step "advisories"
# The tool takes minutes to build and its list comes from the network: CI cannot afford either on every change.
cargo audit --version >/dev/null 2>&1 || cargo install --locked cargo-audit || true
if ! cargo audit --version >/dev/null 2>&1; then
  echo "SKIPPED: cargo-audit is not installed and could not be; advisories were NOT checked" >&2
else
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  # Excuses have a day on which somebody looks again.
  today=$(date +%F)
  excused=()
  while read -r id crate version until _; do
    if [[ "$today" > "$until" ]]; then
      echo "the excuse of $id ($crate $version) in tests/advisories.txt ended on $until: look again" >&2
      exit 1
    fi
    excused+=(--ignore "$id")
  done < <(grep -v '^#' tests/advisories.txt)
  if cargo audit --deny unmaintained --deny unsound --deny yanked "${excused[@]}" 2>&1 | tee "$log"; then
    :
  elif grep -qiE "couldn't fetch|error: .*(fetch|git operation|database)" "$log"; then
    echo "SKIPPED: the list of advisories cannot be fetched; advisories were NOT checked" >&2
  else
    exit 1
  fi
fi

step "the tables in the eyes of another implementation of Delta"
if python3 -m venv "${TMPDIR:-/tmp}/cchc-delta" && "${TMPDIR:-/tmp}/cchc-delta/bin/pip" -q install deltalake pyarrow; then
  cargo build --release --locked
  folder=$(mktemp -d)
  program="${CARGO_TARGET_DIR:-target}/release/cchc"
  "$program" --workspace "$folder/kho" --quiet init --units sample-data/units.csv
  # 3: done, with rows refused, as in the sample province.
  "$program" --workspace "$folder/kho" --quiet import sample-data/exports sample-data/tables >/dev/null || [ $? = 3 ]
  for table in "$folder"/kho/data/*; do
    theirs=$("${TMPDIR:-/tmp}/cchc-delta/bin/python" -c \
      'import os, sys, deltalake
print(deltalake.DeltaTable(sys.argv[1]).to_pyarrow_table().num_rows, flush=True)
os._exit(0)  # its threads may end the process badly' "$table")
    ours=$("$program" --workspace "$folder/kho" --format csv sql "SELECT COUNT(*) FROM $(basename "$table")" | tail -n 1)
    echo "$(basename "$table"): $ours rows, read by the other: $theirs"
    [ "$ours" = "$theirs" ] || exit 1
  done
  rm -rf "$folder"
else
  echo "SKIPPED: the Python package deltalake cannot be installed; the tables were NOT read by another program" >&2
fi

step "kills, concurrency, disks, purges"
cargo test --release --locked --test it -- --include-ignored kill:: concurrency:: disk:: purge:: bad_places::

step "damaged files"
CCHC_FUZZ_SECONDS="${CCHC_FUZZ_SECONDS:-300}" cargo test --release --locked --test it -- fuzz::

step "memory: containers that unfold, a million refused rows, five million accepted ones"
cargo test --release --locked --test it -- --ignored --test-threads 1 bounded::

step "full size"
cargo test --release --locked --test it -- --ignored full_size::

step "done"
