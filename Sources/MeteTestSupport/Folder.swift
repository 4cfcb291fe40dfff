import Glibc

/// What a folder holds, of the disk and of the kernel's file systems alike.
package enum Folder {
    /// Names of all that is in it, sorted.
    package static func names(in path: String) throws(ProcessError) -> [String] {
        guard let folder = opendir(path) else { throw ProcessError("list", path, errno: errno) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
