package import MeteModel

/// Both architectures on one component's demand; the one with the lower measured loss speaks.
///
/// The loss is the pinball loss of forecasts one tick ahead at 0.9, 0.95 and 0.99, the levels that are planned for, as a mean
/// that forgets within some hundred ticks.
/// Each forecast is scored by the demand of the tick that it was made for, before anything is learnt from that
/// demand. The other takes over when it is better by a margin, so that two equals do not flap.
package struct ArchitectureTrial: ~Copyable, Sendable {
    static let memory = 300.0
    static let switchMargin = 0.03

    private var lstm: SequenceModel
    private var attention: SequenceModel
    /// Mean losses in the unit of the demand.
    private var lstmLoss = 0.0
    private var attentionLoss = 0.0
    private var scored = 0.0
    package private(set) var chosen = NetworkSettings.Architecture.lstm

    /// - Parameter features: announced features per tick.
    package init(features: Int = NetworkSettings.lstm.features, seed: UInt64) {
        var settings = NetworkSettings.lstm
        settings.features = features
        lstm = SequenceModel(settings, seed: seed)
        settings = .attention
        settings.features = features
        attention = SequenceModel(settings, seed: seed)
    }

    /// Mean recent loss of an architecture; nil before anything was scored.
    package func loss(_ architecture: NetworkSettings.Architecture) -> Double? {
        guard scored > 0 else { return nil }
        return architecture == .lstm ? lstmLoss : attentionLoss
    }

    package mutating func step(_ demand: Double?, announced features: [Float] = []) {
        if let demand, demand.isFinite, demand >= 0 { score(demand) }
        lstm.step(demand, announced: features)
        attention.step(demand, announced: features)
    }

    package func forecast(_ horizon: NetworkHorizon) -> Quantiles? {
        chosen == .lstm ? lstm.forecast(horizon) : attention.forecast(horizon)
    }

    private mutating func score(_ demand: Double) {
        guard let first = lstm.forecast(.one), let second = attention.forecast(.one) else { return }
        scored = min(scored + 1, Self.memory)
        lstmLoss += (Self.loss(first, demand) - lstmLoss) / scored
        attentionLoss += (Self.loss(second, demand) - attentionLoss) / scored
        switch chosen {
        case .lstm where attentionLoss < lstmLoss * (1 - Self.switchMargin): chosen = .attention
        case .attention where lstmLoss < attentionLoss * (1 - Self.switchMargin): chosen = .lstm
        default: break
        }
    }

    /// Mean over the upper levels; each is divided before it is added, so that no sum of finite losses overflows.
    private static func loss(_ forecast: Quantiles, _ demand: Double) -> Double {
        zip(Quantiles.levels, forecast.values).dropFirst()
            .reduce(0) { $0 + pinballLoss(of: $1.1 / 3, at: $1.0, for: demand / 3) }
    }
}
