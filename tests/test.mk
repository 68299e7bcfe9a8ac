# SPDX-License-Identifier: Apache-2.0
# The whole of the tests, and what they need installed.

.PHONY: setup test test-all
setup:	## install the packages that building and testing need (as root, or through sudo)
	tests/setup.sh test

test:	## check everything, with the kernels' core tests (the README's command)
	@tests/all.sh quick

test-all:	## check everything, with the whole VM suite on every kernel
	@tests/all.sh full
