import Testing

@testable import MeteTraceCommands

struct KeyParserTests {
    @Test(arguments: [
        ("q", [Key.character("q")]), ("\r", [.enter]), ("\t", [.tab]), ("\u{7F}", [.backspace]),
        ("\u{1B}[A\u{1B}[B", [.up, .down]), ("\u{1B}OC\u{1B}OD", [.right, .left]),
        ("\u{1B}[5~\u{1B}[6~", [.pageUp, .pageDown]),
        ("\u{1B}[H\u{1B}[4~", [.home, .end]), ("\u{1B}[Z", [.backTab]), ("\u{1B}[1;5A", [.up]),
        ("é字", [.character("é"), .character("字")]), ("\u{1B}[24~x", [.character("x")]), ("\u{1}a", [.character("a")]),
    ]) func bytesAreKeys(text: String, keys: [Key]) {
        var parser = KeyParser()
        #expect(parser.parse(Array(text.utf8)) == keys)
        #expect(!parser.isWaiting)
        // However they come.
        var slow = KeyParser()
        #expect(text.utf8.flatMap { slow.parse([$0]) } == keys)
    }

    @Test func aLoneEscapeIsAKeyOnceNothingFollows() {
        var parser = KeyParser()
        #expect(parser.parse([0x1B]).isEmpty && parser.isWaiting)
        #expect(parser.flush() == [.escape])
        #expect(parser.flush().isEmpty && !parser.isWaiting)
        #expect(parser.parse([0x1B, 0x1B]) == [.escape] && parser.flush() == [.escape])
        #expect(parser.parse([0x1B, UInt8(ascii: "x")]) == [.escape, .character("x")])
    }

    @Test func whatIsNoKeyIsLeftOutAndStopsNothing() {
        var parser = KeyParser()
        let noise: [UInt8] = [0xFF, 0xC2, 0x41, 0x80, 0x1B, 0x5B] + Array(repeating: 0x31, count: 40)
        _ = parser.parse(noise)
        _ = parser.flush()
        #expect(parser.parse(Array("q".utf8)).last == .character("q"))
    }
}
