package import ArgumentParser
package import MeteTrace

/// `--calls`: which functions of libraries and programs are probed.
package enum CallsOption {
    package static let help: ArgumentHelp = """
        Count calls of these functions and the time inside: LIB:FUNC with commas between, such as libssl:SSL_write,libz:deflate. LIB is a \
        library's name or a path. Each call is slowed down: see OVERHEAD in mete(1).
        """

    package static func functions(_ list: String?) throws -> [CalledFunction] {
        try list.map { try CalledFunction.resolve($0) } ?? []
    }
}
