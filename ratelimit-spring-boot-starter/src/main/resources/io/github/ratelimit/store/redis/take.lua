-- Takes permits of all keys if all of them are there, and nothing if not. ARGV[1] is 'take' or 'look'; then of each
-- key: its terms, and what a state begins with that is not there yet. A limit that is only tried out stops nothing, and
-- is taken where it can be: the answer begins with '1' if all can be paid, '0' if nothing is taken, and '2' if only some
-- are, followed by a '1' or '0' of each; then every key's state as its kind shows it.
local granted, all, states, kinds, paid = true, true, {}, {}, {}
for i = 1, #KEYS do
	local terms = ARGV[2 * i]
	local kind = kindOfTerms(terms)
	local state = kind.read(KEYS[i], terms, now)
	if not state then
		return unreadable(KEYS[i])
	end
	states[i], kinds[i] = state, kind
	paid[i] = kind.wait(state) == 0
	if not paid[i] then
		all = false
		granted = granted and not isEnforced(terms)
	end
end
local take = granted and ARGV[1] == 'take'
local answer = { '0' }
if granted and all then
	answer[1] = '1'
elseif granted then
	answer[1] = '2'
	for i = 1, #KEYS do
		answer[1] = answer[1] .. (paid[i] and '1' or '0')
	end
end
for i = 1, #KEYS do
	local state, kind = states[i], kinds[i]
	local changed = state.mend
	if take and paid[i] then
		changed = kind.take(state, ARGV[2 * i + 1]) or changed
	end
	if changed then
		state.origin = state.origin or ARGV[2 * i + 1]
		kind.write(KEYS[i], state, now)
	end
	answer[i + 1] = kind.shown(state, now)
end
return table.concat(answer)
