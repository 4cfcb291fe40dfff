import Testing

@testable import MetePolicy

@Suite struct MeasureTests {
    @Test(
        arguments: [
            ("1ns", 1), ("1us", 1e3), ("1.5ms", 1.5e6), ("2s", 2e9), ("1min", 60e9), ("1h", 3_600e9), ("+1s", 1e9),
            (".5s", 5e8), ("10   ms", 1e7),
        ])
    func readsDurations(_ text: String, _ nanoseconds: Double) throws {
        #expect(try Measure.duration.parse(text).get() == nanoseconds)
    }

    @Test(arguments: ["", "s", "1", "1 S", "1..2s", "--1s", "1s ", "1e3s", "١s", "1 s s"])
    func refusesWhatIsNoDuration(_ text: String) {
        #expect(throws: Measure.Misfit.self) { try Measure.duration.parse(text).get() }
    }

    @Test(arguments: [(0.125, "0.125"), (2, "2"), (0.1 + 0.2, "0.3"), (-1.5, "-1.5"), (1e-9, "0"), (100, "100")])
    func writesNumbersPlainly(_ number: Double, _ text: String) {
        #expect(number.plain == text)
    }
}
