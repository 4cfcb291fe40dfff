import Foundation
import MeteModel
import MeteStore
import MeteTestSupport
import SeededRandom
import StoreProbe
import Testing

/// A recording whose writer is killed at any moment: a process, by SIGKILL.
@MainActor
struct KilledWriterTests {
    private let folder: TemporaryFolder
    private var file: String { folder.file("recording") }

    init() throws {
        folder = try TemporaryFolder(prefix: "mete-killed")
    }

    /// What the writer has said is in the file, newest last.
    private func acknowledged() -> [Int64] {
        // A line that was cut off by the kill says nothing.
        guard let text = try? folder.text("told"), let end = text.lastIndex(of: "\n") else { return [] }
        return text[..<end].split(separator: "\n").compactMap { Int64($0) }
    }

    @Test(arguments: [1, 2, 3] as [UInt64]) func allButTheLastBatchIsThere(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var last = 0
        // Before the first block, in it, beyond it; and each time the next writer goes on.
        for round in 0..<4 {
            let probe = try ChildProcess(.sibling("StoreProbe"), [file], output: .file(folder.file("told")))
            let batches = 1 + Int(random.next() % 400)
            #expect(
                Polling.wait(seconds: 120) { acknowledged().count >= batches || probe.hasEnded() },
                "round \(round): it writes")
            #expect(!probe.hasEnded(), "\((try? folder.text("told")) ?? "")")
            probe.kill()
            let told = ProbeWindow.number(try #require(acknowledged().last))
            #expect(told > last, "it goes on where the last one was cut off")

            let reader = try StoreReader(path: file)
            let windows = try reader.windows(in: Int64.min / 4...Int64.max / 4)
            #expect(reader.damage.isEmpty, "\(reader.damage)")
            #expect(windows.count >= told, "what was acknowledged is there")
            // The batch that was being acknowledged may be there as well.
            let batch = Int(ProbeWindow.settings.batch / ProbeWindow.interval)
            #expect(windows.count <= told + 2 * batch)
            for (index, window) in windows.enumerated() where window != ProbeWindow(index + 1).window {
                Issue.record("window \(index + 1) is not what was written")
                break
            }
            let decisions = try reader.decisions(of: ComponentID("web"), in: Int64.min / 4...Int64.max / 4)
            #expect(decisions.count == windows.count)
            #expect(decisions.last == ProbeWindow(windows.count).decisions.first)
            let processes = try reader.processes(of: nil, in: Int64.min / 4...Int64.max / 4)
            #expect(processes.count == windows.count / 10)
            #expect(processes.last?.description == ProbeWindow.process(windows.count / 10 * 10))
            last = windows.count
        }
    }
}
