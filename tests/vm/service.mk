# SPDX-License-Identifier: Apache-2.0
# falcoc as a service of a real systemd, in a guest.

.PHONY: vm-service
vm-service:	## falcoc under systemd on a kernel: notify, watchdog, reload, status (KERNEL; T="reload")
	@tests/all.sh service $(KERNEL) $(T)
