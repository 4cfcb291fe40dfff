import CMeteZlib

/// CRC-32 of a row's numbers and texts, kept beside them, so that a row that says something else than what was written shows.
struct Checksum {
    private var writer = ByteWriter()

    mutating func add(_ number: Int64?) {
        writer.write(byte: number == nil ? 0 : 1)
        writer.write(signed: number ?? 0)
    }

    mutating func add(_ number: Int) { add(Int64(number)) }

    mutating func add(_ text: String) { writer.write(text: text) }

    /// Sealed data, by its length and the sum that stands in front of it.
    mutating func add(_ data: [UInt8]) {
        add(data.count)
        for byte in data.prefix(4) { writer.write(byte: byte) }
    }

    var value: Int64 { Int64(mete_crc32(writer.bytes, writer.bytes.count)) }

    static func of(_ texts: String...) -> Int64 {
        var sum = Checksum()
        for text in texts { sum.add(text) }
        return sum.value
    }
}
