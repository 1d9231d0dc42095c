# For the benchmarks: coordinators in $work, and the load of 100 nodes. Sourced, with $build and $work set.
load=$build/tests/tools/report_load
children=()

figure() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1" "$2"; }
haven() { "$build/bin/haven" --dir "$1" "${@:2}"; }

stop_children() {
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
  wait 2>/dev/null || true
  children=()
}

# start_city DIR: leaves $city_pid and, in milliseconds until it was ready, $started_ms
start_city() {
  local began=$(date +%s%N)
  : >"$1.log"
  "$build/bin/haven-coordinator" "$1" 2>>"$1.log" &
  city_pid=$!
  children+=($city_pid)
  until grep -q event=ready "$1.log"; do
    kill -0 $city_pid || { cat "$1.log" >&2; return 1; }
    sleep 0.01
  done
  started_ms=$((($(date +%s%N) - began) / 1000000))
}

stop_city() { kill "$1" && wait "$1" || true; }

# make_city DIR PORT: an exercise with nodes load-0 … load-99 of $work/keys enrolled; not running afterwards
make_city() {
  [ -d "$work/keys" ] || { mkdir "$work/keys" && "$load" keys "$work/keys" 100 >"$work/keys/list"; }
  "$build/bin/haven" init "$1" --exercise --bind "tcp://127.0.0.1:$2" >/dev/null
  start_city "$1"
  while IFS=$'\t' read -r id key; do haven "$1" enroll "$id" --role shelter --key "$key" >/dev/null; done <"$work/keys/list"
  stop_city $city_pid
}

# run_load DIR PORT OUTSTANDING SECONDS [MORE…]: one line of JSON
run_load() { "$load" run "$work/keys" 100 "$3" "tcp://127.0.0.1:$2" "$1/deployment.json" --seconds "$4" "${@:5}"; }

# fill_city DIR NODES full|brief: so many nodes more. Every node that may connect needs a descriptor; where so many are
# not to be had, the keys of the others are revoked: they stay known in the state, with their figures, but cannot connect.
fill_city() {
  local may_connect=$(($(ulimit -Hn) - 1000))
  [ "$may_connect" -lt "$2" ] || may_connect=$2
  "$build/tests/tools/fill_city" "$1" "$may_connect" "$3" >/dev/null
  [ "$2" -gt "$may_connect" ] || return 0
  "$build/tests/tools/fill_city" "$1" $(($2 - may_connect)) "$3-left" "$may_connect" >/dev/null
  echo "(open files are limited to $(ulimit -Hn): of these $2 nodes $(($2 - may_connect)) are known, but have revoked keys)"
}
