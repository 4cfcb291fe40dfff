package import MeteModel

/// One network: what an LSTM and an attention model have in common.
///
/// Which of them it is stands in its settings; everything else is the same for both, so that either can take the other's
/// place. For many networks, `NetworkPool` steps them together.
package struct SequenceModel: ~Copyable, Sendable {
    private var pool: NetworkPool
    private let slot: Int

    /// An untrained network; the same seed makes the same one.
    package init(_ settings: NetworkSettings, seed: UInt64) {
        pool = NetworkPool(settings)
        slot = pool.add(seed: seed)
    }

    package var settings: NetworkSettings { pool.settings }

    /// A tick has passed: learns from its demand what its earlier forecasts should have been, takes it in, and forecasts.
    ///
    /// - Parameter demand: nil when nothing was measured; so counts what is negative or not finite.
    /// - Parameter features: what is announced for the ticks ahead; as many as the settings say, or none.
    package mutating func step(_ demand: Double?, announced features: [Float] = []) {
        pool.gather(slot, demand: demand, announced: features)
        pool.step()
    }

    /// The demand `horizon` ticks after the last step: finite, not negative, not crossing; nil while it knows too little.
    package func forecast(_ horizon: NetworkHorizon) -> Quantiles? { pool.forecast(slot, horizon) }

    package var ticks: Int { pool.ticks(slot) }

    package func state() -> [UInt8] { pool.state(slot) }

    package mutating func restore(from state: [UInt8]) throws(NetworkStateError) {
        try pool.restore(slot, from: state)
    }
}
