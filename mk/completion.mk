# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# No complete Makefile: ../Makefile includes it.
.PHONY: install-completion uninstall-completion
COMPLETION := $(DESTDIR)$(DATADIR)
# The shells look for a file of the program's name; zsh reads it in the file.
BASH_COMPLETION := $(COMPLETION)/bash-completion/completions
FISH_COMPLETION := $(COMPLETION)/fish/vendor_completions.d
ZSH_COMPLETION := $(COMPLETION)/zsh/site-functions
uninstall: uninstall-completion
# $1 file of scripts/completion, $2 where it goes; whatever the umask is
put_shell = sed 's|@DATADIR@|$(DATADIR)|' scripts/completion/$1 >$2 && \
	chmod 644 $2
# $1 programs
put_completion = $(INSTALL) -d $(COMPLETION)/kcan $(BASH_COMPLETION) \
	$(FISH_COMPLETION) $(ZSH_COMPLETION) && \
	$(INSTALL) -m 755 scripts/completion/candidates $(COMPLETION)/kcan && \
	for program in $1; do \
		$(call put_shell,kcan.bash,$(BASH_COMPLETION)/$$program) && \
		$(call put_shell,kcan.fish,$(FISH_COMPLETION)/$$program.fish) || \
			exit; \
	done && \
	$(call put_shell,_kcan,$(ZSH_COMPLETION)/_kcan)
install-completion:
	$(call put_completion,$(PROGRAMS))
uninstall-completion:
	rm -rf $(COMPLETION)/kcan
	rm -f $(ZSH_COMPLETION)/_kcan $(PROGRAMS:%=$(BASH_COMPLETION)/%) \
		$(PROGRAMS:%=$(FISH_COMPLETION)/%.fish)
