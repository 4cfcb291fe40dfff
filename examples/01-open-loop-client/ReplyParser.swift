/// Splits what a connection received into replies (RESP2), however the bytes were cut on their way.
///
/// Knows the replies that GET and SET can have. Anything else, arrays among them, is not from a redis that was asked for
/// those, and is an error.
struct ReplyParser {
    enum Reply: Equatable {
        case value
        case missing
        /// What redis says was wrong with the request.
        case refused(String)
    }

    private var bytes: [UInt8] = []
    private var consumed = 0

    mutating func append(_ received: UnsafeRawBufferPointer) {
        if consumed == bytes.count {
            bytes.removeAll(keepingCapacity: true)
            consumed = 0
        }
        bytes.append(contentsOf: received)
    }

    /// The next complete reply, or nil until more bytes have come.
    mutating func next() throws(OpenLoopError) -> Reply? {
        guard consumed < bytes.count else { return nil }
        let type = bytes[consumed]
        guard Self.types.contains(type) else { throw .notRESP(received: excerpt) }
        guard let lineEnd = try endOfLine() else { return nil }
        let line = bytes[(consumed + 1)..<lineEnd]
        let afterLine = lineEnd + Self.terminator.count
        if type == UInt8(ascii: "$") { return try bulk(length: line, at: afterLine) }
        consumed = afterLine
        return type == UInt8(ascii: "-") ? .refused(String(decoding: line, as: UTF8.self)) : .value
    }

    private mutating func bulk(length text: ArraySlice<UInt8>, at start: Int) throws(OpenLoopError) -> Reply? {
        guard let length = Int(String(decoding: text, as: UTF8.self)), (-1...Self.longestBulk).contains(length) else {
            throw .notRESP(received: excerpt)
        }
        if length == -1 {
            consumed = start
            return .missing
        }
        let end = start + length + Self.terminator.count
        guard end <= bytes.count else { return nil }
        guard bytes[(start + length)..<end].elementsEqual(Self.terminator) else {
            throw .notRESP(received: excerpt)
        }
        consumed = end
        return .value
    }

    private func endOfLine() throws(OpenLoopError) -> Int? {
        guard let carriageReturn = bytes[consumed...].firstIndex(of: UInt8(ascii: "\r")) else {
            if bytes.count - consumed > Self.longestLine { throw .notRESP(received: excerpt) }
            return nil
        }
        guard carriageReturn + 1 < bytes.count else { return nil }
        guard bytes[carriageReturn + 1] == UInt8(ascii: "\n") else { throw .notRESP(received: excerpt) }
        return carriageReturn
    }

    /// The start of what could not be read, printable.
    private var excerpt: String {
        let printable = bytes[consumed...].prefix(40).map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") }
        return String(decoding: printable, as: UTF8.self)
    }

    /// Simple string, error, integer, bulk string.
    private static let types = Array("+-:$".utf8)
    private static let terminator = Array("\r\n".utf8)
    private static let longestLine = 64 * 1024
    /// Redis's own limit (`proto-max-bulk-len`).
    private static let longestBulk = 512 * 1024 * 1024
}
