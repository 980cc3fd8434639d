return redis.call('DEL', KEYS[1]) == 1 and '1' or '0'
