/// Paths of folders and cgroups as text, without a look at what is there.
enum FolderPath {
    /// The folder that this lies in; of `/`, itself.
    static func parent(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "/"
    }

    /// Whether one of the folders above this, the root left out, is wanted.
    static func lies(_ path: String, below isWanted: (String) -> Bool) -> Bool {
        var end = path.endIndex
        while let slash = path[..<end].lastIndex(of: "/"), slash > path.startIndex {
            if isWanted(String(path[..<slash])) { return true }
            end = slash
        }
        return false
    }
}
