/// Reads the OpenMetrics text format as its specification has it, refusing what it does not allow. Knows nothing of what wrote it.
struct OpenMetricsText {
    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    struct Point: Equatable {
        var value: Double
        var time: Double?
        /// Of a counter: since when it counts.
        var created: Double?
    }

    struct Family {
        var type: String
        var unit = ""
        /// By the sample's name and labels.
        var series: [(name: String, labels: [String: String], points: [Point])] = []
    }

    private(set) var families: [String: Family] = [:]
    private var current: String?

    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Malformed(description: "the last line does not end") }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        guard lines.popLast() == "# EOF" else { throw Malformed(description: "no # EOF at the end") }
        for line in lines { try read(line) }
    }

    private mutating func read(_ line: Substring) throws {
        guard line.hasPrefix("#") else { return try readSample(line) }
        let words = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard words.count == 4, words[0] == "#", words[2].wholeMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*/) != nil else {
            throw Malformed(description: "neither metadata nor a sample: \(line)")
        }
        if words[1] == "TYPE" {
            guard families[words[2]] == nil else { throw Malformed(description: "a family twice: \(line)") }
            guard ["counter", "gauge", "info"].contains(words[3]) else { throw Malformed(description: "\(line)") }
            families[words[2]] = Family(type: words[3])
            current = words[2]
            return
        }
        guard words[2] == current, let family = families[words[2]], family.series.isEmpty else {
            throw Malformed(description: "metadata out of place: \(line)")
        }
        switch words[1] {
        case "UNIT":
            guard words[2].hasSuffix("_" + words[3]) else { throw Malformed(description: "\(line)") }
            families[words[2]]?.unit = words[3]
        case "HELP":
            guard words[3].wholeMatch(of: /(?:[^\\]|\\[\\n"])*/) != nil else { throw Malformed(description: "\(line)") }
        default: throw Malformed(description: "unknown metadata: \(line)")
        }
    }

    private mutating func readSample(_ line: Substring) throws {
        let pattern =
            /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\[\\n"])*"(?:,(?!\}))?)*)\})? (-?[0-9]+(?:\.[0-9]+)?)(?: (-?[0-9]+(?:\.[0-9]+)?))?/
        // Bytes count, not what looks like one character.
        guard let match = line.wholeMatch(of: pattern.matchingSemantics(.unicodeScalar)), let value = Double(match.3)
        else {
            throw Malformed(description: "no sample: \(line)")
        }
        let suffixes = ["counter": "_total", "gauge": "", "info": "_info"]
        guard let current, let type = families[current]?.type else {
            throw Malformed(description: "no family: \(line)")
        }
        let isCreated = type == "counter" && match.1 == current + "_created"
        guard isCreated || String(match.1) == current + (suffixes[type] ?? "?") else {
            throw Malformed(description: "a sample that is not of the family before: \(line)")
        }
        var labels: [String: String] = [:]
        let labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\n"])*)"/.matchingSemantics(.unicodeScalar)
        for label in (match.2 ?? "").matches(of: labelPattern) {
            guard labels.updateValue(Self.unescaped(label.2), forKey: String(label.1)) == nil else {
                throw Malformed(description: "a label twice: \(line)")
            }
        }
        let point = Point(value: value, time: match.4.flatMap { Double($0) })
        var series = families[current]?.series ?? []
        if isCreated {
            try take(point, of: labels, into: &series, line)
            families[current]?.series = series
            return
        }
        if let last = series.last, last.labels == labels {
            guard let before = last.points.last, let then = before.time, let now = point.time, now > then else {
                throw Malformed(description: "not after the point before: \(line)")
            }
            if type == "counter", point.value < before.value {
                throw Malformed(description: "a counter that falls: \(line)")
            }
            series[series.count - 1].points.append(point)
        } else {
            guard !series.contains(where: { $0.labels == labels }) else {
                throw Malformed(description: "a series in two pieces: \(line)")
            }
            series.append((String(match.1), labels, [point]))
        }
        families[current]?.series = series
    }

    /// Belongs to the total just before, and is not after it. Where a counter does not fall it has not begun anew.
    private func take(
        _ point: Point, of labels: [String: String],
        into series: inout [(name: String, labels: [String: String], points: [Point])], _ line: Substring
    ) throws {
        guard var last = series.popLast(), last.labels == labels, var total = last.points.popLast(),
            total.time == point.time, total.created == nil, point.value <= point.time ?? .infinity
        else { throw Malformed(description: "since when, of no total: \(line)") }
        if let before = last.points.last, before.created != point.value {
            throw Malformed(description: "a counter that begins anew and does not fall: \(line)")
        }
        total.created = point.value
        last.points.append(total)
        series.append(last)
    }

    private static func unescaped(_ text: Substring) -> String {
        var result = ""
        var isEscaped = false
        for character in text.unicodeScalars {
            if isEscaped {
                result.unicodeScalars.append(character == "n" ? "\n" : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
