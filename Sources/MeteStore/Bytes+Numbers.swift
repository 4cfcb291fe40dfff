/// Numbers as a recording packs them: seven bits to a byte, the lowest first, the highest bit set but in the last byte (LEB128).
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func write(byte: UInt8) { bytes.append(byte) }

    /// Its length in bytes, then these in UTF-8.
    mutating func write(text: String) {
        write(UInt64(text.utf8.count))
        bytes += text.utf8
    }

    /// Small numbers of either sign take little room (zigzag).
    mutating func write(signed number: Int64) {
        write(UInt64(bitPattern: number << 1 ^ number >> 63))
    }
}

/// Reads them back; throws when the bytes end too early or say a number of more than 64 bits.
struct ByteReader {
    struct Malformed: Error {}

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { place == bytes.count }

    mutating func read() throws(Malformed) -> UInt64 {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard place < bytes.count else { throw Malformed() }
            let byte = bytes[place]
            place += 1
            if shift == 63, byte > 1 { throw Malformed() }
            number |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return number }
        }
        throw Malformed()
    }

    mutating func readByte() throws(Malformed) -> UInt8 {
        guard place < bytes.count else { throw Malformed() }
        defer { place += 1 }
        return bytes[place]
    }

    mutating func readSigned() throws(Malformed) -> Int64 {
        let number = try read()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    mutating func readText() throws(Malformed) -> String {
        let count = try readCount(atMost: bytes.count - place)
        defer { place += count }
        return String(decoding: bytes[place..<place + count], as: UTF8.self)
    }

    /// A count of things that take at least a byte each, so that a broken one cannot ask for the whole memory.
    mutating func readCount(atMost most: Int) throws(Malformed) -> Int {
        let number = try read()
        guard number <= UInt64(most) else { throw Malformed() }
        return Int(number)
    }
}
