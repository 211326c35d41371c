import Foundation
import Sandbox

let runtime = "swift"
private let phrases = "steps.json"

/// What is still to be done.
final class Queue: @unchecked Sendable {
    private let lock = NSLock()
    private var waiting: ArraySlice<JSON>

    init(_ vectors: [JSON]) {
        waiting = vectors[...]
    }

    func next() -> JSON? {
        lock.withLock { waiting.popFirst() }
    }
}

func isWanted(_ vector: JSON, all: Bool) -> Bool {
    let isFor = vector["runtimes"]?.array.map { $0.contains(.string(runtime)) } ?? true
    return isFor && (all || vector["crossing"]?.bool == true)
}

/// All vectors, their phrases and expressions written out.
func vectors(_ folder: String) throws -> [JSON] {
    let known = try parsed("\(folder)/\(phrases)")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
    return try files.filter { $0.hasSuffix(".json") && $0 != phrases }.sorted().flatMap { file in
        try (parsed("\(folder)/\(file)").array ?? []).map { expanded(spelled($0, known)) }
    }
}

private func parsed(_ path: String) throws -> JSON {
    try JSON(parsing: Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Puts each step's text for its name.
private func spelled(_ vector: JSON, _ phrases: JSON) -> JSON {
    guard case .object(var vector) = vector, case .object(var script)? = vector["script"] else { return vector }
    let steps = (script["steps"]?.array ?? []).map { step in step.string.map { phrases[$0] ?? .null } ?? step }
    script["steps"] = .array(steps)
    vector["script"] = .object(script)
    return .object(vector)
}

/// Writes out `{"$repeat": [text, count]}` and `{"$join": [texts]}`.
private func expanded(_ value: JSON) -> JSON {
    switch value {
    case .array(let array): return .array(array.map(expanded))
    case .object(let object):
        let fields = object.mapValues(expanded)
        if let texts = fields["$join"]?.array {
            return .string(texts.compactMap(\.string).joined())
        }
        if let pair = fields["$repeat"]?.array, let text = pair[0].string, let count = pair[1].integer {
            return .string(String(repeating: text, count: Int(count)))
        }
        return .object(fields)
    default: return value
    }
}
