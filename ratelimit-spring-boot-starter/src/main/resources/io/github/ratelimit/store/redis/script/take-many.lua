-- Decides over several charges of one token bucket, one after the other, as if each had come alone. ARGV: full level and
-- gain of each rate, what a new record ends with, and of each charge cost and floor of each rate (doubles).
-- Returns for each charge '1' if it is granted, else '0', and the state after it.
local bucket, fresh, charges = algorithmNamed('B'), ARGV[2], ARGV[3]
local noCharge = string.rep('\0', #ARGV[1])
local state = bucket.read(KEYS[1], 'B\1' .. noCharge .. ARGV[1], now)
if not state then
	return unreadable(KEYS[1])
end
state.origin = state.origin or fresh
local levels, changed, reply = state.levels, state.mend, {}
for at = 1, #charges, 16 * #levels do
	local granted = true
	for i = 1, #levels do
		granted = granted and levels[i] >= struct.unpack('<d', charges, at + 16 * i - 8)
	end
	for i = 1, granted and #levels or 0 do
		local cost = struct.unpack('<d', charges, at + 16 * i - 16)
		levels[i], changed = levels[i] - cost, changed or cost > 0
	end
	reply[#reply + 1] = (granted and '1' or '0') .. bucket.shown(state, now)
end
if changed then
	bucket.write(KEYS[1], state, now)
end
return table.concat(reply)
