-- Token buckets, and those that pace calls: of these a turn is taken by whoever finds the level at the floor, and every
-- change has an origin of its own, so that a turn goes back only where nobody took the next one.
-- Terms: kind, flags, of each rate its cost and floor, then full level and gain of each rate.
local function levels(paced)
	local kind = {}

	local function rebased(key, rates, now)
		local value = redis.call('GET', key)
		local found = stored(key, value, now)
		if not found or found.name == '1' then
			return nil
		end
		local new, result = {}, {}
		for i = 1, #rates / 16 do
			local full, gain = struct.unpack('<dd', rates, 16 * i - 15)
			new[i] = { permits = full, period = full / gain, most = EXACT }
		end
		local from = counterparts(found.rates, new)
		for i, rate in ipairs(new) do
			result[i] = rate.permits - (from[i] and inProportion(found.rates[from[i]], rate) or 0)
		end
		return { levels = result, rates = rates, time = now, idle = found.idle, flags = found.flags, origin = found.origin,
			found = true, other = true, mend = true }
	end

	function kind.read(key, terms, now)
		local at = #terms == 32 and 1 or 3
		local n = (#terms - at + 1) / 32
		local rates = string.sub(terms, at + 16 * n)
		local state = read(key, rates, now) or rebased(key, rates, now)
		if state then
			state.terms, state.at = terms, at
		end
		return state
	end

	function kind.wait(state)
		for i = 1, #state.levels do
			if state.levels[i] < struct.unpack('<d', state.terms, state.at + 16 * i - 8) then
				return 1
			end
		end
		return 0
	end

	local function renamed(state, fresh)
		if paced then
			state.origin = string.sub(fresh, 1, 4) .. string.sub(state.origin or fresh, 5)
		end
		return true
	end

	function kind.take(state, fresh)
		local changed = false
		for i = 1, #state.levels do
			local cost = struct.unpack('<d', state.terms, state.at + 16 * i - 16)
			state.levels[i] = state.levels[i] - cost
			changed = changed or cost > 0
		end
		return changed and renamed(state, fresh)
	end

	-- Costs are those of the terms: what a charge took, it gives back.
	function kind.give(state, _, _, fresh)
		for i = 1, #state.levels do
			local full = struct.unpack('<d', state.rates, 16 * i - 15)
			local level = state.levels[i] + struct.unpack('<d', state.terms, state.at + 16 * i - 16)
			state.levels[i] = level < full and level or full
		end
		return renamed(state, fresh)
	end

	-- Takes whole permits down to the lowest levels; returns how many are forgiven. Of each rate: units, lowest level.
	function kind.charge(state, permits, debts, fresh)
		local charged = permits
		for i = 1, #state.levels do
			local unit, lowest = struct.unpack('<dd', debts, 16 * i - 15)
			charged = math.min(charged, math.max(0, math.floor((state.levels[i] - lowest) / unit)))
		end
		for i = 1, #state.levels do
			state.levels[i] = state.levels[i] - charged * struct.unpack('<d', debts, 16 * i - 15)
		end
		if charged > 0 then
			renamed(state, fresh)
		end
		return permits - charged
	end

	-- Takes whole permits of each rate by itself, down to its lowest level; returns whether any were taken, and
	-- how many did not find room.
	function kind.chargeEach(state, permits, debts, fresh)
		local changed, short = false, 0
		for i = 1, #state.levels do
			local unit, lowest = struct.unpack('<dd', debts, 16 * i - 15)
			local room = math.max(0, math.floor((state.levels[i] - lowest) / unit))
			local wanted = struct.unpack('<d', permits, 8 * i - 7)
			local charged = math.min(wanted, room)
			state.levels[i] = state.levels[i] - charged * unit
			changed, short = changed or charged > 0, math.max(short, wanted - charged)
		end
		return changed and renamed(state, fresh), short
	end

	kind.write, kind.shown = write, shown
	return kind
end

makers.B = function()
	return levels(false)
end

makers.P = function()
	return levels(true)
end
