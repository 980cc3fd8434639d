-- The state of one key of a token-bucket limit: '1', the number of rates n (a byte), flags (a byte), the time of
-- the state in microseconds (a double), the level of each rate (n doubles), full level and gain per microsecond of
-- each rate (2 n doubles), and its origin: four bytes that no other state of this key has, then a label for people.
-- A permit is so many units of level that a microsecond always gains whole units: everything is an integer, not above
-- 2^53 and not below -2^53, for a level is negative where calls turned out to have cost more than was there.

local PLAIN, REFUNDED = 0, 1
local FAR_AHEAD = 1000000
local EXACT = 9007199254740992
local MARGIN = 1000

local function unreadable(key)
	return redis.error_reply('UNREADABLE state under ' .. key .. ': it was not written by this version')
end

-- Levels under other rates, in proportion. Rates of the same time to full are matched first, the others in order;
-- one that has no counterpart starts full. Returns also the counterpart of each.
local function converted(levels, from, n, to, m)
	local fulls, windows, used, result, counterparts = {}, {}, {}, {}, {}
	for j = 1, n do
		local full, gain = struct.unpack('<dd', from, 16 * j - 15)
		fulls[j], windows[j] = full, full / gain
	end
	for pass = 1, 2 do
		for i = 1, m do
			local full, gain = struct.unpack('<dd', to, 16 * i - 15)
			for j = 1, n do
				if not result[i] and not used[j] and (pass == 2 or windows[j] == full / gain) then
					result[i] = math.floor(levels[j] * (full / fulls[j]))
					used[j] = true
					counterparts[i] = j
				end
			end
		end
	end
	for i = 1, m do
		result[i] = result[i] and math.max(result[i], -EXACT) or struct.unpack('<d', to, 16 * i - 15)
	end
	return result, counterparts
end

-- The state under a key as it is now, under the given rates; nil if it cannot be read. Fields: levels, rates, time
-- (ahead of now after a small step back of the clock), flags, origin, found, other (kept under other rates), mend (that,
-- or its time was far ahead: written also by a refusal, or it would go on refilling as it did).
local function read(key, rates, now)
	local value = redis.call('GET', key)
	local m = #rates / 16
	if value and m == 1 and #value >= 39 and string.sub(value, 1, 2) == '1\1' and string.sub(value, 20, 35) == rates then
		local _, _, flags, time, level, full, gain = struct.unpack('<BBBdddd', value)
		if time <= now and level >= -EXACT then
			level = level + (now - time) * gain
			return { levels = { level < full and level or full }, rates = rates, time = now, idle = now - time, flags = flags,
				origin = string.sub(value, 36), found = true }
		end
	end
	local levels = {}
	if not value then
		for i = 1, m do
			levels[i] = struct.unpack('<d', rates, 16 * i - 15)
		end
		return { levels = levels, rates = rates, time = now, flags = PLAIN, found = false }
	end
	local version, n, flags = string.byte(value, 1, 3)
	if version ~= 49 or not flags or n < 1 or #value < 15 + 24 * n then
		return nil
	end
	local time = struct.unpack('<d', value, 4)
	if time ~= time then
		return nil
	end
	local kept = string.sub(value, 12 + 8 * n, 11 + 24 * n)
	local wrong = time > now + FAR_AHEAD
	if wrong then
		time = now
	end
	local elapsed = now - time
	if elapsed < 0 then
		elapsed = 0
	else
		time = now
	end
	for i = 1, n do
		local full, gain = struct.unpack('<dd', kept, 16 * i - 15)
		local level = struct.unpack('<d', value, 4 + 8 * i)
		if not (full >= 1 and full <= EXACT and gain >= 1 and level >= -EXACT) then
			return nil
		end
		level = level + elapsed * gain
		levels[i] = level < full and level or full
	end
	local other = kept ~= rates
	if other then
		levels = converted(levels, kept, n, rates, m)
	end
	return { levels = levels, rates = rates, time = time, idle = elapsed, flags = flags, origin = string.sub(value, 12 + 24 * n),
		found = true, other = other, mend = other or wrong }
end

local function packed(levels)
	local n = #levels
	if n == 1 then
		return struct.pack('<d', levels[1])
	end
	local parts = {}
	for i = 1, n do
		parts[i] = struct.pack('<d', levels[i])
	end
	return table.concat(parts)
end

-- Value and expiry in one command: a state that has gone is one that was full again.
local function write(key, state, now)
	local levels, rates = state.levels, state.rates
	if #levels == 1 then
		local full, gain = struct.unpack('<dd', rates)
		redis.call('SET', key, struct.pack('<BBBdd', 49, 1, state.flags, state.time, levels[1]) .. rates .. state.origin,
			'PX', math.ceil(((full - levels[1]) / gain + state.time - now) / 1000) + MARGIN)
		return
	end
	local longest = 0
	for i = 1, #levels do
		local full, gain = struct.unpack('<dd', rates, 16 * i - 15)
		local wait = (full - levels[i]) / gain
		if wait > longest then
			longest = wait
		end
	end
	local ttl = math.ceil((longest + state.time - now) / 1000) + MARGIN
	redis.call('SET', key, string.char(49, #levels, state.flags) .. struct.pack('<d', state.time) .. packed(levels)
		.. rates .. state.origin, 'PX', string.format('%.0f', ttl))
end

-- What the caller reads: how far the state's time is ahead, flags, origin's four bytes, levels.
local function shown(state, now)
	if #state.levels == 1 then
		return struct.pack('<dBc4d', state.time - now, state.flags, state.origin or '\0\0\0\0', state.levels[1])
	end
	return struct.pack('<dBc4', state.time - now, state.flags, state.origin or '\0\0\0\0') .. packed(state.levels)
end
