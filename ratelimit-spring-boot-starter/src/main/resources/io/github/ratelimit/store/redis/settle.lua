-- Charges what a call cost beyond what it reserved, even where it is not there. ARGV: terms, how many permits (a
-- double), the debts that token buckets remember (see there), and what a state begins with that is not there yet.
-- Returns how many permits are forgiven.
local kind = kindOfTerms(ARGV[1])
local state = kind.read(KEYS[1], ARGV[1], now)
if not state then
	return unreadable(KEYS[1])
end
local permits = struct.unpack('<d', ARGV[2])
local forgiven = kind.charge(state, permits, ARGV[3], ARGV[4])
if forgiven < permits or state.mend then
	state.origin = state.origin or ARGV[4]
	kind.write(KEYS[1], state, now)
end
return struct.pack('<d', forgiven)
