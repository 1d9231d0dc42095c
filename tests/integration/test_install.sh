#!/usr/bin/env bash
# A machine that has programs and no compiler: the packages that OPERATIONS.md names for it are those whose libraries
# the programs are linked with, all of them and no more. Skipped where there is no dpkg.
# Sanitizers see nothing of it: what a sanitized program is linked with is not what is installed.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=$PWD/${BUILD:-build}/bin
command -v dpkg-query >/dev/null && command -v objdump >/dev/null || { echo "skipped: there is no dpkg or objdump here"; exit 0; }
everywhere='libc6|libc6-i386|libgcc-s1|libstdc\+\+6|zlib1g' # on every Debian, or with a library that is named

needed() { # PROGRAM...: packages of the libraries that the programs ask for themselves
  local program
  for program in "$@"; do objdump -p "$bin/$program"; done | awk '$1 == "NEEDED" {print "*/" $2}' | sort -u |
    xargs dpkg-query -S 2>/dev/null | cut -d: -f1 | grep -v -e '-dev$' | sort -u | grep -vxE "$everywhere"
}
named() { # WORDS: packages of the line of OPERATIONS.md that ends with the words
  grep -E "^apt-get install .*# $1\$" docs/OPERATIONS.md | sed -E 's/^apt-get install (-y )?//; s/ *#.*//' | tr ' ' '\n' | sort
}
status=0
same() { # WHAT WORDS PROGRAM...
  local what=$1 words=$2 difference
  shift 2
  difference=$(diff <(named "$words") <(needed "$@"))
  if [ -z "$difference" ]; then echo "ok: $what"; else
    echo "FAILED: $what: named (<) and needed (>)"; echo "$difference"; status=1; fi
}
if [ -n "$(objdump -p "$bin/haven" | grep -E 'lib(asan|ubsan|tsan)')" ]; then echo "skipped: sanitized programs are not installed"; exit 0; fi
same "a coordinator's machine" "a coordinator" haven haven-coordinator
same "a node's machine" "a node" haven-node
[ -n "$(needed haven-node)" ] || { echo "FAILED: nothing is needed at all"; status=1; }
exit $status
