#!/usr/bin/env bash
# The full run of what CI does in short: every kill point of imports and purges, 50 kills at random times, 20 rounds of
# two importers, a vacuum and a reader at once, a disk that fills up page by page, a disk that can only be read.
set -euo pipefail
cd "$(dirname "$0")/.."
exec cargo test --release --locked --test it -- --include-ignored kill:: concurrency:: disk:: purge::
