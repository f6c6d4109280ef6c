-- wrk: one page, by somebody who is signed in. Arguments: the header that says so.
function init(args)
   local name, value = args[1]:match("^([^:]+): (.*)$")
   wrk.headers[name] = value
   wrk.headers["Accept-Encoding"] = "br"
end

function done(summary, latency, requests)
   local wrong = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
   io.write(string.format("BENCH %d %.0f %.1f %.1f %d\n", summary.requests, summary.requests / summary.duration * 1e6,
      latency:percentile(50) / 1000, latency:percentile(99) / 1000, wrong))
end
