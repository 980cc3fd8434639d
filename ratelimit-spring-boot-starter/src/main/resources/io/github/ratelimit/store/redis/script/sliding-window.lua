-- Segments of a period, of which the current one and as many before it as a period has count in full. Stored: the
-- segments of a period (a double), then for each rate the sum of its counts (a double), how many segments have one (two
-- bytes), and these segments in order, each by its number since 1970 and its count (two doubles).
algorithms.S = function()
	local window = windows('S', 10)

	function window.isLike(old, rate)
		return old.segments == rate.segments
	end

	-- Returns the number of the segment of a time.
	local function segment(rate, time)
		local turn = math.floor(time / rate.period)
		return turn * rate.segments + math.floor((time - turn * rate.period) * rate.segments / rate.period)
	end

	-- Returns when a segment no longer counts.
	local function ending(rate, number)
		number = number + rate.segments + 1
		local turn = math.floor(number / rate.segments)
		return turn * rate.period + math.ceil((number - turn * rate.segments) * rate.period / rate.segments)
	end

	-- Returns number and count of a segment that has one.
	local function at(data, i)
		return struct.unpack('<dd', data.counts, 16 * i - 15)
	end

	-- Replaces a segment, or removes it if its count is 0.
	local function replace(data, i, number, count)
		data.counts = string.sub(data.counts, 1, 16 * i - 16) .. (count > 0 and struct.pack('<dd', number, count) or '')
			.. string.sub(data.counts, 16 * i + 1)
	end

	function window.parseOne(value, from, rate, found)
		if not found.segments then
			found.segments, from = struct.unpack('<d', value, from)
		end
		rate.segments = found.segments
		if not isCount(rate.segments, 1) or rate.segments > 65535 or from + 9 > #value then
			return nil
		end
		local sum, size, after = struct.unpack('<dI2', value, from)
		local ends = after + 16 * size
		if isCount(sum, 0) and ends <= #value + 1 then
			return { sum = sum, counts = string.sub(value, after, ends - 1) }, ends
		end
	end

	function window.packed(data, rate, i)
		local segments = i == 1 and struct.pack('<d', rate.segments) or ''
		return segments .. struct.pack('<dI2', data.sum, #data.counts / 16) .. data.counts
	end

	function window.advance(data, rate, time)
		local oldest, gone = segment(rate, time) - rate.segments, 0
		while 16 * gone < #data.counts do
			local number, count = at(data, gone + 1)
			if number >= oldest then
				break
			end
			data.sum, gone = data.sum - count, gone + 1
		end
		data.counts = string.sub(data.counts, 16 * gone + 1)
	end

	function window.begun(rate, used, time)
		return { sum = used, counts = used > 0 and struct.pack('<dd', segment(rate, time), used) or '' }
	end

	function window.scaled(data, old, rate)
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

	function window.payable(data, rate, permits)
		local missing, i, last = data.sum + permits - rate.permits, 1, #data.counts / 16
		if permits == rate.permits and last > 0 then
			return ending(rate, (at(data, last)))
		end
		while missing > 0 and i <= last do
			local number, count = at(data, i)
			missing, i = missing - count, i + 1
			if missing <= 0 then
				return ending(rate, number)
			end
		end
		return 0
	end

	function window.add(data, rate, permits, time)
		local number, last = segment(rate, time), #data.counts / 16
		local newest, count = -1, 0
		if last > 0 then
			newest, count = at(data, last)
		end
		if newest == number then
			replace(data, last, number, count + permits)
		else
			replace(data, last + 1, number, permits)
		end
		data.sum = data.sum + permits
	end

	function window.giveOne(data, rate, permits, taken)
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

	return window
end
