-- One step of a scan over the keys of a limit, on the node that KEYS[1] leads to: the cursor, then of each key its
-- name and its state, each with its length before it. ARGV: cursor, pattern, count, terms, type of the values.
local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local kind = kindOfTerms(ARGV[4])
local answer = { struct.pack('<I4', #found[1]), found[1] }
for _, key in ipairs(found[2]) do
	if redis.call('TYPE', key).ok == ARGV[5] then
		local state = kind.read(key, ARGV[4], now)
		if state and state.found then
			local text = struct.pack('<d', state.idle) .. kind.shown(state, now)
				.. (kind.label and kind.label(state) or string.sub(state.origin, 5))
			answer[#answer + 1] = struct.pack('<I4', #key) .. key .. struct.pack('<I4', #text) .. text
		end
	end
end
return table.concat(answer)
