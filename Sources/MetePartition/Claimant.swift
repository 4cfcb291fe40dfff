package import MeteModel

/// One component as the partition sees it: what the policy promises it and what it is expected to need.
///
/// Amounts are in the resource's measure (cores for CPU). `weight`, `guarantee` and `maximum` come from a policy, and the
/// partition refuses them when they make no sense; `forecast`, `calibration` and `measured` come from measurements, and a
/// number that is none counts for nothing (see `Partition`).
package struct Claimant: Equatable, Sendable {
    /// Weights that the partition accepts.
    package static let weights = 1e-6...1e6

    package var id: ComponentID
    /// Chooses the quantile of the forecast that is planned for.
    package var `class`: ComponentClass
    /// Tier: higher is served earlier.
    package var priority: Int
    /// Share inside a tier and of what is lent.
    package var weight: Double
    /// What it gets whenever it wants it.
    package var guarantee: Double
    /// The most it may get, or nil for all there is.
    package var maximum: Double?
    /// Demand in the next window.
    package var forecast: Quantiles
    package var calibration: Calibration
    package var source: ForecastSource
    /// Demand in the last window.
    package var measured: Double

    package init(
        id: ComponentID, class: ComponentClass, priority: Int, weight: Double = 1, guarantee: Double = 0,
        maximum: Double? = nil, forecast: Quantiles, calibration: Calibration = .unknown, source: ForecastSource,
        measured: Double
    ) {
        self.id = id
        self.class = `class`
        self.priority = priority
        self.weight = weight
        self.guarantee = guarantee
        self.maximum = maximum
        self.forecast = forecast
        self.calibration = calibration
        self.source = source
        self.measured = measured
    }

    /// The claims of a component on the CPUs. Without a forecast, what was measured stands for it, with no confidence.
    package init(cpuOf policy: ComponentPolicy, forecast: Forecast?, measured: Double) {
        self.init(
            id: policy.id, class: policy.class, priority: policy.priority, weight: policy.weight,
            guarantee: policy.cpu.guarantee, maximum: policy.cpu.maximum,
            forecast: forecast?.demand ?? Quantiles(point: measured), calibration: forecast?.calibration ?? .unknown,
            source: forecast?.source ?? .decayedPeak, measured: measured)
    }
}
