import Testing

@testable import MeteTrace

struct SlotCountTests {
    /// Of a machine with two CPUs and memory for some thousand slots.
    private func count(_ wanted: Int, gibibytes: Int = 8, cpus: Int = 2) -> Int {
        SlotCount(wanted: wanted, memory: gibibytes << 30, cpus: cpus).count
    }

    @Test func thereIsOneMoreThanComponents() {
        #expect(count(0) == 256)
        #expect(count(255) == 256)
        #expect(count(256) == 512)
        #expect(SlotCount(wanted: 255, memory: 8 << 30, cpus: 2).components == 255)
    }

    @Test func thereAreNoMoreThanTheMachineHasMemoryFor() {
        #expect(count(100_000) == 4096)
        #expect(count(100_000, gibibytes: 1) == 512)
        #expect(count(100_000, gibibytes: 1, cpus: 64) == 256, "as many as always")
        #expect(count(.max, gibibytes: 1024) == 16384, "as many as there may be")
    }
}
