-- The most frequent decisions by themselves: limits of one rate each, kept under the same rate, by a clock that went
-- forward. What follows this part decides about everything, and about this in the same way; here are only fewer steps.
-- Their terms are cost, floor, full level and gain (doubles): a charge is refused where the level is below the floor.
local MARGIN = 1000
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
if #KEYS == 1 and #ARGV[2] == 32 then
	local cost, floor, full, gain = struct.unpack('<dddd', ARGV[2])
	local value = redis.call('GET', KEYS[1])
	local level, ahead, flags, origin, mine = full, 0, 0, '\0\0\0\0', true
	if value then
		mine = #value >= 39 and string.byte(value, 1) == 49 and string.byte(value, 2) == 1
		if mine then
			local _, count, kept, at, before, keptFull, keptGain = struct.unpack('<BBBdddd', value)
			mine = at <= now and before >= -9007199254740992 and keptFull == full and keptGain == gain
			level = before + (now - at) * gain
			flags = kept
			origin = string.sub(value, 36)
			if not (level < full) then
				level = full
			end
		end
	end
	if mine then
		if level < floor then
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
if #KEYS > 1 then
	local call, pack, unpack = redis.call, struct.pack, struct.unpack
	local plain, granted = true, true
	-- of each limit: cost, full level, gain, level, flags, origin
	local all = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }
	for i = 1, #KEYS do
		plain = #ARGV[2 * i] == 32
		if not plain then
			break
		end
		local cost, floor, full, gain = unpack('<dddd', ARGV[2 * i])
		local value = call('GET', KEYS[i])
		local level, kept, origin = full, 0, false
		if value then
			plain = #value >= 39
			if not plain then
				break
			end
			local version, count, before, at, keptFull, keptGain
			version, count, kept, at, before, keptFull, keptGain = unpack('<BBBdddd', value)
			plain = version == 49 and count == 1 and at <= now and before >= -9007199254740992 and keptFull == full and keptGain == gain
			if not plain then
				break
			end
			origin = string.sub(value, 36)
			level = before + (now - at) * gain
			if not (level < full) then
				level = full
			end
		end
		granted = granted and level >= floor
		local p = 6 * i
		all[p - 5], all[p - 4], all[p - 3], all[p - 2], all[p - 1], all[p] = cost, full, gain, level, kept, origin
	end
	if plain then
		local take = granted and ARGV[1] == 'take'
		local answer = granted and '1' or '0'
		for p = 6, 6 * #KEYS, 6 do
			local cost, full, gain, level, kept, origin = all[p - 5], all[p - 4], all[p - 3], all[p - 2], all[p - 1], all[p]
			if take and cost > 0 then
				level = level - cost
				origin = origin or ARGV[p / 3 + 1]
				call('SET', KEYS[p / 6], pack('<BBBdddd', 49, 1, kept, now, level, full, gain) .. origin, 'PX',
					math.ceil((full - level) / gain / 1000) + MARGIN)
			end
			answer = answer .. pack('<dBc4d', 0, kept, origin or '\0\0\0\0', level)
		end
		return answer
	end
end
