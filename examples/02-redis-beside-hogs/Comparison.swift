/// All outcomes of all rounds, and the median of each quantity in each arrangement.
struct Comparison: Codable {
    struct Column: Codable {
        var arrangement: Arrangement
        var rounds: [Trial.Outcome] = []

        /// Over the rounds; nil where there is no such quantity, such as hogs' in an arrangement without hogs.
        func median(_ quantity: (Trial.Outcome) -> Double?) -> Double? {
            let sorted = rounds.compactMap(quantity).sorted()
            guard !sorted.isEmpty else { return nil }
            let middle = sorted.count / 2
            return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
        }

        func least(_ quantity: (Trial.Outcome) -> Double?) -> Double? {
            rounds.compactMap(quantity).min()
        }
    }

    var columns: [Column]
    /// What the hogs are promised, in cores.
    var guarantee: Double
    /// The static weights of the arrangement that has them, and how they were found; nil where they were given.
    var ratio: WeightRatio?
    var search: WeightSearch?

    init(_ arrangements: [Arrangement], guarantee: Double) {
        columns = arrangements.map { Column(arrangement: $0) }
        self.guarantee = guarantee
    }

    mutating func add(_ outcome: Trial.Outcome, to arrangement: Arrangement) {
        for index in columns.indices where columns[index].arrangement == arrangement {
            columns[index].rounds.append(outcome)
        }
    }
}
