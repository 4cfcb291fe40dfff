import Glibc
import MeteTestSupport
import Testing

/// A terminal that a program can be driven in: a tmux server of its own with one pane.
@MainActor
final class Tmux {
    private let folder: TemporaryFolder
    private let program: Executable
    private let server: ChildProcess

    private var socket: String { folder.file("tmux") }

    /// How long the screen may take to become what it should.
    private static let patience = 60.0

    /// - Parameters:
    ///   - script: what a shell does in the pane; it finds the folder of `file` in the variable F.
    ///   - environment: variables of the pane.
    init(columns: Int, rows: Int, script: String, environment: [String] = ["LC_ALL=C.UTF-8"]) throws {
        folder = try TemporaryFolder(prefix: "mete-tmux")
        program = try .named("tmux", remedy: "apt-get install tmux")
        // Not as a daemon: it ends with this process.
        server = try ChildProcess(program, ["-S", folder.file("tmux"), "-f", "/dev/null", "-D"], errors: .discarded)
        try folder.write(script, to: "script")
        let variables = (environment + ["F=\(folder.path)"]).flatMap { ["-e", $0] }
        let arguments =
            ["new-session", "-d", "-x", "\(columns)", "-y", "\(rows)"] + variables + ["sh", folder.file("script")]
        let isThere = Polling.wait(seconds: Self.patience) { access(folder.file("tmux"), F_OK) == 0 }
        try #require(isThere, "tmux makes its socket")
        _ = try ask(arguments)
        _ = try ask(["set-option", "-g", "window-size", "manual"])
    }

    /// Something that the script has written.
    func text(_ name: String) throws -> String { try folder.text(name) }

    func wait(forFile name: String) throws {
        let isThere = Polling.wait(seconds: Self.patience) { access(folder.file(name), F_OK) == 0 }
        #expect(isThere, "\(name)")
    }

    /// One command of tmux.
    @discardableResult
    func ask(_ arguments: [String]) throws -> String {
        let process = try ChildProcess(
            program, ["-u", "-S", socket] + arguments, output: .file(folder.file("answer")),
            errors: .file(folder.file("refusal")))
        let exit = process.waitForEnd()
        let refusal = try text("refusal")
        try #require(exit?.code == 0, "tmux \(arguments): \(refusal)")
        return try text("answer")
    }

    /// Keys by tmux's names: `Down`, `q`.
    func press(_ keys: String...) throws { try ask(["send-keys"] + keys) }

    func resize(columns: Int, rows: Int) throws {
        try ask(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
    }

    /// What is on the screen, without spaces at the ends of lines.
    func lines(withColours: Bool = false) throws -> [String] {
        let text = try ask(["capture-pane", "-p"] + (withColours ? ["-e"] : []))
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// A variable of the pane, such as `alternate_on`.
    func variable(_ name: String) throws -> String {
        try ask(["display-message", "-p", "#{\(name)}"]).filter { $0 != "\n" }
    }

    /// Waits for a screen of which this is true.
    ///
    /// - Returns: that screen, or the last one.
    @discardableResult
    func expect(
        _ what: String, location: SourceLocation = #_sourceLocation, _ isThere: ([String]) throws -> Bool
    ) throws -> [String] {
        var last: [String] = []
        let deadline = ContinuousClock.now + .seconds(Self.patience)
        var found = false
        repeat {
            // Each look takes a while of its own.
            last = try lines()
            found = try isThere(last)
        } while !found && ContinuousClock.now < deadline
        #expect(found, "\(what):\n\(last.joined(separator: "\n"))", sourceLocation: location)
        return last
    }

    /// Waits for a screen with this text.
    @discardableResult
    func expect(_ text: String, location: SourceLocation = #_sourceLocation) throws -> [String] {
        try expect(text, location: location) { $0.contains { $0.contains(text) } }
    }
}
