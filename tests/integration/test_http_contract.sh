#!/usr/bin/env bash
# schemas/openapi.yaml against a real coordinator with something of everything in its picture.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
bin=$PWD/$build/bin
folder=$(mktemp -d)
coordinator=
export HAVEN_DIR=$folder/c

finish() {
  [ -n "$coordinator" ] && kill "$coordinator" 2>/dev/null && wait "$coordinator" 2>/dev/null
  rm -rf "$folder"
}
trap finish EXIT
haven() { "$bin/haven" "$@" >>"$folder/haven.log" 2>&1 || { echo "FAILED: haven $*"; tail -3 "$folder/haven.log"; exit 1; }; }
# until_so COMMAND…: at most 20 s.
until_so() {
  for _ in $(seq 200); do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done
  echo "FAILED: never: $*"; exit 1
}

curl_ok() { python3 -c 'import sys,urllib.request as u
u.urlopen(u.Request(sys.argv[1], headers={"Authorization": "Bearer " + sys.argv[2]}))' "$1" "$token"; }

haven init "$HAVEN_DIR" --exercise --name 河岸市 --bind 'tcp://127.0.0.1:*' --http 127.0.0.1:0
"$bin/haven-coordinator" "$HAVEN_DIR" 2>"$folder/c.log" &
coordinator=$!
until_so "$bin/haven" status
until_so grep -q event=picture "$folder/c.log"
url=$(sed -n 's/.*event=http address=\([^ ]*\).*/\1/p' "$folder/c.log")

"$bin/haven-node" init "$folder/n" --id S01 --role shelter --deployment "$HAVEN_DIR/deployment.json" --json >"$folder/n.json" ||
  exit 1
key=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["public_key"])' "$folder/n.json")
haven region load simulations/regions/siouxfalls
haven incident open 'June flood' --hazard flood
haven enroll S01 --role shelter --key "$key"
haven hazard river flood --zones Z10,Z11
haven road close L1-2 --reason 'under water'
haven report S01 count --adults 31
haven report S01 status open
haven report S01 '{"verb": "transfer-out", "people": {"adult": 4, "child": 1}, "shelter": "S02", "transfer": "T1"}'
haven hazard river flood --links L6-8 --from +90min --until +6h
haven report S02 '{"verb": "request", "kind": "goods", "urgency": "urgent", "lines": [{"item": "water", "quantity": 100}]}'
haven report S02 '{"verb": "lifeline", "lifelines": [{"kind": "power", "state": "down"}]}'
haven report D1 '{"verb": "stock-count", "complete": true, "lines": [{"item": "water", "quantity": 9000, "lot": "L1", "expiry": "2027-03-01"}]}'
haven note 'handed over' --subject S01
haven handover 'all is quiet' --to tester
haven plan make
haven plan approve "$("$bin/haven" plan list --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["plans"][0]["id"])')"

haven account add tester --roles administrator,viewer --token
token=$(sed -n 's/^\(haven_.*\)/\1/p' "$folder/haven.log" | tail -1)
until_so curl_ok "$url/api/v1/accounts"

"$build/tests/tools/api_routes" >"$folder/routes" || exit 1
python3 tests/support/openapi_check.py "$url" "$folder/routes" "$token" --whole
