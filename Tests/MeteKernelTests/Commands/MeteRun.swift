import Glibc
import MeteTestSupport
import Testing

/// One run of `mete` from start to end, as a person would have it in a terminal.
@MainActor
struct MeteRun {
    let code: Int32?
    let output: String
    let errors: String

    /// - Parameters:
    ///   - start: what starts mete, which comes behind it with its arguments; see `Start`.
    init(_ arguments: [String], start: Start = Start()) throws {
        let folder = try TemporaryFolder(prefix: "mete-run")
        let program = try start.program ?? Executable.sibling("mete").path
        let command = start.words + [program] + arguments
        let process = try ChildProcess(
            Executable(path: command[0]), Array(command.dropFirst()), output: .file("\(folder.path)/output"),
            errors: .file("\(folder.path)/errors"))
        code = process.waitForEnd()?.code
        output = try TextFile.read("\(folder.path)/output")
        errors = try TextFile.read("\(folder.path)/errors")
    }

    /// Ended with this status, after saying all of these on standard error.
    func expect(_ status: Int32, saying words: String..., location: SourceLocation = #_sourceLocation) {
        #expect(code == status, "\(errors)\(output)", sourceLocation: location)
        for word in words { #expect(errors.contains(word), sourceLocation: location) }
    }
}

extension MeteRun {
    /// Under what circumstances mete is started.
    nonisolated struct Start {
        var words: [String] = []
        /// Nil for the program that was built.
        var program: String?

        /// With what `setpriv` makes of root.
        static func setpriv(_ options: String...) throws -> Start {
            Start(
                words: [try Executable.named("setpriv", remedy: "apt-get install util-linux").path] + options + ["--"])
        }

        /// In a mount namespace of its own, after a script that may change mounts there: those of the system stay as they are.
        static func afterMounts(_ script: String) throws -> Start {
            let unshare = try Executable.named("unshare", remedy: "apt-get install util-linux").path
            return Start(words: [unshare, "-m", "/bin/sh", "-c", "set -e\n\(script)\nexec \"$@\"", "sh"])
        }
    }
}
