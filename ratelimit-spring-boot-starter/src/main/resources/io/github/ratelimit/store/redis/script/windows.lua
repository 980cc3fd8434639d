-- What limits of windows have in common. Terms: name, flags, permits to take and permits needed, of each rate permits
-- and period in microseconds, then of each rate the most permits that can ever be charged, and two numbers of the
-- algorithm: segments of a period, or a step of time in microseconds and the steps of a period.
-- Record: name, number of rates n, flags, time, permits and period of each rate (2 n doubles), then the counts of each
-- rate as the algorithm packs them, origin and label.
-- An algorithm says of the counts of one rate, which it calls data and whose sum is what was counted lately:
--   parseOne(value, from, rate, found)  the data at a place of a record, and the place after them; nil if they are none
--   packed(data, rate)                  the data as bytes
--   advance(data, rate, time)           forgets what no longer counts at a later time
--   begun(rate, used, time)             the data where so much is used and nothing else is known
--   scaled(data, old, rate)             the data in permits of another rate
--   same(data, other, times)            whether it counts so many times as much, at the same times
--   payable(data, rate, permits, time)  when so many permits are left, 0 for now
--   full(data, rate, time)              when all are, 0 for now
--   giveOne(data, rate, permits, at, time)  gives back what was taken at a time; returns whether that still counts
-- Where a key was used while its limit had different permits, its counts are mixed: shares, in units of which the permits
-- before and after have whole numbers, and the permits that were taken. The smaller of the two counts: a lower limit finds
-- the same share used, a higher one only what was taken, and limits in turn grant no more than the highest of them. Such
-- a record is that of a limit with twice the rates: first those of the shares, then those of the highest limit. Versions
-- that know nothing of this read the shares. It is plain again as soon as both say the same.
-- Width is the fewest bytes that the data of one rate take.
local function windows(name, width)
	local FINEST, MOST_UNITS = 1099511627776, 1125899906842624
	local window = { name = name }

	function window.used(data)
		return data.sum
	end

	function window.left(data, rate)
		return rate.permits - data.sum
	end

	function window.add(data, _, permits)
		data.sum = data.sum + permits
	end

	-- Whether windows of two rates of the same period are the same.
	function window.isLike()
		return true
	end

	function window.load(key)
		return redis.call('GET', key)
	end

	-- Reads the data of all rates from a place on; returns the place after them, nil if they are none.
	function window.parseAll(found, value, from)
		for i, rate in ipairs(found.rates) do
			found.data[i], from = window.parseOne(value, from, rate, found)
			if not found.data[i] then
				return nil
			end
		end
		return from
	end

	-- Completes a record that was found; returns whether it can be read.
	function window.parse(found, value, key)
		local n, rates = found.size, {}
		if #value < 15 + (16 + width) * n then
			return false
		end
		for i = 1, n do
			local permits, period = struct.unpack('<dd', value, 16 * i - 4)
			if not (isCount(permits, 1) and isCount(period, 1)) then
				return false
			end
			rates[i] = { permits = permits, period = period, used = 0 }
		end
		found.config, found.rates, found.data = string.sub(value, 12, 11 + 16 * n), rates, {}
		local from = window.parseAll(found, value, 12 + 16 * n, key)
		found.origin = from and (found.origin or string.sub(value, from))
		if not from or #found.origin < 4 then
			return false
		end
		for i, rate in ipairs(found.rates) do
			window.advance(found.data[i], rate, found.time)
			rate.used = window.used(found.data[i], rate, found.time)
		end
		return true
	end

	-- Returns a rate in units of which its own permits and those of another rate are whole numbers, with the number of units
	-- of a permit; in units of its own, not more than the other's permits, where those would be too many.
	local function refined(rate, old)
		local a, b = old.permits, rate.permits
		while b > 0 do
			a, b = b, a % b
		end
		local unit = math.floor(old.permits / a)
		if unit * rate.permits > FINEST then
			unit = math.max(1, math.min(math.ceil(old.permits / rate.permits), math.floor(MOST_UNITS / rate.permits)))
		end
		local fine = { permits = unit * rate.permits, period = rate.period, most = math.min(EXACT, unit * rate.most),
			segments = rate.segments, step = rate.step, steps = rate.steps, unit = unit }
		if unit > 1 and window.divide then
			window.divide(fine)
		end
		return fine
	end

	-- Returns the higher one of a rate and another one of the same windows.
	local function highest(rate, other)
		if rate.permits >= other.permits then
			return rate
		end
		other.most = math.min(EXACT, 2 * other.permits)
		if window.divide then
			window.divide(other)
		end
		return other
	end

	-- Keeps the counts of a rate, which are mixed unless both say the same.
	local function keep(state, i, mixed)
		if window.same(mixed.share, mixed.taken, mixed.fine.unit) then
			state.data[i], state.mixed[i] = mixed.taken, nil
		else
			state.data[i], state.mixed[i] = nil, mixed
		end
	end

	-- Goes on from counts of the same windows. As a new fixed window begins, only what is owed counts.
	local function goOn(state, i, rate, old, data, taken)
		local mixed = { fine = refined(rate, old), highest = highest(rate, taken.rate), taken = taken.data }
		mixed.share = window.scaled(data, old, mixed.fine)
		keep(state, i, mixed)
		if state.mixed[i] and window.isOver(state, rate) then
			local used = rate.permits - math.max(math.floor(window.left(mixed.share, mixed.fine) / mixed.fine.unit),
				window.left(mixed.taken, mixed.highest) - mixed.highest.permits + rate.permits)
			state.data[i], state.mixed[i] = window.begun(rate, math.max(0, used)), nil
		end
	end

	-- Takes over what another limit, or a clock far ahead, has kept. Where the windows are the same, their counts are.
	-- Where not it begins with as much used, now; if its period is shorter, a refusal writes that too, or it would end
	-- only with the longer one.
	function window.rebase(state, found)
		local from = counterparts(found.rates, state.rates)
		for i, rate in ipairs(state.rates) do
			local j = from[i]
			local old, data = found.rates[j or 0], found.data and found.data[j or 0]
			local taken = found.taken and found.taken[j or 0] or { rate = old, data = data }
			if not old then
				state.data[i] = window.begun(rate, 0, state.time)
			elseif found.name == name and not found.wrong and old.period == rate.period and window.isLike(old, rate) then
				goOn(state, i, rate, old, data, taken)
			else
				local fine = refined(rate, old)
				local used = found.name == name and math.ceil(window.used(taken.data, taken.rate, found.time))
					or inProportion(old, rate)
				keep(state, i, { fine = fine, share = window.begun(fine, inProportion(old, fine), state.time),
					highest = rate, taken = window.begun(rate, used, state.time) })
				state.other, state.mend = true, state.mend or rate.period < old.period
			end
		end
	end

	-- Whether a new window has begun, with all its permits, since the record was written.
	function window.isOver()
		return false
	end

	function window.read(key, terms, now)
		local n, rates = (#terms - 18) / 40, {}
		for i = 1, n do
			local permits, period = struct.unpack('<dd', terms, 16 * i + 3)
			local most, first, second = struct.unpack('<ddd', terms, 16 * n + 24 * i - 5)
			rates[i] = { permits = permits, period = period, most = most, segments = first, step = first, steps = second }
		end
		local value = window.load(key, n)
		local found = value and stored(key, value, now)
			or not value and { time = now, flags = 0, found = false, rates = {} }
		if not found then
			return nil
		end
		local state = { rates = rates, data = found.data, time = found.wrong and now or found.time, now = now,
			flags = found.flags, origin = found.origin, idle = found.idle, found = found.found, mend = found.mend, mixed = {} }
		state.amount, state.need = struct.unpack('<dd', terms, 3)
		found.rates = found.rates or bucketRates(found.packed, found.levels)
		if found.name ~= name or found.config ~= string.sub(terms, 19, 18 + 16 * n) or found.wrong
			or not window.isLike(found.rates[1], rates[1]) then
			if found.data then
				unmix(found)
			end
			state.data, state.written = {}, found.written
			window.rebase(state, found)
		end
		return state
	end

	-- Returns when so many permits of a rate are left, 0 for now.
	local function payable(state, i, permits)
		local rate, mixed = state.rates[i], state.mixed[i]
		if not mixed then
			return window.payable(state.data[i], rate, permits, state.time)
		end
		return math.min(window.payable(mixed.share, mixed.fine, permits * mixed.fine.unit, state.time),
			window.payable(mixed.taken, mixed.highest, permits + mixed.highest.permits - rate.permits, state.time))
	end

	local function left(state, i)
		local rate, mixed = state.rates[i], state.mixed[i]
		if not mixed then
			return window.left(state.data[i], rate, state.time)
		end
		return math.max(math.floor(window.left(mixed.share, mixed.fine, state.time) / mixed.fine.unit),
			window.left(mixed.taken, mixed.highest, state.time) - mixed.highest.permits + rate.permits)
	end

	function window.wait(state)
		local at = 0
		state.wait = 0
		for i, rate in ipairs(state.rates) do
			if state.need > rate.permits then
				state.wait = -1
				return 1
			elseif state.need > 0 then
				at = math.max(at, payable(state, i, state.need))
			end
		end
		if at > 0 then
			state.wait = math.max(1, at - state.now)
		end
		return state.wait
	end

	function window.rooms(state)
		local rooms = {}
		for i, rate in ipairs(state.rates) do
			local mixed = state.mixed[i]
			rooms[i] = math.max(0, mixed and math.max(math.floor((mixed.fine.most - mixed.share.sum) / mixed.fine.unit),
				rate.most - mixed.taken.sum) or rate.most - state.data[i].sum)
		end
		return rooms
	end

	function window.spend(state, permits)
		for i, rate in ipairs(state.rates) do
			local mixed = state.mixed[i]
			if permits[i] > 0 and mixed then
				window.add(mixed.share, mixed.fine, permits[i] * mixed.fine.unit, state.time)
				window.add(mixed.taken, mixed.highest, permits[i], state.time)
			elseif permits[i] > 0 then
				window.add(state.data[i], rate, permits[i], state.time)
			end
		end
	end

	function window.take(state)
		local permits = {}
		for i = 1, #state.rates do
			permits[i] = state.amount
		end
		window.spend(state, permits)
		return state.amount > 0
	end

	function window.give(state, permits, at)
		local given = false
		for i, rate in ipairs(state.rates) do
			local mixed = state.mixed[i]
			if mixed then
				window.giveOne(mixed.share, mixed.fine, permits * mixed.fine.unit, at, state.time)
			end
			given = window.giveOne(mixed and mixed.taken or state.data[i], mixed and mixed.highest or rate, permits, at,
				state.time) or given
		end
		return given
	end

	-- Returns in how many microseconds all permits of a rate are left.
	local function timeToFull(state, i)
		local mixed = state.mixed[i]
		local full = mixed and math.min(window.full(mixed.share, mixed.fine, state.time),
			window.full(mixed.taken, mixed.highest, state.time)) or not mixed
			and window.full(state.data[i], state.rates[i], state.time)
		return math.max(0, full - state.now)
	end

	-- Returns for how many milliseconds a record is needed.
	function window.expiry(state)
		local longest = 0
		for i = 1, #state.rates do
			longest = math.max(longest, timeToFull(state, i))
		end
		return string.format('%d', math.ceil(math.min(EXACT, longest) / 1000) + MARGIN)
	end

	-- Returns what a record begins with, the rates included.
	function window.head(state, rates)
		local parts = { name .. struct.pack('<BBd', #rates, state.flags, state.time) }
		for i, rate in ipairs(rates) do
			parts[i + 1] = struct.pack('<dd', rate.permits, rate.period)
		end
		return table.concat(parts)
	end

	function window.write(key, state)
		local n, rates, data, isMixed = #state.rates, {}, {}, false
		for i, rate in ipairs(state.rates) do
			if state.mixed[i] then
				keep(state, i, state.mixed[i])
			end
			local mixed = state.mixed[i]
			rates[i], data[i] = mixed and mixed.fine or rate, mixed and mixed.share or state.data[i]
			rates[n + i], data[n + i] = mixed and mixed.highest or rate, mixed and mixed.taken or state.data[i]
			isMixed = isMixed or mixed
		end
		for i = n + 1, isMixed and 0 or 2 * n do
			rates[i] = nil
		end
		local parts = { window.head(state, rates) }
		for i, rate in ipairs(rates) do
			parts[i + 1] = window.packed(data[i], rate)
		end
		redis.call('SET', key, table.concat(parts) .. state.origin, 'PX', window.expiry(state))
	end

	-- Flags, origin, the time, of each rate the permits left and the microseconds to full, then those until the charge can
	-- be paid, and until time alone changes what is left.
	function window.shown(state)
		local parts, steady = { struct.pack('<Bc4d', state.flags, state.origin or '\0\0\0\0', state.time) }, EXACT
		for i, rate in ipairs(state.rates) do
			local remaining = math.max(0, left(state, i))
			if remaining < rate.permits then
				steady = math.min(steady, payable(state, i, remaining + 1) - state.now)
			end
			parts[i + 1] = struct.pack('<dd', remaining, timeToFull(state, i))
		end
		return table.concat(parts) .. struct.pack('<dd', state.wait or 0, steady)
	end

	return window
end
