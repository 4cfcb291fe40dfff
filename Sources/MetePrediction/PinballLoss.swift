/// The loss of a forecast quantile: `level` times what it fell short by, or `1 - level` times what it exceeded by.
///
/// Its expectation is least at the true quantile (Koenker and Bassett, "Regression Quantiles", 1978).
package func pinballLoss(of bound: Double, at level: Double, for demand: Double) -> Double {
    let shortfall = demand - bound
    return shortfall >= 0 ? level * shortfall : (level - 1) * shortfall
}
