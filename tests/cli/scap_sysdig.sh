#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What falcoc prints of some captures beside Debian's sysdig; tests/scap-sysdig.sh alone takes all of them.
here=$(cd "$(dirname "$0")/.." && pwd)
captures=$(realpath -m "${FALCOC_SHARED:-$here/../../shared}")/corpus/captures
[ -d "$captures" ] || { echo "SKIP scap_sysdig: no captures in $captures"; exit 77; }
exec "$here/scap-sysdig.sh" "$FALCOC" "$captures"/{falco__test_trace_files_cat_write,sf-collector__tests_files_filesat,sf-collector__tests_alpine_alpine,libs__test_libsinsp_e2e_resources_captures_single_ipv6_conn}.scap
