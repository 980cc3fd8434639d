-- One step of a scan over the keys of a limit, on the node of KEYS[1]. ARGV: cursor, pattern, count, terms, type of the
-- values. Returns the cursor, then for each key its name and its state, each with its length before it.
local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local algorithm = algorithmOf(ARGV[4])
local reply = { found[1] }
for _, key in ipairs(found[2]) do
	local state = redis.call('TYPE', key).ok == ARGV[5] and algorithm.read(key, ARGV[4], now)
	if state and state.found then
		reply[#reply + 1] = key
		reply[#reply + 1] = described(algorithm, state, now)
	end
end
for i, part in ipairs(reply) do
	reply[i] = struct.pack('<I4', #part) .. part
end
return table.concat(reply)
