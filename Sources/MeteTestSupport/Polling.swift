import Glibc

/// Waiting for what the kernel tells nobody of, such as a name in /proc or a file of another process.
package enum Polling {
    /// Looks every millisecond, without using the CPU in between, until the condition holds.
    ///
    /// - Returns: Whether it held within `seconds`.
    @discardableResult
    package static func wait(seconds: Double = 30, until condition: () throws -> Bool) rethrows -> Bool {
        for _ in 0..<Int(seconds * 1000) {
            if try condition() { return true }
            usleep(1000)
        }
        return try condition()
    }
}
