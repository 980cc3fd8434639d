-- The sum of this window, and that of the one before by the part of it that is still within a period: in whole steps of
-- time, so few that no product is above 2^53. Stored for each rate: both sums (doubles).
algorithms.C = function()
	local window = windows('C', 16)

	function window.parseOne(value, from, _, found)
		local sum, before, after = struct.unpack('<dd', value, from)
		if isCount(sum, 0) and isCount(before, 0) then
			return { sum = sum, before = before, at = found.written }, after
		end
	end

	function window.packed(data)
		return struct.pack('<dd', data.sum, data.before)
	end

	function window.advance(data, rate, time)
		local turned = math.floor(time / rate.period) - math.floor(data.at / rate.period)
		if turned > 0 then
			data.before, data.sum = turned == 1 and data.sum or 0, 0
		end
	end

	-- The counts for another limit, which has other steps.
	function window.used(data, rate, time)
		return data.sum + data.before * (1 - time % rate.period / rate.period)
	end

	function window.begun(_, used)
		return { sum = used, before = 0 }
	end

	function window.scaled(data, old, rate)
		local function bounded(count)
			return math.min(EXACT, scaled(count, old.permits, rate.permits))
		end
		return { sum = bounded(data.sum), before = bounded(data.before) }
	end

	-- Gives a rate the number of steps that it can have with such sums.
	function window.divide(rate, most)
		rate.step = math.ceil(rate.period / math.min(rate.period, math.floor(EXACT / 2 / most)))
		rate.steps = math.ceil(rate.period / rate.step)
	end

	-- Returns what is used, in permits times the steps of a period.
	local function usedInSteps(data, rate, time)
		return data.before * (rate.steps - math.floor(time % rate.period / rate.step)) + data.sum * rate.steps
	end

	function window.payable(data, rate, permits, time)
		local most = (rate.permits - permits) * rate.steps
		if usedInSteps(data, rate, time) <= most then
			return 0
		end
		local begin, sliding, rest = time - time % rate.period, data.before, most - data.sum * rate.steps
		if rest < 0 then
			begin, sliding, rest = begin + rate.period, data.sum, most
		end
		return begin + math.min(rate.period, (rate.steps - math.floor(rest / sliding)) * rate.step)
	end

	function window.left(data, rate, time)
		return math.floor((rate.permits * rate.steps - usedInSteps(data, rate, time)) / rate.steps)
	end

	function window.giveOne(data, rate, permits, at, time)
		local turned = math.floor(time / rate.period) - math.floor(at / rate.period)
		local counted = turned == 0 and 'sum' or turned == 1 and 'before'
		if counted then
			data[counted] = math.max(0, data[counted] - permits)
		end
		return counted ~= false
	end

	return window
end
