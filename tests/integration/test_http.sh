#!/usr/bin/env bash
# The HTTP interface over real sockets: see tests/support/http_check.py.
cd "$(dirname "$0")/../.." || exit 1
exec python3 tests/support/http_check.py "${BUILD:-build}/bin"
