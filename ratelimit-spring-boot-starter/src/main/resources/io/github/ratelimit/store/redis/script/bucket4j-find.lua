-- Returns the record of one Bucket4j bucket, nothing if there is none.
local value = redis.call('GET', KEYS[1])
local found = value and headOf(value, now)
if found and (found.name ~= '1' or found.flags ~= 66 or #value < 11 + 72 * found.size) then
	found = nil
end
return found and value or value and unreadable(KEYS[1]) or ''
