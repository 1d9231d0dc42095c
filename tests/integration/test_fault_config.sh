#!/usr/bin/env bash
# A wrong configuration: both programs name file, line (where the fault has one) and remedy, and end with the status
# that sysexits.h has for it.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
case ${BUILD:=build} in /*) bin=$BUILD/bin ;; *) bin=$top/$BUILD/bin ;; esac
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0 passed=0

"$bin/haven" init city --name Test --exercise --bind ipc://"$work"/gate >/dev/null || exit 1
"$bin/haven-node" init node --id S1 --role shelter --deployment city/deployment.json >/dev/null || exit 1

# wrong WHAT KIND CHANGE STATUS TEXT...: after CHANGE in a copy of the folder the program ends with STATUS and says every TEXT.
wrong() {
  local what=$1 kind=$2 change=$3 status=$4 is said text
  shift 4
  rm -rf tried && cp -a "$kind" tried
  (cd tried && eval "$change")
  case $kind in
    city) said=$(timeout 20 "$bin/haven-coordinator" tried 2>&1) ;;
    node) said=$(timeout 20 "$bin/haven-node" run tried 2>&1) ;;
  esac
  is=$?
  if [ "$is" -ne "$status" ]; then
    echo "$what: status $is instead of $status: $said"
    failed=$((failed + 1))
    return
  fi
  for text in "$@"; do
    grep -qF -- "$text" <<<"$said" && continue
    echo "$what: “$text” is not said: $said"
    failed=$((failed + 1))
    return
  done
  passed=$((passed + 1))
}

# The line in which a setting stands.
line() { grep -n -m 1 -- "$2" "$1" | cut -d: -f1; }
beat=$(line city/haven.yaml '^beat_s:') approval=$(line city/haven.yaml '^approval:')
after=$(($(wc -l <city/haven.yaml) + 1))

# haven init listens where it tells nodes to come; an endpoint that cannot be one is refused.
listens() { # WHAT EXPECTED OPTIONS...: the addresses in haven.yaml
  local what=$1 expected=$2 is
  shift 2
  rm -rf made && "$bin/haven" init made --http off "$@" >/dev/null 2>&1
  is=$(sed -n '/^bind:/,/^[a-z#]/s/^  - "\(.*\)"/\1/p' made/haven.yaml 2>/dev/null | tr '\n' ' ')
  if [ "$is" = "$expected" ]; then passed=$((passed + 1)); else
    echo "$what: listens at “$is” instead of “$expected”"
    failed=$((failed + 1))
  fi
}
listens 'the usual port' 'tcp://*:5670 '
listens 'the port of the endpoint' 'tcp://*:7000 ' --endpoint tcp://10.0.0.1:7000
listens 'each port once' 'tcp://*:7000 tcp://*:7001 ' --endpoint tcp://a:7000 --endpoint 'tcp://[::1]:7001' --endpoint tcp://b:7000
listens 'where it is told to' 'tcp://127.0.0.1:7002 ' --bind tcp://127.0.0.1:7002 --endpoint tcp://nat:80
for endpoint in tcp://a tcp://a:0 tcp://a:65536 tcp://a:80x tcp://:80 a:80 ipc:///tmp/x 'tcp://[::1]' "tcp://$(printf '%0300d' 0):80"; do
  listens "no endpoint: $endpoint" '' --endpoint "$endpoint"
done
# A port that is chosen at each start is said to be of no use in an invitation; not where nodes are told another.
warns() { # WHAT EXPECTED OPTIONS...: whether init says so
  local what=$1 expected=$2 said
  shift 2
  said=$(rm -rf made && "$bin/haven" init made --http off "$@" 2>&1 >/dev/null | grep -c 'give --endpoint ADDRESS:PORT')
  if [ "$said" = "$expected" ] && [ -e made/deployment.json ]; then passed=$((passed + 1)); else
    echo "$what: said $said times instead of $expected"
    failed=$((failed + 1))
  fi
}
warns 'any port' 1 --bind 'tcp://127.0.0.1:*'
warns 'port 0' 1 --bind 'tcp://*:0'
warns 'any port, and an endpoint' 0 --bind 'tcp://127.0.0.1:*' --endpoint tcp://a:7000
warns 'a port' 0 --bind 'tcp://*:7000'
listens 'more than eight endpoints' '' $(for i in 1 2 3 4 5 6 7 8 9; do echo --endpoint tcp://a:$i; done)

# haven.yaml
wrong 'no YAML' city 'printf "bind: [\n  x: y: z\n" >haven.yaml' 65 'tried/haven.yaml:2:' 'docs/OPERATIONS.md'
wrong 'unknown setting' city 'echo "colour: red" >>haven.yaml' 65 "tried/haven.yaml:$after:" 'colour' 'docs/OPERATIONS.md'
wrong 'out of range' city 'sed -i "s/^beat_s:.*/beat_s: 0/" haven.yaml' 65 "tried/haven.yaml:$beat: beat_s: 0; 1 to 3600"
wrong 'unknown word' city 'sed -i "s/^approval:.*/approval: maybe/" haven.yaml' 65 "tried/haven.yaml:$approval: approval: “maybe”; manual, automatic or two-persons"
wrong 'no address' city 'sed -i "s|ipc://[^\"]*|127.0.0.1|" haven.yaml' 65 'tried/haven.yaml:4: bind:' 'tcp://ADDRESS:PORT'
wrong 'no port' city 'sed -i "s|ipc://[^\"]*|tcp://127.0.0.1:none|" haven.yaml' 65 'tcp://127.0.0.1:none' 'see `bind` in haven.yaml'
wrong 'every fault, not just the first' city 'sed -i "s/^beat_s:.*/beat_s: 0/; s/^approval:.*/approval: maybe/" haven.yaml' 65 "haven.yaml:$beat:" "haven.yaml:$approval:"
wrong 'an empty file' city ': >haven.yaml' 65 'tried/haven.yaml: empty' '`haven init`'
wrong 'no settings' city 'rm haven.yaml' 66 'tried/haven.yaml' '`haven init`'

# deployment.json
wrong 'no JSON' city 'echo "{" >deployment.json' 65 'tried/deployment.json:2:' '`haven init`'
wrong 'unknown mode' city 'sed -i "s/\"exercise\"/\"play\"/" deployment.json' 65 'tried/deployment.json:5: mode:' 'live or exercise'
wrong 'no id' city 'sed -i -E "s/\"deployment\": \"../\"deployment\": \"zz/" deployment.json' 65 'tried/deployment.json:3: deployment:' '32 hexadecimal digits'
wrong 'another deployment' city 'sed -i -E "s/\"deployment\": \"[0-9a-f]{8}/\"deployment\": \"00000000/" deployment.json' 65 'of another deployment' 'deployment.json and log belong together'
wrong 'no invitation' city 'rm deployment.json' 66 'tried/deployment.json' '`haven init`'

# coordinator.key
wrong 'a key that others may read' city 'chmod 644 coordinator.key' 77 'tried/coordinator.key' 'mode 0600'
wrong 'no key in the file' city 'echo hello >coordinator.key' 65 'tried/coordinator.key'
wrong 'no key' city 'rm coordinator.key' 66 'tried/coordinator.key'
wrong 'the key of another' city "'$bin/haven' init other --exercise >/dev/null && cp other/coordinator.key ." 65 'tried/coordinator.key' 'deployment.json'
wrong 'no log' city 'rm -r log' 66 'the records of the log' 'haven restore'
wrong 'no folder' city 'rm -r ../tried' 66 'tried/haven.yaml' '`haven init`'

# node.json and node.key
wrong 'no JSON' node 'echo "{\"id\": }" >node.json' 65 'tried/node.json:1:' 'one JSON object'
wrong 'unknown role' node 'sed -i "s/\"shelter\"/\"castle\"/" node.json' 65 'tried/node.json:3: role: castle; shelter or depot'
wrong 'no endpoint' node 'sed -i "s|ipc://|http://|" node.json' 65 'tried/node.json:6: endpoints:' 'tcp://'
wrong 'no server key' node 'sed -i -E "s/\"server_key\": \".{5}/\"server_key\": \"/" node.json' 65 'tried/node.json:9: server_key:' '40 characters in Z85'
wrong 'too small an outbox' node 'sed -i -E "s/(\"outbox_bytes\":) [0-9]+/\1 5/" node.json' 65 'tried/node.json:11: outbox_bytes:' '1048576'
wrong 'a key that others may read' node 'chmod 644 node.key' 77 'tried/node.key' 'chmod 600'
wrong 'no key in the file' node 'echo hello >node.key' 65 'tried/node.key' 'enrolled anew'
wrong 'the outbox of another node' node 'sed -i "s/\"S1\"/\"S2\"/" node.json' 77 'the outbox must belong to this id'
wrong 'no folder' node 'rm -r ../tried' 66 'haven-node init'

# Two at once: one makes it, the other says why it does not.
# at_once FOLDER PROGRAM...: runs it twice, with A and with B at the end.
at_once() {
  local folder=$1 one other
  shift
  "$@" A >A.said 2>&1 &
  one=$!
  "$@" B >B.said 2>&1
  other=$?
  wait "$one"
  case $?,$other in
    0,73 | 0,75) winner=A loser=B ;;
    73,0 | 75,0) winner=B loser=A ;;
    *)
      echo "$folder: not one of two: $(cat A.said B.said)"
      failed=$((failed + 1))
      return 1
      ;;
  esac
  [ -s "$loser.said" ] && return 0
  echo "$folder: the other does not say why"
  failed=$((failed + 1))
  return 1
}
for round in 1 2 3 4; do
  at_once "both$round" "$bin/haven" init "both$round" --exercise --name || continue
  if grep -q "\"name\": \"$winner\"" "both$round/deployment.json" && "$bin/haven" verify "both$round" >/dev/null; then
    passed=$((passed + 1))
  else
    echo "both$round is not $winner's"
    failed=$((failed + 1))
  fi
  at_once "twin$round" "$bin/haven-node" init "twin$round" --role shelter --deployment city/deployment.json --id || continue
  if grep -q "\"id\": \"$winner\"" "twin$round/node.json" && grep -qF -- "$(cat $winner.said)" "twin$round/node.key"; then
    passed=$((passed + 1))
  else
    echo "twin$round is not $winner's"
    failed=$((failed + 1))
  fi
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
