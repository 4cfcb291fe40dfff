import MeteModel
import MeteStore
import MeteTestSupport
import Testing

@testable import MeteTraceCommands

/// `mete query --format csv` as a program: what it prints, with and without caveats.
@MainActor
struct QueryCaveatsTests {
    private let recording: ExportRecording

    init() throws {
        let session = RecordedSession(
            start: ExportRecording.begin, version: "test", untraced: ["network.sent-bytes"],
            caveats: ["a probe is missing,\nand another"])
        recording = try ExportRecording(windows: 100, components: ["web"], sessions: [session], lost: 3)
    }

    private func output(_ options: [String]) throws -> (lines: [String], status: Int32?) {
        let folder = try TemporaryFolder(prefix: "mete-query")
        let process = try ChildProcess(
            .sibling("mete"), ["query", recording.path] + options, output: .file(folder.file("output")),
            errors: .discarded)
        let status = process.waitForEnd()?.code
        return (try folder.text("output").split(separator: "\n").map(String.init), status)
    }

    @Test(arguments: [[], ["--component", "web", "--metric", "cpu.run"], ["--processes"]])
    func caveatsAreCommentsBeforeTheHeader(options: [String]) throws {
        let plain = try output(options + ["--format", "csv"])
        #expect(plain.status == 0 && !plain.lines.isEmpty && !plain.lines.contains { $0.hasPrefix("#") })
        let said = try output(options + ["--format", "csv", "--caveats"])
        #expect(said.status == 0)
        let comments = said.lines.prefix { $0.hasPrefix("# ") }
        #expect(Array(said.lines.dropFirst(comments.count)) == plain.lines, "nothing else changes")
        #expect(comments.first?.hasPrefix("# recorded by mete test") == true)
        #expect(comments.contains("# not traced, and absent here: network.sent-bytes"))
        #expect(comments.contains("# a probe is missing, and another"), "a comment is one line")
        #expect(comments.contains("# " + RecordingCaveats.lost(3)))
    }

    @Test func otherFormatsHaveNoComments() throws {
        for format in ["table", "json"] { #expect(try output(["--format", format, "--caveats"]).status == 64) }
    }
}
