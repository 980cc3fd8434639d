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
--   isWhole(data, unit)                 whether all counts are multiples
--   payable(data, rate, permits, time)  when so many permits are left, 0 for now
--   full(data, rate, time)              when all are, 0 for now
--   giveOne(data, rate, permits, at, time)  gives back what was taken at a time; returns whether that still counts
-- A record that limits of different permits use in turn is counted in units of which both have whole numbers, and stored
-- as that of a limit with so many permits: nothing is lost however often they alternate. A rate's permits and most are
-- such units; unit is how many make a permit. It is 1 again as soon as all that is stored is whole permits.
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

	-- Returns a rate in units of which its own permits and those of another rate are whole numbers; in units of its own,
	-- not more than the other's permits, where those would be too many.
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
			segments = rate.segments, step = rate.step, steps = rate.steps, unit = unit, permit = rate }
		if unit > 1 and window.divide then
			window.divide(fine)
		end
		return fine
	end

	-- Takes over what another limit, or a clock far ahead, has kept. Where the windows are the same, their counts are.
	-- Where not it begins with as much used, now; if its period is shorter, a refusal writes that too, or it would end
	-- only with the longer one.
	function window.rebase(state, found)
		local from = counterparts(found.rates, state.rates)
		for i, rate in ipairs(state.rates) do
			local old = found.rates[from[i] or 0]
			if not old then
				state.data[i] = window.begun(rate, 0, state.time)
			else
				local fine = refined(rate, old)
				state.rates[i] = fine
				if found.name == name and not found.wrong and old.period == rate.period and window.isLike(old, rate) then
					state.data[i] = window.scaled(found.data[from[i]], old, fine)
				else
					state.data[i] = window.begun(fine, inProportion(old, fine), state.time)
					state.other, state.mend = true, state.mend or rate.period < old.period
				end
			end
		end
	end

	function window.read(key, terms, now)
		local n, rates = (#terms - 18) / 40, {}
		for i = 1, n do
			local permits, period = struct.unpack('<dd', terms, 16 * i + 3)
			local most, first, second = struct.unpack('<ddd', terms, 16 * n + 24 * i - 5)
			rates[i] = { permits = permits, period = period, most = most, segments = first, step = first, steps = second,
				unit = 1 }
		end
		local value = window.load(key, n)
		local found = value and stored(key, value, now)
			or not value and { time = now, flags = 0, found = false, rates = {} }
		if not found then
			return nil
		end
		local state = { rates = rates, data = found.data, time = found.wrong and now or found.time, now = now,
			flags = found.flags, origin = found.origin, idle = found.idle, found = found.found, mend = found.mend }
		state.amount, state.need = struct.unpack('<dd', terms, 3)
		found.rates = found.rates or bucketRates(found.packed, found.levels)
		if found.name ~= name or found.config ~= string.sub(terms, 19, 18 + 16 * n) or found.wrong
			or not window.isLike(found.rates[1], rates[1]) then
			state.data = {}
			window.rebase(state, found)
		end
		return state
	end

	function window.wait(state)
		local at = 0
		state.wait = 0
		for i, rate in ipairs(state.rates) do
			local need = state.need * rate.unit
			if need > rate.permits then
				state.wait = -1
				return 1
			elseif need > 0 then
				at = math.max(at, window.payable(state.data[i], rate, need, state.time))
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
			rooms[i] = math.max(0, math.floor((rate.most - state.data[i].sum) / rate.unit))
		end
		return rooms
	end

	function window.spend(state, permits)
		for i, rate in ipairs(state.rates) do
			if permits[i] > 0 then
				window.add(state.data[i], rate, permits[i] * rate.unit, state.time)
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
			given = window.giveOne(state.data[i], rate, permits * rate.unit, at, state.time) or given
		end
		return given
	end

	-- Returns in how many microseconds all permits of a rate are left.
	local function timeToFull(state, i)
		return math.max(0, window.full(state.data[i], state.rates[i], state.time) - state.now)
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
	function window.head(state)
		local parts = { name .. struct.pack('<BBd', #state.rates, state.flags, state.time) }
		for i, rate in ipairs(state.rates) do
			parts[i + 1] = struct.pack('<dd', rate.permits, rate.period)
		end
		return table.concat(parts)
	end

	function window.write(key, state)
		for i, rate in ipairs(state.rates) do
			if rate.unit > 1 and window.isWhole(state.data[i], rate.unit) then
				state.data[i], state.rates[i] = window.scaled(state.data[i], rate, rate.permit), rate.permit
			end
		end
		local parts = { window.head(state) }
		for i, rate in ipairs(state.rates) do
			parts[i + 1] = window.packed(state.data[i], rate)
		end
		redis.call('SET', key, table.concat(parts) .. state.origin, 'PX', window.expiry(state))
	end

	-- Flags, origin, the time, of each rate the permits left and the microseconds to full, then those until the charge can
	-- be paid, and until time alone changes what is left.
	function window.shown(state)
		local parts, steady = { struct.pack('<Bc4d', state.flags, state.origin or '\0\0\0\0', state.time) }, EXACT
		for i, rate in ipairs(state.rates) do
			local left = math.max(0, math.floor(window.left(state.data[i], rate, state.time) / rate.unit))
			local more = (left + 1) * rate.unit
			if more <= rate.permits then
				steady = math.min(steady, window.payable(state.data[i], rate, more, state.time) - state.now)
			end
			parts[i + 1] = struct.pack('<dd', left, timeToFull(state, i))
		end
		return table.concat(parts) .. struct.pack('<dd', state.wait or 0, steady)
	end

	return window
end
