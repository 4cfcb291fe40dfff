import GRDB
import Glibc

/// Whose file a recording is, and whether it is whole.
extension StoreReader {
    static func size(of database: Database) throws -> Int64 {
        (try Int64.fetchOne(database, sql: "PRAGMA page_count") ?? 0)
            * (try Int64.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
    }

    /// What SQLite finds wrong with the file, in few words.
    static func problems(in database: Database) throws -> [String] {
        let found = try String.fetchAll(database, sql: "PRAGMA integrity_check(3)")
        return found == ["ok"]
            ? [] : ["the file is damaged, and what is missing may go unnoticed: " + found.joined(separator: "; ")]
    }

    /// Looks at the file's head before SQLite does: it would take an empty file for a new database, and make journals beside others'.
    static func refuseForeign(_ path: String, mayBeMissing: Bool) throws(StoreError) {
        guard let file = fopen(path, "re") else {
            let code = errno
            if code == ENOENT, mayBeMissing { return }
            throw StoreError(
                code: code == ENOENT ? .missing : .refused, operation: "open", path: path,
                cause: String(cString: strerror(code)), remedy: "name a file that `mete record` has made")
        }
        defer { fclose(file) }
        var head = [UInt8](repeating: 0, count: 100)
        let count = fread(&head, 1, head.count, file)
        if count == 0, mayBeMissing, ferror(file) == 0 { return }
        // https://www.sqlite.org/fileformat.html: the application's id is at 68, the highest byte first.
        let id = head[68..<72].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard count == head.count, head.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw StoreError(
                code: count < head.count ? .damaged : .foreign, operation: "open", path: path,
                cause: count < head.count ? "it is too short to be a recording" : "it is no recording of mete",
                remedy: "name a file that `mete record` has made")
        }
        guard id == UInt32(StoreSchema.applicationID) else {
            throw StoreError(
                code: .foreign, operation: "open", path: path,
                cause: "it is a database of another program", remedy: "name a file that `mete record` has made")
        }
    }
}
