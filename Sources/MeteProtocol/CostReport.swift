/// What the agent itself takes.
package struct CostReport: Equatable, Sendable, Codable {
    /// Cores, averaged over the last windows.
    package var cpu: Double
    package var residentBytes: UInt64

    package init(cpu: Double, residentBytes: UInt64) {
        self.cpu = cpu
        self.residentBytes = residentBytes
    }
}
