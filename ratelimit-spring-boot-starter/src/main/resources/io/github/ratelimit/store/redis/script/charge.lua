-- Charges one key for permits that calls have received and Redis has not charged, even if they are not available: never
-- below the maximum debt of the limit. A charge that is sent again, because its outcome is unknown, is taken once:
-- KEYS[2] contains the name of the last charge of an instance.
-- ARGV: terms; the number of permits (a double); the maximum debts of token buckets (see there); the end of a new
-- record; the name of the charge, and for how many milliseconds it is kept; four bytes of an origin, or nothing for
-- any; then permits of each rate by itself (doubles): if the record has that origin, and if it has another one because
-- it was lost meanwhile.
-- Returns how many permits of the second argument are forgiven, how many of the others exceeded the debt (doubles), and
-- the state; two zeros only for a charge that was taken before.
if redis.call('GET', KEYS[2]) == ARGV[5] then
	return struct.pack('<dd', 0, 0)
end
local algorithm = algorithmOf(ARGV[1])
local state = algorithm.read(KEYS[1], ARGV[1], now)
if not state then
	return unreadable(KEYS[1])
end
local permits, rooms, most, short = struct.unpack('<d', ARGV[2]), algorithm.rooms(state, ARGV[3]), 0, 0
local charged = math.min(permits, unpack(rooms))
local same = state.found and (ARGV[7] == '' or string.sub(state.origin, 1, 4) == ARGV[7])
for i, room in ipairs(rooms) do
	local wanted = struct.unpack('<d', ARGV[same and 8 or 9], 8 * i - 7)
	local each = math.min(wanted, room - charged)
	rooms[i], most, short = charged + each, math.max(most, charged + each), math.max(short, wanted - each)
end
if most > 0 then
	algorithm.spend(state, rooms, ARGV[4], ARGV[3])
end
if most > 0 or state.mend then
	state.origin = state.origin or ARGV[4]
	algorithm.write(KEYS[1], state, now)
	redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[6])
end
return struct.pack('<dd', permits - charged, short) .. algorithm.shown(state, now)
