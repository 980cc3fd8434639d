-- The beginning of every script: Redis's time in microseconds, and common numbers.
local EXACT = 9007199254740992 -- 2^53: a double represents every integer up to this one
local FAR_AHEAD = 1000000 -- a record whose time is this many microseconds ahead was written by a wrong clock
local MARGIN = 1000 -- a key is kept this many milliseconds longer than needed
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
