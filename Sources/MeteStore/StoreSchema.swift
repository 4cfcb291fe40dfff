import GRDB

/// The tables of a recording, and how those of earlier versions become those of today.
///
/// | table | what |
/// |---|---|
/// | `facts` | by name: interval in nanoseconds, the version of mete that wrote it, the machine |
/// | `components` | names by number; 0 is the machine |
/// | `recent` | windows that are in no block yet, one to a row, all components of each: see `WindowCoding` |
/// | `blocks` | samples of one component and tier, packed: see `BlockCoding` |
/// | `recent_details`, `details` | the same of devices, sockets, disturbances and threads: see `DetailCoding` and `DetailColumns` |
/// | `recent_decisions`, `decisions` | the same of what the agent decided: see `DecisionCoding` |
/// | `processes` | what processes are: see `ProcessRow`; their texts and lists of libraries, each once, are in `texts` and `library_sets` |
///
/// Times are nanoseconds since 1970. `sum` is the `Checksum` of a row; rows that a version without it wrote have none.
enum StoreSchema {
    /// In the file's head, so that file(1) and mete know it: `mete`.
    static let applicationID: Int32 = 0x6d65_7465

    /// The last version without details, decisions and processes.
    static let first = "1"

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration(first) { database in
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(
                sql: """
                    CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
                    CREATE TABLE components (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
                    INSERT INTO components VALUES (0, '');
                    CREATE TABLE recent (end INTEGER PRIMARY KEY, data BLOB NOT NULL);
                    CREATE TABLE blocks (
                        component INTEGER NOT NULL REFERENCES components, tier INTEGER NOT NULL, start INTEGER NOT NULL,
                        end INTEGER NOT NULL, count INTEGER NOT NULL, data BLOB NOT NULL,
                        PRIMARY KEY (component, tier, start)) WITHOUT ROWID;
                    CREATE INDEX blocks_by_age ON blocks (tier, end);
                    """)
        }
        migrator.registerMigration("2") { database in
            try database.execute(
                sql: """
                    ALTER TABLE facts ADD COLUMN sum INTEGER;
                    ALTER TABLE components ADD COLUMN sum INTEGER;
                    ALTER TABLE blocks ADD COLUMN sum INTEGER;
                    CREATE TABLE recent_details (end INTEGER PRIMARY KEY, data BLOB NOT NULL);
                    CREATE TABLE details (
                        component INTEGER NOT NULL REFERENCES components, kind INTEGER NOT NULL, tier INTEGER NOT NULL,
                        start INTEGER NOT NULL, end INTEGER NOT NULL, data BLOB NOT NULL, sum INTEGER NOT NULL,
                        PRIMARY KEY (component, kind, tier, start)) WITHOUT ROWID;
                    CREATE INDEX details_by_age ON details (tier, end);
                    CREATE TABLE recent_decisions (end INTEGER PRIMARY KEY, data BLOB NOT NULL);
                    CREATE TABLE decisions (
                        component INTEGER NOT NULL REFERENCES components, start INTEGER NOT NULL, end INTEGER NOT NULL,
                        data BLOB NOT NULL, sum INTEGER NOT NULL, PRIMARY KEY (component, start)) WITHOUT ROWID;
                    CREATE INDEX decisions_by_age ON decisions (end);
                    CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, sum INTEGER NOT NULL);
                    CREATE TABLE library_sets (
                        id INTEGER PRIMARY KEY, members TEXT NOT NULL UNIQUE, sum INTEGER NOT NULL);
                    CREATE TABLE processes (
                        id INTEGER PRIMARY KEY, component INTEGER NOT NULL REFERENCES components,
                        first INTEGER NOT NULL, last INTEGER, ended INTEGER NOT NULL, data BLOB NOT NULL,
                        sum INTEGER NOT NULL);
                    CREATE INDEX processes_by_component ON processes (component, first);
                    """)
            for row in try Row.fetchAll(database, sql: "SELECT name, value FROM facts") {
                try setFact(
                    try row.decode(String.self, forColumn: "name"), try row.decode(String.self, forColumn: "value"),
                    database)
            }
            for row in try Row.fetchAll(database, sql: "SELECT id, name FROM components") {
                let id = try row.decode(Int.self, forColumn: "id")
                try database.execute(
                    sql: "UPDATE components SET sum = ? WHERE id = ?",
                    arguments: [Checksum.of("\(id)", try row.decode(String.self, forColumn: "name")), id])
            }
        }
        return migrator
    }

    static func setFact(_ name: String, _ value: String, _ database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO facts (name, value, sum) VALUES (?, ?, ?)",
            arguments: [name, value, Checksum.of(name, value)])
    }
}
