#!/usr/bin/env bash
# The first real snapshots of Nanao through real nodes and a real coordinator; skipped (77) where they are absent.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
build=${BUILD:-build}
data=../shared/data/shelters/nanao
exercise=$build/bin/haven-exercise
[ -d "$data" ] || { echo "[SKIP] $data is absent"; exit 77; }

output=$("$exercise" replay --from nanao "$data" --snapshots 12) || { echo "$output"; exit 1; }
echo "$output" | tail -n 1
[[ $(tail -n 1 <<<"$output") == "The coordinator's picture equals the last snapshot of every one of "* ]] || exit 1

"$exercise" replay --from nanao /nowhere >/dev/null 2>&1
[ $? -eq 66 ] || { echo "a folder that is not there must be status 66"; exit 1; }
"$exercise" replay "$data" >/dev/null 2>&1
[ $? -eq 64 ] || { echo "no --from must be status 64"; exit 1; }
