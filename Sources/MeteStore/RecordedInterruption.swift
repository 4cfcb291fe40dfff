import Foundation
import MeteModel

/// A time in which windows are missing from a recording, and why.
package struct RecordedInterruption: Codable, Equatable, Sendable {
    /// Nanoseconds since 1970: from the beginning of the first window that is missing to the end of the last.
    package var start: Int64
    package var end: Int64
    package var cause: String

    package init(start: Int64, end: Int64, cause: String) {
        self.start = start
        self.end = end
        self.cause = cause
    }

    /// Names of the facts that hold interruptions begin so; the start follows.
    static let factPrefix = "interruption "

    /// In the order of time.
    static func all(in facts: [String: String]) -> [RecordedInterruption] {
        facts.filter { $0.key.hasPrefix(factPrefix) }
            .compactMap { try? JSONDecoder().decode(RecordedInterruption.self, from: Data($0.value.utf8)) }
            .sorted { $0.start < $1.start }
    }

    /// Those of one cause that are less than this apart are told as one, so that a disk that is a little too slow all day does not make
    /// thousands.
    static let grain: Int64 = 60 * .perSecond
}
