import CMeteZlib

/// Samples of one component, one after the other, packed by column.
///
/// | what | how |
/// |---|---|
/// | CRC-32 of all that follows | 4 bytes, the lowest first |
/// | size before compression | number |
/// | the rest | compressed (zlib) |
///
/// and in the rest: the count of samples; ends and lengths, as columns; the count of further columns; and for each its metric and its
/// values as `Metric.packed` has them. A column of zeroes is left out. A column begins with how it is packed:
///
/// | kind | values |
/// |---|---|
/// | 0 | each less the one before; a 0 is followed by how many more there are |
/// | 1 | each less the one before, in as many bytes as the largest needs: first all lowest bytes, then all second ones, and so on |
/// | 2 | as they are, in bytes likewise |
///
/// The first is for what seldom changes; of the others the one with fewer bits. By planes of bytes, the noise of the lowest stands apart
/// from the higher ones, which compress. Costs some 50 ns per value to pack, and 20 to read.
enum BlockCoding {
    static let mostSamples = 100_000
    private static let mostBytes = 64 << 20

    static func encode(_ samples: [RecordedSample]) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt64(samples.count))
        guard !samples.isEmpty else { return seal(writer.bytes) }
        encode(samples.map(\.end), to: &writer)
        encode(samples.map(\.length), to: &writer)
        let columns = Metric.allCases.filter { metric in samples.contains { $0[metric] != 0 } }
        writer.write(UInt64(columns.count))
        for metric in columns {
            writer.write(UInt64(metric.rawValue))
            encode(samples.map { metric.packed($0[metric]) }, to: &writer)
        }
        return seal(writer.bytes)
    }

    static func decode(_ block: [UInt8]) throws(ByteReader.Malformed) -> [RecordedSample] {
        var reader = ByteReader(try unseal(block))
        let count = try reader.readCount(atMost: mostSamples)
        if count == 0 { return [] }
        let ends = try decodeColumn(count, &reader)
        let lengths = try decodeColumn(count, &reader)
        var samples = zip(ends, lengths).map { RecordedSample(end: $0, length: $1) }
        for _ in 0..<(try reader.readCount(atMost: 1000)) {
            let metric = Metric(rawValue: try reader.readCount(atMost: 1_000_000))
            let values = try decodeColumn(count, &reader)
            // What a later mete has added is passed over.
            guard let metric else { continue }
            for (index, value) in values.enumerated() { samples[index][metric] = metric.unpacked(value) }
        }
        guard reader.isAtEnd else { throw ByteReader.Malformed() }
        return samples
    }

    // MARK: Columns

    private enum Packing: UInt64 {
        case runs = 0
        case steps = 1
        case plain = 2
    }

    static func encode(_ values: [Int64], to writer: inout ByteWriter) {
        var before: Int64 = 0
        let steps = values.map { value in
            defer { before = value }
            return value &- before
        }
        if 2 * steps.count(where: { $0 == 0 }) >= steps.count {
            writer.write(Packing.runs.rawValue)
            return encodeRuns(steps, to: &writer)
        }
        func bits(_ numbers: [Int64]) -> Int { numbers.reduce(0) { $0 + 64 - zigzag($1).leadingZeroBitCount } }
        // The first step is the first value itself, which is large in all columns of times.
        let isStepwise = bits(Array(steps.dropFirst())) < bits(Array(values.dropFirst()))
        writer.write(isStepwise ? Packing.steps.rawValue : Packing.plain.rawValue)
        if isStepwise {
            writer.write(signed: steps[0])
            encodePlanes(steps.dropFirst(), to: &writer)
        } else {
            encodePlanes(values[...], to: &writer)
        }
    }

    private static func encodeRuns(_ steps: [Int64], to writer: inout ByteWriter) {
        var index = 0
        while index < steps.count {
            writer.write(signed: steps[index])
            let isSame = steps[index] == 0
            index += 1
            guard isSame else { continue }
            let run = steps[index...].prefix { $0 == 0 }.count
            writer.write(UInt64(run))
            index += run
        }
    }

    private static func encodePlanes(_ values: ArraySlice<Int64>, to writer: inout ByteWriter) {
        let numbers = values.map(zigzag)
        let width = (64 - (numbers.max() ?? 0).leadingZeroBitCount + 7) / 8
        writer.write(UInt64(width))
        for plane in 0..<width {
            for number in numbers { writer.write(byte: UInt8(truncatingIfNeeded: number >> (8 * UInt64(plane)))) }
        }
    }

    static func decodeColumn(
        _ count: Int, _ reader: inout ByteReader
    ) throws(ByteReader.Malformed) -> [Int64] {
        guard let packing = Packing(rawValue: try reader.read()) else { throw ByteReader.Malformed() }
        switch packing {
        case .runs: return try decodeRuns(count, &reader)
        case .plain: return try decodePlanes(count, &reader)
        case .steps:
            guard count > 0 else { throw ByteReader.Malformed() }
            var value = try reader.readSigned()
            var values = [value]
            values.reserveCapacity(count)
            for step in try decodePlanes(count - 1, &reader) {
                value &+= step
                values.append(value)
            }
            return values
        }
    }

    private static func decodeRuns(_ count: Int, _ reader: inout ByteReader) throws(ByteReader.Malformed) -> [Int64] {
        var values: [Int64] = []
        values.reserveCapacity(count)
        var value: Int64 = 0
        while values.count < count {
            let step = try reader.readSigned()
            value &+= step
            values.append(value)
            guard step == 0 else { continue }
            let run = try reader.readCount(atMost: count - values.count)
            for _ in 0..<run { values.append(value) }
        }
        return values
    }

    private static func decodePlanes(
        _ count: Int, _ reader: inout ByteReader
    ) throws(ByteReader.Malformed) -> [Int64] {
        let width = try reader.readCount(atMost: 8)
        var numbers = [UInt64](repeating: 0, count: count)
        for plane in 0..<width {
            for index in numbers.indices { numbers[index] |= UInt64(try reader.readByte()) << (8 * UInt64(plane)) }
        }
        return numbers.map { Int64(bitPattern: $0 >> 1) ^ -Int64(bitPattern: $0 & 1) }
    }

    private static func zigzag(_ number: Int64) -> UInt64 { UInt64(bitPattern: number << 1 ^ number >> 63) }

    // MARK: Compression

    static func seal(_ bytes: [UInt8]) -> [UInt8] {
        var head = ByteWriter()
        head.write(UInt64(bytes.count))
        let room = mete_compress_bound(bytes.count)
        let packed = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            count = mete_compress(buffer.baseAddress, room, bytes, bytes.count)
        }
        let body = head.bytes + packed
        let sum = mete_crc32(body, body.count)
        return (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt32($0))) } + body
    }

    static func unseal(_ block: [UInt8]) throws(ByteReader.Malformed) -> [UInt8] {
        guard block.count > 4 else { throw ByteReader.Malformed() }
        let sum = (0..<4).reduce(UInt32(0)) { $0 | UInt32(block[$1]) << (8 * UInt32($1)) }
        let body = Array(block[4...])
        guard mete_crc32(body, body.count) == sum else { throw ByteReader.Malformed() }
        var reader = ByteReader(body)
        let size = try reader.readCount(atMost: mostBytes)
        var length = ByteWriter()
        length.write(UInt64(size))
        let packed = Array(body[length.bytes.count...])
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: max(1, size)) { buffer, count in
            isWhole = mete_decompress(buffer.baseAddress, size, packed, packed.count) != 0
            count = isWhole ? size : 0
        }
        guard isWhole else { throw ByteReader.Malformed() }
        return bytes
    }
}
