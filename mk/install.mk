# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# No complete Makefile: ../Makefile includes it. What libkcan needs is in library.mk.

PREFIX    ?= /usr/local
BINDIR    ?= $(PREFIX)/bin
LIBDIR    ?= $(PREFIX)/lib
INCDIR    ?= $(PREFIX)/include
MANDIR    ?= $(PREFIX)/share/man
DATADIR   ?= $(PREFIX)/share
# uninstall would take away what such a name begins with
$(foreach v,PREFIX DESTDIR BINDIR LIBDIR INCDIR MANDIR DATADIR,$(if \
	$(word 2,$($v)),$(error $v has a blank in it, and no folder can be named \
	so here: choose another)))

# $1 programs, $2 man pages
put = $(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 && \
	$(INSTALL) -m 755 $(1:%=$B/%) $(DESTDIR)$(BINDIR) && \
	$(INSTALL) -m 644 $2 $(DESTDIR)$(MANDIR)/man1
PAGES := $(wildcard docs/man/*.1)
install: all install-library
	$(call put,$(PROGRAMS),$(PAGES))
	$(call put_completion,$(PROGRAMS))
install-host: host
	$(call put,$(HOST_PROGRAMS),$(HOST_PROGRAMS:%=docs/man/%.1))
	$(call put_completion,$(HOST_PROGRAMS))
uninstall: uninstall-library
	rm -f $(PROGRAMS:%=$(DESTDIR)$(BINDIR)/%) \
		$(PAGES:docs/man/%=$(DESTDIR)$(MANDIR)/man1/%)
