import ArgumentParser

/// How redis, its client and the hogs are arranged on the machine: what is compared.
enum Arrangement: String, CaseIterable, Codable, ExpressibleByArgument {
    /// No hogs: the latency to be had.
    case alone
    /// With the hogs, all as a shell starts them.
    case unmanaged
    /// The best of several weights that a person could set who knows all three.
    case weights
    /// With mete, which knows the policy and no process.
    case mete

    var title: String {
        switch self {
        case .alone: "redis alone"
        case .unmanaged: "beside hogs"
        case .weights: "static weights"
        case .mete: "with mete"
        }
    }

    var hasHogs: Bool { self != .alone }
}
