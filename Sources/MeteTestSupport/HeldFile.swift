/// A value in a kernel file for the time of a test.
///
/// A process of its own puts the old value back: when it is told to, and when this process is killed.
package final class HeldFile {
    private let holder: ChildProcess

    /// Returns once the value stands.
    ///
    /// - Parameter old: what to put back, where that is not what stands there now.
    package init(_ path: String, at value: String, restoring old: String? = nil) throws(ProcessError) {
        let former: String
        if let old { former = old } else { former = try TextFile.read(path) }
        let script = """
            old=$2
            trap 'echo "$old" >"$0"; exit' TERM
            echo "$1" >"$0"
            while :; do sleep 1 & wait $!; done
            """
        holder = try ChildProcess(
            Executable(path: "/bin/sh"), ["-c", script, path, value, former], deathSignal: "TERM")
        let stands = Polling.wait(seconds: 10) {
            (try? TextFile.read(path))?.split(separator: "\n").first == value[...]
        }
        guard stands else { throw ProcessError("write", path, cause: "it did not take \(value)") }
    }

    deinit { release() }

    /// Returns once the old value stands again.
    package func release() { holder.stop() }
}
