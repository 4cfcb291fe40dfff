internal import MeteModel

/// The scores of a predictor's most recent forecasts.
struct ScoreWindow: Sendable {
    static let capacity = 200

    private var scores: [Score] = []
    /// The next to be replaced, once the window is full.
    private var oldest = 0
    private var total = Score()

    init() {
        scores.reserveCapacity(Self.capacity)
    }

    var count: Int { scores.count }

    mutating func insert(_ score: Score) {
        if scores.count < Self.capacity {
            scores.append(score)
            total += score
            return
        }
        total -= scores[oldest]
        total += score
        scores[oldest] = score
        oldest += 1
        if oldest == Self.capacity {
            oldest = 0
            // Differences of sums drift; once per turn the sum is made anew.
            total = Score()
            for score in scores { total += score }
        }
    }

    /// Mean decisive loss of the latest `length` forecasts, at most as many as there are.
    func loss(ofLatest length: Int) -> Double {
        guard length < scores.count else { return total.decisive / Double(max(1, scores.count)) }
        var sum = 0.0
        var index = oldest
        for _ in 0..<length {
            index = index == 0 ? scores.count - 1 : index - 1
            sum += scores[index].decisive
        }
        return sum / Double(max(1, length))
    }

    var calibration: Calibration {
        guard !scores.isEmpty else { return .unknown }
        let count = Double(scores.count)
        return Calibration(
            coverage: total.covered / count, pinballLoss: max(0, total.upper) / count, samples: scores.count)
    }
}
