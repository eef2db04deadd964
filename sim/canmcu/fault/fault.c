// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
#include "fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <kcan/kat.h>

#include "fault_table.h"

/* splitmix64: any seed will do, 0 included */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void faults_init(struct faults *f, uint64_t seed, const struct kcan_uuid *uuid)
{
	*f = (struct faults){ .random = seed };
	/* each MCU has chances of its own, whoever else is there */
	for (int i = 0; i < KCAN_UUID_LEN; i++)
		f->random = next_random(&f->random) ^ uuid->b[i];
}

void faults_fini(struct faults *f)
{
	free(f->list);
	f->list = NULL;
	f->len = 0;
}

int faults_add(struct faults *f, const struct fault *fault)
{
	if (f->len == FAULTS_MAX)
		return -ENOSPC;
	if (!f->list)
		f->list = calloc(FAULTS_MAX, sizeof(*f->list));
	if (!f->list)
		return -ENOMEM;
	f->list[f->len] = *fault;
	f->list[f->len].met = 0;
	f->list[f->len].struck = 0;
	f->len++;
	return 0;
}

size_t faults_remove(struct faults *f, const char *name)
{
	size_t kept = 0, before = f->len;

	for (size_t i = 0; i < f->len; i++) {
		const char *own = fault_rows[f->list[i].kind].info.name;

		if (name && strcmp(own, name) != 0)
			f->list[kept++] = f->list[i];
	}
	f->len = kept;
	return before - kept;
}

uint32_t faults_random(struct faults *f, uint32_t below)
{
	return (uint32_t)(next_random(&f->random) % below);
}

static bool is_met(const struct fault *fault, const struct fault_place *place)
{
	uint32_t into = fault->address - place->address;

	if (fault->kind != place->kind)
		return false;
	if (place->dir && !(fault->dirs & place->dir))
		return false;
	return !fault->has_address || into < KCAN_KAT_BLOCK_SIZE;
}

static bool strikes(struct faults *f, struct fault *fault)
{
	if (fault->struck >= fault->count || fault->met++ < fault->after)
		return false;
	if (fault->chance_ppm < FAULT_PPM &&
	    faults_random(f, FAULT_PPM) >= fault->chance_ppm)
		return false;
	fault->struck++;
	return true;
}

const struct fault *faults_strike(struct faults *f,
				  const struct fault_place *place)
{
	for (size_t i = 0; i < f->len; i++)
		if (is_met(&f->list[i], place) && strikes(f, &f->list[i]))
			return &f->list[i];
	return NULL;
}
