/// A resource that mete measures and allots.
///
/// Amounts are in the resource's natural measure: cores for CPU.
package enum Resource: String, Hashable, CaseIterable, Sendable, Codable {
    /// CPU time, in cores: 1.0 is one CPU for the whole of a window.
    case cpu
}
