import GRDB
import MeteModel

/// Windows as they were recorded, and where there are none.
extension StoreReader {
    /// Every window in a range as it was recorded, in order; components in the order of their names.
    package func windows(in range: ClosedRange<Int64>) throws(StoreError) -> [RecordedWindow] {
        try refresh()
        return try read { database in
            let all = Dictionary(
                ([0] + self.names.keys).map { ($0, range.lowerBound) }, uniquingKeysWith: { first, _ in first })
            let found = try self.samples(of: all, until: range.upperBound, .raw, database)
            var byEnd: [Int64: RecordedWindow] = [:]
            let since = self.detailsSince
            for machine in found[0] ?? [] {
                let hasDetail = since.map { machine.end > $0 } ?? false
                byEnd[machine.end] = RecordedWindow(
                    machine: machine, components: [], detail: hasDetail ? RecordedDetail() : nil)
            }
            for component in self.components {
                for sample in self.numbers[component].flatMap({ found[$0] }) ?? [] {
                    byEnd[sample.end]?.components.append((component, sample))
                }
            }
            if since != nil {
                let details = try self.details(of: nil, DetailKind.allCases, in: range, .raw, database)
                for (end, samples) in Dictionary(grouping: details, by: \.end) where byEnd[end]?.detail != nil {
                    byEnd[end]?.detail = RecordedDetail(samples)
                }
            }
            return byEnd.values.sorted { $0.machine.end < $1.machine.end }
        }
    }

    /// From where on details of single windows are kept, nanoseconds since 1970; nil where there are none.
    package var detailsSince: Int64? { isFirstVersion ? nil : facts["details"].flatMap { Int64($0) } }

    /// Times in a range in which nothing was recorded, between windows that were.
    package func gaps(in range: ClosedRange<Int64>) throws(StoreError) -> [Range<Int64>] {
        let isLong = range.upperBound.subtractingReportingOverflow(range.lowerBound)
        let tier: Tier = isLong.overflow || isLong.partialValue > 3 * 3600 * .perSecond ? .tenSeconds : .raw
        var gaps: [Range<Int64>] = []
        var last: Int64?
        for sample in try samples(of: nil, in: range, tier: tier) {
            let start = sample.end - sample.length
            // One window that is late is none.
            if let last, start - last > max(interval, sample.length) { gaps.append(last..<start) }
            last = sample.end
        }
        return gaps
    }
}
