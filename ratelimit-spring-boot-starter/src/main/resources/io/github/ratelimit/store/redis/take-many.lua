-- Decides over several charges of one token bucket, one after the other, as if each had come alone. ARGV: full level and
-- gain of each rate, what a new record ends with, and of each charge cost and floor of each rate (doubles).
-- Returns for each charge '1' if it is granted, else '0', and the state after it.
local bucket, fresh, charges = algorithmNamed('B'), ARGV[2], ARGV[3]
local noCharge = string.rep('\0', #ARGV[1])
local state = bucket.read(KEYS[1], 'B\1' .. noCharge .. ARGV[1], now)
if not state then
	return unreadable(KEYS[1])
end
state.terms, state.origin = charges, state.origin or fresh
local changed, reply = state.mend, {}
for at = 1, #charges, 16 * #state.levels do
	state.at = at
	local granted = bucket.wait(state) == 0
	if granted then
		changed = bucket.take(state, fresh) or changed
	end
	reply[#reply + 1] = (granted and '1' or '0') .. bucket.shown(state, now)
end
if changed then
	bucket.write(KEYS[1], state, now)
end
return table.concat(reply)
