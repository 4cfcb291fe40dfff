import MeteTestSupport

/// Numbers that the kernel shows as text, by their names.
struct CounterFile {
    private let numbers: [String: UInt64]

    /// A number; nil where the file has none of that name.
    subscript(_ name: String) -> UInt64? { numbers[name] }

    /// /proc/PID/io, /proc/net/snmp6 and cgroup files: a name and a number in each line.
    init(lines text: String) {
        let pairs = text.split(separator: "\n").compactMap { line -> (String, UInt64)? in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count > 1, let number = words.last.flatMap({ UInt64($0) }) else { return nil }
            let name = words.dropLast().joined(separator: " ")
            return (name.hasSuffix(":") ? String(name.dropLast()) : name, number)
        }
        numbers = Dictionary(pairs) { first, _ in first }
    }

    /// /proc/net/snmp and /proc/net/netstat: a line of names, then a line of numbers, both after a title, as in `Tcp RetransSegs`.
    init(titled text: String) {
        var numbers: [String: UInt64] = [:]
        var names: [Substring] = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.first == names.first {
                for (name, word) in zip(names, words).dropFirst() {
                    numbers["\(words[0].dropLast()) \(name)"] = UInt64(word)
                }
                names = []
            } else {
                names = words
            }
        }
        self.numbers = numbers
    }

    static func read(_ path: String) throws(ProcessError) -> CounterFile {
        CounterFile(lines: try TextFile.read(path))
    }

    static func readTitled(_ path: String) throws(ProcessError) -> CounterFile {
        CounterFile(titled: try TextFile.read(path))
    }
}
