import MeteModel

/// The lines of one window, packed for the table of recent ones: end, length and count, and for each line the number of its component, its
/// kind, its key, and those of its values that are not 0, each with its metric before it. Sealed like a block.
enum DetailCoding {
    struct Line {
        var component: Int
        var kind: DetailKind
        var key: String
        /// In the order of `kind.metrics`.
        var values: [Int64]
    }

    static func encode(_ lines: [Line], end: Int64, length: Nanoseconds) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(signed: end)
        writer.write(signed: length)
        writer.write(UInt64(lines.count))
        for line in lines {
            writer.write(UInt64(line.component))
            writer.write(UInt64(line.kind.rawValue))
            writer.write(text: line.key)
            writer.write(UInt64(line.values.count { $0 != 0 }))
            for (metric, value) in zip(line.kind.metrics, line.values) where value != 0 {
                writer.write(UInt64(metric.rawValue))
                writer.write(signed: value)
            }
        }
        return BlockCoding.seal(writer.bytes)
    }

    static func decode(_ bytes: [UInt8]) throws(ByteReader.Malformed) -> (end: Int64, length: Nanoseconds, [Line]) {
        var reader = ByteReader(try BlockCoding.unseal(bytes))
        let end = try reader.readSigned()
        let length = try reader.readSigned()
        var lines: [Line] = []
        for _ in 0..<(try reader.readCount(atMost: 10_000_000)) {
            let component = try reader.readCount(atMost: Int(Int32.max))
            let kind = DetailKind(rawValue: try reader.readCount(atMost: 1_000_000))
            let key = try reader.readText()
            var values = Array(repeating: Int64(0), count: kind?.metrics.count ?? 0)
            for _ in 0..<(try reader.readCount(atMost: 1000)) {
                let metric = Metric(rawValue: try reader.readCount(atMost: 1_000_000))
                let value = try reader.readSigned()
                // What a later mete has added is passed over.
                guard let metric, let place = kind?.metrics.firstIndex(of: metric) else { continue }
                values[place] = value
            }
            if let kind { lines.append(Line(component: component, kind: kind, key: key, values: values)) }
        }
        guard reader.isAtEnd else { throw ByteReader.Malformed() }
        return (end, length, lines)
    }
}
