// What a recording costs: samples taken in a second on one core, the file of seven days of 50 components at one window a second with all
// roll-ups, and the time of a look at one hour of one component. A fifth of the components is busy all the time, two fifths come and go
// by day, and two fifths do something now and then; times are as a clock has them, in nanoseconds, and so are hard to compress. A
// component that does something also has details: who ran while it waited, its sockets, a disk of every tenth, its two busiest threads, of
// which new ones come and go; and processes begin and end all the time. A sample is what one component, or one of its devices, kinds
// of sockets, disturbers or threads, did in one window.
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

/// What a busy component has beside its sample.
func add(
    _ component: ComponentID, _ index: Int, _ second: Int, _ sample: RecordedSample, to detail: inout RecordedDetail
) {
    let run = sample[.runTime]
    let delay = sample[.runQueueDelay]
    let other = components[(index + 5) % components.count]
    detail.disturbances += [
        Disturbance(waiter: component, runner: .component(component), time: delay / 2),
        Disturbance(waiter: component, runner: .component(other), time: delay / 3),
    ]
    let traffic = Traffic(
        sentBytes: UInt64(sample[.sentBytes]), sentPackets: UInt64(sample[.sentPackets]),
        receivedBytes: UInt64(sample[.receivedBytes]), receivedPackets: UInt64(sample[.receivedPackets]))
    detail.sockets.append(RecordedDetail.Sockets(component: component, kind: .tcp4, traffic: traffic))
    let disk = DiskUsage(
        writes: DiskUsage.Direction(
            requests: UInt64(sample[.writeRequests]), bytes: UInt64(sample[.writeBytes]), latency: sample[.writeLatency]
        ))
    if disk.requests > 0 {
        detail.devices.append(
            RecordedDetail.Device(
                component: component, device: DiskDevice(major: 259, minor: 0), name: "nvme0n1", usage: disk))
    }
    for thread in 0..<2 {
        // One of them is another one every minute.
        let tid = Int32(1000 * index + thread * (second / 60 % 900))
        detail.threads.append(
            RecordedDetail.Thread(
                component: component, tid: tid, pid: Int32(1000 * index), name: "worker-\(thread)",
                use: ThreadUse(
                    cpu: CPUUsage(
                        runTime: run / Int64(2 + thread), runQueueDelay: delay / Int64(2 + thread),
                        voluntarySwitches: UInt64(sample[.voluntarySwitches]) / 2),
                    traffic: thread == 0 ? traffic : Traffic())))
    }
}

/// A process every ten seconds that lasts for a hundred, and twenty a second that are gone at once.
func churn(_ second: Int) -> RecordedProcessChanges {
    func process(_ pid: Int, _ second: Int) -> ProcessDescription {
        ProcessDescription(
            pid: Int32(pid), start: UInt64(second), component: components[pid % components.count], parent: 1,
            name: "job", executable: "/usr/bin/job-\(pid % 20)", commandLine: "job --number \(pid % 500)", user: 1000,
            cgroup: "/system.slice/job.service", unit: "job.service",
            libraries: ["/usr/lib/libc.so.6", "/usr/lib/libm.so.6"])
    }
    let brief = (0..<20).map { process(200_000 + $0, second) }
    var changes = RecordedProcessChanges(
        described: brief, ended: brief.map { ProcessKey(pid: $0.pid, start: $0.start) })
    if second % 10 == 0 {
        changes.described.append(process(second, second))
        changes.ended.append(ProcessKey(pid: Int32(second - 100), start: UInt64(max(0, second - 100))))
    }
    return changes
}

func window(_ second: Int, _ random: inout SplitMix64) -> RecordedWindow {
    let end = Int64(1_800_000_000 + second) * .perSecond + Int64(random.next() % 100_000)
    var machine = RecordedSample(end: end, length: .perSecond)
    machine[.capacity] = 2000
    var samples: [(component: ComponentID, sample: RecordedSample)] = []
    var detail = RecordedDetail()
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
            add(component, index, second, sample, to: &detail)
        }
        samples.append((component, sample))
        machine[.runTime] += sample[.runTime]
    }
    return RecordedWindow(machine: machine, components: samples, detail: detail)
}

var random = SplitMix64(seed: 1)
let writer = try StoreWriter(
    path: path, settings: StoreWriter.Settings(interval: .perSecond), version: Version.current)
var busySeconds = 0.0
var samples = 0
for second in 1...days * 86_400 {
    let next = window(second, &random)
    let changes = churn(second)
    samples += 1 + next.components.count + (next.detail?.samples.count ?? 0)
    let start = cpu()
    try writer.append(next, processes: changes)
    busySeconds += cpu() - start
}
let start = cpu()
try writer.close()
busySeconds += cpu() - start
var facts = stat()
stat(path, &facts)

let reader = try StoreReader(path: path)
struct NothingRecorded: Error {}
guard let range = try reader.range() else { throw NothingRecorded() }
/// Milliseconds in the middle of 21 looks.
@MainActor func time(_ look: (ClosedRange<Int64>) throws -> Int) rethrows -> (milliseconds: Double, count: Int) {
    var times: [Double] = []
    var count = 0
    for index in 0..<21 {
        let end = range.upperBound - Int64(index) * 1800 * .perSecond
        let start = now()
        count = try look(end - 3600 * .perSecond...end)
        times.append((now() - start) * 1000)
    }
    return (times.sorted()[10], count)
}
func row(_ what: String, _ value: String) {
    print("| \(what)\(String(repeating: " ", count: max(0, 58 - what.count))) | \(value) |")
}
row("samples taken per second of one core", "\(Int(Double(samples) / busySeconds))")
row("\(days) days of 50 components at 1 s with roll-ups, MB", "\(Int(facts.st_size) / 1_000_000)")
for (tier, name) in [(Tier.raw, "1 s"), (.tenSeconds, "10 s"), (.minute, "1 min")] {
    let (milliseconds, count) = try time { try reader.samples(of: components[10], in: $0, tier: tier).count }
    row("an hour of one component at \(name) (\(count) samples), ms", "\((milliseconds * 100).rounded() / 100)")
}
for (kind, name) in [(DetailKind.disturbance, "disturbances"), (.thread, "threads")] {
    let (milliseconds, count) = try time {
        try reader.details(of: components[10], [kind], in: $0, tier: .tenSeconds).count
    }
    row("an hour of its \(name) at 10 s (\(count) samples), ms", "\((milliseconds * 100).rounded() / 100)")
}
let (milliseconds, count) = try time { try reader.processes(of: components[10], in: $0).count }
row("its processes in an hour (\(count)), ms", "\((milliseconds * 100).rounded() / 100)")
