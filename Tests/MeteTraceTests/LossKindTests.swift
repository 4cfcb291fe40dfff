import Testing

@testable import MeteTrace

struct LossKindTests {
    /// Amounts of what the losses of threads come to, and no losses of their own.
    private static let amounts = [
        "unattributedRunTime", "unattributedWait", "unattributedVoluntarySwitches", "unattributedInvoluntarySwitches",
    ]

    @Test func everyCounterIsAKindOnce() {
        let counters = Mirror(reflecting: TraceLosses()).children.compactMap(\.label)
        #expect(Set(LossKind.all.map(\.name)).count == LossKind.all.count)
        #expect(Set(LossKind.all.map { $0.count as AnyKeyPath }).count == LossKind.all.count)
        #expect(LossKind.all.count == counters.count - Self.amounts.count)
        #expect(Self.amounts.allSatisfy(counters.contains))
    }

    @Test func onlyWhatHappenedIsFound() {
        var losses = TraceLosses()
        #expect(losses.found.isEmpty && losses.count == 0)
        losses.usageRecords = 3
        losses.uncountedRequests = 2
        losses.unattributedRunTime = 1000
        #expect(losses.found.map(\.kind.name) == ["uncountedDiskRequests", "usageRecords"])
        #expect(losses.found.map(\.count) == [2, 3] && losses.count == 5)
    }
}
