-- The configurations of instances: a hash with a field for each, preceded by the limit's name and "=", and the time at
-- which an instance last published it. ARGV: for how many microseconds a configuration counts, then the fields of this
-- instance. Returns the configurations of others for the same limits, in lines.
local counts, own, names, others = struct.unpack('<d', ARGV[1]), {}, {}, {}
for i = 2, #ARGV do
	own[ARGV[i]], names[string.match(ARGV[i], '^[^=]*')] = true, true
	redis.call('HSET', KEYS[1], ARGV[i], string.format('%.0f', now))
end
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
	if not (now - (tonumber(all[i + 1]) or 0) <= counts) then
		redis.call('HDEL', KEYS[1], all[i])
	elseif not own[all[i]] and names[string.match(all[i], '^[^=]*')] then
		others[#others + 1] = all[i]
	end
end
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(counts / 1000)))
return table.concat(others, '\n')
