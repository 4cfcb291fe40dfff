import Glibc
import MeteModel

/// A function whose calls are to be counted, and where it is found.
package struct CalledFunction: Equatable, Sendable {
    /// A file and the place in it at which the function is probed: where it begins, or does so in effect.
    package struct Place: Hashable, Sendable {
        package var path: String
        /// Bytes from the file's beginning.
        package var offset: UInt64

        package init(path: String, offset: UInt64) {
            self.path = path
            self.offset = offset
        }
    }

    /// `libz:deflate`: as tables and recordings name it. Of a path it is the last part.
    package var name: String
    /// One for each version of the library that has it, and for each of several functions of the name.
    package var places: [Place]

    package init(name: String, places: [Place]) {
        self.name = name
        self.places = places
    }

    /// The functions that a list names: LIB:FUNC with commas between, where LIB is a name that the dynamic linker knows, with or without
    /// its version, or the path of a library or program.
    package static func resolve(
        _ list: String, cache: LinkerCache = LinkerCache() ?? .ofUsualFolders()
    ) throws(CallError) -> [CalledFunction] {
        var found: [CalledFunction] = []
        for word in list.split(separator: ",", omittingEmptySubsequences: false) {
            let function = try CalledFunction(String(word), cache: cache)
            let places = Set(function.places)
            if let other = found.first(where: { $0.name == function.name || !places.isDisjoint(with: $0.places) }) {
                throw CallError(
                    code: .malformed, function: String(word),
                    cause: other.name == function.name
                        ? "two functions would be called that" : "it is the same as \(other.name)",
                    remedy: "name it once")
            }
            found.append(function)
        }
        guard found.count <= KernelProbes.mostFunctions else {
            throw CallError(
                code: .malformed, function: list, cause: "it names \(found.count) functions",
                remedy: "name at most \(KernelProbes.mostFunctions)")
        }
        return found
    }

    private init(_ word: String, cache: LinkerCache) throws(CallError) {
        guard let colon = word.lastIndex(of: ":") else {
            throw Self.malformed(word, "it names no library")
        }
        let library = String(word[..<colon])
        let symbol = String(word[word.index(after: colon)...])
        guard !library.isEmpty, !symbol.isEmpty else { throw Self.malformed(word, "a part of it is empty") }
        let files = try Self.files(of: library, calling: symbol, word, cache)
        name = "\(library.split(separator: "/").last.map(String.init) ?? library):\(symbol)"
        places = []
        var obstacle: CallError?
        var tables: [(path: String, table: SymbolTable)] = []
        for path in files {
            do throws(CallError) {
                let table = try Self.table(of: path, word)
                tables.append((path, table))
                places += try Self.offsets(of: symbol, in: table, path, word).map { Place(path: path, offset: $0) }
            } catch {
                obstacle = obstacle ?? error
            }
        }
        guard places.isEmpty else { return }
        // That of one file says more than that the others have no such symbol.
        if let obstacle { throw obstacle }
        throw try Self.absence(of: symbol, in: tables, word)
    }

    private static func malformed(_ word: String, _ cause: String) -> CallError {
        CallError(
            code: .malformed, function: word, cause: cause,
            remedy: "write LIB:FUNC, such as libz:deflate, with commas between several")
    }

    // MARK: Files

    private static func files(
        of library: String, calling symbol: String, _ word: String, _ cache: LinkerCache
    ) throws(CallError) -> [String] {
        let named = library.contains("/") ? [library] : cache.paths(of: library)
        guard !named.isEmpty else {
            let near = NearLibraries(library, function: symbol, cache: cache, mapped: Procfs.mappedLibraries())
            throw CallError(
                code: .noLibrary, function: word, cause: "the dynamic linker knows no library `\(library)`",
                remedy: near.words.map { "\($0); or give its path" }
                    ?? "give its path, or see `ldconfig -p` for those that it knows")
        }
        // Names of one file are one.
        var files: [String] = []
        for path in named.map({ real($0) }) where !files.contains(path) { files.append(path) }
        return files
    }

    /// Without links; as it is, where it cannot be found.
    private static func real(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }

    private static func table(of path: String, _ word: String) throws(CallError) -> SymbolTable {
        let file: MappedFile
        do throws(CallFileError) {
            file = try MappedFile(path)
        } catch {
            throw CallError(
                code: .unreadable, function: word, cause: "\(path): \(error)",
                remedy: "give the path of a library or program")
        }
        do throws(SymbolTable.Malformed) {
            return try SymbolTable(file)
        } catch {
            throw unreadable(path, error, word)
        }
    }

    private static func unreadable(_ path: String, _ error: SymbolTable.Malformed, _ word: String) -> CallError {
        CallError(
            code: .unreadable, function: word, cause: "\(path) \(error)",
            remedy: "give the path of a library or program for this machine")
    }

    // MARK: Symbols

    /// Where in a file functions of that name begin; none where it has no such symbol.
    private static func offsets(
        of symbol: String, in table: SymbolTable, _ path: String, _ word: String
    ) throws(CallError) -> [UInt64] {
        let found: [SymbolTable.Symbol]
        do throws(SymbolTable.Malformed) {
            found = try table.symbols(named: symbol)
        } catch {
            throw unreadable(path, error, word)
        }
        let functions = found.filter { $0.kind == .function }
        // Static functions may share a name with one that others can call: that one is meant.
        let chosen = functions.contains(where: \.isGlobal) ? functions.filter(\.isGlobal) : functions
        guard chosen.isEmpty, let other = found.first else {
            var offsets: [UInt64] = []
            for place in chosen.map({ table.probePlace($0.offset) }) where !offsets.contains(place) {
                offsets.append(place)
            }
            return offsets
        }
        switch other.kind {
        case .indirect:
            throw CallError(
                code: .unfit, function: word,
                cause:
                    "\(path) chooses between several `\(symbol)` when it is loaded (IFUNC), and only the choice has that name",
                remedy: "name the function that is chosen, if the library has a symbol for it")
        case .imported:
            throw CallError(
                code: .unfit, function: word, cause: "\(path) uses `\(symbol)` of another library",
                remedy: "name that library")
        case .data, .function:
            throw CallError(
                code: .unfit, function: word, cause: "`\(symbol)` in \(path) is data, not a function",
                remedy: "name a function")
        }
    }

    private static func absence(
        of symbol: String, in tables: [(path: String, table: SymbolTable)], _ word: String
    ) throws(CallError) -> CallError {
        var names: Set<String> = []
        for (path, table) in tables {
            do throws(SymbolTable.Malformed) {
                names.formUnion(try table.functionNames())
            } catch {
                throw unreadable(path, error, word)
            }
        }
        let near = NearestName.several(symbol, among: names.sorted(), most: 5)
        let paths = tables.map(\.path).joined(separator: " and ")
        let cause: String
        if names.isEmpty {
            cause = "\(paths) names no functions at all"
        } else if tables.allSatisfy(\.table.isStripped) {
            cause = "\(paths) has no function `\(symbol)`, among those that others may call; it is stripped of the rest"
        } else {
            cause = "\(paths) has no function `\(symbol)`"
        }
        return CallError(
            code: .noFunction, function: word, cause: cause,
            remedy: near.isEmpty ? "`nm -D` lists those that it has" : "near it are \(near.joined(separator: ", "))")
    }
}
