import Testing

@testable import open_loop

struct ReplyParserTests {
    private func replies(to pieces: [[UInt8]]) throws -> [ReplyParser.Reply] {
        var parser = ReplyParser()
        var replies: [ReplyParser.Reply] = []
        for piece in pieces {
            piece.withUnsafeBytes { parser.append($0) }
            while let reply = try parser.next() { replies.append(reply) }
        }
        return replies
    }

    @Test(arguments: 1...40)
    func repliesAreTheSameHoweverTheyAreCut(pieceLength: Int) throws {
        let stream = Array("+OK\r\n$5\r\na\r\nbc\r\n$-1\r\n-ERR no such thing\r\n:12\r\n$0\r\n\r\n".utf8)
        let pieces = stride(from: 0, to: stream.count, by: pieceLength).map {
            Array(stream[$0..<min($0 + pieceLength, stream.count)])
        }
        #expect(
            try replies(to: pieces) == [.value, .value, .missing, .refused("ERR no such thing"), .value, .value])
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n", "*2\r\n", "$x\r\n", "$-2\r\n", "$99999999999\r\n", "$2\r\nabcd", "+OK\rx",
        "\r\n",
    ])
    func whatRedisWouldNotSayIsAnError(stream: String) {
        #expect(throws: OpenLoopError.self) { try replies(to: [Array(stream.utf8)]) }
    }

    @Test
    func aLineWithoutEndIsAnError() {
        #expect(throws: OpenLoopError.self) { try replies(to: [[UInt8](repeating: UInt8(ascii: "+"), count: 100_000)]) }
    }
}
