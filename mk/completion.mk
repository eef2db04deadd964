# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# No complete Makefile: ../Makefile includes it.
.PHONY: install-completion uninstall-completion
DATADIR ?= $(PREFIX)/share
COMPLETION := $(DESTDIR)$(DATADIR)
# The shells look for a file of the program's name; zsh reads it in the file.
BASH_COMPLETION := $(COMPLETION)/bash-completion/completions
FISH_COMPLETION := $(COMPLETION)/fish/vendor_completions.d
ZSH_COMPLETION := $(COMPLETION)/zsh/site-functions
install install-host: install-completion
uninstall: uninstall-completion
install-completion:
	$(INSTALL) -d $(COMPLETION)/kcan $(BASH_COMPLETION) $(FISH_COMPLETION) \
		$(ZSH_COMPLETION)
	$(INSTALL) -m 755 scripts/completion/candidates $(COMPLETION)/kcan
	for program in $(PROGRAMS); do \
		sed 's|@DATADIR@|$(DATADIR)|' scripts/completion/kcan.bash \
			>$(BASH_COMPLETION)/$$program && \
		sed 's|@DATADIR@|$(DATADIR)|' scripts/completion/kcan.fish \
			>$(FISH_COMPLETION)/$$program.fish || exit; \
	done
	sed 's|@DATADIR@|$(DATADIR)|' scripts/completion/_kcan \
		>$(ZSH_COMPLETION)/_kcan
uninstall-completion:
	rm -rf $(COMPLETION)/kcan
	rm -f $(ZSH_COMPLETION)/_kcan $(PROGRAMS:%=$(BASH_COMPLETION)/%) \
		$(PROGRAMS:%=$(FISH_COMPLETION)/%.fish)
