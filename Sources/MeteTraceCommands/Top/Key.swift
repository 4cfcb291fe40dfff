/// A key as the view knows it.
enum Key: Hashable, Sendable {
    case character(Character)
    case up, down, left, right, pageUp, pageDown, home, end
    case enter, tab, backTab, backspace, escape
}

/// Bytes of a terminal become keys.
///
/// The escape key sends the byte with which the sequences of other keys begin, so a lone one is known as such only when nothing follows it:
/// `flush` says that the time for that is over.
struct KeyParser {
    private var pending: [UInt8] = []

    /// Whether the next bytes may belong to the last ones.
    var isWaiting: Bool { !pending.isEmpty }

    private static let sequences: [[UInt8]: Key] = {
        let finals: [(String, Key)] = [
            ("A", .up), ("B", .down), ("C", .right), ("D", .left), ("H", .home), ("F", .end), ("Z", .backTab),
            ("1~", .home), ("7~", .home), ("4~", .end), ("8~", .end), ("5~", .pageUp), ("6~", .pageDown),
        ]
        return Dictionary(uniqueKeysWithValues: finals.map { (Array($0.0.utf8), $0.1) })
    }()
    private static let longestSequence = 16

    mutating func parse(_ bytes: some Sequence<UInt8>) -> [Key] {
        pending += bytes
        var keys: [Key] = []
        while let found = next() {
            pending.removeFirst(found.length)
            if let key = found.key { keys.append(key) }
        }
        return keys
    }

    /// What was waited for has not come.
    mutating func flush() -> [Key] {
        guard let first = pending.first else { return [] }
        pending.removeFirst()
        return (first == 0x1B ? [.escape] : []) + parse([])
    }

    /// The first key, nil for what means nothing here; no result where more bytes are needed.
    private func next() -> (key: Key?, length: Int)? {
        guard let first = pending.first else { return nil }
        switch first {
        case 0x1B: return escape()
        case 0x0D, 0x0A: return (.enter, 1)
        case 0x09: return (.tab, 1)
        case 0x7F, 0x08: return (.backspace, 1)
        case 0x20..<0x7F: return (.character(Character(Unicode.Scalar(first))), 1)
        case 0xC2...0xF4:
            let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
            guard pending.count >= length else { return nil }
            let text = String(decoding: pending.prefix(length), as: UTF8.self)
            guard let character = text.first, text.count == 1, character != "\u{FFFD}" else { return (nil, 1) }
            return (.character(character), length)
        default: return (nil, 1)
        }
    }

    /// `ESC [ … final` and `ESC O final` (ECMA-48, 5.4; xterm's control sequences). A modifier such as `1;5` changes nothing.
    private func escape() -> (key: Key?, length: Int)? {
        guard pending.count >= 2 else { return nil }
        switch pending[1] {
        case UInt8(ascii: "["):
            guard let end = pending.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
                // No key sends as many.
                return pending.count > Self.longestSequence ? (nil, pending.count) : nil
            }
            let parameters = pending[2..<end].prefix { $0 != UInt8(ascii: ";") }
            let isNumbered = pending[end] == UInt8(ascii: "~")
            return (Self.sequences[(isNumbered ? Array(parameters) : []) + [pending[end]]], end + 1)
        case UInt8(ascii: "O"):
            guard pending.count >= 3 else { return nil }
            return (Self.sequences[[pending[2]]], 3)
        default:
            return (.escape, 1)
        }
    }
}
