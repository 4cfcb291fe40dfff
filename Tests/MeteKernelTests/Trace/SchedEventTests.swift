import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// The stream of single events against the clocks that the kernel keeps itself.
    @MainActor
    struct SchedEventTests {
        /// What came of a stream while a workload ran from its start to its end.
        private struct Run {
            var ran: [SchedEvent.Thread: Nanoseconds] = [:]
            var waits = 0
            var lost: UInt64 = 0
            var overlaps: [String] = []
            var used: Nanoseconds = 0
            var pid: UInt32 = 0
            /// By track.
            private var ends: [String: Nanoseconds] = [:]

            mutating func take(_ stretch: SchedTimeline.Stretch) {
                switch stretch {
                case .ran(let thread, let cpu, let from, let to, _):
                    ran[thread, default: 0] += to - from
                    note("CPU \(cpu)", from, to)
                    note("thread \(thread.tid)", from, to)
                case .waited(let thread, _, let from, let to, _):
                    waits += 1
                    note("thread \(thread.tid)", from, to)
                case .lost(let cpu, let from, let to, let events):
                    lost += events
                    note("CPU \(cpu)", from, to)
                }
            }

            private mutating func note(_ track: String, _ from: Nanoseconds, _ to: Nanoseconds) {
                let end = ends[track] ?? 0
                if from < end || to < from { overlaps.append("\(track): \(from) to \(to) after \(end)") }
                ends[track] = to
            }
        }

        /// - Parameter drains: whether events are read while the workload runs.
        private func run(_ workload: [String], ringBytes: UInt32 = 1 << 24, drains: Bool = true) throws -> Run {
            var run = Run()
            let stream = try SchedEventStream(ringBytes: ringBytes)
            var timeline = SchedTimeline(beginning: TickClock.now())
            func drain() throws { try stream.drain(upTo: TickClock.now()) { timeline.apply($0) { run.take($0) } } }
            try stream.tellRunning()
            let process = try Workload(workload).process
            while !process.hasEnded() {
                if drains { try drain() }
                Polling.wait(seconds: 0.01) { process.hasEnded() }
            }
            try drain()
            // A CPU that has lost something says so with its next event.
            try stream.tellRunning()
            try drain()
            timeline.end(at: TickClock.now()) { run.take($0) }
            run.used = try #require(process.exit?.cpuNanoseconds)
            run.pid = UInt32(process.identifier)
            #expect(try stream.losses() == run.lost)
            return run
        }

        /// What is charged to the process, all of its threads, which come and go while it is traced.
        @Test(arguments: [["spin", "1", "3"], ["threads", "40", "10000"], ["wakers", "1", "4"]])
        func slicesAreTheTimeThatTheKernelCharged(workload: [String]) throws {
            let run = try run(workload)
            let slices = run.ran.filter { $0.key.pid == run.pid }.reduce(0) { $0 + $1.value }
            #expect(run.lost == 0)
            #expect(run.used > 1_000_000, "there has to be something to measure")
            // Where threads run for microseconds, what a switch itself takes is charged to neither of both.
            let tolerance = workload[0] == "wakers" ? 0.1 : Workload.isEmulated ? 0.05 : 0.01
            let difference = Double(abs(slices - run.used)) / Double(run.used)
            #expect(difference <= tolerance, "\(slices) ns in slices, \(run.used) ns charged")
            #expect(run.overlaps.isEmpty, "\(run.overlaps.prefix(3))")
            #expect(run.waits > 0)
        }

        @Test func whatFindsNoRoomIsCountedAndMarked() throws {
            let run = try run(["wakers", "1", "4"], ringBytes: 4096, drains: false)
            #expect(run.lost > 100, "a page takes less than the workload's switches")
            #expect(run.overlaps.isEmpty, "\(run.overlaps.prefix(3))")
        }
    }
}
