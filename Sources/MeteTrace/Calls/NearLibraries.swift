import MeteModel

/// The libraries that a misspelt name was perhaps meant to be: of those that the dynamic linker knows, and of those that processes have
/// mapped, wherever these lie.
///
/// Opens up to `mostExamined` files, which takes some milliseconds: for error messages only.
struct NearLibraries {
    /// Those that have the function, as each can be asked for: by its name without a version, or by its path where the linker does not know
    /// it. The nearest first, as are the others.
    private let fitting: [String]
    private let others: [String]
    private let function: String

    private static let mostExamined = 32
    private static let mostTold = 5

    /// - Parameters:
    ///   - library: the name that is not known, with or without a version.
    ///   - function: what is to be found in it.
    ///   - mapped: paths of libraries that processes have mapped.
    init(_ library: String, function: String, cache: LinkerCache, mapped: [String]) {
        let known = cache.stems
        var paths: [String: [String]] = [:]
        for path in mapped {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            let stem = LinkerCache.stem(name)
            if !known.contains(stem) { paths[stem, default: []].append(path) }
        }
        let stems = known.union(paths.keys).sorted()
        var fitting: [String] = []
        var others: [String] = []
        for stem in NearestName.several(LinkerCache.stem(library), among: stems, most: Self.mostExamined) {
            for name in paths[stem] ?? [stem] {
                let files = known.contains(stem) ? cache.paths(of: stem) : [name]
                if files.contains(where: { Self.file($0, has: function) }) {
                    fitting.append(name)
                } else {
                    others.append(name)
                }
            }
        }
        self.fitting = Array(fitting.prefix(Self.mostTold))
        self.others = Array(others.prefix(Self.mostTold - self.fitting.count))
        self.function = function
    }

    /// What to say of them; nil where there are none.
    var words: String? {
        let near = others.joined(separator: ", ")
        guard !fitting.isEmpty else { return others.isEmpty ? nil : "near it are \(near)" }
        let found = "`\(function)` is in \(fitting.joined(separator: ", "))"
        return others.isEmpty ? found : "\(found); near it are also \(near)"
    }

    /// No for what cannot be read.
    private static func file(_ path: String, has function: String) -> Bool {
        guard let file = try? MappedFile(path), let table = try? SymbolTable(file) else { return false }
        let symbols = (try? table.symbols(named: function)) ?? []
        return symbols.contains { $0.kind == .function }
    }
}
