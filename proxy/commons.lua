-- What all workers keep of one vendor limit: a bucket (GCRA), the calls under way, and the workers that wait.
-- All times are microseconds of this server's clock. KEYS: state, calls under way, workers in line.
local function now_us()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function whole(number)
  return string.format('%.0f', number)  -- Lua's own form of it would lose digits
end

local now = now_us()
local found = redis.call('HMGET', KEYS[1], 'due', 'frozen', 'pace', 'cut', 'learnt')
local due, frozen = tonumber(found[1] or 0), tonumber(found[2] or 0)
local pace, cut, learnt = found[3] or '0', found[4] or '0', tonumber(found[5] or 0)

local function keep()
  redis.call('HSET', KEYS[1], 'due', whole(due), 'frozen', whole(frozen))
  redis.call('PEXPIRE', KEYS[1], whole((math.max(due, frozen, now) - now) / 1000 + 600000))
end

if ARGV[1] == 'freeze' then
  -- for how long, slack, whether it only counts where nothing is frozen yet, pace and places to go on with
  if ARGV[4] == '0' or frozen <= now then
    frozen = math.max(frozen, now + ARGV[2])
    due = math.max(due, frozen + ARGV[3])
    keep()
    redis.call('HSET', KEYS[1], 'pace', ARGV[5], 'cut', ARGV[6], 'learnt', whole(frozen))
  end
  return {0, whole(due - now), whole(frozen - now), 0, 0, '0', '0', 0}
end

-- ask: worker, step, slack, places (0: no limit), lease, time given back, number of calls that ended, channel;
-- their ids; ids for those that may go
local worker, step, slack = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local places, lease, returned, ended = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local first = 10 + ended
local wanted = #ARGV - first + 1

for place = 10, first - 1 do
  redis.call('ZREM', KEYS[2], ARGV[place])
end
due = due - returned

local before, since = 0, now
local line = redis.call('HGETALL', KEYS[3])
local others, oldest, next_worker = {}, nil, nil
for place = 1, #line, 2 do
  local came, seen = string.match(line[place + 1], '(%d+) (%d+)')
  if line[place] == worker then
    since = tonumber(came)
  elseif now - seen < 1000000 then
    came = tonumber(came)
    others[#others + 1] = came
    if not oldest or came < oldest then oldest, next_worker = came, line[place] end
  elseif now - seen > 60000000 then
    redis.call('HDEL', KEYS[3], line[place])
  end
end
for _, came in ipairs(others) do
  if came < since then before = before + 1 end
end

local start = math.max(now, frozen)
local free = wanted
if places > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', whole(now))
  free = places - redis.call('ZCARD', KEYS[2]) - before
end
if next_worker then
  free = math.min(free, 1)  -- workers take turns
end

local function ready_at(ahead)
  if step == 0 then return start end
  return math.max(start, math.max(due, start) + ahead * step - slack)
end

local granted = 0
while granted < math.min(free, wanted) and ready_at(before) <= now do
  due = math.max(due, now) + step
  if places > 0 then
    redis.call('ZADD', KEYS[2], whole(now + lease), ARGV[first + granted])
  end
  granted = granted + 1
end

local wait = 0
if granted < wanted then
  wait = ready_at(before) - now
  if places > 0 and wait <= 0 and granted == 0 then
    wait = math.min(50000 * (1 + before), 200000)  -- should the word below be lost
  end
  redis.call('HSET', KEYS[3], worker, whole(granted > 0 and now or since) .. ' ' .. whole(now))
  redis.call('PEXPIRE', KEYS[3], 60000)
else
  redis.call('HDEL', KEYS[3], worker)
end
if granted > 0 or returned > 0 then keep() end
if places > 0 then redis.call('PEXPIRE', KEYS[2], whole(lease / 500)) end
local under_way = places > 0 and redis.call('ZCARD', KEYS[2]) or 0
local is_free = places == 0 or under_way < places
if next_worker and is_free and (ended > 0 or places > 0 and granted > 0) then
  redis.pcall('PUBLISH', ARGV[9], next_worker .. ' ' .. KEYS[1])  -- leave that was given counts without it
end
return {granted, whole(due - now), whole(frozen - now), whole(wait), under_way, pace, cut, whole(learnt - now)}
