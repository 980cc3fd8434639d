-- The state of one bucket as it is kept, nothing if there is none.
local value = redis.call('GET', KEYS[1])
if not value then
	return ''
end
local version, n, kind = string.byte(value, 1, 3)
if version ~= 49 or kind ~= 66 or n < 1 or #value < 11 + 72 * n then
	return unreadable(KEYS[1])
end
return value
