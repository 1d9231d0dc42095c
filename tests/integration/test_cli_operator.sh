#!/usr/bin/env bash
# The operator's program against a real coordinator and real nodes, as docs/OPERATIONS.md goes through it.
set -u
cd "$(dirname "$0")/../.." || exit 1
region=$PWD/simulations/regions/siouxfalls
pages=$PWD/docs
. tests/support/operator.sh

port=$(free_port)

ends "a command needs a coordinator" 69 haven status
is "init makes one in one step" "河岸市" haven init c --exercise --name 河岸市 --bind "tcp://127.0.0.1:$port"
unlisted() {
  sed -n 's/^\([a-z_]*\):.*/\1/p' c/haven.yaml | while read -r key; do
    grep -q "^|[^|]*\`$key\`" "$pages/OPERATIONS.md" || echo "$key"
  done
}
every_setting() { [ "$(grep -c '^[a-z_]*:' c/haven.yaml)" -gt 20 ] && [ -z "$(unlisted)" ]; }
ends "every setting is on its page" 0 every_setting
ends "init leaves an old one alone" 73 haven init c
cp -a c cut && rm cut/deployment.json cut/haven.yaml # as if init had been cut short
below() { "$bin/haven-node" init new/nodes/S7/ --id S7 --role shelter --deployment c/deployment.json && stat -c %a new new/nodes new/nodes/S7; }
is "a node is made below folders that are not there, and is its owner's alone" $'755\n755\n700' below
ends "not without its invitation" 66 "$bin/haven-node" init new/S8 --id S8 --role shelter --deployment new/deployment.json
is "init that was cut short can be repeated" "河岸市" haven init cut --exercise --name other
ends "the same deployment is in it" 0 diff <(grep '"deployment"' c/deployment.json) <(grep '"deployment"' cut/deployment.json)
[ "$(stat -c %a c/coordinator.key)" = 600 ] && echo "ok: the key is private" || { echo "FAILED: key mode"; failed=1; }
cp -a c wrong && sed -i 's/^profile: .*/profile: sphere/' wrong/haven.yaml
starts_wrong() { "$bin/haven-coordinator" wrong 2>&1; [ $? -eq 65 ]; }
is "a profile that is none is refused, with those that are" "profile: sphere; one of gb51143-2015 sphere-2018" starts_wrong
start c.log "$bin/haven-coordinator" c
until_so haven status

is "the region is checked and loaded" done haven region load "$region"
is "and shown" siouxfalls haven region show
ends "a region that is none is refused" 74 haven region load /nowhere
mkdir -p bad && echo '{' >bad/datapackage.json
ends "a broken one too" 65 haven region load bad

for one in S01:shelter D1:depot; do
  "$bin/haven-node" init "n-${one%:*}" --id "${one%:*}" --role "${one#*:}" --deployment c/deployment.json >key 2>&1
  key=$(field '["public_key"]' <"n-${one%:*}/node.json")
  is "enroll ${one%:*}" done haven enroll "${one%:*}" --role "${one#*:}" --key "$key"
  start "n-${one%:*}.log" "$bin/haven-node" run "n-${one%:*}"
done
ends "a key belongs to one node" 73 haven enroll S02 --role shelter --key "$key"
is "a key that begins like an option" done haven enroll S09 --role shelter --key '--0w*+3VsJf^OkZ}dH(o8)1fdpUqdd8cY!Xk3/-B'
haven revoke S09 >/dev/null
ends "a key that is none" 65 haven enroll S02 --role shelter --key short
is_present() { [ "$(haven nodes --json | field '["nodes"][0]["presence"]')" = present ]; }
until_so is_present
is "how long a node is in contact, or silent, stands beside which of both it is" "presence" eval "haven nodes | grep -E 'presence +since'"
start stranger.log "$bin/haven-node" run new/nodes/S7
turned_away() { [ "$(haven statistics --json | field '["gate"]["turned_away"]')" -ge 1 ]; }
until_so turned_away
echo "ok: a node that nobody enrolled is turned away, and counted"

until_so node n-S01 check-in --adults 3 --wheelchair 1 --from Z10
until_so node n-D1 stock count --complete water=5000
people_are() { [ "$(haven shelters S01 --json | field '["shelters"][0]["people"]["total"]')" = "$1" ]; }
until_so people_are 3
stock_is() { [ "$(haven depots D1 --json | field '["depots"][0]["stock"][0]["quantity"]')" = "$1" ]; }
until_so stock_is 5000

is "on behalf, half an hour ago" done haven report S02 count --adults 40 --ago-s 1800
is "its age is told" "30 min" haven shelters S02
ends "of a place that is not there" 66 haven report S99 count --adults 1
ends "of an entry that is none" 66 haven report S02 '{"verb": "gone"}'
ends "with a figure that is none" 64 haven report S02 count --adults many

is "an incident" done haven incident open 'June flood' --hazard flood
is "a hazard" done haven hazard river flood --zones Z10,Z11
ends "a kind of hazard that is none" 65 haven hazard river water
is "a road that will be under water" done haven hazard river flood --links L16-17 --from +90min --until +6h
is "and another, beside what was said" done haven hazard river flood --links L17-16 --from +2h --capacity-permille 300
is "the first, the second and the zones" "river   flood  in force      2      0         0       0      2" haven hazard list
is "now it hits its zones alone" done haven hazard river flood --zones Z10,Z11
is "a road" done haven road close "$(sed -n 2p "$region/link.csv" | cut -d, -f1)" --reason 'under water'
ends "a road that is not there" 66 haven road close nope
is "a phase" done haven incident phase evacuation
is "a plan" made haven plan make
plan=$(haven plan list --json | field '["plans"][0]["id"]')
is "proven to leave nobody" "unserved 0 people" haven plan show "$plan"
is "compared with nothing" S0 haven plan diff "$plan"
moves=$(haven plan show "$plan" --json | field '["plan"]["moves"]')
ends "a plan that nobody named" 64 haven plan approve
is "a newer one" made haven plan make
approve() { haven plan approve "$plan" --reason 'as agreed'; }
is "the older one is approved, with its orders, and the newer one not passed over" "is newer, waits: haven plan diff" approve
ends "only once" 64 haven plan approve "$plan"
ends "nor one that there is not" 66 haven plan approve 999
order_at() { [ "$(haven orders --addressee S01 --json | field '["orders"][0]["state"]')" = "$1" ]; }
until_so order_at stored
number=$(haven orders --addressee S01 --json | field '["orders"][0]["id"]')
own=$number
until_so node n-S01 accept "$own"
until_so order_at accepted
number=$(haven orders --kind evacuate-zone --json | field '["orders"][0]["id"]')
is "an answer by telephone" done haven orders answer "$number" --state accepted
ends "a node answers itself" 64 haven orders answer "$own" --state done
is "an order by hand, by its number" 'issued; look at it: haven orders show' haven orders issue ship D1 --counterpart S02 --lines water=60 --deadline +90min
ends "a zone that is not there" 66 haven orders issue evacuate-zone Z99 --post zone-warden --shelter S02 --people Z03=7
ends "nor people of one" 66 haven orders issue evacuate-zone Z03 --post zone-warden --shelter S02 --people Z99=7
ends "a shelter that is not there" 66 haven orders issue evacuate-zone Z03 --post zone-warden --shelter S99 --people Z03=7
ends "goods for nowhere" 66 haven orders issue ship D1 --counterpart S99 --lines water=60
ends "goods that are none" 66 haven orders issue ship D1 --counterpart S02 --lines 毯=60
ends "lines that are none" 64 haven orders issue ship D1 --lines water
ends "a state that is none" 65 haven orders --state gone
is "cancelled again" done haven orders cancel "$(haven orders --kind ship --addressee D1 --json | field '["orders"][-1]["id"]')"
is "another, on a waybill of its own" issued haven orders issue ship D1 --counterpart S02 --lines water=60 --waybill W-hand
is "which ends with its order" "ended; 1 open order cancelled" haven ledger end W-hand --reason 'the truck broke down'
ends "once" 64 haven ledger end W-hand --reason 'again'
is "one with a window and a time on the way" issued haven orders issue evacuate-zone Z03 --post zone-warden --shelter S02 \
  --people Z03=77 --start +0min --end +0min --travel-min 600
moving=$(haven orders --addressee Z03 --json | field '["orders"][0]["id"]')
is "says so" "600 min, from leaving to being there" haven orders show "$moving"
is "accepted by telephone" done haven orders answer "$moving" --state accepted
too_many() { haven orders answer "$moving" --state under-way --done 7700; [ $? -eq 65 ]; }
is "no more are out than can be, by a digit too many" "haven orders revise $moving --people" too_many
ends "nor fewer than nobody" 64 haven orders answer "$moving" --state under-way --done -5
on_way_is() { [ "$(haven zones Z03 --json | field '["zones"][0]["on_way"]')" = "$1" ]; }
until_so on_way_is 77
is "it has people on the way" "on the way from their zones" haven status
is "and shows who said so" "accepted" haven orders show "$moving"
ends "a time on the way that is none" 64 haven orders issue evacuate-zone Z03 --post zone-warden --travel-min -5
ends "a window that ends before it begins" 65 haven orders issue evacuate-zone Z03 --post zone-warden --start +2h --end +1h
is "the orders of a plan show their times" "begins   20" haven orders show "$number"
is "how far it is" "Z11" haven plan progress
is "a plan can be withdrawn" done haven plan withdraw "$(haven status --json | field '["plan_in_force"]')"

is "goods are asked for, by telephone" done haven report S02 '{"verb": "request", "kind": "goods", "urgency": "urgent", "lines": [{"item": "water", "quantity": 30}]}'
asked=$(haven requests --json | field '["requests"][0]["id"]')
ends "not approved for what is none" 66 haven requests approve "$asked" --lines 毯=1
is "approved in part" done haven requests approve "$asked" --lines water=20
is "says how much of it" "30 water, approved 20 (0/0/0)" haven requests
is "closed again" done haven requests close "$asked" --reason 'brought by a neighbour'
needs_it() { haven plan directive x --kind limit --quantity 5 2>&1; [ $? -ne 0 ]; }
is "a directive that lacks something is told what" "a limit names a depot, a shelter or both" needs_it

is "power is down" done haven report S02 '{"verb": "lifeline", "lifelines": [{"kind": "power", "state": "down"}]}'
is "which wants attention" lifeline:S02:power haven attention
is "and nobody sees to it" nobody haven attention --kind lifeline --unowned
before=$(haven status --json | field '["position"]')
is "until somebody takes it" done haven --role-name night-shift attention take lifeline:S02:power --note 'calling them'
owner_is() { [ "$(haven "${@:2}" attention --kind lifeline --json | field '["attention"][0]["owner"]')" = "$1" ]; }
owner_name() { haven "$@" attention --kind lifeline --json | field '["attention"][0]["owner"]["name"]'; }
is "whose name stands there" night-shift owner_name
is "as in the log, with the door" control haven log
is "where long records are cut" '… (all of it: haven --json log --from ' haven log --from 1 --limit 1000
is "gives it to somebody" done haven attention give lifeline:S02:power --to planner
is "who has it" planner owner_name
ends "a look back has it as it was" 0 owner_is None --at "$before"
is "and counts" '"total": 1' haven attention --owner planner --json
is "or leaves it" done haven attention leave lifeline:S02:power
ends "to nobody" 0 owner_is None
ends "what nobody has cannot be left" 66 haven attention leave lifeline:S02:power
ends "somebody has a name" 64 haven attention give lifeline:S02:power
ends "a list is of one owner or of none" 64 haven attention --owner planner --unowned
ends "there are three words" 64 haven attention drop lifeline:S02:power
is "grades are chosen" none haven attention --kind lifeline --grade alarm
for _ in 1 2 3 4 5 6 7 8 9; do haven plan make >/dev/null; done # more than are kept in memory
is "an old plan is shown like any other" "unserved 0 people" haven plan show "$plan"
same_moves() { [ "$(haven plan show "$plan" --json | field '["plan"]["moves"]')" = "$moves" ] && echo same; }
is "with what it was" same same_moves
now=$(haven status --json | field '["position"]')
is "in a look back, too" "unserved 0 people" haven --at "$now" plan show "$plan"
is "as of then" "$now" haven --at "$now" plan show "$plan" --json

is "notes in any writing" done haven note 交班
is "are in the log" 交班 haven notes
is "as is everything" 交班 haven log
is "a sweep of a zone" done haven zones sweep Z10 --left 12 --reason 'warden, by radio'
is "says who is left" 12 haven zones Z10
ends "a sweep without a figure" 64 haven zones sweep Z10
ends "a sweep of a zone that is none" 66 haven zones sweep Z99 --left 0
ends "a sweep from before the one that is known" 64 haven zones sweep Z10 --left 900 --ago-s 3600
ends "more people than there can be" 65 haven zones sweep Z10 --left 99999999999
is "a look back, to before there was a hazard" none haven --at 2 hazard list
is "and to the beginning" "position 2" haven --at 2 status
ends "nothing is decided in the past" 64 haven --at 2 note late
ends "nor asked of the future" 65 haven --at 999999999 status
is "the profile that counts is in the log" sphere-2018 haven log
ends "there is no such command" 64 haven statuss
ends "nor such an option" 64 haven shelters --lmit 3
ends "plans are compared by number" 64 haven plan diff 1 --against one
ends "with plans that there are" 66 haven plan diff --against 99999
ends "a rate that is no number" 64 haven clock nan
ends "a shift is handed over to somebody" 64 haven handover 'the bridge is watched'
ends "and told what matters" 0 haven handover 'the bridge is watched' --to officer2
is "which stands in the log" 'the bridge is watched' haven log
ends "words are UTF-8" 64 haven note $'\xff'
for command in init enroll revoke region incident hazard road report note handover status attention shelters depots zones nodes requests \
  transfers plan orders log notes clock statistics backup restore verify stop; do
  is "help of $command" "haven $command" haven "$command" --help
done

ends_with_all() { [ "$(haven verify --json | field '["verified"]')" -ge 50 ]; }
until_so ends_with_all
is "the running log is sound" "records, every checksum and hash right" haven verify
is "a backup while running" "copied" haven backup backups/new/b
rm -rf b && mv backups/new/b b
ends "not over another" 73 haven backup b
[ ! -e b/coordinator.key ] && echo "ok: without the key" || { echo "FAILED: a key in the backup"; failed=1; }
is "the backup is sound" "every checksum and hash right" haven verify b
until_so node n-S01 check-in --adults 4
until_so people_are 7

is "the incident's end" done haven incident close
is "the end in the list" closed haven incident list
ends "of none that is open" 64 haven incident close

is "a clean stop" done haven stop
wait "${children[0]}"
ends "is the end of it" 69 haven status
cp -r b unfinished && rm unfinished/deployment.json
ends "not from a backup that was not finished" 66 haven restore unfinished r --key c/coordinator.key
cp -r b whole && cp c/coordinator.key whole
is "restored from a copy of a whole folder" "records restored" haven restore whole w --key whole/coordinator.key
is "restored into a new folder" "records restored" haven restore b r --key c/coordinator.key
ends "not over another" 73 haven restore b r --key c/coordinator.key
export HAVEN_DIR=$folder/r
start r.log "$bin/haven-coordinator" r
until_so haven status
until_so people_are 7
echo "ok: the node has sent again what the backup lacked"
is "plans come out of the log as they were: none is made again" same same_moves
# Of before the node was made.
until_so node n-S01 stock count --complete insulin=30@I1:2027-01-31 --reason 'first count' --ago 6h
until_so node n-S01 report lifeline power down
without_cold() { haven ledger warnings | grep -q "$1 .* $2 "; }
until_so without_cold cold-chain-without-power '[0-9]* s'
until_so node n-S01 report lifeline power down --ago 5h
until_so without_cold cold-chain-broken-in-quarantine '300 min\|5 h'
echo "ok: a power cut that is told of late counts from when it began"
is "goods on a waybill" issued haven orders issue ship D1 --counterpart S01 --lines water=60 --waybill W-last
is "to be expected" issued haven orders issue expect-delivery S01 --counterpart D1 --lines water=60 --waybill W-last
until_so node n-S01 stock receive --waybill W-last --short water=20 --reason 'a pallet was wet'
expects() { node n-S01 orders | grep -q "W-last; all received"; }
ends "nothing more is due" 0 expects
stands() { haven orders --all --kind "$1" | grep W-last | grep -q " $2 "; }
until_so stands expect-delivery 'done'
until_so node n-D1 stock ship water=40 --waybill W-last --to S01 --final
until_so stands ship 'done'
echo "ok: whoever says that nothing more goes or comes has carried out the order"
is "an order to a node" issued haven orders issue open S01
is "revoked" done haven revoke S01 --reason 'laptop stolen'
ends "once" 64 haven revoke S01
number=$(haven orders --addressee S01 --json | field '["orders"][-1]["id"]')
answer() { haven orders answer "$number" --state accepted 2>&1; [ $? -eq 64 ]; }
is "which answers no more" "haven orders revise $number; then its place is told" answer
is "so the order is made the place's" done haven orders revise "$number"
is "and answered for it" done haven orders answer "$number" --state accepted
is "what it was told is taken back" done haven orders cancel "$number" --reason 'nobody can open it'
is "by print or voice" 'cancelled' haven orders --all --post place --addressee S01
conclude
