import Foundation
import Testing

/// The house's arrows: what each room may import. docs/ARCHITECTURE.md says why.
enum House {
  static let rooms: [String: Set<String>] = [
    "Notation": [],
    "Geometry": [],
    "Labels": ["Notation", "Geometry"],
    "Kernel": ["Notation", "Geometry", "Labels"],
    "Consensus": ["Geometry", "Labels", "Glibc", "Darwin"],
    "Workflow": ["Labels"],
    "Workforce": [],
    "Vault": ["Foundation", "COpenSSL", "Crypto", "Synchronization", "Glibc"],
    "Formats": [
      "Foundation", "FoundationXML", "Yams", "CArchive", "CLZ4", "CSnappy", "CZlib", "CZstd",
      "Notation", "Geometry",
      "Labels", "Glibc", "Darwin", "Synchronization",
    ],
    "Wire": ["Notation"],
    "Store": ["Foundation", "Labels", "Workflow", "Vault", "Glibc", "Darwin"],
    "StoreSQLite": ["Foundation", "Synchronization", "Store", "GRDB", "GRDBSQLite"],
    "Platform": [
      "Foundation", "Synchronization", "Glibc", "Darwin", "Crypto", "CryptoExtras", "Notation",
      "Geometry", "Labels", "Consensus", "Workflow", "Workforce", "Vault", "Formats", "Store",
    ],
    "Decoding": ["CVips", "Foundation", "Glibc", "Darwin", "Subprocess", "Notation", "Platform"],
    "Web": [
      "Foundation", "Synchronization", "Glibc", "Darwin", "Crypto", "Logging", "NIOCore",
      "NIOHTTP1", "NIOPosix",
      "HTTPTypes", "Hummingbird", "ServiceLifecycle", "AsyncHTTPClient", "CWorkbench",
      "Notation", "Geometry", "Labels", "Consensus", "Workflow", "Workforce", "Vault", "Formats",
      "Store", "Platform", "Wire",
    ],
    "assay": [
      "Workforce", "Workflow",
      "Foundation", "Synchronization", "ArgumentParser", "AsyncHTTPClient", "Crypto", "Logging",
      "NIOCore", "NIOHTTP1", "Geometry", "Labels", "Notation", "Vault", "Formats", "Consensus",
      "Store",
      "StoreSQLite", "Platform", "Decoding", "Web",
    ],
  ]

  static var root: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }

  struct File {
    var path: String
    var text: String
    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  }

  static func files(_ folder: String, _ kind: String) -> [File] {
    let base = root.appendingPathComponent(folder)
    var files: [File] = []
    let walk = FileManager.default.enumerator(atPath: base.path)
    while let name = walk?.nextObject() as? String {
      guard name.hasSuffix(kind),
        let text = try? String(
          contentsOf: base.appendingPathComponent(name), encoding: .utf8)
      else { continue }
      files.append(File(path: "\(folder)/\(name)", text: text))
    }
    return files
  }

  /// Imports that the table does not allow.
  static func strayImports(_ file: File, room: String) -> [String] {
    file.lines.compactMap { line in
      let words = line.split(separator: " ")
      guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
        words[..<index].allSatisfy({ $0.hasPrefix("@") || $0 == "package" || $0 == "public" })
      else { return nil }
      let name = String(words[index + 1])
      return rooms[room]?.contains(name) == true ? nil : name
    }
  }
}

@Suite struct LayerTests {
  @Test func importsPointDown() {
    for (room, _) in House.rooms {
      let files = House.files("Sources/\(room)", ".swift")
      #expect(!files.isEmpty, "\(room) is an empty room")
      for file in files {
        let stray = House.strayImports(file, room: room)
        #expect(stray.isEmpty, "\(file.path) imports \(stray)")
      }
    }
  }

  @Test func everyRoomIsInTheTable() throws {
    let names = try FileManager.default.contentsOfDirectory(
      atPath: House.root.appendingPathComponent("Sources").path)
    let libraries = [
      "CWorkbench", "COpenSSL", "CArchive", "CLZ4", "CSnappy", "CVips", "CZlib", "CZstd",
    ]
    #expect(Set(names).subtracting(libraries) == Set(House.rooms.keys))
  }

  @Test func canaryAStrayImportIsFound() {
    let file = House.File(path: "x", text: "import Geometry\n@testable import GRDB\n  import Web")
    #expect(House.strayImports(file, room: "Labels") == ["GRDB", "Web"])
  }
}
