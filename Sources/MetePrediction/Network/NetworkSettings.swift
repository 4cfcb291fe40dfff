internal import CMeteNetwork

/// What a network is like and how it learns.
package struct NetworkSettings: Equatable, Sendable {
    package enum Architecture: UInt32, CaseIterable, Sendable {
        /// One recurrent layer of long short-term memory cells.
        case lstm = 1
        /// One block of causal self-attention.
        case attention = 2
    }

    package var architecture: Architecture
    /// Units of the body. Padded to a multiple of 8 in memory and time.
    package var hidden: Int
    /// LSTM: ticks that gradients are propagated back through. Attention: ticks that it sees.
    package var window: Int
    /// Announced features per tick: values that the caller knows of the ticks ahead, about 1 in size, 0 when there is nothing.
    package var features = 4
    /// Step length of Adam once the first hundred ticks have passed.
    package var learningRate: Float = 0.002
    /// Euclidean length to which a longer gradient is cut. Far above the usual: the long ones come from demands above the upper
    /// quantiles, which cutting them would bias.
    package var gradientLimit: Float = 100

    /// 1 to 64 units, a window of 10 to 32 ticks, at most 20 features.
    package var isValid: Bool { size > 0 }

    /// The sizes at which `NetworkBenchmark` finds that a larger network costs more than it gains.
    package static let lstm = NetworkSettings(architecture: .lstm, hidden: 8, window: 12)
    package static let attention = NetworkSettings(architecture: .attention, hidden: 8, window: 32)

    /// Bytes of one network.
    package var size: Int {
        guard var shape else { return 0 }
        return mete_network_size(&shape)
    }

    /// Bytes of working memory that a step needs.
    var scratchSize: Int {
        guard var shape else { return 0 }
        return mete_network_scratch(&shape)
    }

    var shape: mete_network_shape? {
        guard let features = UInt32(exactly: features), let hidden = UInt32(exactly: hidden),
            let window = UInt32(exactly: window)
        else { return nil }
        return mete_network_shape(
            architecture: architecture.rawValue, features: features, hidden: hidden, window: window)
    }

    var training: mete_training { mete_training(learning_rate: learningRate, clip: gradientLimit) }
}
