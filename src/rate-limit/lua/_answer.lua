-- Adds to the reply what a window says: what remains if it allows, else -1 less what remains; then the reset in ms, and,
-- if it refuses, the time until the same call would be allowed in ms. Redis cuts off what is below a millisecond.
if remaining < 0 then remaining = 0 end
reply[size + 1], reply[size + 2] = allowed and remaining or -1 - remaining, (reset + 999) / 1000
size = size + 2
if not allowed then
  size = size + 1
  reply[size] = (retry + 999) / 1000
end
