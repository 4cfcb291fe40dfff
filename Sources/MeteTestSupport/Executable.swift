import Glibc

/// A program on this machine.
package struct Executable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// Looks a name up as a shell would.
    ///
    /// - Parameter remedy: What the reader of the error can do, such as the package to install.
    package static func named(_ name: String, remedy: String) throws(ProcessError) -> Executable {
        let folders = getenv("PATH").map { String(cString: $0) } ?? "/usr/sbin:/usr/bin:/sbin:/bin"
        for folder in folders.split(separator: ":") {
            let path = "\(folder)/\(name)"
            if access(path, X_OK) == 0 { return Executable(path: path) }
        }
        throw ProcessError("find", "the program \(name)", cause: "no folder of PATH has it (\(folders)). \(remedy)")
    }

    /// Another product of the build that made the running program: the one of that name beside it.
    package static func sibling(_ name: String) throws(ProcessError) -> Executable {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw ProcessError("read", "/proc/self/exe", errno: errno) }
        let own = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        let path = own.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/" + name
        guard access(path, X_OK) == 0 else {
            throw ProcessError("find", path, cause: "\(String(cString: strerror(errno))). Build it with: swift build")
        }
        return Executable(path: path)
    }
}
