internal import Glibc
import MeteModel
import MeteStore

// A process that records made-up windows to a file as fast as it can, until it is killed, and says on standard output, one line each time,
// the end of the last window that it has been told is in the file.

guard CommandLine.arguments.count == 2 else {
    print("usage: StoreProbe FILE")
    exit(2)
}
do {
    let writer = try StoreWriter(path: CommandLine.arguments[1], settings: ProbeWindow.settings, version: "probe")
    var told = writer.writtenUntil
    var number = told.map(ProbeWindow.number) ?? 0
    while true {
        number += 1
        let window = ProbeWindow(number)
        try writer.append(window.window, processes: window.processes, decisions: window.decisions)
        guard let written = writer.writtenUntil, written != told else { continue }
        told = written
        let line = "\(written)\n"
        write(STDOUT_FILENO, line, line.utf8.count)
    }
} catch {
    print("StoreProbe: \(error)")
    exit(1)
}
