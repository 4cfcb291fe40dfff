import MeteModel

/// Finds out which of two networks forecasts a component better, by running both for a while beside each other.
///
/// The loss is the pinball loss of forecasts one tick ahead at 0.9, 0.95 and 0.99, the levels that are planned for. Each forecast is
/// scored by the demand of the tick that it was made for, before anything is learnt from that demand. What an untrained network
/// loses at first says nothing, and is left out. The attention model has to be better by a margin, for it costs twice the time.
struct ArchitectureTrial: Sendable {
    /// Ticks at the beginning that are not scored.
    let warmUp: Int
    /// Ticks that are.
    static let length = 300
    /// Share of the LSTM's loss by which the attention model's has to be lower.
    static let margin = 0.02

    private(set) var ticks = 0
    private(set) var lstmLoss = 0.0
    private(set) var attentionLoss = 0.0

    init(warmUp: Int = 300) { self.warmUp = warmUp }

    /// A tick has passed in which this was wanted.
    ///
    /// - Parameter forecasts: made for it, at the tick before.
    mutating func observe(_ demand: Double, _ forecasts: NetworkForecasts) {
        guard let lstm = forecasts[.lstm, .one], let attention = forecasts[.attention, .one] else { return }
        ticks += 1
        guard ticks > warmUp else { return }
        lstmLoss += Self.loss(lstm, demand)
        attentionLoss += Self.loss(attention, demand)
    }

    /// Nil until enough has been scored.
    var winner: NetworkSettings.Architecture? {
        guard ticks >= warmUp + Self.length else { return nil }
        return attentionLoss < (1 - Self.margin) * lstmLoss ? .attention : .lstm
    }

    /// Mean over the upper levels and the trial; each is divided before it is added, so that no sum of finite losses overflows.
    private static func loss(_ forecast: Quantiles, _ demand: Double) -> Double {
        let parts = 3 * Double(length)
        return zip(Quantiles.levels, forecast.values).dropFirst()
            .reduce(0) { $0 + pinballLoss(of: $1.1 / parts, at: $1.0, for: demand / parts) }
    }
}
