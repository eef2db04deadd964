# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# No complete Makefile: ../Makefile includes it.
.PHONY: mutants
MUTANTS ?= 200
# part of a path: only files that have it in theirs are changed
ONLY    ?=
# a list of survivors: these are tried, instead of a draw
AGAIN   ?=
mutants: $(UNIT_BINS)
	$Qnice -n 10 tests/mutants.py --seed $(SEED) --mutants $(MUTANTS) --jobs 2 \
		--only '$(ONLY)' $(AGAIN:%=--again '%')
