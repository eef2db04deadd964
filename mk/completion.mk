# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# No complete Makefile: ../Makefile includes it.
.PHONY: install-completion uninstall-completion install-candidates \
	$(PROGRAMS:%=install-completion-%)
KCANDIR   ?= $(DATADIR)/kcan
# The shells look for a file of the program's name; zsh reads it in the file.
BASHDIR   ?= $(DATADIR)/bash-completion/completions
FISHDIR   ?= $(DATADIR)/fish/vendor_completions.d
ZSHDIR    ?= $(DATADIR)/zsh/site-functions
# $1 file of scripts/completion, $2 where it goes; whatever the umask is
put_shell = $(INSTALL) -d $(dir $(DESTDIR)$2) && \
	sed -e 's|@CANDIDATES@|$(KCANDIR)/candidates|' -e 's|@PROGRAM@|$*|' \
		scripts/completion/$1 >$(DESTDIR)$2 && chmod 644 $(DESTDIR)$2
install-candidates:
	$(INSTALL) -d $(DESTDIR)$(KCANDIR)
	$(INSTALL) -m 755 scripts/completion/candidates $(DESTDIR)$(KCANDIR)
$(PROGRAMS:%=install-completion-%): install-completion-%: install-candidates
	$(call put_shell,kcan.bash,$(BASHDIR)/$*)
	$(call put_shell,kcan.fish,$(FISHDIR)/$*.fish)
	$(call put_shell,_kcan,$(ZSHDIR)/_$*)
install-completion: $(PROGRAMS:%=install-completion-%)
uninstall: uninstall-completion
uninstall-completion:
	rm -f $(DESTDIR)$(KCANDIR)/candidates $(PROGRAMS:%=$(DESTDIR)$(BASHDIR)/%) \
		$(PROGRAMS:%=$(DESTDIR)$(FISHDIR)/%.fish) \
		$(PROGRAMS:%=$(DESTDIR)$(ZSHDIR)/_%)
	rmdir $(DESTDIR)$(KCANDIR) 2>/dev/null || :
