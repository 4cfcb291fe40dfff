import MeteModel

/// What a writer has taken in and that is in no block yet, by component's number.
struct OpenWindows {
    private(set) var samples: [Int: [RecordedSample]] = [:]
    private(set) var details: [Int: [DetailKind: DetailColumns]] = [:]
    private(set) var decisions: [Int: [RecordedDecision]] = [:]
    /// Where the first window begins.
    private(set) var start: Int64?

    mutating func keep(_ number: Int, _ sample: RecordedSample) {
        samples[number, default: []].append(sample)
        start = min(start ?? .max, sample.end - sample.length)
    }

    mutating func keep(_ line: DetailCoding.Line, end: Int64, length: Nanoseconds) {
        details[line.component, default: [:]][line.kind, default: DetailColumns(kind: line.kind)]
            .append(key: line.key, end: end, length: length, values: line.values)
    }

    mutating func keep(_ number: Int, _ decision: RecordedDecision) {
        decisions[number, default: []].append(decision)
    }
}
