import ArgumentParser
import MeteTestSupport

/// Weights set by hand: of redis and of its client, and of the hogs.
struct WeightRatio: Codable, Hashable, CustomStringConvertible {
    var served: Int
    var hogs: Int

    init(served: Int, hogs: Int) {
        self.served = served
        self.hogs = hogs
    }

    /// As it is written: `262144:2`.
    init?(_ text: String) {
        let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let served = numbers[0], let hogs = numbers[1], served > 0, hogs > 0 else {
            return nil
        }
        self.init(served: served, hogs: hogs)
    }

    var description: String { "\(served):\(hogs)" }

    /// What a patient person tries: from the default up to all that the kernel takes.
    ///
    /// Each is the served groups' weight in defaults and the hogs' in the same unit, cut to what the hierarchy's version can express.
    static func candidates(_ version: CPUHierarchy.Version) -> [WeightRatio] {
        let weights = ScratchGroup.weights(version)
        return [(8, 1.0), (32, 1.0), (256, 1.0), (256, 0.02), (256, 0)].map { served, hogs in
            WeightRatio(
                served: weights.clamp(Double(weights.usual * served)), hogs: weights.clamp(Double(weights.usual) * hogs)
            )
        }.reduce(into: []) { unique, ratio in if !unique.contains(ratio) { unique.append(ratio) } }
    }
}

extension WeightRatio {
    init(parsing text: String) throws {
        guard let ratio = WeightRatio(text) else {
            throw ValidationError("\(text) is not a ratio of weights; write two whole numbers, as 262144:2")
        }
        self = ratio
    }
}
