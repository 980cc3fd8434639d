-- Slots of calls in flight (Z): a sorted set with a member for each, its lease (eight random bytes, the number of the
-- slot in four, and the label), scored by the time at which the lease ends. Terms: name, flags, slots to take and slots
-- needed, the number of slots, and a lease in microseconds. An expired lease is not counted, and removed by the next
-- charge that takes a slot.
algorithms.Z = function()
	local slots = {}
	local SOME_TIME = 1000000 -- the time at which a slot is released is unknown

	function slots.read(key, terms, now)
		local state = { key = key, now = now, idle = 0 }
		state.amount, state.need, state.most, state.lease = struct.unpack('<dddd', terms, 3)
		state.taken = redis.call('ZCOUNT', key, '(' .. string.format('%d', now), '+inf')
		state.found = state.taken > 0
		return state
	end

	function slots.wait(state)
		return state.need > 0 and state.taken + state.need > state.most and SOME_TIME or 0
	end

	function slots.take(state, fresh)
		if state.amount == 0 then
			return false
		end
		local ends = string.format('%d', state.now + state.lease)
		redis.call('ZREMRANGEBYSCORE', state.key, '-inf', string.format('%d', state.now))
		for i = 1, state.amount do
			redis.call('ZADD', state.key, ends, string.sub(fresh, 1, 8) .. struct.pack('<I4', i) .. string.sub(fresh, 9))
		end
		state.taken = state.taken + state.amount
		return true
	end

	function slots.write(key, _, now)
		local last = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')[2]
		redis.call('PEXPIRE', key, string.format('%d', math.ceil((last - now) / 1000) + MARGIN))
	end

	-- Like the result of windows.
	function slots.shown(state)
		return struct.pack('<Bc4ddddd', 0, state.found and '\1\0\0\0' or '\0\0\0\0', state.now,
			math.max(0, state.most - state.taken), state.taken > 0 and SOME_TIME or 0, SOME_TIME, 0)
	end

	function slots.label(state)
		local member = redis.call('ZREVRANGE', state.key, 0, 0)[1]
		return member and string.sub(member, 13) or ''
	end

	return slots
end
