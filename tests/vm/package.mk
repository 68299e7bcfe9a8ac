# SPDX-License-Identifier: Apache-2.0
# The packages' life in a Debian guest.

.PHONY: vm-package
vm-package:	## install, upgrade, remove the packages in a Debian guest (T="upgrade kernel": go on from there)
	@tests/vm/package.sh $(T)
