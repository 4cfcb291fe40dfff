import MeteModel

/// Lines of one component and kind, by column: many of them are kept until a block is full.
struct DetailColumns {
    let kind: DetailKind
    private(set) var keys: [String] = []
    private var places: [String: Int] = [:]
    /// Place in `keys`, of each line.
    private var key: [Int] = []
    private var end: [Int64] = []
    private var length: [Nanoseconds] = []
    /// By metric of the kind, then by line.
    private var values: [[Int64]]

    init(kind: DetailKind) {
        self.kind = kind
        values = Array(repeating: [], count: kind.metrics.count)
    }

    var count: Int { end.count }

    mutating func append(key name: String, end: Int64, length: Nanoseconds, values line: [Int64]) {
        let place: Int
        if let known = places[name] {
            place = known
        } else {
            place = keys.count
            keys.append(name)
            places[name] = place
        }
        key.append(place)
        self.end.append(end)
        self.length.append(length)
        for (column, value) in line.enumerated() { values[column].append(value) }
    }

    /// Takes in those lines of another one whose end and length are as asked.
    mutating func append(_ other: DetailColumns, where isTaken: (Int64, Nanoseconds) -> Bool) {
        for line in other.end.indices where isTaken(other.end[line], other.length[line]) {
            append(
                key: other.keys[other.key[line]], end: other.end[line], length: other.length[line],
                values: other.values.map { $0[line] })
        }
    }

    func sample(_ line: Int, of component: ComponentID) -> DetailSample {
        DetailSample(
            component: component, kind: kind, key: keys[key[line]], end: end[line], length: length[line],
            values: values.map { $0[line] })
    }

    /// From where the first line begins to where the last one ends; nil without any.
    var span: (start: Int64, end: Int64)? {
        guard let last = end.max() else { return nil }
        return (zip(end, length).map { $0 - $1 }.min() ?? last, last)
    }

    /// The lines of one key after those of the other, each in the order of time, which is how they compress best.
    private var order: [Int] { end.indices.sorted { (key[$0], end[$0]) < (key[$1], end[$1]) } }

    /// In parts of which none has more lines than a block may have, cut between windows.
    func parts(ofAtMost most: Int) -> [DetailColumns] {
        guard count > most else { return [self] }
        var parts: [DetailColumns] = []
        var part = DetailColumns(kind: kind)
        let inTime = end.indices.sorted { end[$0] < end[$1] }
        for (place, line) in inTime.enumerated() {
            let isNewWindow = place > 0 && end[inTime[place - 1]] != end[line]
            if isNewWindow, part.count >= most / 2 {
                parts.append(part)
                part = DetailColumns(kind: kind)
            }
            part.append(key: keys[key[line]], end: end[line], length: length[line], values: values.map { $0[line] })
        }
        return parts + [part]
    }

    // MARK: Roll-ups

    /// Lines of a longer time each, as `Tier.fold` makes samples. Of threads the busiest of each time stay.
    ///
    /// - Parameter mostThreads: how many.
    func folded(to tier: Tier, mostThreads: Int) -> DetailColumns {
        guard tier != .raw else { return self }
        struct Line {
            var key: Int
            var end: Int64
            var length: Nanoseconds
            var values: [Int64]
        }
        var lines: [Line] = []
        var lastBucket: Int64?
        for line in order {
            let bucket = (end[line] - length[line] / 2) / tier.length
            if let last = lines.last, last.key == key[line], bucket == lastBucket {
                lines[lines.count - 1].end = end[line]
                lines[lines.count - 1].length += length[line]
                for column in values.indices { lines[lines.count - 1].values[column] &+= values[column][line] }
            } else {
                lines.append(
                    Line(key: key[line], end: end[line], length: length[line], values: values.map { $0[line] }))
                lastBucket = bucket
            }
        }
        if kind == .thread {
            var counts: [Int64: Int] = [:]
            // Run time and delay come first in what is kept of a thread.
            lines.sort { ($1.values[0], $1.values[1]) < ($0.values[0], $0.values[1]) }
            lines.removeAll { line in
                let bucket = (line.end - line.length / 2) / tier.length
                counts[bucket, default: 0] += 1
                return counts[bucket, default: 0] > mostThreads
            }
        }
        var folded = DetailColumns(kind: kind)
        for line in lines {
            folded.append(key: keys[line.key], end: line.end, length: line.length, values: line.values)
        }
        return folded
    }

    // MARK: In a file

    /// Keys with how many lines each has, then ends, lengths and those values that are not all 0 as columns of `BlockCoding`; sealed.
    func encoded() -> [UInt8] {
        let order = order
        var writer = ByteWriter()
        writer.write(UInt64(count))
        writer.write(UInt64(keys.count))
        var counts = Array(repeating: 0, count: keys.count)
        for place in key { counts[place] += 1 }
        for (name, count) in zip(keys, counts) {
            writer.write(text: name)
            writer.write(UInt64(count))
        }
        if count > 0 {
            BlockCoding.encode(order.map { end[$0] }, to: &writer)
            BlockCoding.encode(order.map { length[$0] }, to: &writer)
        }
        let columns = values.indices.filter { column in values[column].contains { $0 != 0 } }
        writer.write(UInt64(columns.count))
        for column in columns {
            let metric = kind.metrics[column]
            writer.write(UInt64(metric.rawValue))
            BlockCoding.encode(order.map { metric.packed(values[column][$0]) }, to: &writer)
        }
        return BlockCoding.seal(writer.bytes)
    }

    init(kind: DetailKind, decoding block: [UInt8]) throws(ByteReader.Malformed) {
        self.init(kind: kind)
        var reader = ByteReader(try BlockCoding.unseal(block))
        let count = try reader.readCount(atMost: BlockCoding.mostSamples)
        for place in 0..<(try reader.readCount(atMost: count)) {
            let name = try reader.readText()
            keys.append(name)
            places[name] = place
            let lines = try reader.readCount(atMost: count - key.count)
            key += Array(repeating: place, count: lines)
        }
        guard key.count == count else { throw ByteReader.Malformed() }
        if count > 0 {
            end = try BlockCoding.decodeColumn(count, &reader)
            length = try BlockCoding.decodeColumn(count, &reader)
        }
        for column in values.indices { values[column] = Array(repeating: 0, count: count) }
        for _ in 0..<(try reader.readCount(atMost: 1000)) {
            let metric = Metric(rawValue: try reader.readCount(atMost: 1_000_000))
            let column = try BlockCoding.decodeColumn(count, &reader)
            // What a later mete has added is passed over.
            guard let metric, let place = kind.metrics.firstIndex(of: metric) else { continue }
            values[place] = column.map(metric.unpacked)
        }
        guard reader.isAtEnd else { throw ByteReader.Malformed() }
    }
}
