-- Returns the state of one key, nothing if there is none. ARGV: terms.
local algorithm = algorithmOf(ARGV[1])
local state = algorithm.read(KEYS[1], ARGV[1], now)
if not state then
	return unreadable(KEYS[1])
end
return state.found and described(algorithm, state, now) or ''
