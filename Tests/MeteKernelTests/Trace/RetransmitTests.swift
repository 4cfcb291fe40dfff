import MeteModel
import MeteTestSupport
import MeteTrace
import Testing

extension KernelTests {
    /// Segments that the kernel sends again, by timers and in interrupts, belong to whose socket it is: against the kernel's own count.
    struct RetransmitTests {
        struct Case: CustomTestStringConvertible {
            var mode: String
            var kind: String
            var count: UInt64

            var testDescription: String { "\(mode) \(kind)" }
        }

        static let cases = [
            // Of a connection that nobody answers there is neither a call that sends nor one that receives.
            Case(mode: "retransmits", kind: "request", count: 2),
            Case(mode: "retransmits6", kind: "request", count: 1),
            Case(mode: "retransmits", kind: "answer", count: 3),
            Case(mode: "retransmits", kind: "data", count: 3),
            Case(mode: "retransmits6", kind: "data", count: 3),
        ]

        @Test(arguments: cases) func retransmitsAreTheComponentsWhoseSocketItIs(_ which: Case) throws {
            let folder = try TemporaryFolder(prefix: "mete-retransmits")
            var options = KernelProbes.Options()
            options.network = true
            let tracer = try Workload.tracer(options)
            let process = try ChildProcess(
                .sibling("mete-workload"), [which.mode, which.kind, "\(which.count)"],
                output: .file(folder.file("count")))
            var counted: UInt64 = 0
            func closeWindow() throws {
                for sample in try tracer.closeWindow().samples where sample.component == Workload.component {
                    counted += sample.network.retransmits
                }
            }
            try #require(
                Polling.wait(seconds: 60) {
                    try closeWindow()
                    return process.hasEnded()
                })
            try #require(process.exit?.code == 0, "IPv6 may be switched off")
            try closeWindow()
            let truth = try #require(UInt64(folder.text("count").filter(\.isNumber)))
            try #require(truth >= which.count, "the kernel counts them")
            #expect(counted == truth)
        }
    }
}
