-- The same for several keys, and for token buckets of several rates; without a function, which would cost Lua more than
-- the decision. For each key: number of rates, record, flags, origin, when it is full, whether a change has a new
-- origin, and then for each rate cost, full level, refill and level.
local buckets, plain, granted = {}, true, true
for i = 1, #keys do
	local charge = args[i]
	name, cost, floor, full, gain = unpackBytes('<Bdddd', charge)
	local oneRate = name == 98 or name == 112
	plain = oneRate or string.sub(charge, 1, 2) == 'B\1'
	if not plain then
		break
	end
	local value, n = call('GET', keys[i]), oneRate and 1 or (#charge - string.byte(charge, -1) - 3) / 32
	plain = not value or #value >= 15 + 24 * n
	if not plain then
		break
	end
	local flags, at, origin, bucket = '\0', now, '\0\0\0\0'
	if oneRate then
		local level, fullAt = full, 0
		if value then
			local form, oldFull, oldGain
			form, flags, at, level, oldFull, oldGain, origin = unpackBytes(RECORD, value)
			plain = form == 305 and oldFull == full and oldGain == gain and at <= now and level >= -EXACT
			fullAt = at + (full - level) / gain
			level = level + (now - at) * gain
			level = level < full and level or full
		end
		granted = granted and level >= floor
		bucket = { 1, value, flags, origin, fullAt, not value or name == 112, cost, full, gain, level }
	else
		local rates = string.sub(charge, 3 + 16 * n, 2 + 32 * n)
		if value then
			local form
			form, flags, at = unpackBytes('<Hc1d', value)
			origin = string.sub(value, 12 + 24 * n, 15 + 24 * n)
			plain = form == 49 + 256 * n and at <= now and string.sub(value, 12 + 8 * n, 11 + 24 * n) == rates
		end
		bucket = { n, value, flags, origin, 0, not value }
		for j = 1, n do
			cost, floor = unpackBytes('<dd', charge, 16 * j - 13)
			full, gain = unpackBytes('<dd', rates, 16 * j - 15)
			local level, b = full, 4 * j + 3
			if value then
				level = unpackBytes('<d', value, 4 + 8 * j)
				plain = plain and level >= -EXACT
				local fullAt = at + (full - level) / gain
				bucket[5] = fullAt > bucket[5] and fullAt or bucket[5]
				level = level + (now - at) * gain
				level = level < full and level or full
			end
			granted = granted and level >= floor
			bucket[b], bucket[b + 1], bucket[b + 2], bucket[b + 3] = cost, full, gain, level
		end
	end
	if not plain then
		break
	end
	buckets[i] = bucket
end
if plain then
	local take, replies = granted and last ~= LOOK, { granted and '1' or '0' }
	for i = 1, #keys do
		local bucket = buckets[i]
		local n, value, flags, origin, fullAt, isNew = unpack(bucket, 1, 6)
		local changed, fresh, state = false, n == 1 and 34 or 3 + 32 * n
		for at = 0, further and #further or 0, 16 * n do
			local paid = take or at > 0
			for j = 1, at > 0 and n or 0 do
				cost, floor = unpackBytes('<dd', further, at - 16 * (n - j) - 15)
				bucket[4 * j + 3], paid = cost, paid and bucket[4 * j + 6] >= floor
			end
			for b = 7, paid and 4 * n + 3 or 0, 4 do
				if bucket[b] > 0 then
					bucket[b + 3], changed = bucket[b + 3] - bucket[b], true
				end
			end
			if changed and isNew then
				origin = string.sub(args[i], fresh, fresh + 3)
			end
			state = pack('<dd', now, bucket[10])
			for b = 14, 4 * n + 6, 4 do
				state = pack('<c0d', state, bucket[b])
			end
			replies[#replies + 1] = (at == 0 and '' or paid and '1' or '0') .. flags .. origin .. state
		end
		if changed then
			local nextFullAt = 0
			for b = 8, 4 * n + 4, 4 do
				local full = now + (bucket[b] - bucket[b + 2]) / bucket[b + 1]
				nextFullAt = full > nextFullAt and full or nextFullAt
			end
			if not isNew and nextFullAt <= fullAt + -fullAt % HALF_SECOND then
				call('SETRANGE', keys[i], TIME_OFFSET, state)
			else
				local rates = string.sub(args[i], fresh - 16 * n, fresh - 1)
				local label = value and string.sub(value, 16 + 24 * n) or string.sub(args[i], fresh + 4, -2)
				call('SET', keys[i], pack('<Hc1', 49 + 256 * n, flags) .. state .. rates .. origin .. label, 'PX',
					string.format('%d', math.ceil((nextFullAt + -nextFullAt % HALF_SECOND - now) / 1000) + MARGIN))
			end
		end
	end
	return table.concat(replies)
end
