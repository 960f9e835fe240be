-- Finds what must be there for the call to be allowed, and what is counted then. A call of cost 0 only looks whether one
-- of 1 would be; while it is blocked, the window is only shown.
local isBlocked = blocked > now and cost >= 0
local asked = isBlocked and 0 or cost == 0 and 1 or cost
local counted = isBlocked and 0 or cost
