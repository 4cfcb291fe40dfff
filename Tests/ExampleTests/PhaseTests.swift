import Testing

@testable import open_loop

struct PhaseTests {
    @Test(arguments: [
        ("10s@2000", 10_000_000_000, 2000.0), ("500ms@100", 500_000_000, 100), ("1m@0.5", 60_000_000_000, 0.5),
        ("1.5s@1e3", 1_500_000_000, 1000),
    ])
    func readsDurationAndRate(text: String, nanoseconds: Int64, rate: Double) throws {
        let phase = try Phase(parsing: text)
        #expect(phase.nanoseconds == nanoseconds)
        #expect(phase.rate == rate)
        #expect(phase.name == text)
    }

    @Test(arguments: [
        "", "10s", "@", "10s@", "@5", "10@5", "s@5", "-1s@5", "0s@5", "1s@0", "1s@-5", "1s@nan", "1s@inf", "infs@5",
        "nans@5", "1h@5", "1s@5@6", "2000m@5", "1s@1e9",
    ])
    func refusesWhatIsNotAPhase(text: String) {
        #expect(Phase(text) == nil)
    }
}
