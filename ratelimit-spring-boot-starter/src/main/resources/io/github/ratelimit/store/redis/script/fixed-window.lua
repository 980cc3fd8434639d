-- Windows at whole periods since 1970, in each of which all permits refill at once. Stored for each rate: the permits
-- that were left (a double), a debt being negative.
algorithms.F = function()
	local window = windows('F', 8)

	function window.parseOne(value, from, rate, found)
		local left, after = struct.unpack('<d', value, from)
		if isCount(left, -EXACT) and left <= rate.permits then
			return { sum = rate.permits - left, at = found.written }, after
		end
	end

	function window.packed(data, rate)
		return struct.pack('<d', rate.permits - data.sum)
	end

	function window.advance(data, rate, time)
		local turned = math.floor(time / rate.period) - math.floor(data.at / rate.period)
		if turned > 0 then
			data.sum = math.max(0, data.sum - turned * rate.permits)
		end
	end

	function window.begun(_, used)
		return { sum = used }
	end

	function window.scaled(data, old, rate)
		return { sum = math.min(EXACT, scaled(data.sum, old.permits, rate.permits)) }
	end

	function window.isOver(state, rate)
		return math.floor(state.written / rate.period) < math.floor(state.time / rate.period)
	end

	-- Whole windows have to pass.
	function window.payable(data, rate, permits, time)
		local missing = data.sum - (rate.permits - permits)
		return missing > 0 and (math.floor(time / rate.period) + math.ceil(missing / rate.permits)) * rate.period or 0
	end

	function window.giveOne(data, rate, permits, at, time)
		if math.floor(at / rate.period) ~= math.floor(time / rate.period) then
			return false
		end
		data.sum = math.max(0, data.sum - permits)
		return true
	end

	return window
end
