-- The reply, for each window: what remains if it allows, else -1 less what remains; then the reset in ms, and, if it
-- refuses, the time until the same call would be allowed in ms.
local reply, size = {}, 0

local function answer(allowed, remaining, reset, retry)
  remaining = max(0, remaining)
  reply[size + 1], reply[size + 2] = allowed and remaining or -1 - remaining, ceil(reset / 1000)
  size = size + 2
  if allowed then return end
  size = size + 1
  reply[size] = ceil(retry / 1000)
end
