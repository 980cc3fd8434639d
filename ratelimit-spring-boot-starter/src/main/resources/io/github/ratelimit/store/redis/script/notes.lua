-- The notes that instances leave for each other: a hash with a field for each, the time of its note and the note.
-- ARGV: the instance; its note; for how many microseconds a note is kept, the most notes that are returned, and the
-- longest name and note. Returns of each other instance the length of its name, its name, the age of its note in
-- microseconds, the length of the note and the note.
local kept, most, longestName, longestNote = struct.unpack('<dddd', ARGV[3])
local reply = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
	local age = #all[i + 1] >= 8 and now - struct.unpack('<d', all[i + 1])
	local long = #all[i] > longestName or #all[i + 1] > 8 + longestNote
	if long or not (age and age >= -FAR_AHEAD and age <= kept) then
		redis.call('HDEL', KEYS[1], all[i])
	elseif all[i] ~= ARGV[1] and #reply < most then
		local note = string.sub(all[i + 1], 9)
		reply[#reply + 1] = struct.pack('<d', #all[i]) .. all[i] .. struct.pack('<dd', math.max(0, age), #note) .. note
	end
end
redis.call('HSET', KEYS[1], ARGV[1], struct.pack('<d', now) .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(kept / 1000) + MARGIN))
return table.concat(reply)
