/// What the agent answers to, by HTTP/1.1 and JSON over a Unix socket.
///
/// Conventions of version 1, the same in every value of this module:
/// - keys and codes are camelCase; an absent value is an absent key, never `null`;
/// - points in time are Unix seconds (`…At`), spans are seconds (`…Seconds`), kernel settings are in the kernel's unit
///   (`…Nanoseconds`), memory is in bytes (`…Bytes`), and CPU amounts are cores without a suffix;
/// - within version 1 keys are only added, so a reader ignores keys that it does not know. Whatever changes the meaning
///   of a key, removes one, or adds a case to an enumeration gets a new path prefix.
package enum Endpoint: String, CaseIterable, Sendable {
    /// What is measured, forecast, allotted and in force: a `StatusReport`.
    case status = "/v1/status"
    /// The latest plan with the reason of every number: a `PlanReport`.
    case plan = "/v1/plan"
    /// Whether the agent does its work: a `HealthReport`, with status 503 when it does not.
    case health = "/v1/health"
    /// Load the policy file again: a `ReloadReport`, or status 422 and the loader's problems.
    case reload = "/v1/reload"

    /// The one HTTP method that it answers to.
    package var method: String {
        switch self {
        case .status, .plan, .health: "GET"
        case .reload: "POST"
        }
    }

    package var path: String { rawValue }
}
