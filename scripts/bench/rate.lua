-- wrk: ratings of risks, each a form with its once-token. Arguments: a file with a risk and its owner's cookie in each line.
local risks, threads = {}, 0

function setup(thread)
   thread:set("seed", threads)
   threads = threads + 1
end

function init(args)
   for line in io.lines(args[1]) do
      local risk, cookie = line:match("^(%S+) (.*)$")
      risks[#risks + 1] = { path = "/risks/" .. risk .. "/rate", cookie = cookie }
   end
   wrk.headers["Sec-Fetch-Site"] = "same-origin"
   wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
   math.randomseed(os.time() * 10 + seed)
   wrk.method = "POST"
end

local function uuid()
   return (string.gsub("xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx", "x", function() return string.format("%x", math.random(0, 15)) end))
end

function request()
   local body = string.format("residual-likelihood=%d&residual-impact=%d&residual-why=Measured+again&once=%s",
      math.random(1, 5), math.random(1, 5), uuid())
   local risk = risks[math.random(#risks)]
   wrk.headers["Cookie"] = risk.cookie
   return wrk.format(nil, risk.path, nil, body)
end

function done(summary, latency, requests)
   local wrong = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
   io.write(string.format("BENCH %d %.0f %.1f %.1f %d\n", summary.requests, summary.requests / summary.duration * 1e6,
      latency:percentile(50) / 1000, latency:percentile(99) / 1000, wrong))
end
