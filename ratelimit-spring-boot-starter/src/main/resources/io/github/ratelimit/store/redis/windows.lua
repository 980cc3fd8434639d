-- What limits of windows have in common. Terms: kind, flags, permits to take and permits needed, of each rate permits
-- and period in microseconds, then of each rate the most permits that can ever be charged, and two numbers of its kind.
-- Shown is: the state's time, flags, the origin's four bytes, of each rate the permits left and the microseconds to
-- full, then those until the charge can be paid, and until time alone changes what is left.
-- A kind says of the data of one rate: parse, advance (to a time), used, begun (with so much used), scaled (to other
-- permits), isWhole (in units), payable (when; 0 if now), room, add, left, full (when; 0 if now), give, and what is
-- stored (packed).
-- A state that limits of different permits use in turn is counted in units of which both have whole numbers, and stored
-- as that of a limit with so many permits: nothing is lost however often they alternate. A rate's permits and most are
-- such units; unit is how many make a permit. It is 1 again as soon as all that is stored is whole permits.
local function windows(kind)
	local FINEST, MOST_UNITS = 1099511627776, 1125899906842624

	function kind.terms(terms)
		local n = (#terms - 18) / 40
		local state = { terms = terms, rates = {}, data = {}, config = string.sub(terms, 19, 18 + 16 * n) }
		state.amount, state.need = struct.unpack('<dd', terms, 3)
		for i = 1, n do
			local permits, period = struct.unpack('<dd', terms, 16 * i + 3)
			local most, x, y = struct.unpack('<ddd', terms, 16 * n + 24 * i - 5)
			state.rates[i] = { permits = permits, period = period, most = most, x = x, y = y, unit = 1 }
		end
		return state
	end

	-- A rate in units of which its own permits and those of another rate are whole numbers; in units of its own, not
	-- more than the other's permits, where those would be too many.
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
			x = rate.x, y = rate.y, unit = unit, permit = rate }
		return unit > 1 and kind.divided and kind.divided(fine) or fine
	end

	function kind.isLike()
		return true
	end

	-- A state that was kept by another limit, or by a clock far ahead. Where the windows are the same, their counts are.
	-- Where not it begins with as much used, now; if its period is shorter, a refusal writes that too, or it would end
	-- only with the longer one.
	function kind.rebase(state, found)
		local from = counterparts(found.rates, state.rates)
		for i, rate in ipairs(state.rates) do
			local old = found.rates[from[i] or 0]
			if not old then
				state.data[i] = kind.begun(rate, 0, state.time)
			else
				local fine = refined(rate, old)
				state.rates[i] = fine
				if found.name == kind.name and not found.wrong and old.period == rate.period and kind.isLike(old, rate) then
					state.data[i] = kind.scaled(found.data[from[i]], old, fine)
				else
					state.data[i] = kind.begun(fine, inProportion(old, fine), state.time)
					state.other, state.mend = true, state.mend or rate.period < old.period
				end
			end
		end
	end

	function kind.load(key)
		return redis.call('GET', key)
	end

	function kind.read(key, terms, now)
		local state = kind.terms(terms)
		local value = kind.load(key, #state.rates)
		state.time, state.now, state.flags, state.found = now, now, PLAIN, false
		if not value then
			kind.rebase(state, { rates = {}, data = {} })
			return state
		end
		local found = stored(key, value, now)
		if not found then
			return nil
		end
		state.found, state.flags, state.origin, state.idle = true, found.flags, found.origin, found.idle
		state.mend = found.wrong
		state.time = found.wrong and now or found.time
		if found.name == kind.name and found.config == state.config and not found.wrong
			and kind.isLike(found.rates[1], state.rates[1]) then
			state.data = found.data
		else
			kind.rebase(state, found)
		end
		return state
	end

	function kind.wait(state)
		local at = 0
		for i, rate in ipairs(state.rates) do
			if state.need * rate.unit > rate.permits then
				state.wait = -1
				return 1
			elseif state.need > 0 then
				at = math.max(at, kind.payable(state.data[i], rate, state.need * rate.unit, state.time))
			end
		end
		state.wait = at > 0 and math.max(1, at - state.now) or 0
		return state.wait
	end

	local function add(state, permits)
		for i, rate in ipairs(state.rates) do
			kind.add(state.data[i], rate, permits * rate.unit, state.time)
		end
		return permits > 0
	end

	function kind.take(state)
		return add(state, state.amount)
	end

	-- Gives back what was taken at a time; returns whether any window of then is still there.
	function kind.give(state, permits, at)
		local given = false
		for i, rate in ipairs(state.rates) do
			given = kind.giveOne(state.data[i], rate, permits * rate.unit, at, state.time) or given
		end
		return given
	end

	function kind.charge(state, permits)
		local charged = permits
		for i, rate in ipairs(state.rates) do
			charged = math.min(charged, math.max(0, math.floor(kind.room(state.data[i], rate) / rate.unit)))
		end
		add(state, charged)
		return permits - charged
	end

	function kind.chargeEach(state, permits)
		local changed, short = false, 0
		for i, rate in ipairs(state.rates) do
			local wanted = struct.unpack('<d', permits, 8 * i - 7)
			local charged = math.min(wanted, math.max(0, math.floor(kind.room(state.data[i], rate) / rate.unit)))
			if charged > 0 then
				kind.add(state.data[i], rate, charged * rate.unit, state.time)
			end
			changed, short = changed or charged > 0, math.max(short, wanted - charged)
		end
		return changed, short
	end

	local function timeToFull(state, i)
		return math.max(0, kind.full(state.data[i], state.rates[i], state.time) - state.now)
	end

	function kind.expiry(state)
		local longest = 0
		for i = 1, #state.rates do
			longest = math.max(longest, timeToFull(state, i))
		end
		return string.format('%.0f', math.ceil((longest <= EXACT and longest or EXACT) / 1000) + MARGIN)
	end

	function kind.head(state)
		local config = {}
		for i, rate in ipairs(state.rates) do
			config[i] = struct.pack('<dd', rate.permits, rate.period)
		end
		return kind.name .. struct.pack('<BBd', #state.rates, state.flags, state.time) .. table.concat(config)
	end

	function kind.write(key, state)
		for i, rate in ipairs(state.rates) do
			if rate.unit > 1 and kind.isWhole(state.data[i], rate.unit) then
				state.data[i], state.rates[i] = kind.scaled(state.data[i], rate, rate.permit), rate.permit
			end
		end
		local parts = { kind.head(state), kind.packedHead and kind.packedHead(state) or '' }
		for i = 1, #state.rates do
			parts[i + 2] = kind.packed(state.data[i])
		end
		redis.call('SET', key, table.concat(parts) .. state.origin, 'PX', kind.expiry(state))
	end

	function kind.shown(state)
		local parts, steady = { struct.pack('<dBc4', state.time, state.flags, state.origin or '\0\0\0\0') }, EXACT
		for i, rate in ipairs(state.rates) do
			local left = math.max(0, math.floor(kind.left(state.data[i], rate, state.time) / rate.unit))
			local more = (left + 1) * rate.unit
			if more <= rate.permits then
				steady = math.min(steady, kind.payable(state.data[i], rate, more, state.time) - state.now)
			end
			parts[i + 1] = struct.pack('<dd', left, timeToFull(state, i))
		end
		return table.concat(parts) .. struct.pack('<dd', state.wait or 0, steady)
	end

	return kind
end
