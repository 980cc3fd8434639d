-- One command of a Bucket4j bucket. ARGV: its name, and unless this is 'find', which returns the record (nothing if there
-- is none): tokens, and their longest wait in microseconds (two doubles); full
-- level and refill of each bandwidth (2 n doubles); then for each the units of a token, the initial level, the interval
-- in microseconds (0 if it refills greedily), when the first interval ends (-1 if that is not fixed), and the tokens of
-- an interval (5 n doubles), and data that only the caller reads. A token of an interval is one unit.
-- Record: like that of a token bucket with KIND for its flags, and instead of the origin the time at which the interval
-- of each bandwidth began (n doubles) and what ARGV has after the rates.
-- Returns the result of the command, now and the time of the state, levels, and when the intervals began (doubles).
local KIND = 66
local MONTH = 2592000000

-- Returns each bandwidth of the packed ones in ARGV.
local function bandwidths(rates, rest)
	local list = bucketRates(rates)
	for i, b in ipairs(list) do
		b.unit, b.initial, b.interval, b.first, b.tokens = struct.unpack('<ddddd', rest, 40 * i - 39)
	end
	return list
end

-- Returns the beginning of the current interval.
local function began(b)
	if b.first < 0 then
		return now
	end
	return b.first - b.interval + math.max(0, math.floor((now - b.first) / b.interval) + 1) * b.interval
end

-- Returns the current level, and the beginning of its interval. Tokens that were forced above the capacity stay.
local function refilled(b, level, start, elapsed)
	local gained = elapsed * b.gain
	if b.interval > 0 then
		local intervals = math.max(0, math.floor((now - start) / b.interval))
		gained, start = intervals * b.tokens, start + intervals * b.interval
	end
	return level < b.full and math.min(b.full, level + gained) or level, start
end

-- Returns level and beginning of the interval of a new bucket; aligned intervals may have passed already.
local function initial(b)
	return refilled(b, b.initial, b.first < 0 and now or b.first - b.interval, 0)
end

-- Converts a state to other bandwidths, in proportion; also the elapsed part of an interval.
local function rebase(state, list)
	local levels, from = convertedLevels(state.levels, state.list, list)
	local starts = {}
	for i, b in ipairs(list) do
		local j = from[i]
		if not j then
			levels[i], starts[i] = initial(b)
		else
			local interval = state.list[j].interval
			levels[i] = math.max(math.min(levels[i], b.full), b.full - EXACT)
			starts[i] = began(b)
			if b.first < 0 and interval > 0 then
				starts[i] = now - math.floor(math.max(0, now - state.starts[j]) * (b.interval / interval))
			end
		end
	end
	state.levels, state.starts, state.list = levels, starts, list
end

-- Returns the state of a bucket that does not exist yet.
local function new(list)
	local state = { list = list, levels = {}, starts = {}, time = now }
	for i, b in ipairs(list) do
		state.levels[i], state.starts[i] = initial(b)
		state.changed = state.changed or state.levels[i] ~= b.full
	end
	return state
end

-- Completes the state of a record, under the bandwidths of ARGV.
local function read(state, value, list, rates, rest)
	local n = state.size
	local oldRates, oldRest = string.sub(value, 12 + 8 * n, 11 + 24 * n), string.sub(value, 12 + 32 * n)
	local same = oldRates == rates and oldRest == rest
	state.list, state.levels, state.starts = same and list or bandwidths(oldRates, oldRest), {}, {}
	for i, b in ipairs(state.list) do
		local level, start = struct.unpack('<d', value, 4 + 8 * i), struct.unpack('<d', value, 4 + 8 * (3 * n + i))
		state.levels[i], state.starts[i] = refilled(b, level, state.wrong and began(b) or start, state.idle)
	end
	if not same then
		rebase(state, list)
	end
	state.time, state.changed = state.wrong and now or state.time, state.wrong or not same
	return state
end

-- Returns how long it takes until this number of units of a bandwidth has refilled.
local function wait(state, i, missing)
	local b = state.list[i]
	if missing <= 0 then
		return 0
	end
	if b.interval > 0 then
		return state.starts[i] + b.interval - now + (math.ceil(missing / b.tokens) - 1) * b.interval
	end
	return math.ceil(missing / b.gain) + state.time - now
end

-- Changes the state by a command, and returns its result:
--   look     nothing
--   reserve  takes tokens that are available in time; returns how long to wait for them, -1 if that is too long
--   most     takes what is available, and returns the number of tokens
--   add      adds tokens, up to the capacity
--   force    adds tokens even above the capacity; returns -1 if they are too many to be counted
--   reset    fills the bucket
local function run(command, state, tokens, patience)
	local levels, longest, deepest = {}, 0, 0
	if command == 'most' then
		for i, b in ipairs(state.list) do
			tokens = math.min(tokens, math.floor(state.levels[i] / b.unit))
		end
	end
	if command == 'look' or command == 'most' and tokens <= 0 then
		return 0
	end
	for i, b in ipairs(state.list) do
		local level, change = state.levels[i], tokens * b.unit
		if command == 'add' then
			levels[i] = math.min(b.full, level + change)
		elseif command == 'force' then
			levels[i] = level + change
			if levels[i] >= EXACT then
				return -1
			end
		elseif command == 'reset' then
			levels[i] = b.full
		else
			levels[i] = level - change
			longest, deepest = math.max(longest, wait(state, i, -levels[i])), math.max(deepest, b.full - levels[i])
		end
	end
	if longest > patience or longest > EXACT or deepest > EXACT then
		return -1
	end
	state.levels, state.changed = levels, true
	return command == 'most' and tokens or longest
end

-- Returns for how many milliseconds a record is needed; what a refill restores, only until then.
local function expiry(state)
	local millis = 0
	for i, b in ipairs(state.list) do
		millis = math.max(millis, wait(state, i, b.full - state.levels[i]) / 1000, b.interval / 1000)
		if b.initial ~= b.full or state.levels[i] > b.full then
			millis = math.max(millis, MONTH)
		end
	end
	return millis
end

local value = redis.call('GET', KEYS[1])
local state = value and headOf(value, now)
if value and not (state and state.name == '1' and state.flags == KIND and #value >= 11 + 72 * state.size) then
	return unreadable(KEYS[1])
elseif ARGV[1] == 'find' then
	return value or ''
end
local rates, rest = ARGV[3], ARGV[4]
local list = bandwidths(rates, rest)
state = state and read(state, value, list, rates, rest) or new(list)
local result = run(ARGV[1], state, struct.unpack('<dd', ARGV[2]))
if state.changed then
	state.flags = KIND
	writeBucket(KEYS[1], state, rates, withNumbers('', state.starts) .. rest, expiry(state))
end
return withNumbers(withNumbers(struct.pack('<ddd', result, now, state.time), state.levels), state.starts)
