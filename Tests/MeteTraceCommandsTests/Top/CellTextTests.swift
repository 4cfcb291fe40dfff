import SeededRandom
import Testing

@testable import MeteTraceCommands

struct CellTextTests {
    @Test(arguments: [
        ("abc", 3), ("", 0), ("字字", 4), ("e\u{301}", 1), ("é", 1), ("🙂", 2),
    ]) func widthIsInCells(text: String, width: Int) {
        #expect(CellText.width(text) == width)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a\u{1B}[2Jb", "a?[2Jb"), ("x\ny\t", "x?y?"), ("\u{9B}1m", "?1m"), ("a\u{202E}b", "a?b"),
        ("字\u{7F}", "字?"), ("\u{2028}", "?"),
    ]) func nothingMovesTheCursor(text: String, shown: String) {
        #expect(CellText.printable(text) == shown)
    }

    @Test func aWideCharacterIsNotCutInHalf() {
        #expect(CellText.fitted("字字", 3) == "字 ")
        #expect(CellText.fitted("字字", 3, .right) == " 字")
        #expect(CellText.fitted("abcdef", 3) == "abc")
        #expect(CellText.fitted("ab", 4, .right) == "  ab")
        #expect(CellText.fitted("ab", 0) == "")
    }

    @Test func whatAnASCIITerminalLacksTakesAsMuchRoom() {
        #expect(CellText.ascii("a字é") == "a???")
    }

    /// Whatever a program calls itself.
    @Test(arguments: 0..<300 as Range<UInt64>) func fittedTextIsAsWideAsAsked(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let ranges: [ClosedRange<UInt32>] = [0...0x7F, 0x80...0x2FF, 0x300...0x36F, 0x3000...0xD7FF, 0x1F300...0x1FAFF]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            let range = ranges.randomElement(using: &random) ?? 0...0x7F
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random)) { text.append(scalar) }
        }
        let printable = CellText.printable(String(text))
        for cells in 0...25 {
            #expect(CellText.width(CellText.fitted(printable, cells)) == cells)
            #expect(CellText.width(CellText.fitted(printable, cells, .right)) == cells)
        }
        #expect(!printable.unicodeScalars.contains { $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) })
    }
}
