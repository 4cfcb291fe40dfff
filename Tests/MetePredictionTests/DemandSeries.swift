import SeededRandom

/// Demands to feed predictors with, each kind from a fixed seed.
enum DemandSeries: CaseIterable {
    case constant, zeros, noise, autoregressive, sawtooth, levelShifts, bursts, spikes, growth, tiny, huge

    func demands(_ count: Int, seed: UInt64 = 7) -> [Double] {
        var generator = SplitMix64(seed: seed)
        var state = 0.0
        return (0..<count).map { index in
            switch self {
            case .constant: return 2.5
            case .zeros: return 0
            case .noise: return max(0, 2 + 0.5 * generator.normal())
            case .autoregressive:
                state = 0.8 * state + 0.2 * generator.normal()
                return max(0, 3 + state)
            case .sawtooth: return Double(index % 12) / 4 + 0.05 * generator.uniform()
            case .levelShifts: return (index / 150).isMultiple(of: 2) ? 1 + 0.1 * generator.uniform() : 8
            case .bursts: return generator.uniform() < 0.1 ? 4 * generator.uniform() : 0
            case .spikes: return generator.uniform() < 0.01 ? 1e9 : generator.uniform()
            case .growth: return 0.01 * Double(index) + 0.1 * generator.uniform()
            case .tiny: return 1e-300 * generator.uniform()
            case .huge: return 1e300 * generator.uniform()
            }
        }
    }
}
