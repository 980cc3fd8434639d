-- What every script begins with: Redis's time in microseconds, and the numbers that all know.
local EXACT = 9007199254740992 -- 2^53: a double holds every whole number up to here
local FAR_AHEAD = 1000000 -- a record whose time is so many microseconds ahead was written by a clock that was wrong
local MARGIN = 1000 -- for so many milliseconds longer than needed a key is kept
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
