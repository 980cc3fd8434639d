-- Decides over several charges of one key, one after the other, as if each had come alone. ARGV: the rates, the
-- origin of a state that is not there yet, and what each charge costs (a double for each rate).
local rates, costs = ARGV[1], ARGV[3]
local n = #rates / 16
local state = read(KEYS[1], rates, now)
if not state then
	return unreadable(KEYS[1])
end
local changed, answer = state.other or state.wrong, {}
state.origin = state.origin or ARGV[2]
for i = 1, #costs / 8 / n do
	local at, granted = 8 * n * (i - 1), true
	for j = 1, n do
		if struct.unpack('<d', costs, at + 8 * j - 7) > state.levels[j] then
			granted = false
		end
	end
	if granted then
		for j = 1, n do
			local cost = struct.unpack('<d', costs, at + 8 * j - 7)
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
