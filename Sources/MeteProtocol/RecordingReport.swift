/// How the recording gets on that the agent was asked for.
package struct RecordingReport: Equatable, Sendable, Codable {
    package var file: String
    /// Ticks since the start that are not in it.
    package var missingTicks: UInt64
    /// About what ticks take in memory that wait to be written.
    package var waitingBytes: Int
    /// Why nothing is written for now; absent while all is well.
    package var problem: String?

    package init(file: String, missingTicks: UInt64, waitingBytes: Int, problem: String? = nil) {
        self.file = file
        self.missingTicks = missingTicks
        self.waitingBytes = waitingBytes
        self.problem = problem
    }
}
