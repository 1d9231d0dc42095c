#!/usr/bin/env bash
# The include rule notices each kind of violation, planted in a tree of its own, and nothing else.
# Sanitizers see nothing of it: no program of ours takes part.
set -u
cd "$(dirname "$0")/../.." || exit 1
command -v python3 >/dev/null || { echo "[SKIP] needs python3"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

# file PATH LINE...: a file of the planted tree.
file() {
  local path=$folder/$1
  shift
  mkdir -p "$(dirname "$path")"
  printf '%s\n' "$@" >"$path"
}
fresh() {
  rm -rf "${folder:?}"/*
  file schemas/model.h '#include <stdint.h>'
  file schemas/platform/store.h '#include <lmdb.h>'
  file coordinator/log/log.h '#include "schemas/model.h"'
  file coordinator/log/log_lmdb.h '#include <lmdb.h>'
  file coordinator/core.c '#include "coordinator/log/log.h"' '/* time(NULL) */ const char *s = "time(1)";' 'int x = core->time(1);'
  file coordinator/main.c '#include "schemas/platform/store.h"' '#include <time.h>' 'time(NULL);'
  file nodes/core.h '#include "schemas/model.h"'
  file simulations/world/world.c '#include "nodes/core.h"' '#include "coordinator/log/log.h"'
  file tests/unit/test_core.c '#include "nodes/core.h"' '#include <time.h>'
}
noticed() {
  if tests/lint/include-rule "$folder" >"$folder/said"; then
    echo "not noticed: $1"
    failed=1
  elif grep -q "$2" "$folder/said"; then
    echo "noticed: $1"
  else
    echo "said something else about: $1"
    cat "$folder/said"
    failed=1
  fi
  fresh
}

fresh
tests/lint/include-rule "$folder" || { echo "a clean tree is refused"; failed=1; }

file schemas/a.c '#include "nodes/core.h"'
noticed "the contract includes a node" 'schemas/a.c:1: schemas may not include nodes'
file schemas/a.c '#include "schemas/platform/store.h"'
noticed "the contract includes the platform" 'schemas may not include schemas/platform'
file nodes/a.c '#include "schemas/model.h"' '#include "coordinator/log/log.h"'
noticed "a node includes the coordinator" 'nodes/a.c:2: nodes may not include coordinator'
file coordinator/a.c '#include "nodes/core.h"'
noticed "the coordinator includes a node" 'coordinator may not include nodes'
file coordinator/optimizer/a.c '#include "coordinator/log/log.h"'
noticed "the optimizer includes the coordinator" 'coordinator/optimizer may not include coordinator '
file nodes/a.c '#include "tests/support/a.h"'
file tests/support/a.h ''
noticed "a node includes a test" 'nodes may not include tests'
file nodes/a.c '#include "core.h"'
noticed "an include not from the top" 'is no file'
file nodes/a.c '#include "schemas/haven.pb-c.h"'
noticed "generated code outside the codec" 'haven.pb-c.h is for'
file nodes/a.c '#include <protobuf-c/protobuf-c.h>'
noticed "protobuf outside the codec" 'protobuf-c.h is for'
file coordinator/core.c '#include <zmq.h>'
noticed "a core with a socket" 'coordinator/core.c:1: a pure part, but includes zmq.h'
file coordinator/state/a.c '#include "coordinator/log/log_lmdb.h"'
noticed "the state with a database, through a header" 'includes coordinator/log/log_lmdb.h → lmdb.h'
file nodes/core.c 'long now(void) {' '    return time(NULL);' '}'
noticed "a core with a clock" 'nodes/core.c:2: a pure part, but calls time()'
file coordinator/optimizer/a.c 'int f(void) { return rand(); }'
noticed "an optimizer that throws dice" 'calls rand()'
file simulations/world/a.c '#include "schemas/platform/store.h"'
noticed "a simulator with the platform" 'a pure part, but includes schemas/platform/store.h'
rm -rf "${folder:?}"/*
tests/lint/include-rule "$folder" >/dev/null && { echo "an empty tree passes"; failed=1; }
exit $failed
