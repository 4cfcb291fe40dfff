/// Whether something that mete would use is there, and if not, why and what would make it so.
package enum Support: Equatable, Sendable, Codable {
    case supported
    /// There, but with a limit worth knowing.
    case limited(reason: String, remedy: String)
    case unsupported(reason: String, remedy: String)
}

/// One thing that the doctor looked at.
package struct Finding: Equatable, Sendable, Codable {
    /// What it is about, e.g. `SCHED_DEADLINE`.
    package var feature: String
    package var support: Support
    /// What was seen, e.g. `cpu controller on v1 at /sys/fs/cgroup/cpu`.
    package var detail: String

    package init(feature: String, support: Support, detail: String) {
        self.feature = feature
        self.support = support
        self.detail = detail
    }
}
