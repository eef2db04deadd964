// SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
/* Whether the node was left: what is asked behind the hand-back, and when again. */
#include "bootreq_script.h"

/* Proven and identified at once. */
#define PROVEN_AT(us)                                                 \
	{ 0, SENT, REQUEST }, { 0, SENT, SET }, { 10000, SENT, WHO }, \
		HEAR(us, ANSWER), IDENTIFIED(us)
/* Handed back, and it answers 100 us after it was asked. */
#define ANSWERED_BACK(us)                                                    \
	{ us, SENT, BACK }, { us, SENT, BACK }, { (us) + 10000, SENT, WHO }, \
		HEAR((us) + 10100, ANSWER)

static const struct scenario scenarios[] = {
	{ "an answer after leaving means again, and silence then is the end",
	  5 * S,
	  {
		  PROVEN_AT(10300),
		  { 10300, SENT, BACK },
		  { 10300, SENT, BACK },
		  { 20300, SENT, WHO },
		  HEAR(20400, ANSWER),
		  LEFT(20400),
	  },
	  PROVEN },
	{ "a node that never leaves is told after the third repetition",
	  5 * S,
	  {
		  PROVEN_AT(10300),
		  ANSWERED_BACK(10300),
		  ANSWERED_BACK(20400),
		  ANSWERED_BACK(30500),
		  ANSWERED_BACK(40600),
	  },
	  { .verdict = KCAN_BOOTREQ_PROVEN,
	    .request = KCAN_DELIVERY_CONFIRMED,
	    .handback = KCAN_DELIVERY_UNCONFIRMED,
	    .assigned = true,
	    .identified = true } },
	{ "an answer after leaving before the echo of its question means again",
	  5 * S,
	  {
		  PROVEN_AT(10300),
		  { 10300, SENT, BACK },
		  { 10300, SENT, BACK },
		  { 20300, TX, WHO },
		  HEAR(20400, ANSWER),
		  { 20500, OK },
		  LEFT(20500),
	  },
	  PROVEN },
	{ "what comes between the hand-back and the question is late, no more",
	  5 * S,
	  {
		  PROVEN_AT(10300),
		  { 10300, SENT, BACK },
		  { 10300, SENT, BACK },
		  HEAR(15000, ANSWER),
		  { 20300, SENT, WHO },
		  HEAR(20200, ANSWER),
		  { 50300, QUIET },
	  },
	  PROVEN },
	{ "only our uuid means again",
	  5 * S,
	  {
		  PROVEN_AT(10300),
		  { 10300, SENT, BACK },
		  { 10300, SENT, BACK },
		  { 20300, SENT, WHO },
		  HEAR(20400, OTHER),
		  { 20500, RX, NACK },
		  { 20600, RX, KLIPPER_NAK },
		  { 20700, RX, ID_1 },
		  { 50300, QUIET },
	  },
	  PROVEN },
	{ "silence lasts four times the slowest answer",
	  5 * S,
	  {
		  { 0, SENT, REQUEST },
		  { 0, SENT, SET },
		  { 10000, SENT, WHO },
		  HEAR(20000, ANSWER),
		  { 20000, SENT, CONNECT },
		  HEAR(32000, IDENT),
		  BACK_AND_SILENT(32000, 4 * 12000),
	  },
	  PROVEN },
	{ "a question after leaving that is not confirmed proves no silence",
	  5 * S,
	  {
		  PROVEN_AT(10300),
		  { 10300, SENT, BACK },
		  { 10300, SENT, BACK },
		  { 20300, TX, WHO },
		  { 420300, QUIET },
	  },
	  { .verdict = KCAN_BOOTREQ_PROVEN,
	    .request = KCAN_DELIVERY_CONFIRMED,
	    .handback = KCAN_DELIVERY_UNCONFIRMED,
	    .assigned = true,
	    .identified = true } },
};

int main(void)
{
	struct CMUnitTest tests[ARRAY_SIZE(scenarios)];
	size_t n = 0;

	ROWS(scenarios, test_scenario);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
