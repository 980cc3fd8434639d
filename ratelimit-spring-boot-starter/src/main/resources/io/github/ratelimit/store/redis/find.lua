-- The state of one key, nothing if there is none. ARGV: terms.
local kind = kindOfTerms(ARGV[1])
local state = kind.read(KEYS[1], ARGV[1], now)
if not state then
	return unreadable(KEYS[1])
end
if not state.found then
	return ''
end
return struct.pack('<d', state.idle) .. kind.shown(state, now)
	.. (kind.label and kind.label(state) or string.sub(state.origin, 5))
