-- SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
-- A dissector for Wireshark and tshark (4.0 or newer): Klipper's admin channel
-- on CAN, Katapult's blocks and Klipper's message blocks. How to use it:
-- README.md beside this file. The facts are those of docs/reference, in
-- can-admin-channel.md, katapult-protocol.md and klipper-mcu-protocol.md.

local admin = Proto("klipper_can", "Klipper CAN")
local katapult = Proto("katapult", "Katapult block")
local klipper = Proto("klipper", "Klipper message block")

-- What the first byte on 3F0, or 3F1, means, and the DLC that it needs.
local COMMANDS = {
	[0x00] = { name = "QUERY_UNASSIGNED", needs = 1 },
	[0x01] = { name = "SET_KLIPPER_NODEID", needs = 8, sets = true },
	[0x02] = { name = "REQUEST_BOOTLOADER", needs = 7 },
	[0x11] = { name = "SET_CANBOOT_NODEID", needs = 8, sets = true },
	[0x12] = { name = "CLEAR_CANBOOT_NODEID", needs = 1 },
	[0x20] = { name = "NEED_NODEID", needs = 8, from_node = true },
}
local CODES = {
	[0x11] = "CONNECT", [0x12] = "SEND_BLOCK", [0x13] = "SEND_EOF",
	[0x14] = "REQUEST_BLOCK", [0x15] = "COMPLETE", [0x16] = "GET_CANBUS_ID",
	[0xa0] = "ACK", [0xf1] = "NACK", [0xf2] = "ERROR", [0xf3] = "BUSY",
}
local PROGRAMS = { [0x01] = "Klipper", [0x11] = "Katapult" }
local STATUS = { [0] = "bad", [1] = "good" }
local ACK, CONNECT = 0xa0, 0x11
local WORDS_MAX = 30 -- of Katapult's payload
local PACKED_MAX = 32 * 1024 -- bytes of a dictionary
local MOD32 = 0x100000000

local NAMES = {}
for code, command in pairs(COMMANDS) do
	NAMES[code] = command.name
end

local a = {
	nodeid = ProtoField.uint8("klipper_can.nodeid", "Nodeid"),
	from_node = ProtoField.uint8("klipper_can.from_node", "From the node",
		base.DEC, { [0] = "no", [1] = "yes" }),
	command = ProtoField.uint8("klipper_can.command", "Command", base.HEX,
		NAMES),
	uuid = ProtoField.string("klipper_can.uuid", "UUID"),
	program = ProtoField.uint8("klipper_can.program", "Program", base.HEX,
		PROGRAMS),
	first = ProtoField.framenum("klipper_can.first_frame", "Begins in"),
	last = ProtoField.framenum("klipper_can.last_frame", "Ends in"),
	unframed = ProtoField.bytes("klipper_can.unframed", "In no block"),
}
local k = {
	code = ProtoField.uint8("katapult.command", "Command", base.HEX, CODES),
	length = ProtoField.uint8("katapult.length", "Payload length in words"),
	payload = ProtoField.bytes("katapult.payload", "Payload"),
	answers = ProtoField.uint32("katapult.answers", "Answers", base.HEX,
		CODES),
	address = ProtoField.uint32("katapult.address", "Address", base.HEX),
	data = ProtoField.bytes("katapult.data", "Data"),
	pages = ProtoField.uint32("katapult.pages", "Pages written"),
	uuid = ProtoField.string("katapult.uuid", "UUID"),
	protocol = ProtoField.string("katapult.protocol", "Protocol version"),
	start = ProtoField.uint32("katapult.application_start",
		"Application start", base.HEX),
	block_size = ProtoField.uint32("katapult.block_size", "Block size"),
	mcu = ProtoField.string("katapult.mcu", "MCU"),
	version = ProtoField.string("katapult.version", "Katapult version"),
	crc = ProtoField.uint16("katapult.crc", "CRC", base.HEX),
	status = ProtoField.uint8("katapult.crc.status", "CRC status",
		base.DEC, STATUS),
}
local m = {
	length = ProtoField.uint8("klipper.length", "Length"),
	sequence = ProtoField.uint8("klipper.sequence", "Sequence"),
	content = ProtoField.bytes("klipper.content", "Content"),
	ack = ProtoField.bool("klipper.ack", "Empty: ACK, or NAK"),
	message = ProtoField.string("klipper.message", "Message"),
	id = ProtoField.int32("klipper.message.id", "Message id"),
	name = ProtoField.string("klipper.message.name", "Name"),
	param = ProtoField.string("klipper.message.param", "Field"),
	raw = ProtoField.bytes("klipper.message.raw", "Not decoded"),
	sync = ProtoField.bytes("klipper.sync", "Sync before a block"),
	dictionary = ProtoField.string("klipper.dictionary",
		"Dictionary complete"),
	crc = ProtoField.uint16("klipper.crc", "CRC", base.HEX),
	status = ProtoField.uint8("klipper.crc.status", "CRC status",
		base.DEC, STATUS),
}
admin.fields, katapult.fields, klipper.fields = a, k, m

local GROUP, SEVERITY = expert.group, expert.severity
local FINDINGS = {
	short = ProtoExpert.new("klipper_can.short", "Too short, is ignored",
		GROUP.PROTOCOL, SEVERITY.WARN),
	unframed = ProtoExpert.new("klipper_can.outside", "Bytes in no block",
		GROUP.UNDECODED, SEVERITY.WARN),
	crc = ProtoExpert.new("klipper_can.bad_crc", "The CRC is wrong",
		GROUP.CHECKSUM, SEVERITY.ERROR),
	cut = ProtoExpert.new("klipper_can.cut", "A message is cut off",
		GROUP.MALFORMED, SEVERITY.ERROR),
}
admin.experts = FINDINGS

-- Wireshark 4.0 has a Lua without an operator for it, newer ones have one
-- without these libraries.
local xor = bit and bit.bxor or bit32 and bit32.bxor or
	load("return function(a, b) return a ~ b end")()

local function crc16(bytes)
	local crc = 0xffff
	for i = 1, #bytes do
		crc = xor(crc, bytes:byte(i))
		for _ = 1, 8 do
			local low = crc % 2
			crc = math.floor(crc / 2)
			if low == 1 then
				crc = xor(crc, 0x8408)
			end
		end
	end
	return crc
end

local function hex(bytes)
	return (bytes:gsub(".", function(c)
		return ("%02x"):format(c:byte())
	end))
end

-- Nothing from a bus is shown raw.
local function printable(text)
	return (text:gsub("[^\32-\126]", "?"))
end

-- What the dissector remembers; init() forgets it when a capture is opened.
local streams -- of a bus, a nodeid and a direction: bytes in no block yet
local frames -- by number: the pieces that end in it, where its last byte ends
local owners -- of a bus and a nodeid: the session of whoever has it
local packed -- of a bus and a UUID: the dictionary that was fetched last

function admin.init()
	streams, frames, owners, packed = {}, {}, {}, {}
end

-- JSON, as much of it as a dictionary has. Raises an error for all else.

local function json(text)
	local at = 1
	local value
	local function token(pattern)
		local from, to, found = text:find("^%s*(" .. pattern .. ")", at)
		at = from and to + 1 or at
		return found
	end

	local function need(pattern)
		return token(pattern) or error("JSON: no " .. pattern)
	end

	local function quoted()
		local parts = {}
		need('"')
		repeat
			local part, stop = text:match('^([^"\\]*)(["\\])', at)
			at = at + #(part or error("JSON: a string's end")) + 1
			parts[#parts + 1] = part
			if stop == "\\" then -- no name has such a character
				at = at + (text:sub(at, at) == "u" and 5 or 1)
				parts[#parts + 1] = "?"
			end
		until stop == '"'
		return table.concat(parts)
	end

	local function members(close, read)
		local all = {}
		if token(close) then
			return all
		end
		repeat
			read(all)
		until not token(",")
		need(close)
		return all
	end

	function value()
		if token("{") then
			return members("}", function(all)
				local key = quoted()
				need(":")
				all[key] = value()
			end)
		elseif token("%[") then
			return members("%]", function(all)
				all[#all + 1] = value()
			end)
		elseif text:find('^%s*"', at) then
			return quoted()
		end
		return tonumber((need("[%w%.+-]+"))) or false
	end

	return value()
end

-- The dictionary: klipper-mcu-protocol.md, 7 and 8.

local BUILT_IN = {
	commands = { ["identify offset=%u count=%c"] = 1 },
	responses = { ["identify_response offset=%u data=%.*s"] = 0 },
}

-- "PA0": [0, 16] is PA0 = 0 up to PA15 = 15
local function enumeration(values)
	local names = {}
	for name, value in pairs(values) do
		if type(value) == "number" then
			names[value] = printable(name)
		elseif type(value) == "table" then
			local stem, number = name:match("^(.-)(%d+)$")
			for i = 0, math.min(value[2], 1024) - 1 do
				names[value[1] + i] = printable(stem) ..
					("%d"):format(number + i)
			end
		end
	end
	return names
end

-- The longest that fits: "spi_bus" rather than "bus".
local function enumeration_of(param, all)
	local best
	for name in pairs(all) do
		if ("_" .. param):sub(-#name - 1) == "_" .. name and
			#name > #(best or "") then
			best = name
		end
	end
	return all[best or ""]
end

-- name is the part of a format that is the message's name: the first word, or
-- all of an output's text, whose numbers have no names.
local function add_messages(to, formats, enumerations, name)
	for format, id in pairs(formats or {}) do
		local message = { name = printable(format:match(name)) }
		local params = format:gmatch("([^ =]*)=?%%[.*h]*([uics])")
		for param, kind in params do
			message[#message + 1] = {
				name = printable(param),
				text = kind == "s",
				signed = kind == "i",
				names = enumeration_of(param, enumerations),
			}
		end
		to[id] = message
	end
end

local function dictionary_of(data)
	local enumerations = {}
	local to_node, from_node = {}, {}
	for name, values in pairs(data.enumerations or {}) do
		enumerations[name] = enumeration(values)
	end
	add_messages(to_node, data.commands, enumerations, "^[^ ]*")
	add_messages(to_node, BUILT_IN.commands, {}, "^[^ ]*")
	add_messages(from_node, data.output, {}, ".*")
	add_messages(from_node, data.responses, enumerations, "^[^ ]*")
	add_messages(from_node, BUILT_IN.responses, {}, "^[^ ]*")
	return {
		to_node = to_node,
		from_node = from_node,
		title = printable(("%s %s, %s"):format(data.app or "?",
			data.version or "?", (data.config or {}).MCU or "?")),
	}
end

local NO_DICTIONARY = dictionary_of({})

local function unpacked(bytes)
	local tvb = ByteArray.new(bytes, true):tvb("Packed dictionary")
	-- newer Wiresharks have one name for it, and older ones another
	local done, plain = pcall(function()
		return tvb:range():uncompress_zlib("Dictionary")
	end)
	if not done then
		plain = tvb:range():uncompress("Dictionary")
	end
	return plain:raw()
end

local function read_dictionary(bytes)
	local done, dictionary = pcall(function()
		return dictionary_of(json(unpacked(bytes)))
	end)
	if not done then
		dictionary = dictionary_of({})
		dictionary.title = "unreadable"
	end
	dictionary.bytes = bytes
	return dictionary
end

-- Messages: klipper-mcu-protocol.md, 5. Integers are modulo 2^32.

local function signed(number)
	return number < MOD32 / 2 and number or number - MOD32
end

-- Returns the number and where the next one begins; nothing if it is cut off.
local function integer(bytes, at)
	local byte = bytes:byte(at)
	local number = 0
	if byte and byte % 0x80 >= 0x60 then
		number = -1
	end
	while byte do
		number = (number * 0x80 + byte % 0x80) % MOD32
		at = at + 1
		if byte < 0x80 then
			return number, at
		end
		byte = bytes:byte(at)
	end
end

local function counted(bytes, at)
	local length = bytes:byte(at)
	if length and at + length <= #bytes then
		return bytes:sub(at + 1, at + length), at + length + 1
	end
end

local function param_text(param, value)
	local text = param.text and hex(value)
	if not text then
		value = param.signed and signed(value) or value
		text = (param.names or {})[value] or ("%d"):format(value)
	end
	return param.name == "" and text or param.name .. "=" .. text
end

-- The message at a place of a block's content. Without a next place, the rest
-- cannot be decoded.
local function read_message(content, at, messages)
	local id, next_at = integer(content, at)
	local found = { at = at, params = {}, values = {} }
	found.id = id and signed(id)
	local message = messages[found.id or "none"]
	if not message then
		return found
	end
	found.name = message.name
	for _, param in ipairs(message) do
		local read = param.text and counted or integer
		local value, after = read(content, next_at)
		if not value then
			found.cut = true
			return found
		end
		found.params[#found.params + 1] = param_text(param, value)
		found.values[#found.values + 1] = value
		next_at = after
	end
	found.next_at = next_at
	return found
end

local function read_messages(piece)
	local content = piece.bytes:sub(3, -4)
	local dictionary = piece.session.dictionary or NO_DICTIONARY
	local messages = piece.from_node and dictionary.from_node or
		dictionary.to_node
	local all, at = {}, 1
	while at and at <= #content do
		all[#all + 1] = read_message(content, at, messages)
		at = all[#all].next_at
	end
	return all
end

-- Who has a nodeid, and the dictionary that a host fetches from it.

local function assign(bus, nodeid, uuid)
	local key = bus .. nodeid
	local session = owners[key]
	if session and not session.uuid then
		session.uuid = uuid
	elseif not session or session.uuid ~= uuid then
		owners[key] = { uuid = uuid, dictionary = packed[bus .. uuid] }
	end
end

-- Blocks that came before it are decoded when they are shown again, unless they
-- are of a session that had another dictionary.
local function learn(bus, nodeid, piece)
	local session = piece.session
	local dictionary = read_dictionary(session.fetched)
	local known = session.dictionary
	if known and known.bytes ~= dictionary.bytes then
		session = { uuid = session.uuid }
		owners[bus .. nodeid] = session
		piece.session = session
	end
	session.dictionary = dictionary
	piece.title = dictionary.title
	if session.uuid then
		packed[bus .. session.uuid] = dictionary
	end
end

local function look_for_dictionary(bus, nodeid, piece)
	local session, content = piece.session, piece.bytes:sub(3, -4)
	local message = read_message(content, 1, NO_DICTIONARY.from_node)
	local offset, data = message.values[1], message.values[2]
	if not message.next_at then
		return
	elseif offset == 0 then
		session.fetched = data
	elseif session.fetched and offset == #session.fetched then
		session.fetched = session.fetched .. data
		if data == "" then
			learn(bus, nodeid, piece)
		elseif #session.fetched > PACKED_MAX then
			session.fetched = nil
		end
	end
end

-- Blocks in a stream of bytes. A kind's length() is 0 as long as that is not
-- known, and nothing if the bytes do not begin such a block.

local KATAPULT = { trailer = "\x99\x03" }
local KLIPPER = { trailer = "\x7e" }

function KATAPULT.length(bytes)
	local first, second, _, words = bytes:byte(1, 4)
	if first == 0x01 and (second or 0x88) == 0x88 and
		(words or 0) <= WORDS_MAX then
		return words and 8 + 4 * words or 0
	end
end

function KATAPULT.good(bytes)
	local low, high = bytes:byte(-4, -3)
	return crc16(bytes:sub(3, -5)) == low + 0x100 * high
end

function KLIPPER.length(bytes)
	local length, sequence = bytes:byte(1, 2)
	if length >= 5 and length <= 64 and
		math.floor((sequence or 0x10) / 16) == 1 then
		return sequence and length or 0
	end
end

function KLIPPER.good(bytes)
	local high, low = bytes:byte(-3, -2)
	return crc16(bytes:sub(1, -4)) == low + 0x100 * high
end

-- Returns kind and length of what the bytes begin with; nothing if more bytes
-- have to tell.
local function next_piece(bytes)
	if bytes:byte(1) == 0x7e then
		return "sync", 1
	end
	for _, kind in ipairs({ KATAPULT, KLIPPER }) do
		local length = kind.length(bytes)
		if length and (length == 0 or length > #bytes) then
			return
		elseif length and bytes:sub(1, length):sub(-#kind.trailer) ==
			kind.trailer then
			return kind, length
		end
	end
	return "unframed", 1
end

-- Take the piece off the stream. What is in no block is one piece in a frame.
local function take(stream, kind, length, number)
	local pieces = frames[number].pieces
	local last = pieces[#pieces]
	local bytes = stream.bytes:sub(1, length)
	local first = stream.frames[1]
	stream.bytes = stream.bytes:sub(length + 1)
	for _ = 1, length do
		frames[table.remove(stream.frames, 1)].last = number
	end
	if kind == "unframed" and last and last.kind == kind then
		last.bytes = last.bytes .. bytes
		return last
	end
	pieces[#pieces + 1] = { kind = kind, bytes = bytes, first = first }
	return pieces[#pieces]
end

local function file_block(bus, node, piece)
	local key = bus .. node.id
	owners[key] = owners[key] or {}
	piece.good = piece.kind.good(piece.bytes)
	piece.from_node = node.from
	piece.session = owners[key]
	if piece.kind == KLIPPER and piece.good and node.from then
		look_for_dictionary(bus, node.id, piece)
	end
end

-- Add a frame's bytes to its stream; its pieces are then in frames[number].
local function feed(bus, node, number, bytes)
	local key = bus .. node.id .. (node.from and "<" or ">")
	local stream = streams[key] or { bytes = "", frames = {} }
	streams[key] = stream
	frames[number] = { pieces = {} }
	stream.bytes = stream.bytes .. bytes
	for _ = 1, #bytes do
		stream.frames[#stream.frames + 1] = number
	end
	while stream.bytes ~= "" do
		local kind, length = next_piece(stream.bytes)
		if not kind then
			break
		end
		local piece = take(stream, kind, length, number)
		if kind == KATAPULT or kind == KLIPPER then
			file_block(bus, node, piece)
		end
	end
	frames[number].waiting = #stream.bytes
end

-- What is shown of a piece, and returned as words for the list of frames.

local function show_crc(tree, fields, tvb, at, piece)
	local range = tvb(at, 2)
	local number = fields == k and range:le_uint() or range:uint()
	local shown = tree:add(fields.crc, range, number)
	tree:add(fields.status, range, piece.good and 1 or 0):set_generated()
	if not piece.good then
		shown:add_proto_expert_info(FINDINGS.crc)
	end
end

local REQUEST_FIELDS = {
	[0x12] = { { k.address, 0, 4 }, { k.data, 4 } },
	[0x14] = { { k.address, 0, 4 } },
}
local ANSWER_FIELDS = {
	[0x11] = { { k.start, 8, 4 }, { k.block_size, 12, 4 } },
	[0x12] = { { k.address, 4, 4 } },
	[0x13] = { { k.pages, 4, 4 } },
	[0x14] = { { k.address, 4, 4 }, { k.data, 8 } },
}

local function show_fields(tree, fields, payload)
	for _, field in ipairs(fields or {}) do
		local length = field[3] or payload:len() - field[2]
		if length > 0 and field[2] + length <= payload:len() then
			tree:add_le(field[1], payload(field[2], length))
		end
	end
end

-- Section 4.1: two texts with any number of NULs between and behind them.
local function show_connect(tree, payload, bytes)
	local mcu, gap, version = bytes:match("^([^\0]*)(\0*)([^\0]*)", 17)
	local patch, minor, major = bytes:byte(5, 7)
	if #bytes < 16 then
		return ""
	end
	mcu, version = printable(mcu), printable(version)
	tree:add(k.protocol, payload(4, 4),
		("%d.%d.%d"):format(major, minor, patch))
	tree:add(k.mcu, payload(16, #mcu), mcu)
	tree:add(k.version, payload(16 + #mcu + #gap, #version), version)
	return (" (%s, %s)"):format(mcu, version)
end

local function show_answer(tree, payload, bytes)
	local command = payload(0, 4):le_uint()
	local name = CODES[command] or ("%x"):format(command)
	local more = ""
	tree:add_le(k.answers, payload(0, 4))
	show_fields(tree, ANSWER_FIELDS[command], payload)
	if command == CONNECT then
		more = show_connect(tree, payload, bytes)
	elseif command == 0x16 and #bytes >= 10 then
		more = " " .. hex(bytes:sub(5, 10))
		tree:add(k.uuid, payload(4, 6), hex(bytes:sub(5, 10)))
	end
	return " of " .. name .. more
end

local function show_payload(tree, tvb, piece, code)
	local bytes = piece.bytes:sub(5, -5)
	local payload = bytes ~= "" and tvb(4, #bytes):tvb()
	if not payload then
		return ""
	end
	tree:add(k.payload, tvb(4, #bytes))
	if not piece.good then
		return ""
	elseif piece.from_node and code == ACK then
		return show_answer(tree, payload, bytes)
	elseif not piece.from_node and REQUEST_FIELDS[code] then
		show_fields(tree, REQUEST_FIELDS[code], payload)
		return (" %08x"):format(payload(0, 4):le_uint())
	end
	return ""
end

function KATAPULT.show(tree, tvb, piece)
	local code = piece.bytes:byte(3)
	local words = "Katapult " .. (CODES[code] or ("%02x"):format(code))
	tree = tree:add(katapult, tvb())
	tree:add(k.code, tvb(2, 1))
	tree:add(k.length, tvb(3, 1))
	words = words .. show_payload(tree, tvb, piece, code)
	show_crc(tree, k, tvb, tvb:len() - 4, piece)
	return tree, words
end

local function show_message(tree, tvb, found)
	local at = found.at + 1 -- in the block, from 0
	local rest = tvb:len() - 3 - at
	local length = found.next_at and found.next_at - found.at or rest
	local range = tvb(at, length)
	local text = found.name or ("id %d"):format(found.id or -1)
	if #found.params > 0 then
		text = text .. " " .. table.concat(found.params, " ")
	end
	tree = tree:add(m.message, range, text)
	if found.id then
		tree:add(m.id, range, found.id)
	end
	if found.name then
		tree:add(m.name, range, found.name)
	end
	for _, param in ipairs(found.params) do
		tree:add(m.param, range, param)
	end
	if not found.next_at then
		tree:add(m.raw, range)
	end
	if found.cut or not found.id then
		tree:add_proto_expert_info(FINDINGS.cut)
	end
	return text
end

local function show_content(tree, tvb, piece)
	local texts = {}
	if tvb:len() == 5 then
		tree:add(m.ack, tvb(0, 5), true):set_generated()
		return ("%s %d"):format(piece.from_node and "ACK, expects" or
			"empty block", piece.bytes:byte(2) % 16)
	end
	tree:add(m.content, tvb(2, tvb:len() - 5))
	if not piece.good then
		return "damaged block"
	end
	for _, found in ipairs(read_messages(piece)) do
		texts[#texts + 1] = show_message(tree, tvb, found)
	end
	return table.concat(texts, "; ")
end

function KLIPPER.show(tree, tvb, piece)
	local words
	tree = tree:add(klipper, tvb())
	tree:add(m.length, tvb(0, 1))
	tree:add(m.sequence, tvb(1, 1), piece.bytes:byte(2) % 16)
	words = show_content(tree, tvb, piece)
	if piece.title then
		tree:add(m.dictionary, piece.title):set_generated()
		words = words .. " (dictionary complete)"
	end
	show_crc(tree, m, tvb, tvb:len() - 3, piece)
	return tree, words
end

local function show_piece(tree, tvb, at, piece, number)
	local length = #piece.bytes
	local here = piece.first == number
	local bytes = here and tvb(at - length, length):tvb() or
		ByteArray.new(piece.bytes, true):tvb("Reassembled")
	local shown, words
	if piece.kind == "sync" then
		shown, words = tree:add(m.sync, bytes()), "sync"
	elseif piece.kind == "unframed" then
		shown, words = tree:add(a.unframed, bytes()), "unframed bytes"
		shown:add_proto_expert_info(FINDINGS.unframed)
	else
		shown, words = piece.kind.show(tree, bytes, piece)
	end
	if not here then
		shown:add(a.first, piece.first):set_generated()
	end
	return words
end

local function show_pieces(tree, tvb, number)
	local frame = frames[number]
	local words, left = {}, 0
	for _, piece in ipairs(frame.pieces) do
		left = left + #piece.bytes
	end
	-- where the pieces end, counted from the frame's own first byte
	local at = tvb:len() - frame.waiting - left
	for _, piece in ipairs(frame.pieces) do
		at = at + #piece.bytes
		words[#words + 1] = show_piece(tree, tvb, at, piece, number)
	end
	if frame.waiting > 0 then
		words[#words + 1] = "..."
		if frame.last and frame.last > number then
			tree:add(a.last, frame.last):set_generated()
		end
	end
	return table.concat(words, "; ")
end

-- Frames.

local remote = Field.new("can.flags.rtr")
local flexible = Field.new("canfd.flags.brs") -- all CAN FD frames have it
local interface = Field.new("frame.interface_id")

local function show_command(tree, tvb, command)
	local uuid = hex(tvb(1, 6):raw())
	local words = command.name .. " " .. uuid
	tree:add(a.uuid, tvb(1, 6), uuid)
	if command.sets then
		tree:add(a.nodeid, tvb(7, 1))
		words = words .. ", nodeid " .. tvb(7, 1):uint()
	elseif command.from_node then
		tree:add(a.program, tvb(7, 1))
		words = words .. ", " .. (PROGRAMS[tvb(7, 1):uint()] or "?")
	end
	return words, uuid
end

local function dissect_admin(tvb, bus, tree, from_node, visited)
	local command = tvb:len() > 0 and COMMANDS[tvb(0, 1):uint()]
	if tvb:len() > 0 then
		tree:add(a.command, tvb(0, 1))
	end
	if not command or (command.from_node or false) ~= from_node then
		return tvb:len() > 0 and "unknown command" or "empty frame"
	elseif tvb:len() < command.needs then
		tree:add_proto_expert_info(FINDINGS.short)
		return command.name .. ", too short"
	elseif command.needs < 7 then
		return command.name
	end
	local words, uuid = show_command(tree, tvb, command)
	if command.sets and not visited then
		assign(bus, tvb(7, 1):uint(), uuid)
	end
	return words
end

local function dissect_data(tvb, bus, tree, id, number)
	local node = { id = math.floor((id - 0x100) / 2), from = id % 2 == 1 }
	if not frames[number] then
		feed(bus, node, number, tvb:len() > 0 and tvb:raw() or "")
	end
	tree:add(a.nodeid, node.id):set_generated()
	tree:add(a.from_node, node.from and 1 or 0):set_generated()
	return (node.from and "from " or "to ") .. node.id .. ": " ..
		show_pieces(tree, tvb, number)
end

-- Nodes ignore remote frames and CAN FD; extended ids do not come here.
function admin.dissector(tvb, pinfo, tree)
	local id = pinfo.match_uint
	local rtr = remote()
	local bus = tostring(interface() or "") .. "/"
	local words
	if tvb:len() > 8 or flexible() or rtr and rtr.value then
		return 0
	end
	tree = tree:add(admin, tvb())
	if id >= 0x3f0 then
		words = dissect_admin(tvb, bus, tree, id % 2 == 1,
			pinfo.visited)
	else
		words = dissect_data(tvb, bus, tree, id, pinfo.number)
	end
	tree:append_text(", " .. words)
	pinfo.cols.protocol = "Klipper CAN"
	pinfo.cols.info = words
	return tvb:len()
end

local ids = DissectorTable.get("can.id")
ids:add("256-767", admin) -- 100 + 2N and 101 + 2N
ids:add("1008-1009", admin) -- 3F0 and 3F1
