/// What a component is sensitive to; it chooses the quantile of its demand that is planned for, and its default tier.
package enum ComponentClass: String, Hashable, CaseIterable, Sendable, Codable {
    /// Answers somebody who waits: planned at the 0.99 quantile.
    case latency
    /// Does as much as it can, steadily: planned at the 0.95 quantile.
    case throughput
    /// Wants to be done some time: planned at the median.
    case batch
    /// Takes only what nobody else wants: planned at the median, last tier.
    case idle

    /// The quantile of demand that the partition plans for.
    package var planningQuantile: Double {
        switch self {
        case .latency: 0.99
        case .throughput: 0.95
        case .batch, .idle: 0.5
        }
    }

    /// The priority of a component whose policy names none; higher is served earlier.
    package var defaultPriority: Int {
        switch self {
        case .latency: 100
        case .throughput: 50
        case .batch: 10
        case .idle: 0
        }
    }
}
