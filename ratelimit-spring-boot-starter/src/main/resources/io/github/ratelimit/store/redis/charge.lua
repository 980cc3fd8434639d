-- Charges one key what calls have cost without Redis having charged it, even where it is not there: never below the
-- debt that the limit remembers. A charge that is sent again, because its outcome was not known, is taken once: KEYS[2]
-- remembers the name of the last charge of an instance.
-- ARGV: terms; how many permits (a double); the debts that token buckets remember (see there); what a state begins with
-- that is not there yet; the name of the charge, and for how many milliseconds it is remembered; four bytes of an
-- origin, or nothing for any; then permits of each rate by itself (doubles): where the state has that origin, and where
-- it has another one, because it was lost meanwhile.
-- Returns how many permits of the second argument are forgiven, how many of the others did not find room (doubles), and
-- the state; two zeros only for a charge that was taken before.
if redis.call('GET', KEYS[2]) == ARGV[5] then
	return struct.pack('<dd', 0, 0)
end
local kind = kindOfTerms(ARGV[1])
local state = kind.read(KEYS[1], ARGV[1], now)
if not state then
	return unreadable(KEYS[1])
end
local permits = struct.unpack('<d', ARGV[2])
local forgiven = kind.charge(state, permits, ARGV[3], ARGV[4])
local same = state.found and (ARGV[7] == '' or string.sub(state.origin, 1, 4) == ARGV[7])
local changed, short = kind.chargeEach(state, ARGV[same and 8 or 9], ARGV[3], ARGV[4])
if forgiven < permits or changed or state.mend then
	state.origin = state.origin or ARGV[4]
	kind.write(KEYS[1], state, now)
	redis.call('SET', KEYS[2], ARGV[5], 'PX', ARGV[6])
end
return struct.pack('<dd', forgiven, short) .. kind.shown(state, now)
