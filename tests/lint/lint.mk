# SPDX-License-Identifier: Apache-2.0
# Checks of the sources themselves. lint-fast needs only sh and awk and is part of `make test`.

.PHONY: lint-fast lint lint-kmod lint-c lint-sh lint-words
lint-fast:	## who may include whom, licences, banned calls, lengths
	tests/lint/fast.sh
	tests/lint/selftest.sh

lint: lint-fast lint-sh lint-words lint-c lint-kmod	## all checks of the sources

lint-sh:
	@tests/lint/tool.sh shellcheck

lint-words:
	@tests/lint/tool.sh codespell

lint-c:
	@tests/lint/tool.sh cppcheck
	@tests/lint/tool.sh clang-tidy $(CFLAGS_ALL)

lint-kmod:
	@tests/lint/tool.sh checkpatch
	@tests/lint/tool.sh sparse
