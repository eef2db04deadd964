// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* A UUID that is told more often than it was asked for, as of two boards that have it. */
#include "bootreq_script.h"

static const struct scenario scenarios[] = {
	{ "two answers to one question are told, and no proof of what it is",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  HEAR(10300, ANSWER),
		  { 10300, SENT, CONNECT },
		  HEAR(10400, ANSWER),
		  { 135300, SENT, CONNECT },
		  BACK_AND_SILENT(260300, 4 * 250000),
	  },
	  { .verdict = KCAN_BOOTREQ_PROVEN,
	    .request = KCAN_DELIVERY_CONFIRMED,
	    .handback = KCAN_DELIVERY_CONFIRMED,
	    .assigned = true,
	    .twice = true } },
	{ "two answers to two questions, both late, are nothing to be told",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 25000, SENT, WHO },
		  HEAR(25300, ANSWER),
		  { 25300, SENT, CONNECT },
		  HEAR(25400, ANSWER),
		  HEAR(25400, IDENT),
		  LEFT(25400),
	  },
	  PROVEN },
	{ "a question that the kernel did not take was not asked",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  { 25000, FULL, WHO },
		  HEAR(25300, ANSWER),
		  { 25300, SENT, CONNECT },
		  HEAR(25400, ANSWER),
		  HEAR(25400, IDENT),
		  LEFT(25400),
	  },
	  { .verdict = KCAN_BOOTREQ_PROVEN,
	    .request = KCAN_DELIVERY_CONFIRMED,
	    .handback = KCAN_DELIVERY_CONFIRMED,
	    .assigned = true,
	    .identified = true,
	    .twice = true } },
};

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenarios)];
	size_t n = 0;

	ROWS(scenarios, test_scenario);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
