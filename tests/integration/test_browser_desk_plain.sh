#!/usr/bin/env bash
exec "$(dirname "$0")/../browser/run" desk_plain.mjs
