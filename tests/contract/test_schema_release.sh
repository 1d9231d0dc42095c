#!/usr/bin/env bash
# The check of released schemas lets additions and proper retirement through and nothing else.
# Sanitizers see nothing of it: no program of ours takes part.
set -u
cd "$(dirname "$0")/../.." || exit 1
command -v protoc >/dev/null && command -v python3 >/dev/null || { echo "[SKIP] needs protoc and python3"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0

# mutate SED: whether the check takes haven.proto as the sed script changes it.
mutate() {
  sed -E "$1" schemas/haven.proto >"$folder/haven.proto"
  cmp -s schemas/haven.proto "$folder/haven.proto" && { echo "“$1” changes nothing"; failed=1; }
  tests/lint/schema-release --proto "$folder/haven.proto" >"$folder/said" 2>&1
}
breaks() {
  if mutate "$2"; then echo "not noticed: $1"; failed=1; else echo "noticed: $1"; fi
}
holds() {
  if mutate "$2"; then echo "allowed: $1"; else echo "refused: $1"; cat "$folder/said"; failed=1; fi
}

breaks "a field renumbered" 's/(sint32 child) = 3;/\1 = 30;/'
breaks "a field retyped" 's/sint32 child = 3;/int32 child = 3;/'
breaks "a field renamed" 's/sint32 child = 3;/sint32 kid = 3;/'
breaks "a number reused" 's/sint32 child = 3;/sint32 pupil = 3; sint32 child = 33;/'
breaks "a field dropped" '/sint32 child = 3;/d'
breaks "a field dropped, only its number reserved" 's/sint32 child = 3;/reserved 3;/'
breaks "a field dropped, only its name reserved" 's/sint32 child = 3;/reserved "child";/'
breaks "a single one made many" 's/string zone = 3;  /repeated string zone = 3;/'
breaks "a message type exchanged" 's/Movement movement = 16;/Count movement = 16;/'
breaks "a field taken out of its oneof" 's/oneof households_known \{ (uint32 households = 2;) \}/\1/'
breaks "an enumerator renumbered" 's/MODE_EXERCISE = 2;/MODE_EXERCISE = 3;/'
breaks "an enumerator renamed" 's/MODE_EXERCISE = 2;/MODE_DRILL = 2;/'
breaks "an enumerator dropped" '/REASON_REFERENCE = 17;/d'
breaks "a message dropped" '/^message NoteReport/,/^}/d; s/NoteReport note = 25;/NoteEntry note = 25;/'
holds "a new field" 's/sint32 child = 3;/sint32 child = 3; sint32 toddler = 99;/'
holds "a new enumerator" 's/MODE_EXERCISE = 2;/MODE_EXERCISE = 2; MODE_REHEARSAL = 3;/'
holds "a field retired" 's/sint32 child = 3;/reserved 3; reserved "child";/'
holds "an enumerator retired" 's/REASON_REFERENCE = 17;.*/reserved 17; reserved "REASON_REFERENCE";/'

# Once retired and released, a number stays taken.
mkdir "$folder/released"
cp schemas/released/*.txt "$folder/released/"
sed -E 's/sint32 child = 3;/reserved 3; reserved "child";/' schemas/haven.proto >"$folder/haven.proto"
tests/lint/schema-release --proto "$folder/haven.proto" --released "$folder/released" --release || failed=1
sed -E 's/sint32 child = 3;/sint32 pupil = 3;/' schemas/haven.proto >"$folder/haven.proto"
if tests/lint/schema-release --proto "$folder/haven.proto" --released "$folder/released" >/dev/null; then
  echo "not noticed: a retired number reused after a release"
  failed=1
fi
exit $failed
