import Foundation
import FeishuCoreHR
import Sandbox
let s = try Sandbox()
let t = URLSessionTransport()
for i in 0..<20 {
  try await s.fault(on: "get_process", "endless-body")
  let r = HttpRequest(method: .get, url: s.url + "/open-apis/corehr/v2/processes/7400000000000000001", headers: [], body: nil, sensitiveBody: false, budget: 20000, connectBudget: 5000, maxResponse: 1048576, freshConnection: false)
  let a = ContinuousClock.now
  do { _ = try await t.send(request: r); print("ok?") } catch { print(i, error, ContinuousClock.now - a) }
  try await Task.sleep(for: .milliseconds(200))
  let st = try String(contentsOfFile: "/proc/self/status", encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("VmRSS") }
  print(st)
}
