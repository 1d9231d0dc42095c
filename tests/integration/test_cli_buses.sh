#!/usr/bin/env bash
# People without a vehicle, by the operator's program against a real coordinator: from the fleet in the region to runs,
# orders to the yards, their answers, and what later plans make of them.
set -u
cd "$(dirname "$0")/../.." || exit 1
region=$PWD/simulations/regions/siouxfalls
. tests/support/operator.sh

value() { python3 -c 'import json, sys
said = json.load(sys.stdin)
plan, order, orders = said.get("plan"), said.get("order"), said.get("orders")
runs = plan["buses"]["runs"] if isinstance(plan, dict) else order["runs"] if order else []
people = lambda runs: sum(stop["people"] for run in runs for stop in run["stops"])
print(eval(sys.argv[1]))' "$1"; }
of_plan() { haven plan show "$1" --json | value "$2"; }
of_order() { haven orders show "$1" --json | value "$2"; }
of_yards() { haven orders --kind bus-run --json | value "$1"; }
same() { [ "$1" = "$2" ] || { echo "$1, not $2"; false; }; }

is "a coordinator" buses haven init c --exercise --name buses --bind "tcp://127.0.0.1:$(free_port)"
sed -i 's/^change_price_s: .*/change_price_s: 3600/' c/haven.yaml # ordered runs stay
start c.log "$bin/haven-coordinator" c
until_so haven status
is "the region has a fleet" done haven region load "$region"
is "an incident" done haven incident open 'June flood' --hazard flood
is "two zones have to leave" done haven hazard river flood --zones Z10,Z11
is "at once" done haven incident phase evacuation

first=$(haven plan make --json | value plan)
waiting=$(of_plan "$first" 'plan["buses"]["people"]')
ends "who has no vehicle waits for a bus" 0 [ "$waiting" -gt 500 ]
ends "all of them are on a run" 0 same "$(of_plan "$first" 'people(runs)')" "$waiting"
is "the plan says so, with what is proven" "0 of them on no run; proven that these buses leave at least 0" haven plan show "$first"
is "and what buses there are" "there are 63 buses with 2700 seats" haven plan show "$first"
is "run by run" "empty, h" haven plan show "$first"

is "approved" approved haven plan approve "$first"
yards=$(of_yards '" ".join(str(o["id"]) for o in orders)')
ends "each yard that has runs is told of them, and no other" 0 same \
  "$(of_yards 'sorted(o["addressee"] for o in orders)')" "$(of_plan "$first" 'sorted({run["vehicle"] for run in runs})')"
ordered=0
for order in $yards; do ordered=$((ordered + $(of_order "$order" 'people(runs)'))); done
ends "of everybody" 0 same "$ordered" "$waiting"
one=${yards%% *} last=${yards##* }
is "on its sheet" "bus-run, for bus-yard $(of_order "$one" 'order["addressee"]')" haven orders show "$one"
is "stands when each bus sets out" "starts (UTC)" haven orders show "$one"
is "and where it picks up" "$(of_order "$one" 'runs[0]["stops"][0]["zone"]')" haven orders show "$one"
for order in $yards; do is "the yard of $order accepts" done haven orders answer "$order" --state accepted; done

again=$(haven plan make --json | value plan)
ends "the next plan has the runs that are ordered" 0 same "$(of_plan "$again" 'people(run for run in runs if run.get("order"))')" "$waiting"
ends "and no others" 0 same "$(of_plan "$again" 'people(run for run in runs if not run.get("order"))')" 0
is "says of which order they are" "order $one" haven plan show "$again"
begun=$again
under_way() {
  begun=$(haven plan make --json | value plan)
  [ "$(of_plan "$begun" 'any(run.get("begun") for run in runs)')" = True ]
}
is "time passes" done haven clock 240
until_so under_way
is "as it does" done haven clock 1
is "some are under way" "under way" haven plan show "$begun"
ends "and nobody on them waits any more" 0 [ "$(of_plan "$begun" 'plan["buses"]["people"]')" -lt "$waiting" ]

yard=$(of_order "$last" 'order["addressee"]')
is "a yard has no drivers any more" done haven orders answer "$last" --state failed --reason 'no drivers'
is "which wants attention" "order:$last" haven attention
without=$(haven plan make --json | value plan)
ends "the next plan counts on none of its buses" 0 same \
  "$(of_plan "$without" "sum(run['vehicle'] == '$yard' and not run.get('begun') for run in runs)")" 0
conclude
