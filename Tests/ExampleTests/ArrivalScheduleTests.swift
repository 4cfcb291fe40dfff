import Testing

@testable import open_loop

struct ArrivalScheduleTests {
    private func schedule(_ phases: [String], _ process: ArrivalProcess, seed: UInt64 = 1) throws -> ArrivalSchedule {
        ArrivalSchedule(phases: try phases.map { try Phase(parsing: $0) }, process: process, seed: seed)
    }

    @Test
    func fixedArrivalsAreEvenlySpacedAndStartWithTheirPhase() throws {
        let arrivals = Array(try schedule(["2ms@1000", "1ms@4000"], .fixed))
        #expect(arrivals.map(\.due) == [0, 1_000_000, 2_000_000, 2_250_000, 2_500_000, 2_750_000])
        #expect(arrivals.map(\.phase) == [0, 0, 1, 1, 1, 1])
    }

    @Test(arguments: [7.0, 3000, 99_999])
    func fixedArrivalsDoNotDrift(rate: Double) throws {
        let arrivals = Array(try schedule(["60s@\(rate)"], .fixed))
        let last = try #require(arrivals.last)
        #expect(arrivals.count == Int(60 * rate))
        #expect(abs(Double(last.due) - Double(arrivals.count - 1) * 1e9 / rate) <= 1)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func poissonArrivalsHaveTheRateAndSpreadOfTheProcess(seed: UInt64) throws {
        let arrivals = Array(try schedule(["20s@1000"], .poisson, seed: seed))
        let gaps = zip(arrivals.dropFirst(), arrivals).map { Double($0.due - $1.due) }
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        let variance = gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gaps.count)
        // A count of mean 20,000 has a standard deviation of 141; exponential gaps deviate by their mean.
        #expect(abs(arrivals.count - 20_000) < 5 * 142)
        #expect(abs(variance.squareRoot() / mean - 1) < 0.05)
    }

    @Test(arguments: ArrivalProcess.allCases)
    func arrivalsAscendAndStayInTheirPhases(process: ArrivalProcess) throws {
        let arrivals = Array(try schedule(["100ms@2000", "200ms@500", "50ms@9000"], process, seed: 3))
        let ends: [Int64] = [100_000_000, 300_000_000, 350_000_000]
        #expect(zip(arrivals, arrivals.dropFirst()).allSatisfy { $0.due <= $1.due })
        #expect(arrivals.allSatisfy { $0.due < ends[$0.phase] && ($0.phase == 0 || $0.due >= ends[$0.phase - 1]) })
    }

    @Test
    func theSeedAloneDecides() throws {
        let first = Array(try schedule(["1s@1000"], .poisson, seed: 5))
        #expect(first == Array(try schedule(["1s@1000"], .poisson, seed: 5)))
        #expect(first != Array(try schedule(["1s@1000"], .poisson, seed: 6)))
    }
}
