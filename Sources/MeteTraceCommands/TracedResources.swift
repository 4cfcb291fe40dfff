import ArgumentParser
package import MeteTrace

/// What is traced beside CPUs, whose probes are always there: they tell who is who.
package struct TracedResources: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let disk = TracedResources(rawValue: 1)
    package static let network = TracedResources(rawValue: 2)
    package static let memory = TracedResources(rawValue: 4)
    package static let all: TracedResources = [.disk, .network, .memory]

    private static let names: [(name: String, resource: TracedResources)] = [
        ("cpu", []), ("disk", .disk), ("network", .network), ("memory", .memory),
    ]

    /// What is traced, with commas between.
    var words: String {
        Self.names.filter { contains($0.resource) }.map(\.name).joined(separator: ",")
    }

    package func apply(to options: inout KernelProbes.Options) {
        options.delayHistograms = true
        options.disk = contains(.disk)
        options.network = contains(.network)
        options.memory = contains(.memory)
    }
}

extension TracedResources: ExpressibleByArgument {
    package init?(argument: String) {
        self = []
        for word in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let found = Self.names.first(where: { $0.name == word }) else { return nil }
            insert(found.resource)
        }
    }

    package var defaultValueDescription: String { "cpu,disk,network,memory" }

    package static var allValueStrings: [String] { names.map(\.name) }
}
