#!/usr/bin/env bash
# The river flood with real programs, four times as fast: exit 0 says that nothing acknowledged was lost and that
# people and goods add up; the figures are looked at again here, and nothing may be left running. The water is told as
# a timeline of a catalogue would be; one of an earthquake is refused.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" || exit 1
build=${BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
region=simulations/regions/siouxfalls
"$build/bin/haven" scenarios "$region/hazards.json" "$region" --timelines "$dir/risks" >/dev/null || exit 1
"$build/bin/haven-exercise" demo --hazard "$dir/risks/quake.plain.M6.5.csv" --json --dir "$dir/quake" >/dev/null 2>"$dir/quake.txt"
if [ $? -ne 65 ] || ! grep -q "earthquake; a flood alone" "$dir/quake.txt"; then
  echo "an earthquake was taken for the flood of the story"
  cat "$dir/quake.txt"
  exit 1
fi
"$build/bin/haven-exercise" demo --hazard "$dir/none.csv" --json --dir "$dir/none" >/dev/null 2>"$dir/none.txt"
if ! grep -q "the hazard cannot be used: $dir/none.csv: cannot be read" "$dir/none.txt"; then
  echo "a timeline that is not there is not what is said to be wrong"
  cat "$dir/none.txt"
  exit 1
fi
"$build/bin/haven-exercise" demo --hazard "$region/hazard.csv" --fast --json --dir "$dir/demo" >"$dir/summary.json" || {
  echo "haven-exercise demo --fast ended with status $?"
  cat "$dir/summary.json"
  for log in "$dir"/demo/*.log "$dir"/demo/nodes/*.log; do
    [ -s "$log" ] && { echo "--- $log"; tail -n 5 "$log"; }
  done
  exit 1
}
if pgrep -f "$dir/demo" >/dev/null; then
  echo "programs of the exercise are still running"
  exit 1
fi
python3 - "$dir/summary.json" <<'PYTHON'
import json, sys
summary = json.load(open(sys.argv[1]))
wrong = []
def expect(what, holds):
    if not holds:
        wrong.append(what)
expect("nothing lost, nothing doubled", summary["lost"] == 0 and summary["doubled"] == 0)
expect("all that was sent is acknowledged", summary["sent"] == summary["acknowledged"] > 1000)
expect("nothing that does not add up", summary["findings"] == [])
expect("thousands were sheltered", summary["peak"] > 5000 and max(summary["sheltered_every_20_min"]) > 5000)
expect("all went home", summary["sheltered_every_20_min"][-1] == 0)
expect("an order was declined", summary["declined"] >= 1)
expect("plans were approved", len(summary["plans"]) >= 5 and all(plan["approved"] for plan in summary["plans"]))
expect("most drinking water was there", summary["needs_met"]["water"] > 0.5)
expect("acknowledgements were timed", 0 < summary["p50_ms"] <= summary["p99_ms"])
for what in wrong:
    print("NOT SO:", what)
print(json.dumps({key: summary[key] for key in ("sent", "acknowledged", "peak", "p50_ms", "p99_ms")}))
sys.exit(1 if wrong else 0)
PYTHON
