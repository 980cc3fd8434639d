-- Takes permits of all keys if all of them are there, and nothing if not. ARGV[1] is 'take' or 'look'; then of each
-- key: what it costs (a double for each rate) followed by the rates, and the origin of a state that is not there yet.
local granted, states = true, {}
for i = 1, #KEYS do
	local terms = ARGV[2 * i]
	local n = #terms / 24
	local state = read(KEYS[i], string.sub(terms, 8 * n + 1), now)
	if not state then
		return unreadable(KEYS[i])
	end
	states[i] = state
	for j = 1, n do
		if struct.unpack('<d', terms, 8 * j - 7) > state.levels[j] then
			granted = false
		end
	end
end
local take = granted and ARGV[1] == 'take'
local answer = { granted and '1' or '0' }
for i = 1, #KEYS do
	local state, terms = states[i], ARGV[2 * i]
	local changed = state.other or state.wrong
	if take then
		for j = 1, #state.levels do
			local cost = struct.unpack('<d', terms, 8 * j - 7)
			state.levels[j] = state.levels[j] - cost
			changed = changed or cost > 0
		end
	end
	if changed then
		state.origin = state.origin or ARGV[2 * i + 1]
		write(KEYS[i], state, now)
	end
	answer[i + 1] = shown(state, now)
end
return table.concat(answer)
