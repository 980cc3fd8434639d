-- Renews slots of calls in flight, and gives back those of calls that have ended; can be repeated. A lost lease is
-- restored even if others have taken all slots since, as its call is in flight. ARGV[1]: a lease in microseconds; then
-- for each key its label, and 13 bytes for each call: '+' or '-', the lease, the number of slots.
-- Returns for each key '1', or '0' if it has a value of another type, which is not changed and stops no other key.
local ends = string.format('%.0f', now + struct.unpack('<d', ARGV[1]))

-- Renews and gives back the slots of one key, which expires with its last lease.
local function renew(key, label, calls)
	for i = 1, #calls, 13 do
		for slot = 1, (struct.unpack('<I4', calls, i + 9)) do
			local member = string.sub(calls, i + 1, i + 8) .. struct.pack('<I4', slot) .. label
			if string.byte(calls, i) == 43 then
				redis.call('ZADD', key, ends, member)
			else
				redis.call('ZREM', key, member)
			end
		end
	end
	local last = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')[2]
	if last then
		redis.call('PEXPIRE', key, string.format('%.0f', math.max(0, math.ceil((last - now) / 1000)) + MARGIN))
	end
end

local reply = {}
for k, key in ipairs(KEYS) do
	local found = redis.pcall('ZREVRANGE', key, 0, 0)
	if not found.err then
		renew(key, ARGV[2 * k], ARGV[2 * k + 1])
		reply[k] = '1'
	elseif string.find(found.err, 'WRONGTYPE', 1, true) then
		reply[k] = '0'
	else
		return found
	end
end
return table.concat(reply)
