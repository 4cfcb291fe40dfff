import MeteModel
import MeteTestSupport
import Testing

@testable import MeteTrace

/// What hypervisor and interrupts take off the CPUs, by what /proc/stat says at the end of each window.
struct CapacityTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(prefix: "mete-capacity") }

    /// - Parameter steal: ticks of 10 ms so far, of two CPUs that are otherwise idle or busy in interrupts.
    private func write(seconds: Double, steal: Int, interrupts: Int = 0, cpus: Int = 2) throws {
        let ticks = Int(seconds * 100) * cpus
        let idle = ticks - steal - interrupts
        let lines =
            ["cpu  0 0 0 \(idle) 0 \(interrupts) 0 \(steal) 0 0"] + (0..<cpus).map { "cpu\($0) 0 0 0 0 0 0 0 0 0 0" }
        try folder.write(lines.joined(separator: "\n") + "\n", to: "stat")
    }

    /// Half a core is stolen all the time: that is what every window says, however long windows are, from the first on.
    @Test(arguments: [0.1, 1, 10]) func aSteadyStealIsSeenFromTheFirstWindowOn(window: Double) throws {
        try write(seconds: 100, steal: 1000)
        var meter = try CapacityMeter(path: folder.file("stat"))
        for number in 1...5 {
            let seconds = 100 + Double(number) * window
            try write(seconds: seconds, steal: 1000 + Int(Double(number) * window * 50))
            let reading = meter.measure(seconds: window)
            #expect(abs(reading.steal - 0.5) < 0.001 && reading.cpus == 2 && abs(reading.cores - 1.5) < 0.001)
        }
    }

    /// What begins is seen by 1 - exp(-t / 2 s): of 1 core 0.39 after a second, and 0.63 after two, in windows of any length.
    @Test(arguments: [(window: 0.1, windows: 20), (0.5, 4), (1, 2), (2, 1)])
    func whatBeginsCountsByItsAge(window: Double, windows: Int) throws {
        try write(seconds: 100, steal: 0)
        var meter = try CapacityMeter(path: folder.file("stat"))
        try write(seconds: 101, steal: 0)
        #expect(meter.measure(seconds: 1).steal == 0)
        var reading = CapacityReading(cpus: 0)
        for number in 1...windows {
            let past = Double(number) * window
            try write(seconds: 101 + past, steal: 0, interrupts: Int((past * 100).rounded()))
            reading = meter.measure(seconds: window)
        }
        #expect(abs(reading.interrupts - 0.632) < 0.002, "\(reading.interrupts)")
        #expect(reading.steal == 0)
    }

    /// A file that cannot be read leaves the reading as it was, and CPUs that come change nothing but their number.
    @Test func whatCannotBeReadChangesNothing() throws {
        try write(seconds: 100, steal: 0)
        var meter = try CapacityMeter(path: folder.file("stat"))
        try write(seconds: 101, steal: 100)
        let reading = meter.measure(seconds: 1)
        #expect(reading.steal == 1)
        try folder.write("nothing\n", to: "stat")
        #expect(meter.measure(seconds: 1) == reading)
        try write(seconds: 103, steal: 500, cpus: 4)
        #expect(meter.measure(seconds: 1) == CapacityReading(cpus: 4, steal: 1))
    }

    @Test func aFileWithoutCPUsIsAnError() throws {
        try folder.write("", to: "stat")
        #expect(throws: TraceError.self) { try CapacityMeter(path: folder.file("stat")) }
    }
}
