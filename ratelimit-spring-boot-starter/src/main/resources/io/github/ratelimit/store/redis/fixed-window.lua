-- Windows at whole periods since 1970, each of which brings all permits at once. Stored of each rate: the permits that
-- were left (a double), negative where more was charged.
makers.F = function()
	local kind = windows({ name = 'F' })

	function kind.parse(found, _, value, from)
		for i = 1, #found.rates do
			if #value < from + 7 then
				return false
			end
			found.data[i] = { balance = struct.unpack('<d', value, from), at = found.written }
			if not isCount(found.data[i].balance, -EXACT) or found.data[i].balance > found.rates[i].permits then
				return false
			end
			from = from + 8
		end
		found.origin = string.sub(value, from)
		return true
	end

	function kind.advance(data, rate, time)
		local turned = math.floor(time / rate.period) - math.floor(data.at / rate.period)
		if turned > 0 then
			data.balance = math.min(rate.permits, data.balance + turned * rate.permits)
		end
		data.at = time
	end

	function kind.used(data, rate)
		return rate.permits - data.balance
	end

	function kind.begun(rate, used, time)
		return { balance = rate.permits - used, at = time }
	end

	function kind.scaled(data, old, rate)
		local used = scaled(old.permits - data.balance, old.permits, rate.permits)
		return { balance = rate.permits - math.min(rate.most, used), at = data.at }
	end

	function kind.isWhole(data, unit)
		return data.balance % unit == 0
	end

	-- When so much is missing no more, by the turns of the window.
	local function after(rate, missing, time)
		return missing > 0 and (math.floor(time / rate.period) + math.ceil(missing / rate.permits)) * rate.period or 0
	end

	function kind.payable(data, rate, permits, time)
		return after(rate, permits - data.balance, time)
	end

	function kind.full(data, rate, time)
		return after(rate, rate.permits - data.balance, time)
	end

	function kind.room(data, rate)
		return data.balance + rate.most - rate.permits
	end

	function kind.add(data, _, permits)
		data.balance = data.balance - permits
	end

	function kind.left(data)
		return data.balance
	end

	function kind.giveOne(data, rate, permits, at, time)
		if math.floor(at / rate.period) ~= math.floor(time / rate.period) then
			return false
		end
		data.balance = math.min(rate.permits, data.balance + permits)
		return true
	end

	function kind.packed(data)
		return struct.pack('<d', data.balance)
	end

	return kind
end
