import CMeteNetwork
import Foundation
import Testing

@testable import MetePrediction

/// Outputs and gradients that an independent implementation has computed; see Tests/Support/network-reference.
struct NetworkReference: Decodable {
    struct Example: Decodable {
        let architecture: String
        let hidden: Int
        let window: Int
        let ticks: Int
        let targets: [Double]
        let output: [Double]
        let quantiles: [Double]
        let loss: Double
        let gradient: [Double]

        var settings: NetworkSettings {
            NetworkSettings(
                architecture: architecture == "lstm" ? .lstm : .attention, hidden: hidden, window: window)
        }

        /// A network with the parameters of the example that has seen its inputs.
        func probe(_ kernels: NetworkPool.Kernels) -> NetworkProbe {
            let probe = NetworkProbe(settings, kernels: kernels)
            for index in probe.parameters.indices {
                probe.parameters[index] = Float(0.4 * sin(1.7 * Double(index) + 0.3))
            }
            for tick in 0..<ticks {
                probe.takeIn(
                    (0..<Int(probe.widths.inputs)).map { input in
                        input == 0 ? 1 : Float(sin(0.9 * Double(tick) + 1.3 * Double(input)))
                    })
            }
            return probe
        }
    }

    let examples: [Example]

    static func load() throws -> [Example] {
        let file = try #require(
            Bundle.module.url(forResource: "reference", withExtension: "json", subdirectory: "Fixtures"))
        return try JSONDecoder().decode(NetworkReference.self, from: Data(contentsOf: file)).examples
    }
}
