-- The settings that were changed while instances run: a version (a double), and the text of all changes. KEYS: that, and
-- a hash with the time at which an instance last needed a change, because its configuration says something else.
-- ARGV: 'poll', the version that the instance knows, for how many microseconds a change counts as needed (doubles), and
-- the changes that it needs; or 'replace', these numbers, the new text, and the changes that it leaves out unless another
-- instance needs them.
-- Returns 'R' if the text was replaced, 'N' if a change is needed, '=' if the version is the current one, else 'S' and
-- version and text. A version that is lower than the known one means that Redis has lost what it had.
local MOST_BYTES = 1048576
local MOST_NEEDED = 10000
local value, known, counts = redis.call('GET', KEYS[1]), struct.unpack('<d', ARGV[2]), struct.unpack('<d', ARGV[3])
local version = value and #value >= 8 and #value <= MOST_BYTES and struct.unpack('<d', value) or -1
if not (version >= 0 and version < 9007199254740992) then -- nothing, or nothing that an instance has written
	value, version = nil, 0
end
if ARGV[1] == 'poll' then
	if redis.call('HLEN', KEYS[2]) > MOST_NEEDED then
		redis.call('DEL', KEYS[2])
	end
	for i = 4, #ARGV do
		redis.call('HSET', KEYS[2], ARGV[i], string.format('%.0f', now))
	end
	if ARGV[4] then
		redis.call('PEXPIRE', KEYS[2], string.format('%.0f', counts / 1000))
	end
elseif known >= version then
	local left = {}
	for i = 5, #ARGV do
		left[ARGV[i]] = true
	end
	local needed = ARGV[5] and redis.call('HGETALL', KEYS[2]) or {}
	for i = 1, #needed, 2 do
		if left[needed[i]] and now - (tonumber(needed[i + 1]) or 0) < counts then
			return 'N'
		end
	end
	redis.call('SET', KEYS[1], struct.pack('<d', known + 1) .. ARGV[4])
	return 'R'
end
return version == known and '=' or 'S' .. (value or struct.pack('<d', 0))
