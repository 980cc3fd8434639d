-- The count of this window, and that of the one before by the part of it that still lies within a period: in whole
-- steps of time, so few that no product is above 2^53. Stored of each rate: both counts (doubles).
-- Terms: a step in microseconds, and how many steps a period has.
makers.C = function()
	local kind = windows({ name = 'C' })

	function kind.parse(found, _, value, from)
		for i, rate in ipairs(found.rates) do
			if #value < from + 15 then
				return false
			end
			local current, before = struct.unpack('<dd', value, from)
			if not (isCount(current, 0) and isCount(before, 0)) then
				return false
			end
			found.data[i] = { current = current, before = before, at = found.written }
			rate.y = 1
			from = from + 16
		end
		found.origin = string.sub(value, from)
		return true
	end

	function kind.advance(data, rate, time)
		local turned = math.floor(time / rate.period) - math.floor(data.at / rate.period)
		if turned > 0 then
			data.before, data.current = turned == 1 and data.current or 0, 0
		end
		data.at = time
	end

	-- As another limit sees it, who does not know the steps.
	function kind.used(data, rate, time)
		return data.current + data.before * (1 - time % rate.period / rate.period)
	end

	function kind.begun(rate, used, time)
		return { current = used, before = 0, at = time }
	end

	function kind.scaled(data, old, rate)
		local function bounded(count)
			return math.min(rate.most, scaled(count, old.permits, rate.permits))
		end
		return { current = bounded(data.current), before = bounded(data.before), at = data.at }
	end

	function kind.isWhole(data, unit)
		return data.current % unit == 0 and data.before % unit == 0
	end

	-- Finer counts have fewer steps.
	function kind.divided(rate)
		rate.x = math.ceil(rate.period / math.min(rate.period, math.floor(EXACT / 2 / rate.most)))
		rate.y = math.ceil(rate.period / rate.x)
		return rate
	end

	local function steps(rate, time)
		return math.floor(time % rate.period / rate.x)
	end

	local function usedParts(data, rate, time)
		return data.before * (rate.y - steps(rate, time)) + data.current * rate.y
	end

	function kind.payable(data, rate, permits, time)
		local most = (rate.permits - permits) * rate.y
		if usedParts(data, rate, time) <= most then
			return 0
		end
		local begin = time - time % rate.period
		if data.current * rate.y <= most then
			local step = rate.y - math.floor((most - data.current * rate.y) / data.before)
			return begin + math.min(rate.period, step * rate.x)
		end
		local step = rate.y - math.floor(most / data.current)
		return begin + rate.period + math.min(rate.period, step * rate.x)
	end

	function kind.full(data, rate, time)
		local begin = time - time % rate.period
		if data.current > 0 then
			return begin + 2 * rate.period
		end
		return data.before > 0 and begin + rate.period or 0
	end

	function kind.room(data, rate)
		return rate.most - data.current
	end

	function kind.add(data, _, permits)
		data.current = data.current + permits
	end

	function kind.left(data, rate, time)
		return math.floor((rate.permits * rate.y - usedParts(data, rate, time)) / rate.y)
	end

	function kind.giveOne(data, rate, permits, at, time)
		local turned = math.floor(time / rate.period) - math.floor(at / rate.period)
		if turned == 0 then
			data.current = math.max(0, data.current - permits)
		elseif turned == 1 then
			data.before = math.max(0, data.before - permits)
		end
		return turned == 0 or turned == 1
	end

	function kind.packed(data)
		return struct.pack('<dd', data.current, data.before)
	end

	return kind
end
