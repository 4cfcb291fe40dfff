import Foundation
import Testing

@testable import MeteEvaluation

struct SeriesFileTests {
    @Test func readsTimesAndDemands() throws {
        let series = try SeriesFile.parse("t,value\n10,1.5\n10.5,\n11,nan\n11.5,2\r\n\n", name: "a.csv")
        #expect(series.start == 10 && series.step == 0.5)
        #expect(series.demands == [1.5, nil, nil, 2])
    }

    @Test(arguments: [
        ("", 1, "'' is no header of a series"),
        ("time;value\n1;2\n", 1, "'time;value' is no header of a series"),
        ("t,value\n1,2\n2;3\n", 3, "'2;3' is no time and demand"),
        ("t,value\n1,2\n2,3,4\n", 3, "'2,3,4' is no time and demand"),
        ("t,value\n1,2\n2,many\n", 3, "'many' is no number"),
        ("t,value\n2,2\n2,3\n", 3, "its time 2.0 is not later than 2.0 before it"),
        ("t,value\nnan,2\n", 2, "'nan,2' is no time and demand"),
        ("t,value\n1,2\n", nil, "it holds 1 values"),
    ])
    func saysWhichLineIsNotAsItShouldBe(text: String, line: Int?, cause: String) {
        let error = #expect(throws: SeriesError.self) { try SeriesFile.parse(text, name: "a.csv") }
        #expect(error?.line == line && error?.cause == cause && error?.file == "a.csv")
        #expect(error?.remedy.contains("t,value") == true)
    }

    @Test func aFileThatIsNotThereIsNamed() {
        let error = #expect(throws: SeriesError.self) { try SeriesFile.read("/nowhere/a.csv") }
        #expect(error?.file == "/nowhere/a.csv" && error?.cause == "there is no file that may be read")
    }

    @Test func filesOfAManifestAreRelativeToIt() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("set"), withIntermediateDirectories: true)
        try "t,value\n0,1\n1,2\n".write(
            to: folder.appendingPathComponent("set/a.csv"), atomically: true, encoding: .utf8)
        let manifest = folder.appendingPathComponent("manifest.json")
        try #"[{"file": "set/a.csv", "resource": "cpu"}]"#.write(to: manifest, atomically: true, encoding: .utf8)
        let series = try SeriesFile.readManifest(manifest.path)
        #expect(series.map(\.name) == ["set/a.csv"] && series[0].demands == [1, 2])

        try "{}".write(to: manifest, atomically: true, encoding: .utf8)
        let error = #expect(throws: SeriesError.self) { try SeriesFile.readManifest(manifest.path) }
        #expect(error?.cause == "it is no list of series")
    }
}
