-- Places of calls under way: a sorted set with a member for each, its lease (eight random bytes, the number of the
-- place in four, and the label), scored by the time at which the lease ends. Terms: kind, flags, places to take and
-- places needed, how many there are, and a lease in microseconds. A place that is taken is written even where nobody
-- looks after the set: what has ended is not counted, and removed by the next who takes.
makers.Z = function()
	local kind = {}
	local SOME_TIME = 1000000

	function kind.read(key, terms, now)
		local state = { key = key, now = now, flags = PLAIN }
		state.amount, state.need, state.places, state.lease = struct.unpack('<dddd', terms, 3)
		state.taken = redis.call('ZCOUNT', key, '(' .. string.format('%.0f', now), '+inf')
		state.found, state.idle = state.taken > 0, 0
		return state
	end

	function kind.wait(state)
		return state.need > 0 and state.taken + state.need > state.places and SOME_TIME or 0
	end

	function kind.take(state, fresh)
		if state.amount == 0 then
			return false
		end
		local ends = string.format('%.0f', state.now + state.lease)
		redis.call('ZREMRANGEBYSCORE', state.key, '-inf', string.format('%.0f', state.now))
		for i = 1, state.amount do
			redis.call('ZADD', state.key, ends, string.sub(fresh, 1, 8) .. struct.pack('<I4', i) .. string.sub(fresh, 9))
		end
		state.taken = state.taken + state.amount
		return true
	end

	function kind.write(key, state, now)
		local last = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')[2]
		redis.call('PEXPIRE', key, string.format('%.0f', math.ceil((last - now) / 1000) + MARGIN))
	end

	-- As a limit of windows shows itself, with the label where somebody looks for it.
	function kind.shown(state)
		local wait = state.taken > 0 and SOME_TIME or 0
		return struct.pack('<dBc4dddd', state.now, PLAIN, state.found and '\1\0\0\0' or '\0\0\0\0',
			math.max(0, state.places - state.taken), wait, SOME_TIME, 0)
	end

	function kind.label(state)
		local member = redis.call('ZREVRANGE', state.key, 0, 0)[1]
		return member and string.sub(member, 13) or ''
	end

	return kind
end
