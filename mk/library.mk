# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# libkcan as it is installed: what the public headers declare, and what that needs.
# The programs link all of lib/ instead: lib.a of their variant.

# What NAME.h declares is in NAME.c and NAME_*.c.
API     := $(basename $(notdir $(wildcard include/kcan/*.h)))
API_SRC := $(wildcard $(foreach n,$(API),lib/proto/$n.c lib/proto/$n_*.c \
	lib/bootreq/$n.c lib/bootreq/$n_*.c \
	lib/flash/$n.c lib/flash/$n_*.c lib/io/$n.c)) lib/io/rtnl.c $(addprefix lib/util/,crc16.c cursor.c hex.c)
API_OBJ := $(API_SRC:%.c=$B/obj/%.o)

# GCC asked for -flto would not make machine code of them here.
CODE := $(if $(findstring clang,$(CC)),,$(if $(findstring -flto,$(CFLAGS)),\
	-flinker-output=nolto-rel))

# One object, in which only what the headers declare has a name for others.
$B/libkcan.o: $(API_OBJ) mk/library.mk
	$Q$(CC) $(CFLAGS) $(CODE) -r -nostdlib -o $@ $(API_OBJ)
	$Q$(OBJCOPY) --localize-hidden $@
$B/libkcan.a: $B/libkcan.o
	$(if $Q,@echo "  AR    $@")
	$Q$(AR) rcsD $@.new $< && mv $@.new $@
$B/libkcan.so.$(SOVERSION): $(API_OBJ) lib/libkcan.map mk/library.mk
	$(if $Q,@echo "  LD    $@")
	$Q$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(@F) -Wl,-z,defs \
		-Wl,--version-script=lib/libkcan.map -o $@ $(API_OBJ)
$B/libkcan.so: $B/libkcan.so.$(SOVERSION)
	$Qln -sf $(<F) $@
# always anew: PREFIX may be another one than last time
$B/kcan.pc: lib/kcan.pc.in FORCE
	@mkdir -p $(@D)
	$Qsed -e 's,@PREFIX@,$(PREFIX),' -e 's,@LIBDIR@,$(LIBDIR),' \
		-e 's,@INCDIR@,$(INCDIR),' -e 's,@VERSION@,$(VERSION),' $< >$@

.PHONY: library install-library uninstall-library examples
library: $B/libkcan.a $B/libkcan.so $B/kcan.pc
# A package's own scripts, or triggers, call ldconfig; elsewhere nobody else does.
install-library: library $(if $(DESTDIR),,examples)
	$(INSTALL) -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCDIR)/kcan
	$(INSTALL) -m 644 $B/libkcan.a $(DESTDIR)$(LIBDIR)
	$(INSTALL) -m 755 $B/libkcan.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)
	ln -sf libkcan.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libkcan.so
	$(INSTALL) -m 644 $B/kcan.pc $(DESTDIR)$(LIBDIR)/pkgconfig
	$(INSTALL) -m 644 $(wildcard include/kcan/*.h) $(DESTDIR)$(INCDIR)/kcan
	$(if $(DESTDIR),,$Qmk/ldconfig.sh $(LIBDIR) $B/examples/enter)
uninstall-library:
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,libkcan.a libkcan.so \
		libkcan.so.$(SOVERSION) pkgconfig/kcan.pc)
	rm -rf $(DESTDIR)$(INCDIR)/kcan

# As somebody builds them who has nothing but the installed library.
EXAMPLES := $(patsubst %.c,$B/%,$(wildcard examples/*.c))
examples: $(EXAMPLES)
$B/examples/%: examples/%.c $B/libkcan.so $(wildcard include/kcan/*.h)
	@mkdir -p $(@D)
	$Q$(CC) $(CFLAGS) $(WARN) -Iinclude $(LDFLAGS) -o $@ $< -L$B -lkcan
