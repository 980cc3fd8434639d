-- The most frequent decision by itself: one limit of one rate. What follows this part decides about everything, and
-- about this in the same way; here are only fewer steps.
local MARGIN = 1000
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
if #KEYS == 1 and #ARGV[2] == 24 then
	local cost, full, gain = struct.unpack('<ddd', ARGV[2])
	local value = redis.call('GET', KEYS[1])
	local level, ahead, flags, origin, mine = full, 0, 0, '\0\0\0\0', true
	if value then
		mine = #value >= 39 and string.byte(value, 1) == 49 and string.byte(value, 2) == 1
		if mine then
			local _, count, kept, at, before, keptFull, keptGain = struct.unpack('<BBBdddd', value)
			mine = at <= now and keptFull == full and keptGain == gain
			level = before + (now - at) * gain
			flags = kept
			origin = string.sub(value, 36)
			if not (level < full) then
				level = full
			end
		end
	end
	if mine then
		if cost > level then
			return struct.pack('<c1dBc4d', '0', 0, flags, origin, level)
		end
		if ARGV[1] == 'take' and cost > 0 then
			level = level - cost
			if not value then
				origin = ARGV[3]
			end
			redis.call('SET', KEYS[1], struct.pack('<BBBdddd', 49, 1, flags, now, level, full, gain) .. origin, 'PX',
				math.ceil((full - level) / gain / 1000) + MARGIN)
		end
		return struct.pack('<c1dBc4d', '1', 0, flags, origin, level)
	end
end
