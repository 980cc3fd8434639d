-- One step of a scan that forgets the keys of a limit, on the node that KEYS[1] leads to. ARGV: cursor, pattern, count.
-- Returns how many keys it has forgotten (a double), and the next cursor.
local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
for _, key in ipairs(found[2]) do
	redis.call('DEL', key)
end
return struct.pack('<d', #found[2]) .. found[1]
