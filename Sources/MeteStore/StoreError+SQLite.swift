import GRDB

extension StoreError {
    init(newer path: String, operation: String) {
        self.init(
            code: .newer, operation: operation, path: path, cause: "a later mete has written it",
            remedy: "use that mete, or a later one")
    }

    /// What went wrong with a recording, from whatever SQLite or mete says.
    init(opening path: String, for operation: String, _ error: any Error) {
        guard let error = error as? DatabaseError else {
            self =
                error as? StoreError
                ?? StoreError(
                    code: .refused, operation: operation, path: path, cause: "\(error)",
                    remedy: "report this as a fault")
            return
        }
        let cause = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_NOTADB:
            self.init(
                code: .foreign, operation: operation, path: path, cause: cause,
                remedy: "name a file that `mete record` has made")
        case .SQLITE_CORRUPT:
            self.init(
                code: .damaged, operation: operation, path: path, cause: cause,
                remedy: "`sqlite3 \(path) .recover` may save what is left")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                code: .busy, operation: operation, path: path, cause: "another process writes it",
                remedy: "end that process first, or name another file")
        case .SQLITE_FULL:
            self.init(
                code: .refused, operation: operation, path: path, cause: cause, remedy: "make room on its file system")
        default:
            self.init(
                code: .refused, operation: operation, path: path, cause: cause,
                remedy: "look at the file's folder and rights")
        }
    }
}
