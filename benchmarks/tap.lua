-- Readers on iPhones, each tap with a click id and a device of its own.
wrk.headers["User-Agent"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
local tap = 0
request = function()
  tap = tap + 1
  local query = "?click_id=c" .. tap .. "&campaign_id=5&oaid_md5=" .. string.format("%032x", tap)
  return wrk.format("GET", wrk.path .. query)
end
