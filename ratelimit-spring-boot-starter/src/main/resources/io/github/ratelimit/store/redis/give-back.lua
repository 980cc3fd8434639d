-- Gives permits back to the state that they came from. ARGV: the terms of what was taken, what was shown of the state
-- then (its time, a double, and four bytes of its origin), how many permits (a double), and an origin.
local terms = ARGV[1]
local kind = kindOfTerms(terms)
local state = kind.read(KEYS[1], terms, now)
if not state then
	return unreadable(KEYS[1])
end
local at, origin = struct.unpack('<dc4', ARGV[2])
if not state.found or state.other or string.sub(state.origin, 1, 4) ~= origin
	or not kind.give(state, struct.unpack('<d', ARGV[3]), at, ARGV[4]) then
	return '0'
end
state.flags = refunded(state.flags)
kind.write(KEYS[1], state, now)
return '1'
