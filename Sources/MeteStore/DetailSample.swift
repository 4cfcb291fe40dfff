package import MeteModel

/// One line of what a recording keeps beside the samples: what one device, kind of socket, disturber or thread of a component did in a
/// window. `RecordedDetail` has it in the types of a live window.
package struct DetailSample: Equatable, Sendable {
    package var component: ComponentID
    package var kind: DetailKind
    /// Which one, as `RecordedDetail` words it.
    package var key: String
    /// Nanoseconds since 1970 at which the window ended.
    package var end: Int64
    /// Of the window; longer after a roll-up.
    package var length: Nanoseconds
    /// In the order of `kind.metrics`.
    package var values: [Int64]

    package init(
        component: ComponentID, kind: DetailKind, key: String, end: Int64 = 0, length: Nanoseconds = 0, values: [Int64]
    ) {
        self.component = component
        self.kind = kind
        self.key = key
        self.end = end
        self.length = length
        self.values = values
    }

    /// 0 for what this kind does not have.
    package subscript(metric: Metric) -> Int64 {
        kind.metrics.firstIndex(of: metric).map { values[$0] } ?? 0
    }
}
