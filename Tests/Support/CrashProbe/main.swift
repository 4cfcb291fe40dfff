internal import Glibc

// A process that ends itself with SIGKILL in the middle of its writes: at its Nth checkpoint. Exits with 0 if there were fewer.

guard CommandLine.arguments.count > 1, let checkpoint = Int(CommandLine.arguments[1]),
    let scenario = CrashScenario(Array(CommandLine.arguments.dropFirst(2)))
else {
    print("usage: CrashProbe N \(CrashScenario.usage)")
    exit(2)
}
do {
    try scenario.run(killingItselfAt: checkpoint)
} catch {
    print("CrashProbe: \(error)")
    exit(1)
}
