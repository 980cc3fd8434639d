-- Gives permits back to the state that they came from. ARGV: what they cost, the rates, the origin's four bytes.
local state = read(KEYS[1], ARGV[2], now)
if not state then
	return unreadable(KEYS[1])
end
if not state.found or state.other or string.sub(state.origin, 1, 4) ~= ARGV[3] then
	return '0'
end
for j = 1, #state.levels do
	local full = struct.unpack('<d', ARGV[2], 16 * j - 15)
	local level = state.levels[j] + struct.unpack('<d', ARGV[1], 8 * j - 7)
	state.levels[j] = level < full and level or full
end
state.flags = REFUNDED
write(KEYS[1], state, now)
return '1' .. shown(state, now)
