import MeteModel
import MeteStore
import MeteText

/// One metric of one component in two recordings.
struct Comparison {
    /// Of a hundred components with ten metrics each in which nothing changed, one cell is beyond the noise.
    private static let significance = 0.001

    private let metric: Metric
    private let first: MetricWindows
    private let second: MetricWindows

    init(_ first: MetricWindows, _ second: MetricWindows) {
        metric = first.metric
        self.first = first
        self.second = second
    }

    /// Whether there is nothing in either.
    var isEmpty: Bool { (first.mean ?? 0) == 0 && (second.mean ?? 0) == 0 }

    private var difference: Double? {
        guard let first = first.mean, let second = second.mean else { return nil }
        return second - first
    }

    /// By how much the means of two times differ in which nothing changed, but for one time in a thousand, as windows vary by themselves: the
    /// standard error of the difference times the quantile of Student's distribution, with the degrees of freedom that Welch gives (The
    /// generalization of Student's problem when several different population variances are involved, Biometrika 34, 1947).
    ///
    /// Nil where there are fewer than two windows of a side: they do not tell.
    var noise: Double? {
        guard let one = first.spread.varianceOfMean, let other = second.spread.varianceOfMean else { return nil }
        let variance = one + other
        guard variance > 0 else { return 0 }
        func share(_ part: Double, _ spread: WindowSpread) -> Double {
            part * part / (variance * variance) / max(1, spread.independent - 1)
        }
        let freedom = 1 / (share(one, first.spread) + share(other, second.spread))
        return StudentT.quantile(twoSided: Self.significance, freedom: freedom) * variance.squareRoot()
    }

    /// Whether the second differs by more than this share of the first, by more than the noise, and by enough to matter.
    func differs(by threshold: Double) -> Bool {
        guard let difference = difference?.magnitude, let noise else { return false }
        return difference > threshold * (first.mean ?? 0).magnitude && difference > noise
            && difference >= metric.leastDifference
    }

    /// The two means, the change and the noise.
    var cells: [RowReport.Cell] {
        [shown(first.mean), shown(second.mean), change, shown(noise, sign: "\u{00B1}")]
    }

    private func shown(_ value: Double?, sign: String = "") -> RowReport.Cell {
        .fraction(value, shown: value.map { sign + metric.shown(compared: $0) })
    }

    private var change: RowReport.Cell {
        guard let first = first.mean, let second = second.mean else { return .fraction(nil) }
        guard first != 0 else { return RowReport.Cell(shown: "new", value: .none) }
        guard second != 0 else { return .fraction(-1, shown: "gone") }
        let share = (second - first) / first
        return .fraction(share, shown: (share >= 0 ? "+" : "") + Figure.fixed(100 * share, 1) + " %")
    }
}
