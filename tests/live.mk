# SPDX-License-Identifier: Apache-2.0
# falcoc at work, for a first look.

.PHONY: run
run:	## watch falcoc catch something, in a real kernel (this one, or one under QEMU)
	@echo "falcoc: step 1: the packages that building and showing it need"
	@tests/setup.sh run
	@echo "falcoc: step 2: building"
	@$(MAKE) --no-print-directory -s -j$(shell nproc) all
	@echo "falcoc: step 3: falcoc in a real kernel"
	@tests/live.sh
