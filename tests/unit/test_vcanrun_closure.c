// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: tools/vcan-run/modules/closure.c
#include "../support/unit.h"

#include <errno.h>
#include <string.h>

#include "../../tools/vcan-run/modules/closure.h"

/* Lines of the modules.dep of Debian 12's kernel 6.1.0-56, cut short; the last
 * ones are made up. */
static const char dep[] =
	"kernel/net/can/can.ko:\n"
	"kernel/net/can/can-raw.ko: kernel/net/can/can.ko\n"
	"kernel/drivers/net/can/dev/can-dev.ko:\n"
	"kernel/drivers/usb/common/usb-common.ko:\n"
	"kernel/drivers/usb/core/usbcore.ko: "
	"kernel/drivers/usb/common/usb-common.ko\n"
	"kernel/drivers/net/can/usb/gs_usb.ko: "
	"kernel/drivers/net/can/dev/can-dev.ko "
	"kernel/drivers/usb/core/usbcore.ko "
	"kernel/drivers/usb/common/usb-common.ko\n"
	"no line of modules.dep\n"
	"kernel/drivers/xz.ko.xz: kernel/drivers/need.ko.zst\n"
	"updates/last.ko: kernel/net/can/can.ko";

static const struct row {
	const char *name;
	const char *add[3];
	int err; /* of the last */
	const char *want;
} rows[] = {
	{ "what is needed comes first, the deepest need before all",
	  { "gs_usb" },
	  0,
	  "usb-common.ko usbcore.ko can-dev.ko gs_usb.ko" },
	{ "nothing is there twice",
	  { "usbcore", "gs_usb", "can-dev" },
	  0,
	  "usb-common.ko usbcore.ko can-dev.ko gs_usb.ko" },
	{ "a module that needs nothing", { "can" }, 0, "can.ko" },
	{ "dash and underscore are the same",
	  { "can_raw" },
	  0,
	  "can.ko can-raw.ko" },
	{ "also the other way round",
	  { "gs-usb", "can" },
	  0,
	  "usb-common.ko usbcore.ko can-dev.ko gs_usb.ko can.ko" },
	{ "the start of a name is not the name", { "can-r" }, -ENOENT, "" },
	{ "nor is a name with more behind it", { "can-raw-x" }, -ENOENT, "" },
	{ "no module of that name", { "can", "nope" }, -ENOENT, "can.ko" },
	{ "compressed modules keep their ending",
	  { "xz" },
	  0,
	  "need.ko.zst xz.ko.xz" },
	{ "a last line without its end", { "last" }, 0, "can.ko last.ko" },
};

static void test_closure(void **state)
{
	const struct row *r = *state;
	struct closure c = { 0 };
	char got[256] = "";
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(r->add) && r->add[i]; i++)
		err = closure_add(&c, dep, r->add[i]);
	assert_int_equal(err, r->err);
	for (size_t i = 0; i < c.n; i++) {
		if (i)
			strcat(got, " ");
		strcat(got, strrchr(c.paths[i], '/') + 1);
	}
	assert_string_equal(got, r->want);
	closure_fini(&c);
	assert_int_equal(c.n, 0);
}

static void test_builtin(void **state)
{
	static const char builtin[] = "kernel/drivers/virtio/virtio_pci.ko\n"
				      "kernel/fs/overlayfs/overlay.ko\n";

	(void)state;
	assert_true(closure_is_builtin(builtin, "virtio-pci"));
	assert_true(closure_is_builtin(builtin, "overlay"));
	assert_false(closure_is_builtin(builtin, "virtio"));
	assert_false(closure_is_builtin("", "overlay"));
}

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(rows) + 1];
	size_t n = 0;

	ROWS(rows, test_closure);
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(test_builtin);
	return cmocka_run_group_tests_name("vcanrun_closure", tests, NULL,
					   NULL);
}
