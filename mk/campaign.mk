# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# No complete Makefile: ../Makefile includes it.
.PHONY: campaign
SEED   ?= 1
ROUNDS ?= 600
# ROUND=n plays that one only, which has the same plan in every campaign of SEED.
campaign: all $(VCAN_BINS)
	$Qpython3 -B tests/campaign --seed $(SEED) --rounds $(ROUNDS) \
		--build $B/ubsan --log $B/log $(if $(ROUND),--keep --round $(ROUND))
