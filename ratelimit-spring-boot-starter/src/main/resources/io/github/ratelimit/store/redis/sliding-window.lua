-- Segments of a period, of which the current one and as many before as a period has count in full. Stored: the segments
-- of a period (a double), then of each rate the sum of its counts (a double), how many segments have one (two bytes),
-- and these segments in order, each by its number since 1970 and its count (two doubles).
makers.S = function()
	local kind = windows({ name = 'S' })

	function kind.isLike(old, rate)
		return old.x == rate.x
	end

	local function segment(rate, time)
		local window = math.floor(time / rate.period)
		return window * rate.x + math.floor((time - window * rate.period) * rate.x / rate.period)
	end

	local function begin(rate, number)
		local window = math.floor(number / rate.x)
		return window * rate.period + math.ceil((number - window * rate.x) * rate.period / rate.x)
	end

	local function at(data, i)
		return struct.unpack('<dd', data.counts, 16 * i - 15)
	end

	local function replace(data, i, number, count)
		data.counts = string.sub(data.counts, 1, 16 * i - 16) .. (count > 0 and struct.pack('<dd', number, count) or '')
			.. string.sub(data.counts, 16 * i + 1)
	end

	function kind.parse(found, _, value, from)
		if #value < from + 7 then
			return false
		end
		local segments = struct.unpack('<d', value, from)
		if not isCount(segments, 1) or segments > 65535 then
			return false
		end
		from = from + 8
		for i, rate in ipairs(found.rates) do
			if #value < from + 9 then
				return false
			end
			local sum, size = struct.unpack('<dI2', value, from)
			if not isCount(sum, 0) or #value < from + 9 + 16 * size then
				return false
			end
			rate.x = segments
			found.data[i] = { sum = sum, counts = string.sub(value, from + 10, from + 9 + 16 * size) }
			from = from + 10 + 16 * size
		end
		found.origin = string.sub(value, from)
		return true
	end

	function kind.advance(data, rate, time)
		local oldest, gone = segment(rate, time) - rate.x, 0
		while 16 * gone < #data.counts do
			local number, count = at(data, gone + 1)
			if number >= oldest then
				break
			end
			data.sum = data.sum - count
			gone = gone + 1
		end
		data.counts = string.sub(data.counts, 16 * gone + 1)
	end

	function kind.used(data)
		return data.sum
	end

	function kind.begun(rate, used, time)
		return { sum = used, counts = used > 0 and struct.pack('<dd', segment(rate, time), used) or '' }
	end

	function kind.scaled(data, old, rate)
		local counts, before, sum = {}, 0, 0
		for i = 1, #data.counts / 16 do
			local number, count = at(data, i)
			before = before + count
			count = scaled(before, old.permits, rate.permits) - sum
			if count > 0 then
				counts[#counts + 1], sum = struct.pack('<dd', number, count), sum + count
			end
		end
		return { sum = sum, counts = table.concat(counts) }
	end

	function kind.isWhole(data, unit)
		local whole = true
		for i = 1, #data.counts / 16 do
			local _, count = at(data, i)
			whole = whole and count % unit == 0
		end
		return whole
	end

	function kind.payable(data, rate, permits)
		local missing = data.sum + permits - rate.permits
		for i = 1, missing > 0 and #data.counts / 16 or 0 do
			local number, count = at(data, i)
			missing = missing - count
			if missing <= 0 then
				return begin(rate, number + rate.x + 1)
			end
		end
		return 0
	end

	function kind.full(data, rate)
		return #data.counts > 0 and begin(rate, at(data, #data.counts / 16) + rate.x + 1) or 0
	end

	function kind.room(data, rate)
		return rate.most - data.sum
	end

	function kind.add(data, rate, permits, time)
		local number, last = segment(rate, time), #data.counts / 16
		if permits > 0 and last > 0 then
			local newest, count = at(data, last)
			if newest == number then
				replace(data, last, number, count + permits)
			else
				replace(data, last + 1, number, permits)
			end
		elseif permits > 0 then
			replace(data, 1, number, permits)
		end
		data.sum = data.sum + permits
	end

	function kind.left(data, rate)
		return rate.permits - data.sum
	end

	function kind.giveOne(data, rate, permits, taken)
		local number = segment(rate, taken)
		for i = #data.counts / 16, 1, -1 do
			local found, count = at(data, i)
			if found == number then
				local given = math.min(permits, count)
				replace(data, i, number, count - given)
				data.sum = data.sum - given
				return true
			end
		end
		return false
	end

	function kind.packedHead(state)
		return struct.pack('<d', state.rates[1].x)
	end

	function kind.packed(data)
		return struct.pack('<dI2', data.sum, #data.counts / 16) .. data.counts
	end

	return kind
end
