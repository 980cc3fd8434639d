-- Token buckets (B), and those of paced limits (P): there a call takes a scheduled permit if the level is at its floor,
-- and every change has its own origin, so that such a permit is given back only while it is the last one.
-- Terms: name, flags, for each rate its cost and floor, then full level and refill of each rate. One rate that is
-- enforced has the lower-case name, and no flags.
-- Record: '1', number of rates n, flags, time (a double), the level of each rate (n doubles), full level and refill of
-- each rate (2 n doubles), origin and label. A permit is so many units of level that a microsecond always refills whole
-- ones: all are integers from -2^53 to 2^53; a debt is a negative level.

-- Returns full level, refill and period of each packed rate, and what is used if levels are given.
local function bucketRates(packed, levels)
	local rates = {}
	for i = 1, #packed / 16 do
		local full, gain = struct.unpack('<dd', packed, 16 * i - 15)
		rates[i] = { permits = full, full = full, gain = gain, period = full / gain, most = EXACT,
			used = levels and full - levels[i] }
	end
	return rates
end

-- Returns levels under other rates, in proportion, and which old rate each continues; one that continues none starts
-- full.
local function convertedLevels(levels, olds, news)
	local from, result = counterparts(olds, news), {}
	for i, new in ipairs(news) do
		local j = from[i]
		result[i] = j and math.max(math.floor(levels[j] * (new.full / olds[j].full)), -EXACT) or new.full
	end
	return result, from
end

-- Returns bytes followed by numbers, from the first or another one on.
local function withNumbers(bytes, numbers, from)
	for i = from or 1, #numbers do
		bytes = struct.pack('<c0d', bytes, numbers[i])
	end
	return bytes
end

-- Stores a bucket's record for this number of milliseconds. The caller defines what follows the rates.
local function writeBucket(key, state, packed, rest, millis)
	local head = struct.pack('<BBBd', 49, #state.levels, state.flags, state.time)
	redis.call('SET', key, withNumbers(head, state.levels) .. packed .. rest, 'PX',
		string.format('%d', math.ceil(millis) + MARGIN))
end

algorithms.B = function()
	-- Completes a record that was found; returns whether it can be read.
	local function parse(found, value)
		local n, levels = found.size, {}
		if #value < 15 + 24 * n then
			return false
		end
		for i = 1, n do
			local full, gain = struct.unpack('<dd', value, 8 * n + 16 * i - 4)
			local level = struct.unpack('<d', value, 4 + 8 * i)
			if not (full >= 1 and full <= EXACT and gain >= 1 and level >= -EXACT) then
				return false
			end
			level = level + found.idle * gain
			levels[i] = level < full and level or full
		end
		found.levels, found.packed = levels, string.sub(value, 12 + 8 * n, 11 + 24 * n)
		found.origin = string.sub(value, 12 + 24 * n)
		return true
	end

	-- Converts the state to other rates; what a window has counted, as of now.
	local function rebase(found, packed, now)
		local rates = bucketRates(packed)
		if found.name == '1' then
			found.levels = convertedLevels(found.levels, bucketRates(found.packed), rates)
		else
			unmix(found)
			local from = counterparts(found.rates, rates)
			found.levels, found.time = {}, now
			for i, rate in ipairs(rates) do
				found.levels[i] = rate.full - (from[i] and inProportion(found.rates[from[i]], rate) or 0)
			end
		end
		found.packed, found.other, found.mend = packed, true, true
	end

	local function read(key, terms, now)
		local at = #terms == 33 and 2 or 3
		local packed = string.sub(terms, at + (#terms - at + 1) / 2)
		local value = redis.call('GET', key)
		local state = value and stored(key, value, now) or not value
			and { levels = convertedLevels({}, {}, bucketRates(packed)), packed = packed, time = now, flags = 0, found = false }
		if not state then
			return nil
		end
		if state.packed ~= packed then
			rebase(state, packed, now)
		end
		state.time = state.wrong and now or state.time
		state.terms, state.at, state.paced = terms, at, string.upper(string.sub(terms, 1, 1)) == 'P'
		return state
	end

	local function wait(state)
		for i = 1, #state.levels do
			if state.levels[i] < struct.unpack('<d', state.terms, state.at + 16 * i - 8) then
				return 1
			end
		end
		return 0
	end

	-- For each rate, the units of a permit and the lowest level (doubles).
	local function rooms(state, debts)
		local result = {}
		for i = 1, #state.levels do
			local unit, lowest = struct.unpack('<dd', debts, 16 * i - 15)
			result[i] = math.max(0, math.floor((state.levels[i] - lowest) / unit))
		end
		return result
	end

	-- Lowers each level by so many units times a number, or times the permits of its rate; returns whether that changes
	-- anything. A paced bucket then has a new origin; the label stays.
	local function lower(state, fresh, units, at, times, permits)
		local changed = false
		for i, level in ipairs(state.levels) do
			local unit = struct.unpack('<d', units, at + 16 * i - 16)
			level, changed = level - unit * (permits and permits[i] or times), changed or unit > 0
			state.levels[i] = times < 0 and math.min(level, (struct.unpack('<d', state.packed, 16 * i - 15))) or level
		end
		if changed and state.paced then
			state.origin = string.sub(fresh, 1, 4) .. string.sub(state.origin or fresh, 5)
		end
		return changed
	end

	local function take(state, fresh)
		return lower(state, fresh, state.terms, state.at, 1)
	end

	-- The terms are those of the charge: its cost is given back.
	local function give(state, _, _, fresh)
		return lower(state, fresh, state.terms, state.at, -1)
	end

	local function spend(state, permits, fresh, debts)
		lower(state, fresh, debts, 1, 0, permits)
	end

	local function write(key, state, now)
		local longest = 0
		for i = 1, #state.levels do
			local full, gain = struct.unpack('<dd', state.packed, 16 * i - 15)
			longest = math.max(longest, (full - state.levels[i]) / gain)
		end
		writeBucket(key, state, state.packed, state.origin, (longest + state.time - now) / 1000)
	end

	-- Flags, origin, how far the time is ahead as a negative number (now if it is not), and the levels.
	local function shown(state, now)
		local levels, origin = state.levels, state.origin or '\0\0\0\0'
		local time = state.time > now and now - state.time or now
		local first = struct.pack('<Bc4dd', state.flags, origin, time, levels[1])
		return levels[2] and withNumbers(first, levels, 2) or first
	end

	return { parse = parse, read = read, wait = wait, take = take, give = give, rooms = rooms, spend = spend, write = write,
		shown = shown }
end

algorithms.P = algorithms.B
