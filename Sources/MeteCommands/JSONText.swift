import FoundationEssentials
import MeteText

/// JSON as every command prints it: keys in order, so that two outputs can be compared.
enum JSONText {
    /// - Parameter isPretty: indented, on many lines; else on one.
    static func print(_ value: some Encodable, isPretty: Bool = true) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
        Console.line(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}
