// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/*
 * For tests and benches: flashes a node as the known tool does over CAN, same
 * frames, order, tries and waits, but for the waits that options change.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "flash.h"
#include "util/number.h"
#include "util/opt.h"

#include <kcan/kat.h>

#include "util/array.h"

#define EXIT_USAGE 2
#define BLOCK KCAN_KAT_BLOCK_SIZE
#define NODEID 129
#define UUID_MASK 0xffffffffffffu
#define ERROR_MAX 160

struct opts {
	const char *ifname, *file;
	bool has_uuid, stats;
	uint64_t nodeid;
	double scale;
	bool (*run)(struct wire *w, const struct flash_cfg *cfg);
	struct flash_cfg cfg;
	char error[ERROR_MAX];
};

#define refuse(o, ...) (snprintf((o)->error, ERROR_MAX, __VA_ARGS__), -EINVAL)

/* An option that only sets something. */
#define SETTER(name, lvalue, value)                         \
	static int apply_##name(void *ctx, const char *arg) \
	{                                                   \
		struct opts *o = ctx;                       \
                                                            \
		(void)arg;                                  \
		o->lvalue = (value);                        \
		return 0;                                   \
	}
SETTER(interface, ifname, arg)
SETTER(file, file, arg)
SETTER(request, run, flash_request)
SETTER(query, run, flash_query)
SETTER(status, run, flash_status)
SETTER(no_request, cfg.no_request, true)
SETTER(no_clear, cfg.no_clear, true)
SETTER(fast, cfg.fast, true)
SETTER(verify_only, cfg.verify_only, true)
SETTER(stats, stats, true)

/* A plain number of which the low 48 bits count, as the known tool has it. */
static int apply_uuid(void *ctx, const char *arg)
{
	struct opts *o = ctx;
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(arg, &end, 16) & UUID_MASK;
	if (errno || end == arg || *end)
		return refuse(o, "UUID '%.40s': give a hexadecimal number",
			      arg);
	for (int i = KCAN_UUID_LEN - 1; i >= 0; i--, number >>= 8)
		o->cfg.uuid.b[i] = (uint8_t)number;
	o->has_uuid = true;
	return 0;
}

static int read_number(struct opts *o, const char *arg, uint64_t max,
		       uint64_t *out)
{
	if (!util_parse_number(arg, out) && *out <= max)
		return 0;
	return refuse(o, "'%.40s': give a number up to %" PRIu64, arg, max);
}

static int apply_nodeid(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return read_number(o, arg, 255, &o->nodeid);
}

static int apply_stop_after(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return read_number(o, arg, FLASH_NEVER - 1, &o->cfg.stop_after);
}

static int apply_stop_frame(void *ctx, const char *arg)
{
	struct opts *o = ctx;

	return read_number(o, arg, 10, &o->cfg.stop_frame);
}

static int apply_scale(void *ctx, const char *arg)
{
	struct opts *o = ctx;
	char *end;

	o->scale = strtod(arg, &end);
	if (end != arg && !*end && o->scale > 0 && o->scale <= 1000)
		return 0;
	return refuse(o, "scale '%.40s': give a factor like 0.1", arg);
}

static const struct util_opt rows[] = {
	{ "interface", 'i', "IFACE", "CAN interface (can0), or a tty's path",
	  apply_interface },
	{ "uuid", 'u', "UUID", "the node", apply_uuid },
	{ "firmware", 'f', "FILE", "what to flash", apply_file },
	{ "request", 'r', NULL, "only request the bootloader", apply_request },
	{ "query", 'q', NULL, "only list unassigned nodes", apply_query },
	{ "status", 's', NULL, "only connect", apply_status },
	{ .help = "What the known tool does not have:" },
	{ "scale", 0, "F", "multiply every timeout and pause", apply_scale },
	{ "fast", 0, NULL,
	  "no waits before CONNECT: SET and CONNECT until it answers",
	  apply_fast },
	{ "nodeid", 0, "N", "the nodeid to use (129)", apply_nodeid },
	{ "no-request", 0, NULL, "do not request the bootloader",
	  apply_no_request },
	{ "no-clear", 0, NULL, "do not clear all nodes' nodeids",
	  apply_no_clear },
	{ "verify-only", 0, NULL, "read back and compare, write nothing",
	  apply_verify_only },
	{ "stop-after", 0, "N", "after N blocks, die without a word",
	  apply_stop_after },
	{ "stop-frame", 0, "N", "and after N frames of the next one (0)",
	  apply_stop_frame },
	{ "stats", 0, NULL, "print what SEND_BLOCK's answers took",
	  apply_stats },
};
#define ROWS ARRAY_SIZE(rows)

/* Return: 0, or -EINVAL with the reason in @o->error. */
static int parse(struct opts *o, int argc, char **argv)
{
	const struct util_opts how = { .table = rows,
				       .len = ROWS,
				       .ctx = o,
				       .error = o->error,
				       .error_size = ERROR_MAX };
	int operand = util_opts_parse(&how, argc, argv);

	if (operand < 0)
		return operand;
	if (operand < argc)
		return refuse(o, "'%.40s' is no option", argv[operand]);
	if (!o->has_uuid && o->run != flash_query && !strchr(o->ifname, '/'))
		return refuse(o, "no node: give its UUID with -u");
	if (!o->file && o->run == flash_run)
		return refuse(o, "nothing to flash: give a file with -f");
	return 0;
}

/* Whole blocks, the last one filled up with FF. Return: 0 or an errno. */
static int load(struct flash_cfg *cfg, const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *image = NULL;
	struct stat st;
	size_t size;
	int err = 0;

	if (!file || fstat(fileno(file), &st))
		return errno;
	cfg->blocks = ((size_t)st.st_size + BLOCK - 1) / BLOCK;
	size = cfg->blocks * BLOCK;
	image = malloc(size + 1);
	if (image)
		memset(image, 0xff, size);
	if (!image || fread(image, 1, size, file) != (size_t)st.st_size)
		err = image ? EIO : ENOMEM;
	fclose(file);
	cfg->image = image;
	return err;
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void print_stats(uint32_t *latency_us, size_t len)
{
	if (!len)
		return;
	qsort(latency_us, len, sizeof(*latency_us), by_size);
	printf("latency_us median %u p99 %u blocks %zu\n", latency_us[len / 2],
	       latency_us[len * 99 / 100], len);
}

static int run(struct opts *o)
{
	struct wire w = { .nodeid = (uint8_t)o->nodeid, .scale = o->scale };
	int err = wire_open(&w, o->ifname);
	bool ok;

	if (err) {
		fprintf(stderr, "flasher: cannot use '%s': %s\n", o->ifname,
			strerror(-err));
		return EXIT_FAILURE;
	}
	if (o->stats)
		o->cfg.latency_us = calloc(o->cfg.blocks + 1, sizeof(uint32_t));
	ok = o->run(&w, &o->cfg);
	if (ok && o->cfg.latency_us)
		print_stats(o->cfg.latency_us, o->cfg.blocks);
	free(o->cfg.latency_us);
	wire_close(&w);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct opts o = { .ifname = "can0",
			  .nodeid = NODEID,
			  .scale = 1,
			  .run = flash_run,
			  .cfg.stop_after = FLASH_NEVER };
	int status, err;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (parse(&o, argc, argv)) {
		fprintf(stderr, "flasher: %s\nUsage: flasher [OPTION]...\n",
			o.error);
		util_opts_print(stderr, rows, ROWS);
		return EXIT_USAGE;
	}
	err = o.file ? load(&o.cfg, o.file) : 0;
	if (err) {
		fprintf(stderr, "flasher: cannot read '%s': %s\n", o.file,
			strerror(err));
		return EXIT_FAILURE;
	}
	status = run(&o);
	free((void *)o.cfg.image);
	return status;
}
