-- Takes permits of all keys if all of them are available, otherwise nothing. ARGV: for each key the terms of its
-- charge, the end of a new record, and the length of that (a byte); then 'look' if nothing is to be taken, or, for a
-- single key that is a token bucket, cost and floor of each rate (doubles) of further charges, which are decided one
-- after the other, as if each had been sent alone.
-- A limit in shadow mode stops nothing, and is taken if possible: the reply begins with '1' if all can be paid, '0' if
-- nothing is taken, and '2' if only some are, followed by a '1' or '0' for each; then every key's state as its
-- algorithm returns it. Each further charge adds '1' if it is granted, otherwise '0', and the state after it.
local granted, all, states, used, paid = true, true, {}, {}, {}
for i, key in ipairs(KEYS) do
	local terms = string.sub(ARGV[i], 1, -2 - string.byte(ARGV[i], -1))
	local algorithm = algorithmOf(terms)
	local state = algorithm.read(key, terms, now)
	if not state then
		return unreadable(key)
	end
	states[i], used[i], paid[i] = state, algorithm, algorithm.wait(state) == 0
	if not paid[i] then
		all = false
		granted = granted and #terms ~= 33 and string.byte(terms, 2) % 2 ~= ENFORCED
	end
end
local take = granted and last ~= LOOK
local reply = { granted and (all and '1' or '2') or '0' }
for i = 1, granted and not all and #KEYS or 0 do
	reply[i + 1] = paid[i] and '1' or '0'
end
for i, key in ipairs(KEYS) do
	local state, algorithm, changed = states[i], used[i], states[i].mend
	local fresh = string.sub(ARGV[i], -1 - string.byte(ARGV[i], -1), -2)
	if take and paid[i] then
		changed = algorithm.take(state, fresh) or changed
	end
	if changed then
		state.origin = state.origin or fresh
	end
	reply[#reply + 1] = algorithm.shown(state, now)
	for at = 1, further and #further or 0, further and 16 * #state.levels or 1 do
		state.terms, state.at = further, at
		local wait = algorithm.wait(state)
		if wait == 0 and algorithm.take(state, fresh) then
			changed, state.origin = true, state.origin or fresh
		end
		reply[#reply + 1] = (wait == 0 and '1' or '0') .. algorithm.shown(state, now)
	end
	if changed then
		algorithm.write(key, state, now)
	end
end
return table.concat(reply)
