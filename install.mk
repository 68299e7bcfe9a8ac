# SPDX-License-Identifier: Apache-2.0
# Installing without a package, and what packages are made from. PACKAGING.md tells of it.
#
#	DESTDIR		a directory that stands for / [none]
#	PREFIX		where the program, its manual and its unit go [/usr/local]
#	SYSCONF		where /etc is: the program looks there
#	MANIFEST	the list of what was installed, by which `make uninstall` goes; empty: no such list

PREFIX	?= /usr/local
SYSCONF	?= /etc
UNIT_DIR	?= $(PREFIX)/lib/systemd/system
ZSH_DIR		?= $(PREFIX)/share/zsh/site-functions
DOC_DIR		?= $(PREFIX)/share/doc/falcoc
MANIFEST	?= $(PREFIX)/share/falcoc/manifest
STAGE	= $(BUILD)/stage

# Every key with its default, commented out: of the table that the program reads by.
$(BUILD)/falcoc.yaml: $(BUILD)/falcoc
	$< schema template >$@.new && mv $@.new $@

# Manual pages need scdoc; a day that does not change makes them the same each time.
$(BUILD)/man/falcoc.8: $(BUILD)/falcoc $(wildcard cli/man/*)
	SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || echo 0)} \
		cli/man/make.sh $< $(@D)

.PHONY: man stage install uninstall dkms-source dkms-install dkms-uninstall deb rpm
man: $(BUILD)/man/falcoc.8	## make the manual pages (needs scdoc)

# all that `make install` brings, below STAGE
stage: all $(BUILD)/falcoc.yaml man
	rm -rf $(STAGE)
	install -D -m 755 $(BUILD)/falcoc $(STAGE)$(PREFIX)/bin/falcoc
	install -d $(addprefix $(STAGE)$(SYSCONF)/falcoc/,config.d rules.d policies.d)
	install -m 644 rules/*.yaml $(BUILD)/falcoc.yaml $(STAGE)$(SYSCONF)/falcoc/
	for d in config.d rules.d policies.d; do install -m 644 examples/$$d.README $(STAGE)$(SYSCONF)/falcoc/$$d/README || exit 1; done
	install -d $(STAGE)$(UNIT_DIR)
	sed 's|@BIN@|$(PREFIX)/bin|' debian/falcoc.service.in >$(STAGE)$(UNIT_DIR)/falcoc.service
	install -D -m 644 debian/modules-load.conf $(STAGE)$(PREFIX)/lib/modules-load.d/falcoc.conf
	for f in $(BUILD)/man/*.[4578]; do \
		install -D -m 644 $$f $(STAGE)$(PREFIX)/share/man/man$${f##*.}/$${f##*/} || exit 1; \
	done
	install -d $(STAGE)$(PREFIX)/share/bash-completion/completions $(STAGE)$(ZSH_DIR) \
		$(STAGE)$(PREFIX)/share/fish/vendor_completions.d
	$(BUILD)/falcoc completion bash >$(STAGE)$(PREFIX)/share/bash-completion/completions/falcoc
	$(BUILD)/falcoc completion zsh >$(STAGE)$(ZSH_DIR)/_falcoc
	$(BUILD)/falcoc completion fish >$(STAGE)$(PREFIX)/share/fish/vendor_completions.d/falcoc.fish
	for f in $$(find examples -type f ! -name '*.README'); do \
		install -D -m $$(test -x $$f && echo 755 || echo 644) $$f $(STAGE)$(DOC_DIR)/$$f || exit 1; \
	done

install: stage	## install the tool, its service, manual, rules and configuration (PREFIX, DESTDIR)
	@./install.sh put $(STAGE) "$(DESTDIR)" "$(MANIFEST)"

uninstall:	## remove what `make install` brought; files below /etc that were changed stay
	@./install.sh take "$(DESTDIR)" "$(MANIFEST)"

# What DKMS needs, and nothing else.
MODULE_SRC	:= Kbuild $(wildcard kmod/*.[ch] kmod/*/*.h)
SRC_DIR	= $(DESTDIR)/usr/src/falcoc-$(VERSION)
dkms-source:	## put the module's source where DKMS looks for it (DESTDIR)
	for f in $(MODULE_SRC); do install -D -m 644 $$f $(SRC_DIR)/$$f || exit 1; done
	install -m 755 kmod/supported.sh $(SRC_DIR)/supported.sh
	sed 's/#MODULE_VERSION#/$(VERSION)/' dkms.conf >$(SRC_DIR)/dkms.conf

dkms-install:	## build, install and load the module through DKMS, without a package (as root)
	@./install.sh dkms-put $(VERSION)

dkms-uninstall:	## undo `make dkms-install` (as root)
	@./install.sh dkms-take $(VERSION)

deb:	## build the Debian packages falcoc and falcoc-dkms
	@debian/build.sh $(BUILD)

rpm:	## build the same as rpm packages
	@rpm/build.sh $(BUILD)
