-- One command of a Bucket4j bucket. ARGV: its name; tokens, and how long they may be waited for in microseconds (two
-- doubles); full level and gain of each bandwidth (2 n doubles); then of each the units of a token, the initial level,
-- the interval in microseconds (0 if it refills greedily), when the first interval ends (-1 if that is not fixed), and
-- the tokens of an interval (5 n doubles), and what only the caller reads.
-- The state is one of state.lua, with KIND for its flags, and in place of the origin the time at which the interval of
-- each bandwidth began (n doubles) and what ARGV has after the rates. A token of an interval is one unit.

local KIND = 66
local MOST = 9007199254740992
local MONTH = 2592000000

local function bandwidths(rates, rest)
	local list = {}
	for i = 1, #rates / 16 do
		local full, gain = struct.unpack('<dd', rates, 16 * i - 15)
		local unit, initial, interval, first, tokens = struct.unpack('<ddddd', rest, 40 * i - 39)
		list[i] = { full = full, gain = gain, unit = unit, initial = initial, interval = interval, first = first,
			tokens = tokens }
	end
	return list
end

-- What a new bucket says, and where its intervals begin; aligned ones may have passed already.
local function initial(b)
	return b.initial, b.first < 0 and now or b.first - b.interval
end

-- When the interval of now began.
local function began(b)
	if b.first < 0 then
		return now
	end
	return b.first - b.interval + math.max(0, math.floor((now - b.first) / b.interval) + 1) * b.interval
end

-- What a level has become, and when its interval began. What was forced above the capacity stays.
local function refilled(b, level, start, elapsed)
	local gained = elapsed * b.gain
	if b.interval > 0 then
		local intervals = math.max(0, math.floor((now - start) / b.interval))
		gained = intervals * b.tokens
		start = start + intervals * b.interval
	end
	if level < b.full then
		level = math.min(b.full, level + gained)
	end
	return level, start
end

-- The state under other bandwidths, in proportion; so is what has passed of an interval.
local function under(list, rates, state)
	local levels, counterparts = converted(state.levels, state.rates, #state.levels, rates, #list)
	local starts = {}
	for i, b in ipairs(list) do
		local from = state.list[counterparts[i] or 0]
		if not from then
			levels[i], starts[i] = initial(b)
			levels[i], starts[i] = refilled(b, levels[i], starts[i], 0)
		else
			levels[i] = math.max(math.min(levels[i], b.full), b.full - MOST)
			starts[i] = began(b)
			if b.first < 0 and from.interval > 0 then
				local passed = math.max(0, now - state.starts[counterparts[i]])
				starts[i] = now - math.floor(passed * (b.interval / from.interval))
			end
		end
	end
	return levels, starts
end

local function load(key, rates, rest)
	local list, levels, starts = bandwidths(rates, rest), {}, {}
	local value = redis.call('GET', key)
	if not value then
		local changed = false
		for i, b in ipairs(list) do
			levels[i], starts[i] = initial(b)
			levels[i], starts[i] = refilled(b, levels[i], starts[i], 0)
			changed = changed or levels[i] ~= b.full
		end
		return { list = list, levels = levels, starts = starts, time = now, changed = changed }
	end
	local version, n, kind = string.byte(value, 1, 3)
	if version ~= 49 or kind ~= KIND or n < 1 or #value < 11 + 72 * n then
		return nil
	end
	local time = struct.unpack('<d', value, 4)
	local ahead = time > now + FAR_AHEAD
	local elapsed = math.max(0, now - time)
	local keptRates, keptRest = string.sub(value, 12 + 8 * n, 11 + 24 * n), string.sub(value, 12 + 32 * n)
	local same = keptRates == rates and keptRest == rest
	local kept = same and list or bandwidths(keptRates, keptRest)
	for i, b in ipairs(kept) do
		local start = struct.unpack('<d', value, 4 + 8 * (3 * n + i))
		levels[i], starts[i] = refilled(b, struct.unpack('<d', value, 4 + 8 * i), ahead and began(b) or start, elapsed)
	end
	if not same then
		levels, starts = under(list, rates, { list = kept, rates = keptRates, levels = levels, starts = starts })
	end
	return { list = list, levels = levels, starts = starts, time = ahead and now or math.max(time, now),
		changed = ahead or not same }
end

-- How long until so many units have come.
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

-- Takes tokens that are there in time; returns how long they are to be waited for, -1 if that is too long.
local function reserve(state, tokens, patience)
	local longest, deepest = 0, 0
	for i, b in ipairs(state.list) do
		local left = state.levels[i] - tokens * b.unit
		longest = math.max(longest, wait(state, i, -left))
		deepest = math.max(deepest, b.full - left)
	end
	if longest > patience or longest > MOST or deepest > MOST then
		return -1
	end
	for i, b in ipairs(state.list) do
		state.levels[i] = state.levels[i] - tokens * b.unit
	end
	state.changed = true
	return longest
end

-- Takes what is there, and returns how many tokens that is.
local function most(state, tokens)
	for i, b in ipairs(state.list) do
		tokens = math.min(tokens, math.floor(state.levels[i] / b.unit))
	end
	if tokens <= 0 then
		return 0
	end
	reserve(state, tokens, 0)
	return tokens
end

-- Adds tokens, up to the capacity.
local function add(state, tokens)
	for i, b in ipairs(state.list) do
		state.levels[i] = math.min(b.full, state.levels[i] + tokens * b.unit)
	end
	state.changed = true
	return 0
end

-- Adds tokens even above the capacity; returns -1 if they are too many to be counted.
local function force(state, tokens)
	local levels = {}
	for i, b in ipairs(state.list) do
		levels[i] = state.levels[i] + tokens * b.unit
		if levels[i] >= MOST then
			return -1
		end
	end
	state.levels, state.changed = levels, true
	return 0
end

-- Nothing that a refill brings back needs to be kept longer than that takes.
local function store(key, state, rates, rest)
	local ttl = 0
	for i, b in ipairs(state.list) do
		ttl = math.max(ttl, wait(state, i, b.full - state.levels[i]) / 1000, b.interval / 1000)
		if b.initial ~= b.full or state.levels[i] > b.full then
			ttl = math.max(ttl, MONTH)
		end
	end
	redis.call('SET', key, string.char(49, #state.list, KIND) .. struct.pack('<d', state.time) .. packed(state.levels)
		.. rates .. packed(state.starts) .. rest, 'PX', string.format('%.0f', math.ceil(ttl) + MARGIN))
end

local command, rates, rest = ARGV[1], ARGV[3], ARGV[4]
local tokens, patience = struct.unpack('<dd', ARGV[2])
local state = load(KEYS[1], rates, rest)
if not state then
	return unreadable(KEYS[1])
end
local result = 0
if command == 'reserve' then
	result = reserve(state, tokens, patience)
elseif command == 'most' then
	result = most(state, tokens)
elseif command == 'add' then
	result = add(state, tokens)
elseif command == 'force' then
	result = force(state, tokens)
elseif command == 'reset' then
	for i, b in ipairs(state.list) do
		state.levels[i] = b.full
	end
	state.changed = true
end
if state.changed then
	store(KEYS[1], state, rates, rest)
end
return struct.pack('<ddd', result, now, state.time) .. packed(state.levels) .. packed(state.starts)
