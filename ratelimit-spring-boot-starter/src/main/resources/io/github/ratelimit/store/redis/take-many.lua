-- Decides over several charges of one key, one after the other, as if each had come alone. ARGV: the rates, the
-- origin of a state that is not there yet, and of each charge what it costs and its floor (two doubles for each rate).
local rates, charges = ARGV[1], ARGV[3]
local n = #rates / 16
local state = read(KEYS[1], rates, now)
if not state then
	return unreadable(KEYS[1])
end
local changed, answer = state.mend, {}
state.origin = state.origin or ARGV[2]
for i = 1, #charges / 16 / n do
	local at, granted = 16 * n * (i - 1), true
	for j = 1, n do
		if state.levels[j] < struct.unpack('<d', charges, at + 16 * j - 7) then
			granted = false
		end
	end
	if granted then
		for j = 1, n do
			local cost = struct.unpack('<d', charges, at + 16 * j - 15)
			state.levels[j] = state.levels[j] - cost
			changed = changed or cost > 0
		end
	end
	answer[i] = (granted and '1' or '0') .. shown(state, now)
end
if changed then
	write(KEYS[1], state, now)
end
return table.concat(answer)
