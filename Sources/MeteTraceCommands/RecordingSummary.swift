import MeteModel
import MeteStore

/// What each component did in one part of a recording, as one sample; nil is the machine.
struct RecordingSummary {
    private(set) var sums: [ComponentID?: RecordedSample] = [:]

    init(_ reader: StoreReader, _ part: ClosedRange<Int64>) throws {
        let length = part.upperBound - part.lowerBound
        // Of a long time a tenth of a per cent more or less at its ends does not matter.
        let tier: Tier = length > 3 * 3600 * .perSecond ? .tenSeconds : .raw
        // However long it is, a stretch of it is in memory at a time.
        for stretch in Stretches(part, tier: tier, interval: reader.interval) {
            for (component, samples) in try reader.samples(in: stretch, tier: tier) {
                for sample in samples {
                    if sums[component]?.fold(sample) == nil { sums[component] = sample }
                }
            }
        }
        // Of the machine there are all windows that were recorded, of a component those in which it did something. Where nothing was
        // recorded, nothing is known: that is no time in which it did nothing.
        let covered = sums[nil]?.length ?? length
        for component in sums.keys {
            sums[component]?.length = max(1, covered)
            sums[component]?.end = part.upperBound
        }
    }
}
