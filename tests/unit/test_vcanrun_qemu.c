// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/vm/qemu_args.c tools/vcan-run/vm/launch.c
// needs: tools/vcan-run/vm/cpio.c tools/vcan-run/reason.c
#include "../support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/vcan-run/vm/cpio.h"
#include "../../tools/vcan-run/vm/qemu.h"

#define ROOT_SHARE                                                   \
	" -fsdev local,id=root,security_model=none,multidevs=remap," \
	"readonly=on,path=/ -device virtio-9p-pci,fsdev=root,mount_tag=root"
#define CWD_SHARE(path)                                                       \
	" -fsdev local,id=cwd,security_model=none,multidevs=remap,path=" path \
	" -device virtio-9p-pci,fsdev=cwd,mount_tag=cwd"

/* Each is one run of words in the command line. */
static const struct row {
	const char *name;
	struct qemu_machine machine;
	const char *has[5];
	const char *has_not;
} rows[] = {
	{ .name = "emulation, never the machine's own virtualization",
	  .machine = { .cwd = "/w", .mem_mib = 512, .line_fd = 3 },
	  .has = { " -accel tcg -machine pc -cpu max -smp 1 ",
		   " -nodefaults -no-user-config ", " -m 512M " },
	  .has_not = "kvm" },
	{ .name = "the kernel, and how its end becomes QEMU's",
	  .machine = { .vmlinux = "/c/vmlinux",
		       .initrd = "/t/initrd",
		       .cwd = "/w" },
	  .has = { " -kernel /c/vmlinux -initrd /t/initrd -append "
		   "console=ttyS0 panic=-1 quiet ",
		   " -- --guest-init qemu ", " -no-reboot ",
		   " -device isa-debug-exit,iobase=0xf4,iosize=1" } },
	{ .name = "verbose: the kernel is not told to be quiet",
	  .machine = { .cwd = "/w", .verbose = true },
	  .has = { "console=ttyS0 panic=-1 mitigations=off " },
	  .has_not = "quiet" },
	{ .name = "the machine's files to read, the working directory to write",
	  .machine = { .cwd = "/w/d" },
	  .has = { ROOT_SHARE CWD_SHARE("/w/d") } },
	{ .name = "no working directory to share",
	  .machine = { .cwd = "" },
	  .has = { ROOT_SHARE },
	  .has_not = "cwd" },
	{ .name = "commas and spaces in its name",
	  .machine = { .cwd = "/a,b c,,d,readonly=on" },
	  .has = { CWD_SHARE("/a,,b c,,,,d,,readonly=on") } },
	{ .name = "the line is the descriptor that vcan-run left open",
	  .machine = { .cwd = "/w", .line_fd = 3 },
	  .has = { " -device virtio-serial-pci "
		   "-chardev socket,id=line,fd=3 "
		   "-device virtserialport,chardev=line,nr=1" } },
	{ .name = "no Kvaser card unless it is asked for",
	  .machine = { .cwd = "/w" },
	  .has_not = "kvaser" },
	{ .name = "two Kvaser cards on one bus",
	  .machine = { .cwd = "/w", .kvaser = true },
	  .has = { " -object can-bus,id=bus -device kvaser_pci,canbus=bus "
		   "-device kvaser_pci,canbus=bus" } },
};

static void test_args(void **state)
{
	const struct row *r = *state;
	struct qemu_machine m = r->machine;
	struct launch l = { 0 };
	char line[4096] = "";

	m.vmlinux = m.vmlinux ? m.vmlinux : "v";
	m.initrd = m.initrd ? m.initrd : "i";
	qemu_args(&l, &m);
	assert_false(l.failed);
	assert_null(l.argv[l.n]);
	for (size_t i = 1; i < l.n; i++) {
		strcat(line, " ");
		strcat(line, l.argv[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(r->has) && r->has[i]; i++)
		if (!strstr(line, r->has[i]))
			fail_msg("'%s' is not in '%s'", r->has[i], line);
	if (r->has_not && strstr(line, r->has_not))
		fail_msg("'%s' is in '%s'", r->has_not, line);
	launch_fini(&l);
}

static void test_too_many_args(void **state)
{
	struct launch l = { 0 };

	(void)state;
	for (int i = 0; i < LAUNCH_ARGS_MAX; i++)
		launch_add(&l, "%d", i);
	assert_false(l.failed);
	launch_add(&l, "one more");
	assert_true(l.failed);
	assert_string_equal(l.argv[LAUNCH_ARGS_MAX - 1], "63");
	assert_null(l.argv[LAUNCH_ARGS_MAX]);
	launch_fini(&l);
}

/* Fields as in the kernel's buffer-format.rst: magic, ino, mode, uid, gid,
 * nlink, mtime, filesize, four of devices, namesize, check. */
#define HEAD(mode, size, namesize)               \
	"07070100000000" mode "0000000000000000" \
	"00000001"                               \
	"00000000" size "00000000000000000000000000000000" namesize "00000000"

static void test_cpio(void **state)
{
	static const char want[] =
		HEAD("000041ed", "00000000", "00000002") "a\0" HEAD(
			"000081ed", "00000005",
			"00000004") "a/b\0\0\0"
				    "hello\0\0\0" HEAD(
					    "00000000", "00000000",
					    "0000000b") "TRAILER!!!\0\0\0";
	char *got = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&got, &len);

	(void)state;
	cpio_add(out, "/a/b", "hello", 5);
	cpio_end(out);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(len, sizeof(want));
	assert_memory_equal(got, want, sizeof(want));
	free(got);
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 2];
	size_t n = 0;

	ROWS(rows, test_args);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_too_many_args);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_cpio);
	return cmocka_run_group_tests_name("vcanrun_qemu", tests, NULL, NULL);
}
