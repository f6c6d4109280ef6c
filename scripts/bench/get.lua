-- wrk: one page, by somebody who is signed in. Arguments: the cookie.
function init(args)
   wrk.headers["Cookie"] = args[1]
   wrk.headers["Accept-Encoding"] = "br"
end

function done(summary, latency, requests)
   local wrong = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
   io.write(string.format("BENCH %d %.0f %.1f %.1f %d\n", summary.requests, summary.requests / summary.duration * 1e6,
      latency:percentile(50) / 1000, latency:percentile(99) / 1000, wrong))
end
