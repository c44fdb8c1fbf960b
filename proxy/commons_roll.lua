-- A worker's sign of life. KEYS: the roll of workers. ARGV: worker, lease, then "key id" of each call under way.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function whole(number)
  return string.format('%.0f', number)
end

local ends = whole(now + ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', whole(now))
redis.call('ZADD', KEYS[1], ends, ARGV[1])
redis.call('PEXPIRE', KEYS[1], whole(ARGV[2] / 500))
for place = 3, #ARGV do
  local key, id = string.match(ARGV[place], '^(%S+) (%S+)$')
  redis.call('ZADD', key, ends, id)
  redis.call('PEXPIRE', key, whole(ARGV[2] / 500))
end
return redis.call('ZCARD', KEYS[1])
