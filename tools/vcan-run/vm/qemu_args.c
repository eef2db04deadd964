// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <stdio.h>

#include "../guest/guest.h"
#include "../guest/kit.h"
#include "qemu.h"
#include "util/array.h"

/*
 * Emulation only: it works the same everywhere, and a machine that is a guest
 * itself may hang for good when it is asked for another one. "max" has RDRAND,
 * without which the first reader of /dev/random waits for seconds.
 */
static const char *const machine[] = {
	"-accel",     "tcg",	 "-machine",	"pc",
	"-cpu",	      "max",	 "-smp",	"1",
	"-display",   "none",	 "-nodefaults", "-no-user-config",
	"-no-reboot", "-serial", "stdio",
};

static const char *const kvaser[] = {
	"-object", "can-bus,id=bus",	    "-device", "kvaser_pci,canbus=bus",
	"-device", "kvaser_pci,canbus=bus",
};

static void add_all(struct launch *l, const char *const *args, size_t n)
{
	for (size_t i = 0; i < n; i++)
		launch_add(l, "%s", args[i]);
}

/* In QEMU's lists a comma that belongs to a value is written twice. */
static void double_commas(char out[static 2 * PATH_MAX], const char *path)
{
	size_t n = 0;

	for (; *path && n < 2 * PATH_MAX - 2; path++) {
		if (*path == ',')
			out[n++] = ',';
		out[n++] = *path;
	}
	out[n] = '\0';
}

static void add_share(struct launch *l, const char *tag, const char *path,
		      const char *more)
{
	char quoted[2 * PATH_MAX];

	double_commas(quoted, path);
	launch_add(l, "-fsdev");
	/* security_model: files belong to the caller, as with User-Mode Linux */
	launch_add(l,
		   "local,id=%s,security_model=none,multidevs=remap%s,path=%s",
		   tag, more, quoted);
	launch_add(l, "-device");
	launch_add(l, "virtio-9p-pci,fsdev=%s,mount_tag=%s", tag, tag);
}

/*
 * From mitigations on: what makes the boot shorter (usbip-gsusb-bridge.md,
 * section 11). panic and -no-reboot: a panic ends QEMU.
 */
static void add_kernel(struct launch *l, const struct qemu_machine *m)
{
	launch_add(l, "-kernel");
	launch_add(l, "%s", m->vmlinux);
	launch_add(l, "-initrd");
	launch_add(l, "%s", m->initrd);
	launch_add(l, "-append");
	launch_add(l,
		   "console=ttyS0 panic=-1%s mitigations=off tsc=reliable "
		   "no_timer_check random.trust_cpu=on cryptomgr.notests "
		   "-- " GUEST_ARG " " GUEST_QEMU,
		   m->verbose ? "" : " quiet");
}

void qemu_args(struct launch *l, const struct qemu_machine *m)
{
	launch_add(l, "vcan-run-guest");
	add_all(l, machine, ARRAY_SIZE(machine));
	launch_add(l, "-m");
	launch_add(l, "%uM", m->mem_mib);
	add_kernel(l, m);
	add_share(l, QEMU_TAG_ROOT, "/", ",readonly=on");
	if (m->cwd[0])
		add_share(l, QEMU_TAG_CWD, m->cwd, "");
	launch_add(l, "-device");
	launch_add(l, "virtio-serial-pci");
	launch_add(l, "-chardev");
	launch_add(l, "socket,id=line,fd=%d", m->line_fd);
	launch_add(l, "-device");
	launch_add(l, "virtserialport,chardev=line,nr=1");
	launch_add(l, "-device");
	launch_add(l, "isa-debug-exit,iobase=%#x,iosize=1", QEMU_EXIT_PORT);
	if (m->kvaser)
		add_all(l, kvaser, ARRAY_SIZE(kvaser));
}
