// What a recording costs: samples taken in a second on one core, the file of seven days of 50 components at one window a second with all
// roll-ups, and the time of a look at one hour of one component. A fifth of the components is busy all the time, two fifths come and go
// by day, and two fifths do something now and then; times are as a clock has them, in nanoseconds, and so are hard to compress.
//
// usage: StoreBenchmark [DAYS]

import Glibc
import MeteModel
import MeteStore
import SeededRandom

let days = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 7
let components = (0..<50).map { ComponentID("component-\($0)") }
let path = "/tmp/mete-store-benchmark-\(getpid())"
defer { for end in ["", "-wal", "-shm"] { unlink(path + end) } }

func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func cpu() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// How busy a component is at a second, from 0 to 1.
func activity(_ index: Int, _ second: Int, _ random: inout SplitMix64) -> Double {
    switch index % 5 {
    case 0: 0.5 + 0.5 * random.uniform()
    case 1, 2: second / 3600 % 24 < 12 ? random.uniform() : 0
    default: second % 60 == index ? random.uniform() : 0
    }
}

func window(_ second: Int, _ random: inout SplitMix64) -> RecordedWindow {
    let end = Int64(1_800_000_000 + second) * .perSecond + Int64(random.next() % 100_000)
    var machine = RecordedSample(end: end, length: .perSecond)
    machine[.capacity] = 2000
    var samples: [(component: ComponentID, sample: RecordedSample)] = []
    for (index, component) in components.enumerated() {
        let busy = activity(index, second, &random)
        var sample = RecordedSample(end: end, length: .perSecond)
        sample[.threads] = 8
        sample[.processes] = 2
        sample[.resident] = Int64(50 + index) << 20
        if busy > 0 {
            sample[.runTime] = Int64(busy * 4e7)
            sample[.runQueueDelay] = Int64(busy * random.uniform() * 1e7)
            sample[.voluntarySwitches] = Int64(busy * 2000)
            sample[.involuntarySwitches] = Int64(busy * 50)
            sample[.delayP50] = LatencyHistogram.upperBound(of: 4)
            sample[.delayP99] = LatencyHistogram.upperBound(of: 30 + Int(random.next() % 8))
            sample[.delayP999] = LatencyHistogram.upperBound(of: 40 + Int(random.next() % 8))
            sample[.sentBytes] = Int64(busy * 100_000)
            sample[.sentPackets] = Int64(busy * 500)
            sample[.receivedBytes] = Int64(busy * 50_000)
            sample[.receivedPackets] = Int64(busy * 500)
            if index % 10 == 0 {
                sample[.writeRequests] = Int64(busy * 100)
                sample[.writeBytes] = Int64(busy * 100) * 4096
                sample[.writeLatency] = Int64(busy * 1e7)
            }
        }
        samples.append((component, sample))
        machine[.runTime] += sample[.runTime]
    }
    return RecordedWindow(machine: machine, components: samples)
}

var random = SplitMix64(seed: 1)
let writer = try StoreWriter(
    path: path, settings: StoreWriter.Settings(interval: .perSecond), version: Version.current)
var busySeconds = 0.0
for second in 1...days * 86_400 {
    let next = window(second, &random)
    let start = cpu()
    try writer.append(next)
    busySeconds += cpu() - start
}
let start = cpu()
try writer.close()
busySeconds += cpu() - start
let samples = Double(days * 86_400 * (components.count + 1))
var facts = stat()
stat(path, &facts)

let reader = try StoreReader(path: path)
struct NothingRecorded: Error {}
guard let range = try reader.range() else { throw NothingRecorded() }
@MainActor func query(_ tier: Tier) throws -> (milliseconds: Double, count: Int) {
    var times: [Double] = []
    var count = 0
    for index in 0..<21 {
        let end = range.upperBound - Int64(index) * 1800 * .perSecond
        let start = now()
        count = try reader.samples(of: components[10], in: end - 3600 * .perSecond...end, tier: tier).count
        times.append((now() - start) * 1000)
    }
    return (times.sorted()[10], count)
}
func row(_ what: String, _ value: String) {
    print("| \(what)\(String(repeating: " ", count: max(0, 58 - what.count))) | \(value) |")
}
row("samples taken per second of one core", "\(Int(samples / busySeconds))")
row("\(days) days of 50 components at 1 s with roll-ups, MB", "\(Int(facts.st_size) / 1_000_000)")
for (tier, name) in [(Tier.raw, "1 s"), (.tenSeconds, "10 s"), (.minute, "1 min")] {
    let (milliseconds, count) = try query(tier)
    row("an hour of one component at \(name) (\(count) samples), ms", "\((milliseconds * 100).rounded() / 100)")
}
