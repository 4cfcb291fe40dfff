/// Calls of one function in one window.
package struct CallUsage: Equatable, Sendable, Codable {
    /// Calls that began.
    package var calls: UInt64
    /// Calls that ended without a return: by longjmp, an exception, a new program, or the end of their thread.
    package var left: UInt64
    /// Time that threads were inside, over all threads; of calls that are open still, up to the end of the window. A thread in several
    /// calls of the function at once, by recursion, counts once.
    package var time: Nanoseconds

    package init(calls: UInt64 = 0, left: UInt64 = 0, time: Nanoseconds = 0) {
        self.calls = calls
        self.left = left
        self.time = time
    }

    package static func += (total: inout CallUsage, part: CallUsage) {
        total.calls &+= part.calls
        total.left &+= part.left
        total.time &+= part.time
    }

    /// Time inside for each call; nil without any. Of calls longer than the window it is what fell into the window.
    package var meanTime: Nanoseconds? { calls > 0 ? time / Nanoseconds(calls) : nil }
}
