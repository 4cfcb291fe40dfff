/// A shell-style pattern, matched in one pass over the text.
///
/// `*` stands for any run of bytes within one path step, `**` for any run across steps, `?` for one byte within a step;
/// everything else, brackets and backslashes too (systemd escapes with them), stands for itself. In texts that are not
/// paths there is nothing to stay within, and `*` runs over everything.
///
/// The pattern is an automaton whose active states are the bits of a few words (Baeza-Yates and Gonnet, "A new approach to
/// text searching", CACM 1992): state *i* says that the first *i* atoms have matched, and a star is a loop on its state.
/// So no pattern makes matching slower than one step a byte. What stands before the first and after the last wildcard is
/// compared as it is, which is where nearly every text is turned away.
final class Glob: Sendable {
    /// Bytes before the first wildcard.
    private let head: [UInt8]
    /// Bytes after the last wildcard; the automaton knows them too.
    private let tail: [UInt8]
    /// The last state: all atoms after the head have matched.
    private let acceptingState: Int
    private let words: Int
    /// For each byte value, `words` words: the states that this byte moves on from.
    private let advance: [UInt64]
    /// States that stay active over any byte, and over any byte but the separator.
    private let loopsOverAll: [UInt64]
    private let loopsWithinStep: [UInt64]
    private let separator: UInt8?

    /// - Parameter separator: what `*` and `?` do not match, `/` for paths.
    init(_ pattern: String, separator: UInt8?) {
        let bytes = Array(pattern.utf8)
        let isWildcard = { (byte: UInt8) in byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") }
        let headLength = bytes.firstIndex(where: isWildcard) ?? bytes.count
        let atoms = bytes[headLength...].count { $0 != UInt8(ascii: "*") }
        let words = atoms / 64 + 1
        var advance = [UInt64](repeating: 0, count: 256 * words)
        var loopsOverAll = [UInt64](repeating: 0, count: words)
        var loopsWithinStep = loopsOverAll

        var state = 0
        var index = headLength
        while index < bytes.count {
            let bit = UInt64(1) << UInt64(state % 64)
            switch bytes[index] {
            case UInt8(ascii: "*"):
                let isDouble = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "*")
                if isDouble || separator == nil {
                    loopsOverAll[state / 64] |= bit
                } else {
                    loopsWithinStep[state / 64] |= bit
                }
                index += isDouble ? 2 : 1
                continue
            case UInt8(ascii: "?"):
                for byte in 0..<256 where UInt8(byte) != separator {
                    advance[byte * words + state / 64] |= bit
                }
            case let byte:
                advance[Int(byte) * words + state / 64] |= bit
            }
            state += 1
            index += 1
        }
        head = Array(bytes[..<headLength])
        tail = bytes[headLength...].lastIndex(where: isWildcard).map { Array(bytes[($0 + 1)...]) } ?? []
        acceptingState = state
        self.words = words
        self.advance = advance
        self.loopsOverAll = loopsOverAll
        self.loopsWithinStep = loopsWithinStep
        self.separator = separator
    }

    /// Whether the whole of `text` fits the pattern.
    func matches(_ text: Span<UInt8>) -> Bool {
        guard text.starts(with: head), text.ends(with: tail), text.count >= head.count + tail.count else {
            return false
        }
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: words) { active in
            active.initialize(repeating: 0)
            active[0] = 1
            for index in head.count..<text.count {
                guard take(text[index], active) else { return false }
            }
            return active[acceptingState / 64] >> UInt64(acceptingState % 64) & 1 == 1
        }
    }

    /// Moves the automaton over one byte; false when no state is left.
    private func take(_ byte: UInt8, _ active: UnsafeMutableBufferPointer<UInt64>) -> Bool {
        var carry: UInt64 = 0
        var alive: UInt64 = 0
        for word in 0..<words {
            let loops = byte == separator ? loopsOverAll[word] : loopsOverAll[word] | loopsWithinStep[word]
            let moving = active[word] & advance[Int(byte) * words + word]
            active[word] = moving << 1 | carry | active[word] & loops
            carry = moving >> 63
            alive |= active[word]
        }
        return alive != 0
    }
}
