#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# soak.sh SOAK [EXECS]: a long life of an engine (see soak.c) by the shipped rules and some that tell of one exec in
# 500, one open in 5,000 and one connection in 100; SOAK.md has figures.
set -euo pipefail
cd "$(dirname "$0")/../.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cat >"$tmp/soak.yaml" <<'R'
- rule: soak exec
  desc: one in 500
  condition: evt.type = execve and (proc.args contains "500 " or proc.args contains "000 ")
  output: exec %proc.cmdline by %user.uid in %container.id, child of %proc.pname
  priority: NOTICE
- rule: soak open
  desc: one in 5,000
  condition: evt.type = openat and (fd.name endswith 0000 or fd.name endswith 5000) and proc.name != nothing
  output: open %fd.name by %proc.exepath
  priority: WARNING
- rule: soak connect
  desc: one in 100
  condition: evt.type = connect and fd.sport = 443 and fd.snet in ("11.0.0.0/16", "12.1.0.0/16")
  output: connection to %fd.sip by %proc.name
  priority: NOTICE
R
"$1" "${2:-10000000}" "$tmp" rules "$tmp/soak.yaml"
stat -c '%n %s bytes' "$tmp"/alerts.*
