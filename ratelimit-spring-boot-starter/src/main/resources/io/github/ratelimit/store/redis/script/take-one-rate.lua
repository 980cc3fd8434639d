-- The most frequent decisions in as few steps as possible: every limit is a token bucket of one rate that is enforced, and
-- every key has no record or one of that rate whose time is not ahead. Everything else goes on to take.lua, which would
-- decide about these in the same way. What one key has stays in local variables; that of several waits in a table until
-- all are read.
-- Terms end with cost, floor, full level and gain (doubles): a charge is refused where the level is below the floor.
-- A key expires at the first half second after the bucket is full, and a second later. So where a bucket will be full
-- within the same half second as before, its expiry stays right, and only time and level are replaced in its record.
local RECORD, SIZE, TIME_OFFSET = '<BBBddddc4', 39, '3' -- kind, number of rates, flags, time, level, full, gain, origin
local HALF_SECOND = 500000
local call, pack, unpackBytes = redis.call, struct.pack, struct.unpack
local oneRate, granted, waiting = true, true, #KEYS > 1 and {}
local cost, full, gain, paced, value, flags, level, origin, fullAt
for i = 1, #KEYS do
	local charge, floor = ARGV[i]
	local size = #charge - string.byte(charge, -1)
	paced = size == 35 and string.sub(charge, 1, 2) == 'P\1'
	oneRate = size == 33 or paced
	if oneRate then
		cost, floor, full, gain = unpackBytes('<dddd', charge, size - 32)
		value, flags, level, origin, fullAt = call('GET', KEYS[i]), 0, full, '\0\0\0\0', 0
	end
	if oneRate and value then
		local kind, rates, at, oldFull, oldGain
		if #value >= SIZE then
			kind, rates, flags, at, level, oldFull, oldGain, origin = unpackBytes(RECORD, value)
		end
		oneRate = kind == 49 and rates == 1 and oldFull == full and oldGain == gain and at <= now and level >= -EXACT
		if oneRate then
			fullAt = at + (full - level) / gain
			level = level + (now - at) * gain
			if not (level < full) then
				level = full
			end
		end
	end
	if not oneRate then
		break
	end
	granted = granted and level >= floor
	if waiting then
		local w = 9 * i
		waiting[w - 8], waiting[w - 7], waiting[w - 6], waiting[w - 5], waiting[w - 4] = cost, full, gain, paced, value
		waiting[w - 3], waiting[w - 2], waiting[w - 1], waiting[w] = flags, level, origin, fullAt
	end
end
if oneRate then
	local take, reply = granted and not ARGV[#KEYS + 1], granted and '1' or '0'
	for i = 1, #KEYS do
		if waiting then
			cost, full, gain, paced, value, flags, level, origin, fullAt = unpack(waiting, 9 * i - 8, 9 * i)
		end
		if take and cost > 0 then
			level = level - cost
			local nextFullAt = now + (full - level) / gain
			if value and not paced and nextFullAt <= fullAt + -fullAt % HALF_SECOND then
				call('SETRANGE', KEYS[i], TIME_OFFSET, pack('<dd', now, level))
			else
				local fresh = string.sub(ARGV[i], paced and 35 or 33, -2)
				origin = value and not paced and origin or string.sub(fresh, 1, 4)
				local label = value and string.sub(value, SIZE + 1) or string.sub(fresh, 5)
				call('SET', KEYS[i], pack(RECORD .. 'c0', 49, 1, flags, now, level, full, gain, origin, label), 'PX',
					string.format('%d', math.ceil((nextFullAt + -nextFullAt % HALF_SECOND - now) / 1000) + MARGIN))
			end
		end
		reply = pack('<c0dBc4d', reply, 0, flags, origin, level)
	end
	return reply
end
