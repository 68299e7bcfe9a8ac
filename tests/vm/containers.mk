# SPDX-License-Identifier: Apache-2.0
# Container runtimes of Debian in a guest, with systemd as its first process.
#
#	VM_APPEND=systemd.unified_cgroup_hierarchy=0	with the older control groups

.PHONY: vm-containers
vm-containers:	## Docker, Podman, containerd, runc, crun, nspawn, LXC on a kernel (KERNEL; T="each RUNTIMES=docker")
	@tests/all.sh containers $(KERNEL) $(T)
