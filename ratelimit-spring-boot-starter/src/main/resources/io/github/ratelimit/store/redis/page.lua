-- One step of a scan over the keys of a limit, on the node that KEYS[1] leads to: the cursor, then of each key its
-- name and its state, each with its length before it. ARGV: cursor, pattern, count, rates.
local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local answer = { struct.pack('<I4', #found[1]), found[1] }
for _, key in ipairs(found[2]) do
	if redis.call('TYPE', key).ok == 'string' then
		local state = read(key, ARGV[4], now)
		if state and state.found then
			local text = struct.pack('<d', state.idle) .. shown(state, now) .. string.sub(state.origin, 5)
			answer[#answer + 1] = struct.pack('<I4', #key) .. key .. struct.pack('<I4', #text) .. text
		end
	end
end
return table.concat(answer)
