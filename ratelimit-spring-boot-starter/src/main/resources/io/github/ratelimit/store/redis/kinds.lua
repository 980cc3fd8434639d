-- Limits of every kind. Each is a table of the same functions over the state of a key: read, wait (0 if the charge can
-- be paid), take, write, shown, give (back), charge and chargeEach (whatever is there), and is only made where it is
-- needed. The terms of a charge begin with its kind and a byte of flags, but for the 32 bytes of a plain token bucket. A
-- state that was kept by another limit is other where it cannot take back what that limit took, and to mend where a
-- refusal writes it too.

local ENFORCED = 1
local makers, made = {}, {}

local function kindOf(name)
	local kind = made[name]
	if not kind and makers[name] then
		kind = makers[name]()
		made[name] = kind
	end
	return kind
end

local function kindOfTerms(terms)
	return kindOf(#terms == 32 and 'B' or string.sub(terms, 1, 1))
end

local function isEnforced(terms)
	return #terms == 32 or string.byte(terms, 2) % 2 == ENFORCED
end

-- Whether this is a number of permits, as only a state that was written by others may not have.
local function isCount(number, least)
	return number >= least and number <= EXACT and number % 1 == 0
end

local function refunded(flags)
	return flags % 2 == 0 and flags + REFUNDED or flags
end

-- Which old rate each new one goes on from: first those of the same time to full, then the others in order.
local function counterparts(olds, news)
	local used, result = {}, {}
	for pass = 1, 2 do
		for i = 1, #news do
			for j = 1, #olds do
				if not result[i] and not used[j] and (pass == 2 or olds[j].period == news[i].period) then
					result[i], used[j] = j, true
				end
			end
		end
	end
	return result
end

-- What a value says, whatever kind of limit kept it: its rates with what is used of each, by its own time. Nil if it
-- cannot be read. All but token buckets begin with kind, number of rates n, flags, time, and n times permits and
-- period in microseconds.
local function stored(key, value, now)
	local name, n, flags = string.sub(value, 1, 1), string.byte(value, 2, 3)
	if not flags or n < 1 or #value < 11 + 16 * n then
		return nil
	end
	local written = struct.unpack('<d', value, 4)
	if written ~= written then
		return nil
	end
	local found = { name = name, flags = flags, written = written, wrong = written > now + FAR_AHEAD, rates = {}, data = {} }
	found.time = math.max(written, now)
	found.idle = found.wrong and 0 or found.time - written
	if name == '1' then
		if #value < 15 + 24 * n then
			return nil
		end
		local kept = string.sub(value, 12 + 8 * n, 11 + 24 * n)
		local state = read(key, kept, now)
		for i = 1, state and n or 0 do
			local full, gain = struct.unpack('<dd', kept, 16 * i - 15)
			found.rates[i] = { permits = full, period = full / gain, used = full - state.levels[i] }
		end
		found.origin = string.sub(value, 12 + 24 * n)
		return state and found
	end
	local kind = kindOf(name)
	if not kind or not kind.parse then
		return nil
	end
	found.config = string.sub(value, 12, 11 + 16 * n)
	for i = 1, n do
		local permits, period = struct.unpack('<dd', value, 16 * i - 4)
		if not (isCount(permits, 1) and isCount(period, 1)) then
			return nil
		end
		found.rates[i] = { permits = permits, period = period }
	end
	if not kind.parse(found, key, value, 12 + 16 * n) or #found.origin < 4 then
		return nil
	end
	for i = 1, n do
		kind.advance(found.data[i], found.rates[i], found.time)
		found.rates[i].used = kind.used(found.data[i], found.rates[i], found.time)
	end
	return found
end

-- The same part of other permits, rounded up; exact where one is a multiple of the other.
local function scaled(count, from, to)
	return math.ceil(to % from == 0 and count * (to / from) or from % to == 0 and count / (from / to) or count * to / from)
end

-- What of a rate is used, in permits of another rate.
local function inProportion(old, new)
	return math.max(0, math.min(new.most, scaled(old.used, old.permits, new.permits)))
end
