import Foundation
import GRDB
import Glibc

/// A recording is of one writer, and of one user.
extension StoreWriter {
    static func openDatabase(_ path: String) throws -> DatabaseQueue {
        try StoreReader.refuseForeign(path, mayBeMissing: true)
        var configuration = Configuration()
        configuration.busyMode = .timeout(1)
        configuration.prepareDatabase { database in
            // Takes effect in a file that is empty yet.
            try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            // Each commit reaches the disk with the next checkpoint: a crash of the machine costs seconds, a killed process nothing.
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        makePrivate(path)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        let isNewer = try queue.read { try StoreSchema.migrator.hasBeenSuperseded($0) }
        guard !isNewer else { throw StoreError(newer: path, operation: "go on with") }
        // A file whose writer lives stays as it is, in the version that this writer writes.
        try queue.read { try refuseAnother(path, $0) }
        // Before the log is switched on: what names the file is to be in its head, whatever happens next.
        try StoreSchema.migrator.migrate(queue)
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try queue.write { try claim(path, $0) }
        return queue
    }

    /// Makes the file, if it is not there, so that nobody else reads whose command lines it holds. SQLite gives its log the same mode, and
    /// tells when a file cannot be made.
    private static func makePrivate(_ path: String) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// A file has one writer; one that is gone has left its name, and is succeeded.
    private static func claim(_ path: String, _ database: Database) throws {
        try refuseAnother(path, database)
        try StoreSchema.setFact("writer", identity(of: getpid()) ?? "\(getpid())", database)
    }

    private static func refuseAnother(_ path: String, _ database: Database) throws {
        guard try database.tableExists("facts") else { return }
        let other = try String.fetchOne(database, sql: "SELECT value FROM facts WHERE name = 'writer'")
        let pid = other.flatMap { pid_t($0.prefix { $0 != " " }) }
        if let other, let pid, pid != getpid(), other == identity(of: pid) {
            throw StoreError(
                code: .busy, operation: "go on with", path: path, cause: "the process with pid \(pid) writes it",
                remedy: "end that process first, or name another file")
        }
    }

    /// What tells a process from every other one that has its number later: with the boot, the start time, field 22 of
    /// proc_pid_stat(5). Nil when there is no such process.
    private static func identity(of pid: pid_t) -> String? {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8),
            let start = stat.split(separator: ")").last?.split(separator: " ").dropFirst(19).first
        else { return nil }
        return "\(pid) \(start) \(boot.prefix(36))"
    }
}
