// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

#include "../guest/kit.h"
#include "../modules/closure.h"
#include "../modules/modules.h"
#include "../text.h"
#include "cpio.h"
#include "qemu.h"
#include "util/array.h"

/* What the guest needs to see the machine's files, and to talk to us. */
static const char *const base[] = {
	"virtio_pci", "virtio_console", "9pnet_virtio", "9p", "overlay",
};
static const char *const usb[] = { "vhci_hcd", "gs_usb", "cdc_acm" };
static const char *const kvaser[] = { "kvaser_pci" };

struct depot {
	const char *dir;
	char *dep;
	char *builtin;
	struct closure closure;
};

/* Return: 0, or -1 with @reason when one is neither a module nor built in. */
static int want(struct depot *d, const char *const *names, size_t n,
		struct reason *reason)
{
	for (size_t i = 0; i < n; i++) {
		int err = closure_add(&d->closure, d->dep, names[i]);

		if (!err || (err == -ENOENT &&
			     closure_is_builtin(d->builtin, names[i])))
			continue;
		return reason_set(reason,
				  "the module %s is not in %.200s (%s); run "
				  "scripts/guest-kernel.sh again",
				  names[i], d->dir, strerror(-err));
	}
	return 0;
}

static int want_all(struct depot *d, bool with_kvaser, struct reason *reason)
{
	if (want(d, base, ARRAY_SIZE(base), reason))
		return -1;
	/* of these a kernel may lack some, the frame to be carried decides */
	for (const char *const *can = modules_can; *can; can++)
		closure_add(&d->closure, d->dep, *can);
	if (want(d, usb, ARRAY_SIZE(usb), reason))
		return -1;
	return with_kvaser ? want(d, kvaser, ARRAY_SIZE(kvaser), reason) : 0;
}

static int add_modules(FILE *out, const struct depot *d, struct reason *reason)
{
	char *order = NULL;
	size_t len = 0;
	FILE *list = open_memstream(&order, &len);
	int err = list ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < d->closure.n; i++) {
		const char *path = d->closure.paths[i];
		const char *slash = strrchr(path, '/');
		const char *name = slash ? slash + 1 : path;
		char from[2 * PATH_MAX], to[PATH_MAX];

		snprintf(from, sizeof(from), "%s/%s", d->dir, path);
		snprintf(to, sizeof(to), QEMU_KIT "/%s", name);
		err = cpio_copy(out, to, from);
		fprintf(list, "%s\n", name);
	}
	if (list && !fclose(list) && !err)
		cpio_add(out, QEMU_KIT_ORDER, order, len);
	free(order);
	if (err)
		reason_set(reason,
			   "the modules in %.200s cannot be read (%s); run "
			   "scripts/guest-kernel.sh again",
			   d->dir, strerror(-err));
	return err;
}

static int copy_object(struct dl_phdr_info *info, size_t size, void *out)
{
	(void)size;
	/* the program has no name here, the kernel's own object no slash */
	if (!strchr(info->dlpi_name, '/'))
		return 0;
	return cpio_copy(out, info->dlpi_name, info->dlpi_name);
}

/* The guest's init is this program, so it needs the libraries we have now. */
static int add_program(FILE *out, struct reason *reason)
{
	int err = cpio_copy(out, "/init", "/proc/self/exe");

	if (!err)
		err = dl_iterate_phdr(copy_object, out);
	if (err)
		reason_set(reason,
			   "vcan-run cannot read itself and its libraries "
			   "(%s); install it again",
			   strerror(-err));
	return err;
}

static int write_initrd(FILE *out, const struct depot *d, const char *cwd,
			struct reason *reason)
{
	cpio_add(out, QEMU_KIT_CWD, cwd, strlen(cwd));
	cpio_add(out, QEMU_KIT_MODULES, d->dir, strlen(d->dir));
	if (add_program(out, reason) || add_modules(out, d, reason))
		return -1;
	cpio_end(out);
	return 0;
}

static int write_file(const char *path, const struct depot *d, const char *cwd,
		      struct reason *reason)
{
	FILE *out = fopen(path, "we");
	int err, lost;

	if (!out)
		return reason_set(reason,
				  "%.200s cannot be written (%s); set TMPDIR",
				  path, strerror(errno));
	err = write_initrd(out, d, cwd, reason);
	lost = ferror(out);
	if ((fclose(out) || lost) && !err)
		err = reason_set(reason,
				 "%.200s cannot be written (%s); set TMPDIR to "
				 "where there is room",
				 path, strerror(errno));
	return err;
}

static char *read_from(const char *dir, const char *name)
{
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return text_read(path);
}

int qemu_make_initrd(const char *path, const struct qemu_kernel *k,
		     const char *cwd, bool with_kvaser, struct reason *reason)
{
	struct depot d = { .dir = k->modules };
	int err;

	d.dep = read_from(d.dir, "modules.dep");
	d.builtin = read_from(d.dir, "modules.builtin");
	if (!d.dep || !d.builtin)
		err = reason_set(
			reason,
			"%.200s has no modules.dep and modules.builtin "
			"that can be read; run scripts/guest-kernel.sh "
			"again",
			d.dir);
	else
		err = want_all(&d, with_kvaser, reason) ||
		      write_file(path, &d, cwd, reason);
	closure_fini(&d.closure);
	free(d.dep);
	free(d.builtin);
	return err ? -1 : 0;
}
