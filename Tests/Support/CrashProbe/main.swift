internal import CMeteLinux
internal import Glibc
internal import MeteControl
internal import MeteModel

// A process for kernel tests to act on, and one that ends itself with SIGKILL in the middle of its writes.
//
//     CrashProbe wait                     sleeps until its input ends
//     CrashProbe tick                     works a little and sleeps 20 ms, again and again, until its input ends
//     CrashProbe spin THREADS [CPU]       spins until its input ends, bound to one CPU if one is named
//     CrashProbe write STATE ROOT VERSION BASE PID N
//                                         makes the writes of `CrashScenario` and ends itself at its Nth checkpoint;
//                                         exits with 0 if there were fewer

let arguments = CommandLine.arguments

func waitForEndOfInput() {
    var byte: UInt8 = 0
    while read(0, &byte, 1) > 0 || errno == EINTR {}
}

func spin(threads: Int, cpu: Int32?) {
    if let cpu, mete_bind_to_cpu(0, cpu) < 0 { exit(3) }
    for _ in 0..<threads {
        var thread = pthread_t()
        let status = pthread_create(&thread, nil, { _ in while true { _ = mete_spin_once() } }, nil)
        if status != 0 { exit(3) }
    }
    waitForEndOfInput()
}

/// Work that the optimiser keeps.
@inline(never) func mete_spin_once() -> UInt64 {
    var value: UInt64 = 1
    for step in 0..<100_000 as Range<UInt64> { value = value &* 6_364_136_223_846_793_005 &+ step }
    return value
}

switch (arguments.dropFirst().first, arguments.count) {
case ("wait", 2):
    waitForEndOfInput()
case ("tick", 2):
    var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    while poll(&input, 1, 20) == 0 { _ = mete_spin_once() }
case ("spin", 3), ("spin", 4):
    guard let threads = Int(arguments[2]) else { exit(2) }
    spin(threads: threads, cpu: arguments.count == 4 ? Int32(arguments[3]) : nil)
case ("write", 8):
    guard let version = CgroupHierarchy.Version(rawValue: arguments[4]), let pid = Int32(arguments[6]),
        let checkpoint = Int(arguments[7])
    else { exit(2) }
    let hierarchy = CgroupHierarchy(version: version, mountPoint: arguments[3])
    let scenario = CrashScenario(hierarchy: hierarchy, base: arguments[5], pid: pid)
    do {
        try scenario.run(stateFolder: arguments[2], killingItselfAt: checkpoint)
    } catch {
        print("CrashProbe: \(error)")
        exit(1)
    }
default:
    print("usage: CrashProbe wait | tick | spin THREADS [CPU] | write STATE ROOT VERSION BASE PID N")
    exit(2)
}
