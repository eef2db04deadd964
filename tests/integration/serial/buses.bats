# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# What a printer.cfg puts on the buses of a board, asked over a pty as Klipper asks
# it: a chip for each kind of bus, and none where none is told. Commands are those
# of klipper-mcu-protocol.md, section 20.2; what the chips say is from their data
# sheets.
bats_require_minimum_version 1.5.0
load ../lib

# a TMC2209 and its IOIN, ten bits a byte: f5 00 06 28, and 05 ff 06 21 00 00 40 4f
ASK_IOIN=ea03c82094
IOIN=0afacfa090000208a8a7

setup() {
	TTY=$BATS_TEST_TMPDIR/line
	cat >"$BATS_TEST_TMPDIR/printer.cfg" <<-END
		[mcu]
		serial: $TTY
		[tmc2209 stepper_x]
		uart_pin: PA3
		[tmc5160 stepper_y]
		cs_pin: PA4
		spi_bus: spi1
		[adxl345]
		cs_pin: PB12
		spi_software_sclk_pin: PB10
		[temperature_sensor a]
		sensor_type: LM75
		i2c_bus: i2c1_PB6_PB7
		[temperature_sensor b]
		sensor_type: SHT3X
		i2c_software_scl_pin: PB3
		i2c_software_sda_pin: PB4
		[neopixel lamp]
		pin: PD3
	END
	cat >"$BATS_TEST_TMPDIR/sim.cfg" <<-END
		[include printer.cfg]
		[mcu]
		canbus_uuid: $U
		uart: pty:$TTY
		mcu_type: stm32g0b1xx
	END
	start_mcus one -c "$BATS_TEST_TMPDIR/sim.cfg"
}

teardown() {
	tail -n 20 "$BATS_TEST_TMPDIR"/*.log
	stop_all
}

# hosts LINES... - a host that connects and succeeds with them
hosts() {
	run "$BUILD/khost" -i "$TTY" --fast < <(printf '%s\n' "$@")
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a driver on a one-wire UART" {
	hosts 'allocate_oids count=2' \
		'config_tmcuart oid=0 rx_pin=PA3 pull_up=0 tx_pin=PA3 bit_time=1600' \
		'config_tmcuart oid=1 rx_pin=PA5 pull_up=0 tx_pin=PA5 bit_time=1600' \
		'finalize_config crc=1' \
		"tmcuart_send oid=0 write=$ASK_IOIN read=10" \
		'wait tmcuart_response oid=0' \
		"tmcuart_send oid=1 write=$ASK_IOIN read=10" \
		'wait tmcuart_response oid=1'
	[[ $output == *"tmcuart_response oid=0 read=$IOIN"* ]]
	[[ $output =~ tmcuart_response\ oid=1\ read=($'\n'|$) ]]
}

@test "SPI, in hardware and in software, and with nobody there" {
	hosts 'allocate_oids count=3' \
		'config_spi oid=0 pin=PA4 cs_active_high=0' \
		'config_spi oid=1 pin=PB12 cs_active_high=0' \
		'config_spi oid=2 pin=PB13 cs_active_high=0' \
		'spi_set_bus oid=0 spi_bus=spi1 mode=3 rate=4000000' \
		'spi_set_sw_bus oid=1 miso_pin=PB2 mosi_pin=PB11 sclk_pin=PB10 mode=3 pulse_ticks=12' \
		'spi_set_bus oid=2 spi_bus=spi2_PB2_PB11_PB10 mode=3 rate=4000000' \
		'finalize_config crc=1' \
		'spi_send oid=0 data=0400000000' \
		'spi_transfer oid=0 data=0400000000' \
		'spi_transfer oid=1 data=8000' \
		'spi_transfer oid=2 data=8000'
	[[ $output == *'spi_transfer_response oid=0 response=0930000040'* ]]
	[[ $output == *'spi_transfer_response oid=1 response=ffe5'* ]]
	[[ $output == *'spi_transfer_response oid=2 response=ffff'* ]]
}

@test "I2C, in hardware and in software, and with nobody there" {
	hosts 'allocate_oids count=3' \
		'config_i2c oid=0' 'config_i2c oid=1' 'config_i2c oid=2' \
		'i2c_set_bus oid=0 i2c_bus=i2c1_PB6_PB7 rate=100000 address=72' \
		'i2c_set_sw_bus oid=1 scl_pin=PB3 sda_pin=PB4 pulse_ticks=320 address=68' \
		'i2c_set_bus oid=2 i2c_bus=i2c1_PB6_PB7 rate=100000 address=68' \
		'finalize_config crc=1' \
		'i2c_transfer oid=0 write=00 read_len=2' \
		'i2c_transfer oid=1 write=f32d read_len=3' \
		'i2c_transfer oid=2 write=f32d read_len=3'
	[[ $output == *'i2c_response oid=0 i2c_bus_status=SUCCESS response=1900'* ]]
	[[ $output == *'i2c_response oid=1 i2c_bus_status=SUCCESS response=000081'* ]]
	[[ $output == *'i2c_response oid=2 i2c_bus_status=START_NACK response=000000'* ]]
}

@test "what is unplugged is not there, from the start or at any time" {
	ctl unplug "$U" temperature_sensor a
	ctl unplug "$U" tmc2209 stepper_x
	ctl unplug "$U" tmc5160 stepper_y
	[[ $(ctl devices "$U") == *'"section":"temperature_sensor a"'*'"unplugged":true'* ]]
	hosts 'allocate_oids count=3' \
		'config_i2c oid=0' \
		'config_tmcuart oid=1 rx_pin=PA3 pull_up=0 tx_pin=PA3 bit_time=1600' \
		'config_spi oid=2 pin=PA4 cs_active_high=0' \
		'i2c_set_bus oid=0 i2c_bus=i2c1_PB6_PB7 rate=100000 address=72' \
		'spi_set_bus oid=2 spi_bus=spi1 mode=3 rate=4000000' \
		'finalize_config crc=1' \
		'i2c_transfer oid=0 write=00 read_len=2' \
		'spi_transfer oid=2 data=0400000000' \
		"tmcuart_send oid=1 write=$ASK_IOIN read=10" \
		'wait tmcuart_response oid=1'
	[[ $output == *'i2c_bus_status=START_NACK response=0000'* ]]
	[[ $output == *'spi_transfer_response oid=2 response=ffffffffff'* ]]
	[[ $output =~ tmcuart_response\ oid=1\ read=($'\n'|$) ]]
	ctl plug "$U" temperature_sensor a
	hosts 'i2c_transfer oid=0 write=00 read_len=2'
	[[ $output == *'i2c_bus_status=SUCCESS response=1900'* ]]
	stop_all
	start_mcus two -c "$BATS_TEST_TMPDIR/sim.cfg" --unplugged adxl345
	hosts 'allocate_oids count=1' 'config_spi oid=0 pin=PB12 cs_active_high=0' \
		'spi_set_sw_bus oid=0 miso_pin=PB2 mosi_pin=PB11 sclk_pin=PB10 mode=3 pulse_ticks=12' \
		'finalize_config crc=1' 'spi_transfer oid=0 data=8000'
	[[ $output == *'spi_transfer_response oid=0 response=ffff'* ]]
}

@test "a bus that the chip does not have is refused in the words of Klipper" {
	hosts 'allocate_oids count=1' \
		'config_spi oid=0 pin=PA4 cs_active_high=0' \
		'spi_set_bus oid=0 spi_bus=9 mode=3 rate=4000000' \
		get_config
	[[ $output == *'shutdown '*'static_string_id=Invalid spi bus'*'is_shutdown=1'* ]]
}

@test "an accelerometer in bulk" {
	hosts 'allocate_oids count=2' \
		'config_spi oid=0 pin=PB12 cs_active_high=0' \
		'spi_set_sw_bus oid=0 miso_pin=PB2 mosi_pin=PB11 sclk_pin=PB10 mode=3 pulse_ticks=12' \
		'config_adxl345 oid=1 spi_oid=0' \
		'finalize_config crc=1' \
		'spi_send oid=0 data=2c0f' 'spi_send oid=0 data=3890' \
		'query_adxl345 oid=1 rest_ticks=80000' \
		'spi_send oid=0 data=2d08' \
		'wait sensor_bulk_data oid=1' \
		'query_adxl345_status oid=1' \
		'query_adxl345 oid=1 rest_ticks=0'
	# 1 g on z: 256, whose upper byte is at the top of the fourth byte of five;
	# who is quick has nothing yet in front of that
	[[ $output =~ sensor_bulk_data\ oid=1\ sequence=0\ data=0{0,30}[0-9a-f]{4}00[2-3] ]]
	[[ $output == *'sensor_bulk_status oid=1 '* ]]
}

@test "a chain of LEDs, and where all of them are" {
	hosts 'allocate_oids count=1' \
		'config_neopixel oid=0 pin=PD3 data_size=6 bit_max_ticks=256 reset_min_ticks=3200' \
		'finalize_config crc=1' \
		'neopixel_update oid=0 pos=0 data=80ff00102030' \
		'neopixel_send oid=0' \
		'wait neopixel_result oid=0 success=1'
	run ctl devices "$U"
	echo "$output"
	[ "$output" = "{\"ok\":true,\"devices\":[$(printf '%s,' \
		'{"section":"tmc2209 stepper_x","bus":"uart","pin":"PA3"}' \
		'{"section":"tmc5160 stepper_y","bus":"spi","pin":"PA4"}' \
		'{"section":"adxl345","bus":"spi","pin":"PB12"}' \
		'{"section":"temperature_sensor a","bus":"i2c","line":"i2c1_PB6_PB7","address":72,"shows":"25.0 C"}' \
		'{"section":"temperature_sensor b","bus":"i2c","clock":"PB3","address":68,"shows":"25.0 C"}')$(
		)"'{"section":"neopixel lamp","bus":"leds","pin":"PD3","shows":"ff8000 201030"}]}' ]
}
