# For tests of the operator's program against a real coordinator: a folder of its own, in which the test then stands,
# what is started there and ended with it, and the words that tests are made of. To be sourced from the project's folder.
bin=$PWD/${BUILD:-build}/bin
folder=$(mktemp -d)
children=()
failed=0
cd "$folder" || exit 1
export HAVEN_DIR=$folder/c

finish() {
  for child in "${children[@]}"; do kill "$child" 2>/dev/null; wait "$child" 2>/dev/null; done
  rm -rf "$folder"
}
trap finish EXIT

haven() { "$bin/haven" "$@"; }
node() { local at=$1; shift; "$bin/haven-node" --dir "$folder/$at" "$@"; }
field() { python3 -c 'import json,sys; print(eval("v" + sys.argv[1], {"v": json.load(sys.stdin)}))' "$1"; }

# is WHAT WANTED COMMAND…: the command prints something that has WANTED in it, and ends with 0.
is() {
  local what=$1 wanted=$2 said
  shift 2
  said=$("$@" 2>&1)
  if [ $? -eq 0 ] && [[ $said == *"$wanted"* ]]; then echo "ok: $what"; else
    echo "FAILED: $what"; echo "$said"; failed=1; fi
}
# ends WHAT STATUS COMMAND…
ends() {
  local what=$1 wanted=$2 said status
  shift 2
  said=$("$@" 2>&1)
  status=$?
  if [ $status -eq "$wanted" ]; then echo "ok: $what"; else
    echo "FAILED: $what: status $status, not $wanted"; echo "$said"; failed=1; fi
}
# start LOG COMMAND…: in the background.
start() {
  local log=$1
  shift
  "$@" >>"$log" 2>&1 &
  children+=($!)
}
# until_so COMMAND…: at most 20 s.
until_so() {
  for _ in $(seq 200); do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done
  echo "FAILED: never: $*"; failed=1
}
# A port of this machine that nobody has.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# The end of a test: its status, and where it failed the logs.
conclude() {
  [ $failed -eq 0 ] || for log in *.log; do echo "== $log"; tail -n 20 "$log"; done
  exit $failed
}
