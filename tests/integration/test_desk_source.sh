#!/usr/bin/env bash
# Sanitizers see nothing of it: no program of ours takes part.
exec "$(dirname "$0")/../browser/run" desk_source.mjs
