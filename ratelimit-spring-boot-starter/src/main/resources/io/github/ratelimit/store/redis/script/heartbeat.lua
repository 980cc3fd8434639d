-- The instances that share limits: a sorted set with a member for each, scored by the time at which it expires. ARGV:
-- '+' to report an instance, '-' for one that ends; its name; the time to its expiry in microseconds.
-- Returns the number of instances.
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
if ARGV[1] == '+' then
	local counted = struct.unpack('<d', ARGV[3])
	redis.call('ZADD', KEYS[1], string.format('%.0f', now + counted), ARGV[2])
	redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(counted / 1000)))
else
	redis.call('ZREM', KEYS[1], ARGV[2])
end
return struct.pack('<d', redis.call('ZCARD', KEYS[1]))
