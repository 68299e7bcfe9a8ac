#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a condition does not ask for is passed over in a capture: what is left must be what it is among all
# events, to the last argument, whatever was passed over before it.
here=$(cd "$(dirname "$0")/.." && pwd)
captures=$(realpath -m "${FALCOC_SHARED:-$here/../../shared}")/corpus/captures
[ -d "$captures" ] || { echo "SKIP scap_skip: no captures in $captures"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
form='%evt.num %evt.rawtime %thread.tid %evt.type %fd.num %fd.name %fd.connected %fd.l4proto %proc.name %proc.pname'
form+=' %proc.cwd %user.uid %fd.nameraw %fd.ino %fd.types %proc.fdopencount %proc.vmsize %thread.pfmajor %evt.args'
failed=0
total=0
for capture in falco__test_trace_files_psp_run_as_user_0_container libs__test_libsinsp_e2e_resources_captures_curl_google \
		sf-collector__tests_objectstore_ls sf-collector__tests_mpm-event_cold_start_capture vm-all-syscalls; do
	"$FALCOC" -c none -e "$captures/$capture.scap" --print "$form" >"$work/all" 2>/dev/null
	for types in execve,execveat fcntl open,openat connect,accept,accept4 dup,dup2,dup3,pipe sendto,recvfrom,sendmsg,recvmsg \
			read,close write,mmap,getsockname mmap,brk,munmap procexit,clone,fork,vfork; do
		"$FALCOC" eval "evt.type in ($types)" -e "$captures/$capture.scap" --print "$form" >"$work/some" 2>/dev/null
		awk -v types=",$types," 'index(types, "," $4 ",")' "$work/all" >"$work/wanted"
		total=$((total + $(wc -l <"$work/wanted")))
		cmp -s "$work/some" "$work/wanted" && continue
		echo "FAIL scap_skip: $capture: $types"
		diff "$work/wanted" "$work/some" | head -5
		failed=1
	done
done
[ "$total" -gt 10000 ] || { echo "FAIL scap_skip: only $total events"; failed=1; }
[ $failed = 1 ] || echo "PASS $total events are the same when others are passed over"
exit $failed
