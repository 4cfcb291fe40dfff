/// CPU time that a group of processes had used at points in time, and what follows from it.
struct CPUTrace {
    private struct Sample {
        var time: Int64
        var used: Int64
    }

    private var samples: [Sample] = []

    /// Both in nanoseconds; times ascend.
    mutating func record(time: Int64, used: Int64) {
        samples.append(Sample(time: time, used: used))
    }

    var wallSeconds: Double { spread(\.time) }
    var usedSeconds: Double { spread(\.used) }

    /// The smallest share of a core in any window of a second, starting at any sample; nil when no second was watched.
    var leastShareInAnySecond: Double? {
        var least: Double?
        var end = 0
        for start in samples {
            while end < samples.count && samples[end].time - start.time < 1_000_000_000 { end += 1 }
            guard end < samples.count else { break }
            let share = Double(samples[end].used - start.used) / Double(samples[end].time - start.time)
            least = min(least ?? share, share)
        }
        return least
    }

    private func spread(_ quantity: KeyPath<Sample, Int64>) -> Double {
        guard let first = samples.first, let last = samples.last else { return 0 }
        return Double(last[keyPath: quantity] - first[keyPath: quantity]) / 1e9
    }
}
