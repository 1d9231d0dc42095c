#!/usr/bin/env bash
# Sanitizers see nothing of it: no program of ours takes part.
exec "$(dirname "$0")/../browser/run" many.mjs
