import MeteText
import Testing

/// Numbers, spans and lines as the commands print them.
struct FigureTests {
    @Test(arguments: [
        (0, 3, "0.000"), (0.0004, 3, "0.000"), (0.0005, 3, "0.001"), (1.9999, 3, "2.000"), (-0.25, 2, "-0.25"),
        (-0.001, 2, "0.00"), (12.5, 0, "13"), (1234.5678, 1, "1234.6"), (.nan, 3, "?"), (.infinity, 3, "?"),
        (1e300, 3, "?"),
    ])
    func decimalsAreExactlyAsMany(value: Double, places: Int, text: String) {
        #expect(Figure.fixed(value, places) == text)
    }

    @Test(arguments: [
        (0.1, "100 ms"), (0.0004, "0 ms"), (0, "0 s"), (-5, "0 s"), (1, "1 s"), (59.9, "59 s"), (60, "1 min 0 s"),
        (200, "3 min 20 s"), (18_720, "5 h 12 min"), (187_200, "2 d 4 h"), (.infinity, "?"), (.nan, "0 s"),
    ])
    func spanIsSaidInTwoUnits(seconds: Double, text: String) {
        #expect(Figure.span(seconds) == text)
    }

    @Test(
        arguments: [
            (0, "0ns"), (999, "999ns"), (1000, "1.0us"), (9_960, "10us"), (999_900, "1.0ms"), (12_000_000, "12ms"),
            (4_200_000_000, "4.2s"), (5_000_000_000_000, "5000s"), (nil, "\u{2013}"),
        ] as [(Int64?, String)])
    func durationHasThreeDigitsAndAUnit(nanoseconds: Int64?, text: String) {
        #expect(Figure.duration(nanoseconds) == text)
    }

    @Test(arguments: [
        (0, "0"), (1023, "1023"), (1024, "1.0K"), (10_240, "10K"), (1_572_864, "1.5M"), (5e9, "4.7G"),
    ])
    func bytesHaveThreeDigitsAndAUnit(bytes: Double, text: String) {
        #expect(Figure.bytes(bytes) == text)
    }

    @Test(arguments: [
        ("", 0, [""]), ("one two", 0, ["one two"]), ("one two three", 0, ["one two", "  three"]),
        ("12345678901234", 0, ["1234567890", "  1234"]), ("a 1234567890", 0, ["a", "  12345678", "  90"]),
        ("one two", 4, ["    one", "      two"]), ("1234567890 x", 0, ["1234567890", "  x"]),
        ("a\u{1B}[2Jb\n", 0, ["a?[2Jb?"]),
    ])
    func linesBreakAtSpaces(text: String, indent: Int, lines: [String]) {
        #expect(TextLines.wrapped(text, indent: indent, width: 10) == lines)
    }
}
