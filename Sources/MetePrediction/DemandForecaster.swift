package import MeteModel

/// Forecasts one component's demand of one resource, at each horizon by a combination of experts.
///
/// A demand that cannot be right (missing, not a number, negative, above the ceiling, of an earlier tick) reaches no model,
/// and the fallback decides until the next that can be. `HorizonTrack` says when it decides beside that.
///
/// A forecast expires a fixed time after the last valid sample, however often it is asked for: when measurements cease, so
/// do forecasts.
///
/// Inside, demands are single-precision numbers, for ceilings above 1e30 in units of a part of the ceiling.
/// No allocation in steady state. Copying it copies its experts' storage at the next tick: keep it in one place.
package struct DemandForecaster: Sendable {
    private let settings: ForecastSettings
    /// A demand of 1 inside, in the resource's measure.
    private let unit: Double
    private var summary = DemandSummary()
    private var tracks: [HorizonTrack]
    private var lastValid: Instant?
    private var lastFault: SampleFault?

    /// Largest number inside, below the largest that single precision holds by more than any sum of losses.
    private static let largest = 1e30

    package init(_ settings: ForecastSettings) {
        precondition(!settings.horizons.isEmpty, "a forecaster needs a horizon")
        self.settings = settings
        let unit = max(1, settings.ceiling / Self.largest)
        self.unit = unit
        tracks = settings.horizons.map { HorizonTrack(horizon: $0, settings, unit: unit) }
    }

    /// A tick has ended at `end` in which this demand was measured; nil when nothing was measured.
    ///
    /// - Parameter networks: what the networks of the settings forecast from this demand on, in the resource's measure.
    /// - Returns: why the sample was not used, or nil when it was.
    @discardableResult
    package mutating func observe(
        _ demand: Double?, at end: Instant, networks: NetworkForecasts = NetworkForecasts()
    ) -> SampleFault? {
        if let lastValid, end <= lastValid {
            lastFault = .stale
            return .stale
        }
        switch settings.validate(demand) {
        case .success(let demand):
            if let lastValid, end - lastValid > settings.lifetime { bridgeGap() }
            lastValid = end
            lastFault = nil
            let inside = Float(demand / unit)
            summary.observe(inside)
            for index in tracks.indices {
                tracks[index].observe(inside, summary, networks: bounds(networks, settings.horizons[index]))
            }
            return nil
        case .failure(let fault):
            lastFault = fault
            summary.skip()
            for index in tracks.indices { tracks[index].skip(summary) }
            return fault
        }
    }

    /// The demand `horizon` ticks after the last one observed; nil before the first valid sample, once that is too old, and for
    /// horizons that are not in the settings.
    package func forecast(at now: Instant, horizon: Int) -> Forecast? {
        guard let lastValid, let index = settings.horizons.firstIndex(of: horizon) else { return nil }
        let expires = lastValid + settings.lifetime
        guard now < expires else { return nil }
        return tracks[index].forecast(expires: expires, after: lastFault)
    }

    /// The forecast for the first horizon.
    package func forecast(at now: Instant) -> Forecast? {
        forecast(at: now, horizon: settings.horizons[0])
    }

    /// The demand of a tick, if it can be right.
    package func usable(_ demand: Double?) -> Double? { try? settings.validate(demand).get() }

    /// What an expert alone forecasts, before any correction; nil where there is nothing yet.
    package func quantiles(of expert: ForecastExpert, horizon: Int) -> Quantiles? {
        guard expert.architecture.map({ settings.networks.contains($0) }) ?? true,
            let index = settings.horizons.firstIndex(of: horizon)
        else { return nil }
        return tracks[index].forecaster.quantiles(of: expert)
            .map { Quantiles($0).scaled(by: unit, upTo: settings.ceiling) }
    }

    /// What was issued before a gap in time is for ticks that nobody saw, and what lies before it is no lag of what follows.
    private mutating func bridgeGap() {
        summary.skip()
        for index in tracks.indices { tracks[index].forgetIssued() }
    }

    /// What networks forecast for a horizon, inside.
    private func bounds(_ networks: NetworkForecasts, _ ticks: Int) -> NetworkBounds {
        guard !settings.networks.isEmpty, let horizon = NetworkHorizon(rawValue: ticks) else { return NetworkBounds() }
        return NetworkBounds(
            lstm: networks[.lstm, horizon].flatMap { usable($0) },
            attention: networks[.attention, horizon].flatMap { usable($0) })
    }

    /// A network's quantiles inside; nil unless they are a distribution: finite, not negative, not crossing.
    private func usable(_ quantiles: Quantiles) -> SIMD4<Float>? {
        let values = quantiles.scaled(by: 1 / unit, upTo: settings.ceiling / unit)
        guard 0 <= values.median, values.median <= values.p90, values.p90 <= values.p95, values.p95 <= values.p99,
            values.p99.isFinite
        else { return nil }
        return SIMD4(values)
    }
}
