/// One window with all its samples, packed for the table of recent ones: end, length, count of samples, and for each the number of its
/// component (0 for the machine), the count of values that are not 0, and these, each with its metric before it. Sealed like a block, so
/// that damage shows.
enum WindowCoding {
    typealias Numbered = [(component: Int, sample: RecordedSample)]

    static func encode(_ samples: Numbered, end: Int64, length: Int64) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(signed: end)
        writer.write(signed: length)
        writer.write(UInt64(samples.count))
        for (component, sample) in samples {
            writer.write(UInt64(component))
            let metrics = Metric.allCases.filter { sample[$0] != 0 }
            writer.write(UInt64(metrics.count))
            for metric in metrics {
                writer.write(UInt64(metric.rawValue))
                writer.write(signed: sample[metric])
            }
        }
        return BlockCoding.seal(writer.bytes)
    }

    static func decode(_ bytes: [UInt8]) throws(ByteReader.Malformed) -> Numbered {
        var reader = ByteReader(try BlockCoding.unseal(bytes))
        let end = try reader.readSigned()
        let length = try reader.readSigned()
        var samples: Numbered = []
        for _ in 0..<(try reader.readCount(atMost: 1_000_000)) {
            let component = try reader.readCount(atMost: Int(Int32.max))
            var sample = RecordedSample(end: end, length: length)
            for _ in 0..<(try reader.readCount(atMost: 1000)) {
                let metric = Metric(rawValue: try reader.readCount(atMost: 1_000_000))
                let value = try reader.readSigned()
                if let metric { sample[metric] = value }
            }
            samples.append((component, sample))
        }
        return samples
    }
}
