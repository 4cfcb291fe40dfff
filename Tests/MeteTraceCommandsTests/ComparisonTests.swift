import MeteModel
import MeteStore
import Testing

@testable import MeteTraceCommands

struct ComparisonTests {
    private func sample(_ run: Int64) -> RecordedSample {
        var sample = RecordedSample(end: 0, length: .perSecond)
        sample[.runTime] = run
        return sample
    }

    @Test func ratesAreComparedWhateverTheLengths() {
        var long = sample(2_000_000_000)
        long.length = 4 * .perSecond
        let comparison = Comparison(.runTime, sample(500_000_000), long)
        #expect(comparison.cells == ["0.500", "0.500", "+0.0 %"])
        #expect(!comparison.differs(by: 0))
    }

    @Test func whatChangedByMoreThanTheThresholdDiffers() {
        let comparison = Comparison(.runTime, sample(500_000_000), sample(560_000_000))
        #expect(comparison.cells[2] == "+12.0 %")
        #expect(comparison.differs(by: 0.1) && !comparison.differs(by: 0.15))
    }

    @Test func whatIsOnOneSideOnlyIsNewOrGone() {
        #expect(Comparison(.runTime, nil, sample(1_000_000_000)).cells == ["\u{2013}", "1.000", "new"])
        #expect(Comparison(.runTime, sample(1_000_000_000), nil).cells == ["1.000", "\u{2013}", "gone"])
        #expect(Comparison(.runTime, nil, sample(1)).differs(by: 0.1))
        #expect(Comparison(.readBytes, sample(5), sample(6)).isEmpty)
    }
}
