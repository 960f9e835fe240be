-- Adds to the reply what a window says: what remains if it allows, else -1 less what remains; then the reset in ms, and,
-- if it refuses, the time until the same call would be allowed in ms.
local left = max(0, remaining)
reply[size + 1], reply[size + 2] = allowed and left or -1 - left, ceil(reset / 1000)
size = size + 2
if not allowed then
  size = size + 1
  reply[size] = ceil(retry / 1000)
end
