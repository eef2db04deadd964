// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Reads a sysfs as the kernel lays it out (usbip-gsusb-bridge.md, section 7). */
#include "../support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/usbport.h"
#include "io/usbport_sys.h"

#define USB "sys/devices/pci0000:00/0000:00:14.0/usb1"
#define SERIAL "3B0028001451303432353938"
#define NAMES 64

static char root[64];

static void make_folders(const char *path)
{
	char part[256];

	for (const char *at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(at - path), path);
		mkdir(part, 0755);
	}
}

static void put(const char *path, const char *text)
{
	FILE *file;

	make_folders(path);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void put_link(const char *path, const char *target)
{
	make_folders(path);
	assert_int_equal(symlink(target, path), 0);
}

static void put_device(const char *device, const char *devnum, const char *id,
		       const char *manufacturer)
{
	char path[256];
	const struct {
		const char *name;
		const char *text;
	} files[] = {
		{ "busnum", "1\n" },
		{ "devnum", devnum },
		{ "idVendor", "1d50\n" },
		{ "idProduct", id },
		{ "manufacturer", manufacturer },
		{ "product", "stm32g0b1xx\n" },
		{ "serial", SERIAL "\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", device, files[i].name);
		put(path, files[i].text);
	}
}

static int set_up(void **state)
{
	(void)state;
	strcpy(root, "/tmp/test_usbport.XXXXXX");
	if (!mkdtemp(root) || chdir(root))
		return -1;
	put(USB "/busnum", "1\n");
	put_device(USB "/1-1", "2\n", "606f\n", "Klipper\n");
	put(USB "/1-1/1-1:1.0/net/can0/ifindex", "3\n");
	put_link("sys/class/net/can0/device",
		 "../../../devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0");
	put_device(USB "/1-2/1-2.4", "17\n", "6177\n", "katapult\n");
	put(USB "/1-2/busnum", "1\n");
	put(USB "/1-2/1-2.4/1-2.4:1.0/tty/ttyACM1/dev", "166:1\n");
	put(USB "/1-2/1-2.4/1-2.4:1.1/bInterfaceNumber", "01\n");
	put("sys/devices/platform/serial8250/tty/ttyS0/dev", "4:64\n");
	put_link("sys/bus/usb/devices/1-1",
		 "../../../devices/pci0000:00/0000:00:14.0/usb1/1-1");
	put_link("sys/bus/usb/devices/1-2.4",
		 "../../../devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2.4");
	put("dev/ttyACM1", "");
	put("dev/ttyACM0", "");
	put_link("dev/serial/by-id/usb-Klipper_rp2040_E0-if00",
		 "../../ttyACM0");
	put_link("dev/serial/by-id/usb-gone-if00", "../../ttyACM7");
	return 0;
}

static int tear_down(void **state)
{
	char command[NAMES + sizeof(root)];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return chdir("/") || system(command);
}

static const struct usbport_roots roots = { "sys", "dev" };

static void test_interface(void **state)
{
	char port[NAME_MAX + 1];
	struct kcan_usbdev dev;

	(void)state;
	assert_int_equal(usbport_find(port, "sys/class/net/can0/device"), 0);
	assert_string_equal(port, "1-1");
	usbport_read(&roots, port, &dev);
	assert_int_equal(dev.devnum, 2);
	assert_int_equal(dev.vendor, 0x1d50);
	assert_int_equal(dev.product, 0x606f);
	assert_string_equal(dev.manufacturer, "Klipper");
	assert_string_equal(dev.name, "stm32g0b1xx");
	assert_string_equal(dev.serial, SERIAL);
	assert_string_equal(dev.ifname, "can0");
	assert_string_equal(dev.tty, "");
	assert_string_equal(dev.by_id, "");
}

static void test_tty_behind_a_hub(void **state)
{
	char port[NAME_MAX + 1];
	struct kcan_usbdev dev;

	(void)state;
	assert_int_equal(usbport_find(port, USB "/1-2/1-2.4/1-2.4:1.0"), 0);
	assert_string_equal(port, "1-2.4");
	usbport_read(&roots, port, &dev);
	assert_int_equal(dev.devnum, 17);
	assert_string_equal(dev.tty, "dev/ttyACM1");
	assert_string_equal(dev.ifname, "");
	assert_string_equal(dev.by_id, "");
	/* udev is slow: the name of what was on this tty before */
	put_link("dev/serial/by-id/usb-Klipper_stm32g0b1xx_" SERIAL "-if00",
		 "../../ttyACM1");
	usbport_read(&roots, port, &dev);
	assert_string_equal(dev.by_id, "");
	put_link("dev/serial/by-id/usb-katapult_stm32g0b1xx_" SERIAL "-if00",
		 "../../ttyACM1");
	usbport_read(&roots, port, &dev);
	assert_string_equal(dev.by_id,
			    "dev/serial/by-id/usb-katapult_stm32g0b1xx_" SERIAL
			    "-if00");
}

static void add_name(const char *port, const struct kcan_usbdev *dev, void *arg)
{
	char *names = arg;

	assert_true(dev->devnum > 0);
	strcat(strcat(names, port), dev->tty[0] ? "+ " : " ");
}

static void test_all_ports(void **state)
{
	char names[NAMES] = "";

	(void)state;
	/* the hub of the computer, an interface, and a device that is going */
	put("sys/bus/usb/devices/usb1/devnum", "1\n");
	put("sys/bus/usb/devices/1-1:1.0/devnum", "2\n");
	put("sys/bus/usb/devices/1-3/busnum", "1\n");
	usbport_each(&roots, add_name, names);
	assert_string_equal(names, "1-1 1-2.4+ ");
	names[0] = '\0';
	usbport_each(&(struct usbport_roots){ "nosuch", "dev" }, add_name,
		     names);
	assert_string_equal(names, "");
}

static void test_serial_adapter(void **state)
{
	struct kcan_usbdev dev;

	(void)state;
	put(USB "/1-1/1-1:1.0/ttyUSB0/tty/ttyUSB0/dev", "188:0\n");
	usbport_read(&roots, "1-1", &dev);
	assert_string_equal(dev.tty, "dev/ttyUSB0");
}

/* Then the folder of the device has its number. */
static void test_without_stdin(void **state)
{
	int was = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
	struct kcan_usbdev dev;

	(void)state;
	put(USB "/1-1/1-1:1.0/ttyUSB0/tty/ttyUSB0/dev", "188:0\n");
	close(STDIN_FILENO);
	usbport_read(&roots, "1-1", &dev);
	if (was >= 0) {
		dup2(was, STDIN_FILENO);
		close(was);
	}
	assert_string_equal(dev.tty, "dev/ttyUSB0");
}

static void test_not_usb(void **state)
{
	char port[NAME_MAX + 1];

	(void)state;
	assert_int_equal(
		usbport_find(port, "sys/devices/platform/serial8250/tty/ttyS0"),
		-ENXIO);
	assert_int_equal(usbport_find(port, "sys/class/net/can9/device"),
			 -ENODEV);
}

static void test_empty_port(void **state)
{
	struct kcan_usbdev dev;
	const struct kcan_usbdev nothing = { 0 };

	(void)state;
	usbport_read(&roots, "1-3", &dev);
	assert_memory_equal(&dev, &nothing, sizeof(dev));
	/* going: its folder is there, its number is not */
	unlink(USB "/1-1/devnum");
	usbport_read(&roots, "1-1", &dev);
	assert_memory_equal(&dev, &nothing, sizeof(dev));
}

static void test_texts_are_cut(void **state)
{
	char text[200];
	struct kcan_usbdev dev;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	put(USB "/1-1/serial", text);
	unlink(USB "/1-1/manufacturer");
	usbport_read(&roots, "1-1", &dev);
	assert_int_equal(strlen(dev.serial), sizeof(dev.serial) - 1);
	assert_string_equal(dev.manufacturer, "");
}

/* What this machine certainly has. */
static void test_open_errors(void **state)
{
	struct kcan_usbport *port;

	(void)state;
	assert_int_equal(kcan_usbport_of_interface(&port, "nosuch0"), -ENODEV);
	assert_int_equal(kcan_usbport_of_interface(&port, ""), -ENODEV);
	assert_int_equal(kcan_usbport_of_interface(&port, "../net/lo"),
			 -ENODEV);
	assert_int_equal(kcan_usbport_of_interface(&port, "lo"), -ENXIO);
	assert_int_equal(kcan_usbport_of_tty(&port, "/nosuch"), -ENOENT);
	assert_int_equal(kcan_usbport_of_tty(&port, "/"), -ENOTTY);
	assert_int_equal(kcan_usbport_of_tty(&port, "/dev/null"), -ENXIO);
	kcan_usbport_close(NULL);
}

#define TEST(func) cmocka_unit_test_setup_teardown(func, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_interface),
		TEST(test_tty_behind_a_hub),
		TEST(test_all_ports),
		TEST(test_serial_adapter),
		TEST(test_without_stdin),
		TEST(test_not_usb),
		TEST(test_empty_port),
		TEST(test_texts_are_cut),
		cmocka_unit_test(test_open_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
