import Testing

@testable import MeteTraceCommands

struct SparklineTests {
    @Test func barsAreToTheHighest() {
        #expect(Sparkline.text([0, 1, 4, 8], width: 4, .unicode) == "▁▂▅█")
        #expect(Sparkline.text([0, 1, 4, 8], width: 4, highest: 16, .unicode) == "▁▂▃▅")
        #expect(Sparkline.text([20], width: 1, highest: 16, .unicode) == "█")
        #expect(Sparkline.text([0, 0.001, 8], width: 3, .ascii) == "_.#")
    }

    @Test func theNewestIsAtTheRightAndWhatIsNotKnownIsBlank() {
        #expect(Sparkline.text([1, nil, 2], width: 5, .unicode) == "  ▅ █")
        #expect(Sparkline.text([9, 9, 1, nil], width: 2, .unicode) == "█ ")
        #expect(Sparkline.text([0, 0], width: 2, .unicode) == "▁▁")
        #expect(Sparkline.text([], width: 3, .unicode) == "   ")
        #expect(Sparkline.text([1], width: 0, .unicode) == "")
    }
}
