import FeishuCoreHR
import Foundation
import Sandbox

// Runs the vectors on the package and writes what came out, one JSON object a line. It judges nothing.
//
//     vectors --vectors FOLDER --sandbox BINARY --out FILE [--all]

let arguments = CommandLine.arguments
let wanted = try vectors(option("--vectors")).filter { isWanted($0, all: arguments.contains("--all")) }
let lines = try await played(wanted, by: option("--sandbox"))
let header: JSON = ["runtime": .string(runtime), "set": arguments.contains("--all") ? "all" : "crossing"]
let text = ([header] + lines).reduce(into: Data()) { $0 += $1.data + Data("\n".utf8) }
try text.write(to: URL(fileURLWithPath: option("--out")))

func option(_ name: String) -> String {
    guard let at = arguments.firstIndex(of: name), at + 1 < arguments.count else {
        fatalError("\(name) is missing")
    }
    return arguments[at + 1]
}
