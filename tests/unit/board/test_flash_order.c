// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
// needs: sim/canmcu/board/flash.c sim/canmcu/board/family.c
// needs: sim/canmcu/board/flash_write.c
// needs: sim/canmcu/board/pins.c sim/canmcu/board/sparse.c
// needs: sim/canmcu/board/cells.c
/*
 * The order in which an image is written, and what a power cut leaves of it:
 * flashing.md, sections 3 and 3.2. Its counts were taken from original firmware.
 */
#include "flash_steps.h"

#define PLAIN_2K "stm32f103xe"
#define BLOCK_LEN 64u
#define BLOCKS 640 /* 40 KiB */
#define WRITES_MAX (BLOCKS + 2)
#define SECTOR_MAX (128u * 1024)

/* An own generator: the same flashes wherever this runs. */
static uint32_t random_below(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

/* No byte is FF, so no block is blank; no first word is one of those either. */
static void random_image(uint64_t *seed, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)(1 + random_below(seed, 254));
}

/* Section 3: the orders. */

struct write {
	enum { DATA, ZEROS, ONES } what;
	uint32_t block;
};

struct plan {
	struct write writes[WRITES_MAX];
	size_t len;
};

static void add(struct plan *p, uint32_t first, uint32_t end)
{
	for (; first < end; first++)
		p->writes[p->len++] = (struct write){ DATA, first };
}

static void plan_known_tool(struct plan *p, uint32_t page)
{
	(void)page;
	add(p, 0, BLOCKS);
}

/* Section 3.1. */
static void plan_zeros_first(struct plan *p, uint32_t page)
{
	p->writes[p->len++] = (struct write){ ZEROS, 0 };
	add(p, page, BLOCKS);
	add(p, 0, page < BLOCKS ? page : BLOCKS);
}

/* Section 3.4: q is one more than the blocks of a page's first quarter. */
static void plan_trick(struct plan *p, uint32_t page)
{
	uint32_t q = page / 4 + 1;

	p->writes[p->len++] = (struct write){ ZEROS, 0 };
	p->writes[p->len++] = (struct write){ ONES, 0 };
	add(p, page, BLOCKS);
	add(p, q, page);
	add(p, 0, q);
}

static const struct order_row {
	const char *name;
	const char *type;
	uint32_t flash_kib; /* 0: as usual on the chip */
	void (*plan)(struct plan *p, uint32_t page);
	uint32_t page; /* blocks that are taken for one */
	size_t mixed, stays, old;
	uint32_t pages; /* the count at EOF */
} orders[] = {
	{ "known tool, pages of 1 KiB: 639 of 641 are mixed", PAGES_1K, 64,
	  plan_known_tool, 0, 639, 0, 0, 40 },
	{ "known tool, pages of 2 KiB: 639", PLAIN_2K, 0, plan_known_tool, 0,
	  639, 0, 0, 20 },
	{ "known tool, G0: 639", PAGES_2K, 0, plan_known_tool, 0, 639, 0, 0,
	  20 },
	{ "known tool, F446: 639", SECTORS, 0, plan_known_tool, 0, 639, 0, 0,
	  3 },
	{ "known tool, H743: 639", H7, 0, plan_known_tool, 0, 639, 0, 0, 1 },
	{ "known tool, RP2040: 636, and 4 still old", RP, 0, plan_known_tool, 0,
	  636, 0, 4, 160 },
	{ "00 first, pages of 1 KiB: 15 of 642 are mixed", PAGES_1K, 64,
	  plan_zeros_first, 16, 15, 625, 0, 41 },
	{ "00 first, pages of 1 KiB taken for 2 KiB: 31", PAGES_1K, 64,
	  plan_zeros_first, 32, 31, 609, 0, 41 },
	{ "00 first, pages of 2 KiB: 31", PLAIN_2K, 0, plan_zeros_first, 32, 31,
	  609, 0, 21 },
	{ "00 first, G0: 31", PAGES_2K, 0, plan_zeros_first, 32, 31, 609, 0,
	  21 },
	{ "00 first, F446: 255", SECTORS, 0, plan_zeros_first, 256, 255, 385, 0,
	  4 },
	{ "00 first, H743: 639, no gain", H7, 0, plan_zeros_first, 2048, 639, 1,
	  0, 2 },
	{ "00 first, RP2040: 60, and 1 still old", RP, 0, plan_zeros_first, 64,
	  60, 580, 1, 161 },
	{ "trick, pages of 1 KiB: 4 of 643 are mixed", PAGES_1K, 64, plan_trick,
	  16, 4, 637, 0, 42 },
	{ "trick, pages of 2 KiB: 8", PLAIN_2K, 0, plan_trick, 32, 8, 633, 0,
	  22 },
	{ "trick, F446: 64", SECTORS, 0, plan_trick, 256, 64, 577, 0, 5 },
};

/* What would be found there after a power cut. */
struct found {
	size_t old, mixed, stays, written;
};

struct images {
	uint8_t old[BLOCKS * BLOCK_LEN];
	uint8_t new[BLOCKS * BLOCK_LEN];
};

static void look(const struct flash *f, const struct images *images,
		 struct found *found)
{
	static uint8_t got[BLOCKS * BLOCK_LEN];

	assert_int_equal(flash_read(f, f->app_start, got, sizeof(got)), 0);
	if (!flash_has_application(f))
		found->stays++;
	else if (!memcmp(got, images->old, sizeof(got)))
		found->old++;
	else if (!memcmp(got, images->new, sizeof(got)))
		found->written++;
	else
		found->mixed++;
}

static int write_one(struct flash *f, const struct write *w,
		     const uint8_t *image)
{
	static const uint8_t fills[] = { [ZEROS] = 0x00, [ONES] = 0xff };
	uint8_t block[BLOCK_LEN];

	if (w->what == DATA)
		memcpy(block, image + w->block * BLOCK_LEN, BLOCK_LEN);
	else
		memset(block, fills[w->what], BLOCK_LEN);
	return flash_write_block(f, f->app_start + w->block * BLOCK_LEN, block)
		.err;
}

/* What a file would have had in it. */
static void fill(struct flash *f, const uint8_t *bytes, uint32_t len)
{
	uint32_t offset = f->app_start - f->map->start;

	assert_int_equal(f->store.write(f->store.arg, offset, bytes, len), 0);
}

/* Over an old image; what a power cut would leave is looked at on the way. */
static void write_in_order(struct flash *f, const struct order_row *row,
			   bool twice, struct found *found)
{
	const struct mcu_type *type = mcu_type_find(row->type);
	static struct images images;
	struct plan plan = { .len = 0 };
	uint64_t seed = 1;

	random_image(&seed, images.old, sizeof(images.old));
	random_image(&seed, images.new, sizeof(images.new));
	flash_init(f, type->flash_map,
		   row->flash_kib ? row->flash_kib * 1024 : type->flash_size,
		   0);
	fill(f, images.old, sizeof(images.old));
	row->plan(&plan, row->page);
	for (size_t i = 0; i < plan.len; i++) {
		for (int times = 0; times <= twice; times++)
			assert_int_equal(
				write_one(f, &plan.writes[i], images.new), 0);
		look(f, &images, found);
	}
	assert_int_equal(flash_flush(f).err, 0);
	look(f, &images, found);
	assert_int_equal(found->mixed + found->stays + found->old +
				 found->written,
			 plan.len + 1);
}

static void assert_counts(const struct order_row *row,
			  const struct found *found, const struct flash *f)
{
	assert_int_equal(found->mixed, row->mixed);
	assert_int_equal(found->stays, row->stays);
	assert_int_equal(found->old, row->old);
	assert_in_range(found->written, 1, 2);
	assert_int_equal(f->pages, row->pages);
}

static void test_order(void **state)
{
	const struct order_row *row = *state;
	struct found found = { 0 };
	struct flash f;

	write_in_order(&f, row, false, &found);
	assert_counts(row, &found, &f);
	flash_fini(&f);
}

/* Section 4.1: no error, equal content, the same count. */
static void test_every_block_twice_is_as_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		struct found found = { 0 };
		struct flash f;

		/* all but FF in front of a page, which is counted twice */
		if (orders[i].plan == plan_trick)
			continue;
		write_in_order(&f, &orders[i], true, &found);
		assert_counts(&orders[i], &found, &f);
		flash_fini(&f);
	}
}

/* Section 3.2: hostile contents, 00 first, and the page restart. */

#define SEEDS 150
#define TO_THE_END UINT32_MAX

static const struct restart_row {
	const char *name;
	const char *type;
	bool ecc;
	uint32_t page;	  /* blocks */
	bool meets_error; /* some of the flashes need a restart */
} restarts[] = {
	{ "page restart: pages of 2 KiB, 150 of 150", PLAIN_2K, false, 32,
	  true },
	{ "page restart: F446, 150 of 150", SECTORS, false, 256, true },
	{ "page restart: G0, 150 of 150", PAGES_2K, false, 32, true },
	{ "page restart: G0 with ECC, 150 of 150", PAGES_2K, true, 32, true },
	{ "page restart: H743, 150 of 150", H7, false, 2048, false },
	{ "page restart: H743 with ECC, 150 of 150", H7, true, 2048, false },
};

/* Bytes of anything, and runs of FF in between, some longer than a quarter. */
static void fill_with_anything(struct flash *f, uint64_t *seed)
{
	static uint8_t bytes[SECTOR_MAX];
	uint32_t end;

	memset(bytes, 0xff, sizeof(bytes));
	for (uint32_t at = 0; at < sizeof(bytes);
	     at = end + random_below(seed, 6000)) {
		end = at + random_below(seed, 3000);
		for (; at < end && at < sizeof(bytes); at++)
			bytes[at] = (uint8_t)random_below(seed, 256);
	}
	fill(f, bytes, sizeof(bytes));
}

struct flashing {
	struct flash f;
	uint8_t image[BLOCKS * BLOCK_LEN];
	uint32_t page;	   /* blocks */
	uint32_t restarts; /* pages */
	uint32_t left;	   /* blocks until it is interrupted */
};

/* Return: false after an ERROR. */
static bool write_blocks(struct flashing *x, uint32_t first, uint32_t end)
{
	for (; first < end && x->left; first++, x->left--)
		if (write_one(&x->f, &(struct write){ DATA, first }, x->image))
			return false;
	return true;
}

static void write_page(struct flashing *x, uint32_t first)
{
	uint32_t end = first + x->page < BLOCKS ? first + x->page : BLOCKS;

	if (write_blocks(x, first, end))
		return;
	x->restarts++;
	assert_int_equal(
		write_one(&x->f, &(struct write){ ZEROS, first }, x->image), 0);
	assert_true(write_blocks(x, first, end));
}

static void write_image(struct flashing *x, uint64_t *seed, uint32_t blocks)
{
	random_image(seed, x->image, sizeof(x->image));
	x->left = blocks;
	assert_int_equal(
		write_one(&x->f, &(struct write){ ZEROS, 0 }, x->image), 0);
	for (uint32_t page = x->page; page < BLOCKS; page += x->page)
		write_page(x, page);
	write_page(x, 0);
}

static void assert_written(const struct flashing *x)
{
	static uint8_t got[BLOCKS * BLOCK_LEN];

	assert_int_equal(flash_read(&x->f, x->f.app_start, got, sizeof(got)),
			 0);
	assert_memory_equal(got, x->image, sizeof(got));
}

static void start(struct flashing *x, const struct restart_row *row,
		  uint64_t *seed)
{
	const struct mcu_type *type = mcu_type_find(row->type);

	flash_init(&x->f, type->flash_map, type->flash_size, 0);
	flash_set_ecc(&x->f, row->ecc);
	x->page = row->page;
	fill_with_anything(&x->f, seed);
}

static void test_restart(void **state)
{
	const struct restart_row *row = *state;
	static struct flashing x;
	uint32_t needed = 0;

	for (uint64_t i = 0; i < SEEDS; i++) {
		uint64_t seed = i;

		x.restarts = 0;
		start(&x, row, &seed);
		write_image(&x, &seed, TO_THE_END);
		assert_written(&x);
		/* what a cut at any block has left is no worse */
		write_image(&x, &seed, random_below(&seed, BLOCKS));
		flash_reset(&x.f);
		write_image(&x, &seed, TO_THE_END);
		assert_written(&x);
		needed += x.restarts != 0;
		flash_fini(&x.f);
	}
	assert_int_equal(needed != 0, row->meets_error);
}

int main(void)
{
	struct CMUnitTest tests[1 + ARRAY_SIZE(orders) + ARRAY_SIZE(restarts)] = {
		cmocka_unit_test(test_every_block_twice_is_as_once),
	};
	size_t n = 1;

	ROWS(orders, test_order);
	ROWS(restarts, test_restart);
	return _cmocka_run_group_tests("flash_order", tests, n, NULL, NULL);
}
