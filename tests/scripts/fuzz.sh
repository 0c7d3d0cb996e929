#!/bin/bash
# Runs one libFuzzer target for a while, starting from the seeds in tests/fuzz/corpus and the recipes
# of this repository. What it finds new stays in the build directory, and so does a failing input.
#
# usage: tests/scripts/fuzz.sh TARGET SECONDS
set -euo pipefail
(($# == 2)) || { echo "usage: ${0##*/} TARGET SECONDS" >&2 && exit 64; }
target=$(realpath "$1") name=${1##*/fuzz_}
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

found=build/asan/fuzz/corpus/$name
mkdir -p "$found"
seeds=()
for folder in "tests/fuzz/corpus/$name" tests/recipes_bad recipes; do
    [[ ! -d $folder ]] || seeds+=("$folder")
done
exec "$target" -max_total_time="$2" -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="build/asan/fuzz/$name-" "$found" "${seeds[@]}"
