-- The instances that share limits: a sorted set with a member for each, scored by the time at which it is no longer
-- counted. ARGV: '+' for one that is there, '-' for one that ends; its name; for how many microseconds it is counted.
-- Returns how many there are.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
if ARGV[1] == '+' then
	local counted = struct.unpack('<d', ARGV[3])
	redis.call('ZADD', KEYS[1], string.format('%.0f', now + counted), ARGV[2])
	redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(counted / 1000)))
else
	redis.call('ZREM', KEYS[1], ARGV[2])
end
return struct.pack('<d', redis.call('ZCARD', KEYS[1]))
