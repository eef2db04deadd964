# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# No complete Makefile: ../Makefile includes it. What libkcan needs is in library.mk.

PREFIX    ?= /usr/local
BINDIR    ?= $(PREFIX)/bin
LIBDIR    ?= $(PREFIX)/lib
INCDIR    ?= $(PREFIX)/include
MANDIR    ?= $(PREFIX)/share/man
DATADIR   ?= $(PREFIX)/share
# uninstall would take away what such a name begins with
$(foreach v,PREFIX DESTDIR BINDIR LIBDIR INCDIR MANDIR DATADIR KCANDIR BASHDIR \
	FISHDIR ZSHDIR,$(if $(word 2,$($v)),$(error $v has a blank in it, and no \
	folder can be named so here: choose another)))

# One program, its pages, and what completes its command line.
.PHONY: $(PROGRAMS:%=install-%)
$(PROGRAMS:%=install-%): install-%: $B/% install-completion-%
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1
	$(INSTALL) -m 755 $< $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 644 $(wildcard docs/man/$*.1 docs/man/$*-*.1) \
		$(DESTDIR)$(MANDIR)/man1
install: all install-library $(PROGRAMS:%=install-%)
install-host: $(HOST_PROGRAMS:%=install-%)
uninstall: uninstall-library
	rm -f $(PROGRAMS:%=$(DESTDIR)$(BINDIR)/%) \
		$(patsubst docs/man/%,$(DESTDIR)$(MANDIR)/man1/%,$(wildcard docs/man/*.1))
