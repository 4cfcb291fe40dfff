import MeteModel
import Testing

@testable import MeteAgent

struct ResourceUsesTests {
    /// Ten ticks of 100 ms are told together; what is told stays until the next second is over.
    @Test func tellsOfWholeSeconds() {
        var uses = ResourceUses()
        var asked = 0
        func tick(_ number: Int, bytes: UInt64) {
            let start = Instant(nanoseconds: Int64(number) * 100 * .perMillisecond)
            var sample = UsageSample(
                component: ComponentID("shop"), start: start, end: start + 100 * .perMillisecond, cpu: CPUUsage(),
                memory: MemoryUsage(resident: bytes * 2, anonymous: bytes), threads: 1, processes: 1)
            sample.disk.reads = DiskUsage.Direction(requests: 1, bytes: bytes, latency: 10)
            sample.network.retransmits = 1
            uses.observe(
                [sample],
                latencies: {
                    asked += 1
                    return [:]
                }, stalls: { (nil, [:]) })
        }
        for number in 0..<9 { tick(number, bytes: 100) }
        #expect(uses.told.isEmpty)
        #expect(asked == 0 && !uses.isNew)
        tick(9, bytes: 200)
        #expect(asked == 1 && uses.isNew)
        let told = uses.told[ComponentID("shop")]
        #expect(told?.length == .perSecond)
        #expect(told?.disk.reads == DiskUsage.Direction(requests: 10, bytes: 1100, latency: 100))
        #expect(told?.network.retransmits == 10)
        #expect(told?.memory == MemoryUsage(resident: 400, anonymous: 200))
        #expect(told?.perSecond(1100) == 1100)
        tick(10, bytes: 7)
        #expect(uses.told[ComponentID("shop")] == told && !uses.isNew)
    }

    /// Asked for once a second, so that they are of the very windows that are told.
    @Test func stallsAreOfTheSecondThatIsTold() {
        var uses = ResourceUses()
        let shop = ComponentID("shop")
        let ofShop = Stalls(disk: Stalls.Pressure(some: 300, full: 200), groups: 2)
        let machine = Stalls(cpu: Stalls.Pressure(some: 500), groups: 1)
        var asked = 0
        for number in 0..<25 {
            let start = Instant(nanoseconds: Int64(number) * 100 * .perMillisecond)
            let samples = [shop, .rest].map {
                UsageSample(
                    component: $0, start: start, end: start + 100 * .perMillisecond, cpu: CPUUsage(), threads: 1,
                    processes: 1)
            }
            uses.observe(samples, latencies: { [:] }) {
                asked += 1
                return (asked == 1 ? nil : machine, [shop: ofShop, ComponentID("in no window"): ofShop])
            }
            if number == 15 { #expect(uses.machineStalls == nil, "none of the first reading") }
        }
        #expect(asked == 2)
        #expect(uses.told[shop]?.stalls == ofShop && uses.told[.rest]?.stalls == nil)
        #expect(uses.told.count == 2)
        #expect(uses.machineStalls?.stalls == machine && uses.machineStalls?.length == .perSecond)
    }

    @Test func knowsNoRateWithoutAWindow() {
        #expect(ResourceUse().perSecond(5) == 0)
    }
}
