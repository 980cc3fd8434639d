-- Every call by its time. One string, of which a decision reads and writes only parts: after kind, number of rates n,
-- flags, time and rates, for each rate the sum of what counts and the position of the oldest entry that counts (2 n
-- doubles), the number of entries (a double), a byte for the length of what follows, origin and label; then the entries
-- in order, a time (a double) and permits (four bytes) each. Calls of the same microsecond are one entry; the last
-- entry always has permits. The bytes after the last entry are unused.
-- The data of all rates share a log: key, base (the offset of its entries), count (the number of entries), chunks that
-- were read, entries that were changed, each time and permits, and whether it is new.
algorithms.L = function()
	local window = windows('L', 16)
	local ENTRY, CHUNK, HEAD = 12, 32, 20

	-- Reads the part before the entries, or all of another algorithm's record.
	function window.load(key, n)
		local value = redis.call('GETRANGE', key, 0, HEAD + 32 * n + 1023)
		return string.sub(value, 1, 1) == 'L' and value or redis.call('GET', key)
	end

	-- Returns time and permits of an entry; entries are read a few at a time.
	local function entry(log, i)
		local changed = log.changed[i]
		if changed then
			return changed[1], changed[2]
		end
		local chunk = math.floor(i / CHUNK)
		if not log.chunks[chunk] then
			local from = log.base + chunk * CHUNK * ENTRY
			log.chunks[chunk] = redis.call('GETRANGE', log.key, from, from + CHUNK * ENTRY - 1)
		end
		return struct.unpack('<dI4', log.chunks[chunk], (i - chunk * CHUNK) * ENTRY + 1)
	end

	-- Returns the log that all rates of a record share, nil if it cannot be read.
	local function parsed(found, value, key)
		local sums = 12 + 32 * found.size
		if #value < sums + 8 then
			return nil
		end
		local count, size = struct.unpack('<dB', value, sums)
		local base = sums + 8 + size
		if isCount(count, 0) and size >= 4 and size <= 200 and base + count * ENTRY <= redis.call('STRLEN', key) then
			found.origin = redis.call('GETRANGE', key, base - size, base - 1)
			return { key = key, base = base, count = count, chunks = {}, changed = {} }
		end
	end

	function window.parseOne(value, from, _, found, key)
		found.log = found.log or parsed(found, value, key)
		local sum, start, after = struct.unpack('<dd', value, from)
		if found.log and isCount(sum, 0) and isCount(start, 0) and start <= found.log.count then
			return { sum = sum, start = start, log = found.log }, after
		end
	end

	function window.advance(data, rate, time)
		while data.start < data.log.count do
			local at, permits = entry(data.log, data.start)
			if time - at < rate.period then
				return
			end
			data.sum, data.start = data.sum - permits, data.start + 1
		end
		data.sum = 0
	end

	-- With equal periods the entries stay; else they are replaced by as few as say how many permits were taken of each
	-- rate; after another algorithm, as many as are the same part used.
	function window.rebase(state, found)
		local same = found.name == 'L' and not found.wrong and #found.rates == #state.rates
		for i, rate in ipairs(state.rates) do
			same = same and found.rates[i].period == rate.period
		end
		if same then
			state.data = found.data
			return
		end
		local log = { count = 0, chunks = {}, changed = {}, new = true }
		local from, order = counterparts(found.rates, state.rates), {}
		for i, rate in ipairs(state.rates) do
			local old = found.rates[from[i] or 0]
			state.other, state.mend = state.found, state.mend or old and rate.period < old.period
			state.data[i] = { sum = old and (found.name == 'L' and old.used or inProportion(old, rate)) or 0, log = log }
			order[i] = state.data[i]
		end
		table.sort(order, function(one, other) return one.sum > other.sum end)
		for i, data in ipairs(order) do
			local permits = data.sum - (order[i + 1] and order[i + 1].sum or 0)
			data.start = log.count
			if permits > 0 then
				log.changed[log.count] = { state.time, permits }
				log.count = log.count + 1
			end
		end
	end

	-- A sum that exceeds its entries, which only a foreign writer can leave, ends with the last of them.
	function window.payable(data, rate, permits)
		local missing, i, last = data.sum + permits - rate.permits, data.start, 0
		if permits == rate.permits and missing > 0 then
			return entry(data.log, data.log.count - 1) + rate.period
		end
		while missing > 0 and i < data.log.count do
			local at, counted = entry(data.log, i)
			missing, i, last = missing - counted, i + 1, at + rate.period
		end
		return last
	end

	-- An entry counts for every rate: for less time at rates with shorter periods.
	function window.spend(state, permits)
		local most, log = permits and math.max(unpack(permits)) or state.amount, state.data[1].log
		if most == 0 then
			return
		end
		local place, before, together = log.count, 0, log.count > 0
		for _, data in ipairs(state.data) do
			data.sum = data.sum + most
			together = together and data.start < place
		end
		if together then
			local at, counted = entry(log, place - 1)
			if at == state.time then
				place, before = place - 1, counted
			end
		end
		log.changed[place] = { state.time, before + most }
		log.count = place + 1
	end

	-- Returns the position of the oldest entry that counts for any rate.
	local function oldest(state)
		local start = state.data[1].log.count
		for _, data in ipairs(state.data) do
			start = math.min(start, data.start)
		end
		return start
	end

	-- Returns the position of the last entry of a time from a position on, nil if there is none.
	local function find(log, from, time)
		local low, high = from, log.count - 1
		while low < high do
			local middle = math.ceil((low + high) / 2)
			if entry(log, middle) <= time then
				low = middle
			else
				high = middle - 1
			end
		end
		return low < log.count and entry(log, low) == time and low or nil
	end

	function window.give(state, permits, at)
		local log, first = state.data[1].log, oldest(state)
		local place = find(log, first, at)
		if not place then
			return false
		end
		local _, counted = entry(log, place)
		local given = math.min(permits, counted)
		log.changed[place] = { at, counted - given }
		while log.count > first and select(2, entry(log, log.count - 1)) == 0 do
			log.count = log.count - 1
		end
		for _, data in ipairs(state.data) do
			data.sum = place >= data.start and data.sum - given or data.sum
			data.start = math.min(data.start, log.count)
			if data.start == log.count then
				data.sum = 0
			end
		end
		return true
	end

	-- Returns the part before the entries.
	local function head(state)
		local parts = { window.head(state, state.data) }
		for i, data in ipairs(state.data) do
			parts[i + 1] = struct.pack('<dd', data.sum, data.start)
		end
		return table.concat(parts) .. struct.pack('<dB', state.data[1].log.count, #state.origin) .. state.origin
	end

	-- Returns an entry as bytes.
	local function packedEntry(log, i)
		local at, permits = entry(log, i)
		return struct.pack('<dI4', at, permits), permits
	end

	-- Drops entries that no longer count or have no permits. Returns the entries that stay.
	local function rewritten(state, first)
		local log, parts, starts = state.data[1].log, {}, {}
		for i = first, log.count - 1 do
			for _, data in ipairs(state.data) do
				if data.start == i then
					starts[data] = #parts
				end
			end
			local bytes, permits = packedEntry(log, i)
			if permits > 0 then
				parts[#parts + 1] = bytes
			end
		end
		for _, data in ipairs(state.data) do
			data.start = starts[data] or #parts
		end
		log.count = #parts
		return table.concat(parts)
	end

	function window.write(key, state)
		local log, first, most = state.data[1].log, oldest(state), 0
		for _, rate in ipairs(state.rates) do
			most = math.max(most, rate.most)
		end
		local expiry = window.expiry(state)
		if log.new or (first >= 2 * CHUNK and 2 * first >= log.count) or log.count - first > 2 * most + CHUNK then
			local entries = rewritten(state, first)
			redis.call('SET', key, head(state) .. entries, 'PX', expiry)
			return
		end
		redis.call('SETRANGE', key, 0, head(state))
		for i in pairs(log.changed) do
			if i < log.count then
				redis.call('SETRANGE', key, log.base + i * ENTRY, (packedEntry(log, i)))
			end
		end
		redis.call('PEXPIRE', key, expiry)
	end

	return window
end
