-- Gives permits back to the state that they came from. ARGV: the terms of the charge, the time (a double) and the
-- origin (four bytes) of the state in its reply, the number of permits (a double), and an origin.
-- Returns '1' if they have been given back.
local algorithm = algorithmOf(ARGV[1])
local state = algorithm.read(KEYS[1], ARGV[1], now)
if not state then
	return unreadable(KEYS[1])
end
local at, origin = struct.unpack('<dc4', ARGV[2])
if not state.found or state.other or string.sub(state.origin, 1, 4) ~= origin
	or not algorithm.give(state, struct.unpack('<d', ARGV[3]), at, ARGV[4]) then
	return '0'
end
if state.flags % 2 == 0 then
	state.flags = state.flags + REFUNDED
end
algorithm.write(KEYS[1], state, now)
return '1'
