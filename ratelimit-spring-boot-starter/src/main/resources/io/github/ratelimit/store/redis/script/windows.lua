-- What limits of windows have in common. Terms: name, flags, permits to take and permits needed, of each rate permits
-- and period in microseconds, then of each rate the most permits that can ever be charged, and two numbers of the
-- algorithm: segments of a period, or a step of time in microseconds and the steps of a period.
-- Record: name, number of rates n, flags, time, permits and period of each rate (2 n doubles), then the counts of each
-- rate as the algorithm packs them, origin and label.
-- An algorithm says of the counts of one rate, which it calls data and whose sum is what was counted lately:
--   parseOne(value, from, rate, found, key)  the data at a place of a record, and the place after them; nil for others
--   packed(data, rate, i)               the data as bytes, i being their place in a record
--   advance(data, rate, time)           forgets what no longer counts at a later time
--   begun(rate, used, time)             the data where so much is used and nothing else is known
--   scaled(data, old, rate)             the data in permits of another rate
--   payable(data, rate, permits, time)  when so many permits are left, 0 for now
--   giveOne(data, rate, permits, at, time)  gives back what was taken at a time; returns whether that still counts
-- Where a key was used while its limit had different permits, its counts are mixed: shares, in units of which the permits
-- before and after have whole numbers, and as their other data the permits that were taken. The smaller of the two counts:
-- a lower limit finds the same share used, a higher one only what was taken, and limits in turn grant no more than the
-- highest of them. Such a record is that of a limit with twice the rates: first those of the shares, then those of the
-- highest limit. Versions that know nothing of this read the shares. It is plain again as soon as both say the same.
-- Data have their own rate: with the units of a permit, and how many permits more than the limit it has.
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

	-- Whether a new window has begun, with all its permits, since the record was written.
	function window.isOver()
		return false
	end

	-- Computes the algorithm's numbers of a rate with other permits.
	function window.divide()
	end

	function window.load(key)
		return redis.call('GET', key)
	end

	-- Completes a record that was found; returns whether it can be read.
	function window.parse(found, value, key)
		local n, rates, data, from = found.size, {}, {}, 12 + 16 * found.size
		if #value < 15 + (16 + width) * n then
			return false
		end
		for i = 1, n do
			local permits, period = struct.unpack('<dd', value, 16 * i - 4)
			local rate = { permits = permits, period = period }
			if isCount(permits, 1) and isCount(period, 1) then
				data[i], from = window.parseOne(value, from, rate, found, key)
			end
			if not data[i] then
				return false
			end
			window.advance(data[i], rate, found.time)
			rates[i], data[i].rate = rate, rate
		end
		found.config, found.rates, found.data = string.sub(value, 12, 11 + 16 * n), rates, data
		found.origin = found.origin or string.sub(value, from)
		return #found.origin >= 4
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
			segments = rate.segments, unit = unit, more = 0 }
		window.divide(fine, fine.most)
		return fine
	end

	-- Returns the higher one of a rate and another one of the same windows.
	local function highest(rate, other)
		if rate.permits >= other.permits then
			return rate
		end
		other.most, other.unit, other.more = rate.most, 1, other.permits - rate.permits
		window.divide(other, math.min(EXACT, 2 * other.permits))
		return other
	end

	-- Returns the data of a rate, without shares that say the same.
	local function simplest(data, rate)
		local taken = data.other
		local same = taken and window.scaled(taken, { permits = 1 }, { permits = data.rate.unit })
		if same and window.packed(data, data.rate) == window.packed(same, data.rate) then
			taken.rate, data = rate, taken
		end
		return data
	end

	local function left(data, time)
		local rate, other = data.rate, data.other
		local permits = math.floor(window.left(data, rate, time) / rate.unit) - rate.more
		return other and math.max(permits, left(other, time)) or permits
	end

	-- Returns when so many permits of a rate are left, 0 for now.
	local function payable(data, permits, time)
		local rate, other = data.rate, data.other
		local at = window.payable(data, rate, permits * rate.unit + rate.more, time)
		return other and math.min(at, payable(other, permits, time)) or at
	end

	-- Takes over what another limit, or a clock far ahead, has kept. Where the windows are the same, their counts are; as a
	-- new fixed window begins, only what is owed counts. Where not it begins with as much used, now; if its period is
	-- shorter, a refusal writes that too, or it would end only with the longer one.
	function window.rebase(state, found)
		local from = counterparts(found.rates, state.rates)
		for i, rate in ipairs(state.rates) do
			local old, data = found.rates[from[i] or 0], found.data and found.data[from[i] or 0]
			if old then
				local fine, taken, top, share = refined(rate, old), data and data.other or data, rate, nil
				local same = found.name == name and not found.wrong and old.period == rate.period and window.isLike(old, rate)
				if same then
					share, top = window.scaled(data, old, fine), highest(rate, taken.rate)
				else
					local used = found.name == name and math.ceil(window.used(taken, taken.rate, found.time))
						or inProportion(old, rate)
					share = window.begun(fine, inProportion(old, fine), state.time)
					taken = window.begun(rate, used, state.time)
					state.other, state.mend = true, state.mend or rate.period < old.period
				end
				share.rate, share.other, taken.rate = fine, taken, top
				data = simplest(share, rate)
				if same and data.other and window.isOver(state, rate) then
					data = window.begun(rate, math.max(0, rate.permits - left(data, state.time)))
				end
			end
			state.data[i] = data or window.begun(rate, 0, state.time)
		end
	end

	function window.read(key, terms, now)
		local n, rates = (#terms - 18) / 40, {}
		for i = 1, n do
			local permits, period = struct.unpack('<dd', terms, 16 * i + 3)
			local most, first, second = struct.unpack('<ddd', terms, 16 * n + 24 * i - 5)
			rates[i] = { permits = permits, period = period, most = most, segments = first, step = first, steps = second,
				unit = 1, more = 0 }
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
			if found.data then
				unmix(found)
			end
			state.data, state.written = {}, found.written
			window.rebase(state, found)
		end
		for i, data in ipairs(state.data) do
			data.rate = data.other and data.rate or rates[i]
		end
		return state
	end

	function window.wait(state)
		local at = 0
		state.wait = 0
		for i, rate in ipairs(state.rates) do
			if state.need > rate.permits then
				state.wait = -1
				return 1
			elseif state.need > 0 then
				at = math.max(at, payable(state.data[i], state.need, state.time))
			end
		end
		if at > 0 then
			state.wait = math.max(1, at - state.now)
		end
		return state.wait
	end

	function window.rooms(state)
		local rooms = {}
		for i, data in ipairs(state.data) do
			rooms[i] = 0
			while data do
				rooms[i] = math.max(rooms[i], math.floor((data.rate.most - data.sum) / data.rate.unit))
				data = data.other
			end
		end
		return rooms
	end

	-- Charges permits of each rate, or without a list those of the charge.
	function window.spend(state, permits)
		for i, data in ipairs(state.data) do
			local each = permits and permits[i] or state.amount
			while data and each > 0 do
				window.add(data, data.rate, each * data.rate.unit, state.time)
				data = data.other
			end
		end
	end

	function window.take(state)
		window.spend(state)
		return state.amount > 0
	end

	function window.give(state, permits, at)
		local given = false
		for _, data in ipairs(state.data) do
			local counts
			while data do
				counts = window.giveOne(data, data.rate, permits * data.rate.unit, at, state.time)
				data = data.other
			end
			given = given or counts
		end
		return given
	end

	-- Returns in how many microseconds all permits of a rate are left, from when it is first asked: nothing changes then.
	local function timeToFull(state, i)
		local data = state.data[i]
		data.full = data.full or math.max(0, payable(data, state.rates[i].permits, state.time) - state.now)
		return data.full
	end

	-- Returns for how many milliseconds a record is needed.
	function window.expiry(state)
		local longest = 0
		for i = 1, #state.rates do
			longest = math.max(longest, timeToFull(state, i))
		end
		return string.format('%d', math.ceil(math.min(EXACT, longest) / 1000) + MARGIN)
	end

	-- Returns what a record with these data begins with, the rates included.
	function window.head(state, all)
		local parts = { name .. struct.pack('<BBd', #all, state.flags, state.time) }
		for i, data in ipairs(all) do
			parts[i + 1] = struct.pack('<dd', data.rate.permits, data.rate.period)
		end
		return table.concat(parts)
	end

	function window.write(key, state)
		local n, all, mixed = #state.rates, {}, false
		for i, rate in ipairs(state.rates) do
			state.data[i] = simplest(state.data[i], rate)
			all[i], mixed = state.data[i], mixed or state.data[i].other
		end
		for i = 1, mixed and n or 0 do
			all[n + i] = all[i].other or all[i]
		end
		local parts = { window.head(state, all) }
		for i, data in ipairs(all) do
			parts[i + 1] = window.packed(data, data.rate, i)
		end
		redis.call('SET', key, table.concat(parts) .. state.origin, 'PX', window.expiry(state))
	end

	-- Flags, origin, the time, of each rate the permits left and the microseconds to full, then those until the charge can
	-- be paid, and until time alone changes what is left.
	function window.shown(state)
		local parts, steady = { struct.pack('<Bc4d', state.flags, state.origin or '\0\0\0\0', state.time) }, EXACT
		for i, rate in ipairs(state.rates) do
			local data = state.data[i]
			local remaining = math.max(0, left(data, state.time))
			if remaining < rate.permits then
				steady = math.min(steady, payable(data, remaining + 1, state.time) - state.now)
			end
			parts[i + 1] = struct.pack('<dd', remaining, timeToFull(state, i))
		end
		return table.concat(parts) .. struct.pack('<dd', state.wait or 0, steady)
	end

	return window
end
