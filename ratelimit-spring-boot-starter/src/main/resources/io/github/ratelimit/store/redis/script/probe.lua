-- Whether a decision could be written here.
redis.call('SET', KEYS[1], '1', 'PX', 1000)
return '1'
