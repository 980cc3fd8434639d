-- The most frequent decision in as few steps as possible: for one key of a token bucket with one rate that is enforced,
-- without a record or with one of that rate whose time is not ahead. Everything else continues in take-buckets.lua and
-- take.lua, which would make the same decision.
-- Terms are 'b', or 'p' for a paced limit, then cost, floor, full level and refill (doubles): a charge is refused if
-- the level is below the floor. After these 33 bytes follow the end of a new record, and the length of that.
-- A key expires at the first half second after the bucket is full, and a second later. So if a bucket will be full
-- within the same half second as before, its expiry stays right, and only time and level are replaced in its record.
local RECORD, SIZE, TIME_OFFSET = '<Hc1ddddc4', 39, '3' -- kind and number of rates, flags, time, level, full, gain, origin
local call, pack, unpackBytes, keys, args = redis.call, struct.pack, struct.unpack, KEYS, ARGV
local last, LOOK, HALF_SECOND = args[#keys + 1], 'look', 500000
local further = last ~= LOOK and last -- costs and floors of further charges of the only key
local name, cost, floor, full, gain = unpackBytes('<Bdddd', args[1])
if not keys[2] and (name == 98 or name == 112) then
	local value = call('GET', keys[1])
	local known = value or pack(RECORD, 305, '\0', now, full, full, gain, '\0\0\0\0')
	if #known >= SIZE then
		local form, flags, at, level, oldFull, oldGain, origin = unpackBytes(RECORD, known)
		if form == 305 and oldFull == full and oldGain == gain and at <= now and level >= -EXACT then
			local fullAt = at + (full - level) / gain
			level = level + (now - at) * gain
			if not (level < full) then
				level = full
			end
			local newOrigin = (not value or name == 112) and string.sub(args[1], 34, 37)
			local granted = level >= floor
			local changed = granted and cost > 0 and last ~= LOOK
			if changed then
				level, origin = level - cost, newOrigin or origin
			end
			local state = pack('<dd', now, level)
			local reply = (granted and '1' or '0') .. flags .. origin .. state
			if further then
				local replies = { reply }
				for i = 1, #further, 16 do
					cost, floor = unpackBytes('<dd', further, i)
					granted = level >= floor
					if granted and cost > 0 then
						changed, level, origin = true, level - cost, newOrigin or origin
						state = pack('<dd', now, level)
					end
					replies[#replies + 1] = (granted and '1' or '0') .. flags .. origin .. state
				end
				reply = table.concat(replies)
			end
			if changed then
				local nextFullAt = now + (full - level) / gain
				if not newOrigin and nextFullAt <= fullAt + -fullAt % HALF_SECOND then
					call('SETRANGE', keys[1], TIME_OFFSET, state)
				else
					local rest = origin .. (value and string.sub(value, SIZE + 1) or string.sub(args[1], 38, -2))
					call('SET', keys[1], pack('<Hc1c0ddc0', 305, flags, state, full, gain, rest), 'PX',
						string.format('%d', math.ceil((nextFullAt + -nextFullAt % HALF_SECOND - now) / 1000) + MARGIN))
				end
			end
			return reply
		end
	end
end
