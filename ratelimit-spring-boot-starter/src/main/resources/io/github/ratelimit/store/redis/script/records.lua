-- The records of all algorithms, and the algorithms themselves: each is a table of functions over the state of a key.
--   read(key, terms, now)          the state under the terms of a charge, nil if the record cannot be read
--   wait(state)                    0 if the charge can be paid
--   take(state, fresh)             takes what the charge costs; returns whether that changes anything
--   give(state, permits, at, fresh)  gives back permits that were taken at a time; returns whether they still count
--   rooms(state, debts)            how many permits of each rate can be charged, even if they are not available
--   spend(state, permits, fresh, debts)  charges a list of the permits of each rate
--   write(key, state, now)         stores the state
--   shown(state, now)              what the caller reads of it
-- Fresh is the end of a new record: an origin of four random bytes, and a label.
-- Fields of a state: time (ahead of now after a small step back of the clock), flags, origin (with the label), found,
-- idle (how long nothing was taken), other (it belongs to a limit that counts otherwise), mend (a refusal writes it
-- too, as it would otherwise stay as that limit has left it).
-- An algorithm is created when the first key needs it, since creating a function costs Lua more than calling it.
local ENFORCED, REFUNDED = 1, 1
-- By name. The files that follow add the functions that create them.
local algorithms = { B = false, P = false, F = false, S = false, C = false, L = false, Z = false }

-- Returns the algorithm of a name, nothing if there is none or the script does not need it.
local function algorithmNamed(name)
	local algorithm = algorithms[name]
	if type(algorithm) == 'function' then
		algorithm = algorithm()
		algorithms[name] = algorithm
	end
	return algorithm
end

-- Returns the algorithm of a charge: its terms begin with the name and a byte of flags, or with the lower-case name
-- alone for an enforced token bucket of one rate.
local function algorithmOf(terms)
	return algorithmNamed(string.upper(string.sub(terms, 1, 1)))
end

-- Returns the error of a key that has a foreign value.
local function unreadable(key)
	return redis.error_reply('UNREADABLE state under ' .. key .. ': it was not written by this version')
end

-- Returns whether this is an integer not below another, unlike a foreign value.
local function isCount(number, least)
	return number >= least and number <= EXACT and number % 1 == 0
end

-- Returns the beginning of every record: kind, number of rates, flags and time; nil if that cannot be read. Its time is
-- that of the record's counts, moved forward to now.
local function headOf(value, now)
	if #value < 11 then
		return nil
	end
	local _, size, flags, written = struct.unpack('<BBBd', value)
	if size < 1 or written ~= written then
		return nil
	end
	local time, wrong = written > now and written or now, written > now + FAR_AHEAD
	return { name = string.sub(value, 1, 1), size = size, flags = flags, written = written, time = time, wrong = wrong,
		idle = wrong and 0 or time - written, found = true, mend = wrong }
end

-- Returns the content of a record of any algorithm, with permits, period and used permits of each rate of a window; nil
-- if it cannot be read.
local function stored(key, value, now)
	local found = headOf(value, now)
	local algorithm = found and algorithmNamed(found.name == '1' and 'B' or string.match(found.name, '[FSCL]'))
	return algorithm and algorithm.parse(found, value, key) and found or nil
end

-- Returns which old rate each new one goes on from: first those of the same period, then the others in order.
local function counterparts(olds, news)
	local used, result = {}, {}
	for pass = 1, 2 do
		for i, new in ipairs(news) do
			for j, old in ipairs(olds) do
				if not result[i] and not used[j] and (pass == 2 or old.period == new.period) then
					result[i], used[j] = j, true
				end
			end
		end
	end
	return result
end

-- Says what windows count as used. A record of mixed counts has each rate twice, as shares and in permits (see
-- windows.lua): its second half becomes the other data of the first.
local function unmix(found)
	local rates, data, n, window = found.rates, found.data, found.size / 2, algorithmNamed(found.name)
	local mixed = n % 1 == 0 and found.name ~= 'L'
	for i = 1, mixed and n or 0 do
		mixed = mixed and rates[i].period == rates[n + i].period
	end
	for i = 1, mixed and n or 0 do
		data[i].other, rates[n + i] = data[n + i], nil
	end
	for i, rate in ipairs(rates) do
		rate.used = window.used(data[i], rate, found.time)
	end
end

-- Returns the same part of other permits, rounded up; exact where one is a multiple of the other.
local function scaled(count, from, to)
	return math.ceil(to % from == 0 and count * (to / from) or from % to == 0 and count / (from / to) or count * to / from)
end

-- Returns what of an old rate is used, in permits of a new one.
local function inProportion(old, new)
	return math.max(0, math.min(new.most, scaled(old.used, old.permits, new.permits)))
end

-- Returns the state of a key for the endpoint: how long nothing was taken, the state as its algorithm returns it, and
-- the label.
local function described(algorithm, state, now)
	return struct.pack('<d', state.idle) .. algorithm.shown(state, now)
		.. (algorithm.label and algorithm.label(state) or string.sub(state.origin, 5))
end
