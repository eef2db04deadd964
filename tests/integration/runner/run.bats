#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# tests/run itself: what may never look like a pass.
bats_require_minimum_version 1.5.0

setup() {
	ROOT=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)
	export BUILD=$BATS_TEST_TMPDIR/build
	mkdir -p "$BUILD/unit" "$BUILD/fuzz" "$BUILD/ubsan"
}

# program PATH - a program of the build, its body on stdin
program() {
	{
		echo '#!/bin/sh'
		cat
	} >"$BUILD/$1"
	chmod +x "$BUILD/$1"
}

suite() {
	run "$ROOT/tests/run" "$@"
	echo "$output"
}

@test "passed, failed and skipped are counted, and the failure is shown" {
	program unit/test_a <<<'echo 1..3; echo ok 1 - a; echo ok 2 - b \# SKIP no; echo ok 3 - c'
	program unit/test_b <<<'echo 1..2; echo not ok 1 - d; echo "# why"; echo ok 2 - e; exit 1'
	suite unit
	[ "$status" -eq 1 ]
	[ "${lines[-1]}" = "3 passed, 1 failed, 1 skipped" ]
	[[ $output == *"not ok 1 - d"*"# why"* ]]
	[[ $output == *"SKIP no"* ]]
}

@test "all passed is a success" {
	program unit/test_a <<<'echo 1..1; echo ok 1 - a'
	suite unit
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "1 passed, 0 failed, 0 skipped" ]
}

@test "no test at all is a failure" {
	suite unit
	[ "$status" -eq 1 ]
	[[ $output == *"suite unit executed no test"* ]]
}

@test "nothing but skipped tests is a failure" {
	program unit/test_a <<<'echo 1..1; echo ok 1 - a \# SKIP no'
	suite unit
	[ "$status" -eq 1 ]
}

@test "a program that announces no tests is a failure" {
	program unit/test_a <<<'echo 1..0'
	program unit/test_b <<<'echo 1..1; echo ok 1 - b'
	suite unit
	[ "$status" -eq 1 ]
}

@test "a program that dies half way is a failure" {
	program unit/test_a <<<'echo 1..2; echo ok 1 - a; kill -SEGV $$'
	suite unit
	[ "$status" -eq 1 ]
	[[ $output == *"test_a"* ]]
}

@test "a program that stops half way with success is a failure" {
	program unit/test_a <<<'echo 1..2; echo ok 1 - a'
	suite unit
	[ "$status" -eq 1 ]
	[[ $output == *"announced 2"* ]]
}

@test "a guest that dies is a failure, whatever it printed" {
	program vcan-run <<<'echo 1..1; echo ok 1 - a; exit 125'
	suite bus
	[ "$status" -eq 1 ]
	[[ $output == *"status 125"* ]]
}

@test "a fuzz target that crashes is a failure, with its last words" {
	program fuzz/fuzz_a <<<'echo heap-buffer-overflow >&2; exit 77'
	suite fuzz
	[ "$status" -eq 1 ]
	[[ $output == *"heap-buffer-overflow"* ]]
}

# Several guests at a time, each in a process of its own.
@test "bus: what fails in one of the guests is counted and shown" {
	program vcan-run <<-'END'
		echo 1..2
		echo ok 1 - a
		case $* in
		*/cli.bats) echo "not ok 2 - b"; exit 1 ;;
		*/ctl.bats) echo "ok 2 - c # SKIP no" ;;
		*) echo ok 2 - d ;;
		esac
	END
	suite bus
	[ "$status" -eq 1 ]
	[[ ${lines[-1]} == *" passed, 1 failed, 1 skipped" ]]
	[[ $output == *"not ok 2 - b"* ]]
}

@test "bus: a guest that is lost is a failure" {
	program vcan-run <<-'END'
		case $* in
		*/cli.bats) echo 1..2; echo ok 1 - a; kill -KILL $$ ;;
		*) echo 1..1; echo ok 1 - b ;;
		esac
	END
	suite bus
	[ "$status" -eq 1 ]
	[[ $output == *"not ok - bus-cli ended with status 137"* ]]
	[[ ${lines[-1]} == *" passed, 1 failed, 0 skipped" ]]
}

@test "a bats that is too old is one sentence, and so is none" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho Bats 1.2.1\n' >"$BATS_TEST_TMPDIR/bin/bats"
	chmod +x "$BATS_TEST_TMPDIR/bin/bats"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH suite usb unit
	[ "$status" -eq 1 ]
	[ "$output" = "tests/run: suite usb needs bats 1.5 or newer, and here is\
 Bats 1.2.1; install a newer one, or run 'make test', which needs none" ]
	printf '#!/bin/sh\nexit 127\n' >"$BATS_TEST_TMPDIR/bin/bats"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH suite runner
	[[ $status -eq 1 && $output == *"and here is none; "* ]]
	program unit/test_a <<<'echo 1..1; echo ok 1 - a'
	PATH=$BATS_TEST_TMPDIR/bin:$PATH suite unit
	[ "$status" -eq 0 ]
}

@test "usb: each file gets the guest that it asks for" {
	program vcan-run <<-'END'
		echo 1..1
		case $* in
		"--usb --kvaser -- bats --tap tests/integration/usb/health.bats" | \
			"--usb -- bats --tap tests/integration/usb/endpoint.bats")
			echo ok 1 - asked for ;;
		*)
			echo "ok 1 - $* # SKIP" ;;
		esac
	END
	suite usb
	[ "$status" -eq 0 ]
	[[ ${lines[-1]} == "2 passed, 0 failed, "* ]]
}

@test "several suites: each has a line, and a failure in one is a failure" {
	program unit/test_a <<<'echo 1..1; echo not ok 1 - a; exit 1'
	program fuzz/fuzz_b <<<'exit 0'
	suite unit fuzz
	[ "$status" -eq 1 ]
	[[ ${lines[-3]} == "unit       1 run, 1 not ok, 0 skipped, "* ]]
	[[ ${lines[-2]} == "fuzz       1 run, 0 not ok, 0 skipped, "* ]]
	[ "${lines[-1]}" = "1 passed, 1 failed, 0 skipped" ]
	suite unit bus
	[[ $output == *"bus-cli ended with status 127"* ]]
	[[ ${lines[-1]} == "0 passed, "*" failed, 0 skipped" ]]
}
