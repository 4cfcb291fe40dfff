import MeteModel
import MetePartition

/// A component with a point forecast, for examples. Amounts in units of 1.
func claimant(
    _ name: String, demand: Double, guarantee: Double = 0, maximum: Double? = nil, weight: Double = 1,
    priority: Int = 50, coverage: Double = 0.95, samples: Int = 1_000_000
) -> Claimant {
    Claimant(
        id: ComponentID(name), class: .throughput, priority: priority, weight: weight, guarantee: guarantee,
        maximum: maximum, forecast: Quantiles(point: demand),
        calibration: Calibration(coverage: coverage, pinballLoss: 0, samples: samples), source: .autoregressive,
        measured: 0)
}

extension PartitionPlan {
    /// Units by name.
    var units: [String: Int] {
        Dictionary(uniqueKeysWithValues: allotments.map { ($0.component.name, $0.units) })
    }

    subscript(name: String) -> Allotment? {
        allotments.first { $0.component.name == name }
    }
}
