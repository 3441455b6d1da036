-- wrk -s post.lua URL -- FILE: POSTs the lines of FILE in turn, from a place that differs from run to
-- run, and prints one line that starts with "load".
-- SPDX-License-Identifier: Apache-2.0
local requests, at = {}, 0

function init(arguments)
  wrk.headers["Content-Type"] = "application/json"
  for line in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, nil, line)
  end
  math.randomseed(os.time())
  at = math.random(#requests)
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    "load requests=%d seconds=%.6f p50_us=%d p99_us=%d refused=%d broken=%d\n",
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
