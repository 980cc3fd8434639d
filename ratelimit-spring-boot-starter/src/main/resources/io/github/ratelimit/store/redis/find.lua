-- The state of one key, nothing if there is none. ARGV: the rates.
local state = read(KEYS[1], ARGV[1], now)
if not state then
	return unreadable(KEYS[1])
end
if not state.found then
	return ''
end
return struct.pack('<d', state.idle) .. shown(state, now) .. string.sub(state.origin, 5)
