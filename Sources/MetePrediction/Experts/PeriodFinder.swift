/// Finds the period of a demand from its autocorrelation, which is kept up to date for every lag.
///
/// `r(k) ← λ r(k) + z(t) z(t - k)` for every lag k up to 511, z the normalised demand, held within four deviations so that
/// one outlier is not a cycle. The period is the lag of the largest r after the first descent from lag 0, looked for
/// every 16 ticks among lags of which two whole cycles were seen. There always is one; whether it is worth anything shows in the loss of the expert that uses it.
///
/// Cost: 511 multiplications and additions a tick; 2 KiB.
struct PeriodFinder: Sendable {
    /// Longest period in ticks.
    static let longest = DemandHistory.capacity - 1
    /// Shortest; two ticks are what an autoregression sees.
    static let shortest = 3

    private static let forgetting: Float = 0.998
    private static let reach: Float = 4
    private static let ticksBetweenLooks = 16

    private var correlations = [Float](repeating: 0, count: longest + 1)
    private var ticks = 0
    /// In ticks; nil while nothing repeats.
    private(set) var period: Int?

    /// Takes in the latest demand of `history`, by its location and spread.
    mutating func observe(_ history: borrowing DemandHistory, mean: Float, deviation: Float) {
        ticks += 1
        let inverse = 1 / deviation
        let latest = min(max((history.demand(0) - mean) * inverse, -Self.reach), Self.reach)
        correlations.withUnsafeMutableBufferPointer { correlations in
            history.withLatestFirst { demands in
                let forgetting = Self.forgetting
                let reach = Self.reach
                for lag in 0..<demands.count {
                    let past = min(max((demands[lag] - mean) * inverse, -reach), reach)
                    correlations[lag] = forgetting * correlations[lag] + latest * past
                }
            }
        }
        if ticks % Self.ticksBetweenLooks == 0 { period = strongest(upTo: min(Self.longest, ticks / 2)) }
    }

    private func strongest(upTo last: Int) -> Int? {
        var lag = 2
        while lag < last, correlations[lag] <= correlations[lag - 1] { lag += 1 }
        var best: Int?
        var highest: Float = 0
        for lag in max(Self.shortest, lag)..<max(Self.shortest, lag, last + 1) where correlations[lag] > highest {
            highest = correlations[lag]
            best = lag
        }
        return best
    }
}
